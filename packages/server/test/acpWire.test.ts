/** What an editor's bytes come to, and what waits to be written to it. */
import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { editorOf } from "../src/acp/Editor.ts"
import * as JsonRpc from "../src/acp/JsonRpc.ts"
import { type Line, LineCutter } from "../src/acp/Lines.ts"
import { merged, Outbox } from "../src/acp/Outbox.ts"
import * as Params from "../src/acp/Params.ts"
import { textCharsMax } from "../src/acp/PromptText.ts"
import * as Wire from "../src/Wire.ts"

const utf8 = new TextEncoder()

/** The lines of some pieces, with `long` for one that is too long. */
const cut = (pieces: ReadonlyArray<Uint8Array>, bytesMax = 10): ReadonlyArray<string> => {
  const cutter = new LineCutter(bytesMax)
  const shown = (line: Line) => (line._tag === "Text" ? line.text : "long")
  return [...pieces.flatMap((piece) => cutter.push(piece)), ...cutter.end()].map(shown)
}

describe("LineCutter", () => {
  it.each<readonly [string, ReadonlyArray<string>, ReadonlyArray<string>]>([
    ["two lines in one piece", ["a\nb\n"], ["a", "b"]],
    ["a line in many pieces", ["a", "b", "c\n"], ["abc"]],
    ["the last line without its end", ["a\nb"], ["a", "b"]],
    ["nothing", [], []],
    ["an empty line", ["\n"], [""]],
    ["separators that are no line ends", ["a\u2028b\n"], ["a\u2028b"]],
    ["a line as long as it may be", ["0123456789\n"], ["0123456789"]],
    ["a longer one is passed over, and what follows is read", ["0123456789a", "bc\nnext\n"], ["long", "next"]],
    ["a longer one without its end", ["0123456789abc"], ["long"]]
  ])("%s", (_, pieces, expected) => {
    assert.deepStrictEqual(cut(pieces.map((piece) => utf8.encode(piece))), expected)
  })

  it("joins a letter that was cut between two pieces", () => {
    const bytes = utf8.encode("ä\n")
    assert.deepStrictEqual(cut([bytes.slice(0, 1), bytes.slice(1)]), ["ä"])
  })
})

describe("what a line is", () => {
  it.each<readonly [string, string, unknown]>([
    ["a request", '{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1}}', ["Request", 1, "m"]],
    ["a request with a text as its id", '{"jsonrpc":"2.0","id":"x","method":"m"}', ["Request", "x", "m"]],
    ["a notification", '{"jsonrpc":"2.0","method":"m"}', ["Notification", "m"]],
    ["an answer", '{"jsonrpc":"2.0","id":1,"result":null}', ["Response", 1, "Success"]],
    ["a refusal", '{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}', ["Response", 1, "Failure"]],
    ["no JSON", "hello", ["Wrong", null, JsonRpc.codes.parse]],
    ["a batch", "[]", ["Wrong", null, JsonRpc.codes.invalidRequest]],
    ["a text", '"hello"', ["Wrong", null, JsonRpc.codes.invalidRequest]],
    ["another version", '{"jsonrpc":"1.0","id":7,"method":"m"}', ["Wrong", 7, JsonRpc.codes.invalidRequest]],
    ["an id that is none", '{"jsonrpc":"2.0","id":{},"method":"m"}', ["Wrong", null, JsonRpc.codes.invalidRequest]],
    ["an empty line is nothing", "  ", [undefined]],
    ["an answer that cannot be read is not answered", '{"id":1,"error":"no"}', [undefined]]
  ])("%s", (_, text, expected) => {
    const message = JsonRpc.incoming(text)
    const shown = () => {
      switch (message?._tag) {
        case undefined:
          return [undefined]
        case "Request":
          return [message._tag, message.id, message.method]
        case "Notification":
          return [message._tag, message.method]
        case "Response":
          return [message._tag, message.id, message.answer._tag]
        case "Wrong":
          return [message._tag, message.id, message.error.code]
      }
    }
    assert.deepStrictEqual(shown(), expected)
  })
})

const text = (content: string, kind: "agent_message_chunk" | "agent_thought_chunk" = "agent_message_chunk") =>
  ({ sessionUpdate: kind, content: { type: "text", text: content } }) satisfies SessionUpdate

const tool = (fields: Partial<Extract<SessionUpdate, { sessionUpdate: "tool_call_update" }>>) =>
  ({ sessionUpdate: "tool_call_update", toolCallId: "t", ...fields }) satisfies SessionUpdate

describe("two updates as one", () => {
  it.each<readonly [string, SessionUpdate, SessionUpdate, SessionUpdate | undefined]>([
    ["text after text", text("a"), text("b"), text("ab")],
    ["a thought after text", text("a"), text("b", "agent_thought_chunk"), undefined],
    ["text that would be a long chunk", text("a".repeat(16_000)), text("b".repeat(1_000)), undefined],
    [
      "the state of one tool call",
      tool({ status: "pending", title: "T" }),
      tool({ status: "completed" }),
      tool({ status: "completed", title: "T" })
    ],
    ["those of two", tool({}), tool({ toolCallId: "u" }), undefined],
    ["a beginning stays a beginning", { sessionUpdate: "tool_call", toolCallId: "t", title: "T" }, tool({}), undefined],
    [
      "the later plan",
      { sessionUpdate: "plan", entries: [] },
      { sessionUpdate: "plan", entries: [{ content: "x", priority: "low", status: "pending" }] },
      { sessionUpdate: "plan", entries: [{ content: "x", priority: "low", status: "pending" }] }
    ],
    [
      "the state of one child, with what was said before",
      { sessionUpdate: "subagent_update", sessionId: "c", title: "C", state: { state: "running" } },
      { sessionUpdate: "subagent_update", sessionId: "c", state: { state: "idle" } },
      { sessionUpdate: "subagent_update", sessionId: "c", title: "C", state: { state: "idle" } }
    ]
  ])("%s", (_, before, after, expected) => assert.deepStrictEqual(merged(before, after), expected))
})

