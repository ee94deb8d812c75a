import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { OpencodeParts } from "../src/opencode-serve/OpencodeParts.ts"

type Told = ReturnType<OpencodeParts["part"]>

const begun = () => {
  const parts = new OpencodeParts()
  parts.message({ id: "m1", role: "assistant" })
  return parts
}

const text = (value: string, time: object, id = "p1") => ({ id, messageID: "m1", type: "text", text: value, time })
const start = { start: 1 }
const end = { start: 1, end: 2 }
const delta = (value: string, field = "text") => ({ partID: "p1", field, delta: value })

const textOf = (told: Told) => told.map((event) => (event.type === "token" ? event.content : "")).join("")

const tool = (state: object, more: object = {}) => ({
  id: "p2",
  messageID: "m1",
  type: "tool",
  tool: "bash",
  callID: "c1",
  state,
  ...more
})

const Happening = Schema.Union([
  Schema.Struct({ type: Schema.Literal("says"), text: Schema.String }),
  Schema.Struct({ type: Schema.Literal("is missed"), text: Schema.String }),
  Schema.Struct({ type: Schema.Literal("is said again") })
])

describe("a text of opencode", () => {
  it.prop(
    "is told once and in order, whatever is missed or said again (M1)",
    { all: Schema.Array(Happening) },
    ({ all }) => {
      const parts = begun()
      let whole = ""
      let told = textOf(parts.part(text("", start)))
      for (const happening of all) {
        if (happening.type === "says") {
          whole += happening.text
          const event = parts.delta(delta(happening.text))
          told += event === undefined ? "" : textOf([event])
        } else if (happening.type === "is missed") {
          whole += happening.text
          parts.gap()
          told += textOf(parts.restore(text("", start)))
        } else {
          told += textOf(parts.part(text("", start)))
        }
        assert.isTrue(whole.startsWith(told))
      }
      told += textOf(parts.part(text(whole, end)))
      assert.strictEqual(told, whole)
      assert.deepStrictEqual(parts.part(text(whole, end)), [])
      assert.deepStrictEqual(parts.restore(text(whole, end)), [])
      assert.isUndefined(parts.delta(delta("late")))
    }
  )

  it("is a paragraph of the answer, behind another one", () => {
    const parts = begun()
    parts.part(text("", start))
    const events = [parts.delta(delta("one")), parts.delta(delta(" more"))].flatMap((event) => event ?? [])
    const rest = [...parts.part(text("one more", end)), ...parts.part(text("two", end, "p9"))]
    assert.strictEqual(textOf([...events, ...rest]), "one more\n\ntwo")
  })

  it("that began while nothing was listened to is told when it is whole", () => {
    const parts = begun()
    assert.deepStrictEqual(parts.restore(text("", start)), [])
    assert.isUndefined(parts.delta(delta("half")))
    assert.strictEqual(textOf(parts.part(text("a half", end))), "a half")
  })

  it.each<[string, object]>([
    ["of the user", { id: "m1", role: "user" }],
    ["of a summary of the conversation", { id: "m1", role: "assistant", summary: true }]
  ])("%s is no answer", (_, info) => {
    const parts = new OpencodeParts()
    parts.message({ ...info })
    assert.deepStrictEqual(parts.part(text("x", start)), [])
    assert.deepStrictEqual(parts.restore(text("x", start)), [])
    assert.isUndefined(parts.delta(delta("x")))
    assert.deepStrictEqual(parts.part(text("x", end)), [])
  })

  it("does not grow by what is added to another field", () => {
    const parts = begun()
    parts.part(text("", start))
    assert.isUndefined(parts.delta(delta("x", "metadata")))
  })
})