const Written = Schema.fromJsonString(
  Schema.Struct({
    id: Schema.optionalKey(Schema.Int),
    params: Schema.optionalKey(
      Schema.Struct({
        sessionId: Schema.String,
        update: Schema.Struct({
          content: Schema.optionalKey(Schema.Unknown),
          status: Schema.optionalKey(Schema.String)
        })
      })
    )
  })
)
const isText = Schema.is(Schema.Struct({ text: Schema.String }))

/** `s:text`, `s=status` or `#id` for each line. */
const shownOf = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.map((line) => {
    const { id, params } = Schema.decodeSync(Written)(line)
    if (params === undefined) return `#${id}`
    const { content, status } = params.update
    return status === undefined
      ? `${params.sessionId}:${isText(content) ? content.text : ""}`
      : `${params.sessionId}=${status}`
  })

describe("Outbox", () => {
  const update = (sessionId: string, one: SessionUpdate) => ({ _tag: "Update", sessionId, update: one }) as const
  const message = (id: number) => ({ _tag: "Message", message: { id } }) as const

  it("O2: text of two sessions grows beside each other, and no text overtakes another", () => {
    const outbox = new Outbox()
    for (const [id, word] of [
      ["a", "1"],
      ["b", "2"],
      ["a", "3"],
      ["b", "4"]
    ] as const)
      outbox.put(update(id, text(word)))
    outbox.put(update("a", tool({ status: "pending" })))
    outbox.put(update("a", text("5")))
    outbox.put(update("a", tool({ status: "completed" })))
    assert.deepStrictEqual(shownOf(outbox.take()), ["a:13", "b:24", "a=completed", "a:5"])
    assert.isTrue(outbox.isEmpty)
  })

  it("O1: nothing is merged over an answer", () => {
    const outbox = new Outbox()
    outbox.put(update("a", text("1")))
    outbox.put(message(7))
    outbox.put(update("a", text("2")))
    assert.deepStrictEqual(shownOf(outbox.take()), ["a:1", "#7", "a:2"])
  })

  it("is full with a million characters, gives them in writes that are small, and has room again", () => {
    const outbox = new Outbox()
    for (let count = 0; !outbox.isFull; count++) outbox.put(update(`s${count}`, text("x".repeat(10_000))))
    const first = outbox.take()
    assert.isBelow(first.join("").length, 100_000)
    assert.isFalse(outbox.isFull)
    let lines = first.length
    while (!outbox.isEmpty) lines += outbox.take().length
    assert.isAbove(lines, 90)
  })
})

describe("what an editor sends", () => {
  const places = (schema: Parameters<typeof Params.decoder>[0], given: unknown) => {
    const read = Params.decoder(schema)(given)
    return Result.isFailure(read) ? /: (.*)$/.exec(read.failure.message)?.[1] : "taken"
  }

  it.each<readonly [string, Parameters<typeof Params.decoder>[0], unknown, string]>([
    ["a new session", Params.NewSession, { cwd: "/a", mcpServers: [], more: true }, "taken"],
    ["one of another system", Params.NewSession, { cwd: "C:\\a", mcpServers: null }, "taken"],
    ["a folder that is relative", Params.NewSession, { cwd: "a" }, "cwd"],
    ["nothing", Params.NewSession, undefined, "cwd"],
    ["an id that is none", Params.KnownSession, { sessionId: 3 }, "sessionId"],
    ["text and a file", Params.Prompt, { sessionId: "s", prompt: [{ type: "text", text: "a" }] }, "taken"],
    ["a picture", Params.Prompt, { sessionId: "s", prompt: [{ type: "image", data: "AA" }] }, "prompt.0"]
  ])("%s", (_, schema, given, expected) => assert.include(places(schema, given), expected))

  it("never says a value that was sent", () => {
    const read = Params.decoder(Params.NewSession)({ cwd: "secret", mcpServers: "secret" })
    assert.isTrue(Result.isFailure(read) && !read.failure.message.includes("secret"))
  })

  it.each<readonly [string, unknown, unknown, ReadonlyArray<string | boolean>]>([
    ["says nothing of itself", undefined, undefined, ["editor", false, false, false]],
    ["has a title", {}, { name: "z", title: "Zed" }, ["Zed", false, false, false]],
    [
      "can do all",
      { session: { notices: {} }, subagents: {}, elicitation: { form: {} } },
      { name: "z" },
      ["z", true, true, true]
    ],
    [
      "says that it cannot",
      { session: null, subagents: null, elicitation: { url: {} } },
      7,
      ["editor", false, false, false]
    ]
  ])("an editor that %s", (_, clientCapabilities, clientInfo, expected) => {
    const { forms, name, notices, subagents } = editorOf({ protocolVersion: 1, clientCapabilities, clientInfo })
    assert.deepStrictEqual([name, notices, subagents, forms], expected)
  })

  it("a message is as long as a session takes, and no longer", () => {
    const isMessage = Schema.is(Wire.NewMessage)
    assert.isTrue(isMessage({ text: "x".repeat(textCharsMax) }))
    assert.isFalse(isMessage({ text: "x".repeat(textCharsMax + 1) }))
  })
})