describe("a call of opencode", () => {
  it("begins with its whole arguments, once, and shows the end of its output as it grows", () => {
    const parts = begun()
    assert.deepStrictEqual(parts.part(tool({ status: "pending", input: {}, raw: "" })), [])
    const input = { command: "make" }
    const first = parts.part(tool({ status: "running", input }))
    assert.deepStrictEqual(first, [{ type: "tool_start", toolCallId: "c1", toolName: "bash", arguments: input }])
    const running = (output: string) => parts.part(tool({ status: "running", input, metadata: { output } }))
    const long = `${"x".repeat(3_000)}y`
    assert.deepStrictEqual(running(""), [])
    assert.deepStrictEqual(running(long), [
      { type: "tool_lifecycle", toolCallId: "c1", toolName: "bash", phase: "output", detail: long.slice(-2_048) }
    ])
    assert.deepStrictEqual(running(long), [])
  })

  it("that ended without having been seen to begin begins first", () => {
    assert.deepStrictEqual(
      begun()
        .part(tool({ status: "error", input: {}, error: "no" }))
        .map(({ type }) => type),
      ["tool_start", "tool_error"]
    )
  })

  it("ends once", () => {
    const parts = begun()
    const completed = tool({ status: "completed", input: {}, output: "o", metadata: {} })
    assert.lengthOf(parts.part(completed), 2)
    assert.deepStrictEqual(parts.part(completed), [])
    assert.deepStrictEqual(parts.restore(completed), [])
  })

  it("of a tool that there is not has the name that it gets when it runs", () => {
    const parts = begun()
    parts.part(tool({ status: "pending", input: {} }, { tool: "nosuch" }))
    const [told] = parts.part(tool({ status: "running", input: {} }, { tool: "invalid" }))
    assert.deepInclude(told, { toolName: "invalid" })
  })

  const changes = (metadata: object) =>
    begun()
      .part(tool({ status: "completed", input: {}, output: "", metadata }))
      .flatMap((event) => (event.type === "file_changed" ? [[event.path, event.change, event.diff]] : []))

  it.each<[string, object, ReadonlyArray<unknown>]>([
    ["written anew", { filepath: "/a", exists: false }, [["/a", "added", undefined]]],
    ["written over", { filepath: "/a", exists: true }, [["/a", "modified", undefined]]],
    ["edited", { diff: "+x", filediff: { file: "/a" } }, [["/a", "modified", "+x"]]],
    [
      "patched",
      {
        files: [
          { filePath: "/a", type: "add", patch: "+a" },
          { filePath: "/b", type: "update", patch: "+b" },
          { filePath: "/c", type: "delete", patch: "-c" },
          { filePath: "/d", type: "move", movePath: "/e", patch: "" },
          { filePath: "/f", type: "next_year" }
        ]
      },
      [
        ["/a", "added", "+a"],
        ["/b", "modified", "+b"],
        ["/c", "deleted", "-c"],
        ["/e", "moved", ""]
      ]
    ],
    ["looked for", { filepath: "/a" }, []]
  ])("tells of a file that it has %s", (_, metadata, expected) => {
    assert.deepStrictEqual(changes(metadata), expected)
  })
})

describe("the files of a step", () => {
  const patch = (id: string, ...files: ReadonlyArray<unknown>) => ({ id, messageID: "m1", type: "patch", files })
  const paths = (told: Told) => told.flatMap((event) => (event.type === "file_changed" ? [event.path] : []))
  const write = (path: string) =>
    tool(
      { status: "completed", input: {}, output: "", metadata: { filepath: path, exists: false } },
      { id: `w${path}` }
    )

  it("are told but those that a tool told of in that step", () => {
    const parts = begun()
    parts.part(write("/a"))
    assert.deepStrictEqual(paths(parts.part(patch("x1", "/a", "/b", 3))), ["/b"])
    assert.deepStrictEqual(paths(parts.part(patch("x1", "/a", "/b"))), [])
    parts.part({ id: "s", type: "step-start" })
    assert.deepStrictEqual(paths(parts.part(patch("x2", "/a"))), ["/a"])
  })
})
