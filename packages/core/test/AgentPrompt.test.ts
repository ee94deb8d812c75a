import { assert, describe, it } from "@effect/vitest"
import { Prompt } from "effect/ai"
import * as Schema from "effect/Schema"
import { assistantEntry, callIds, promptOf, toolEntry, type TranscriptEntry } from "../src/internal/agentPrompt.ts"
import { RunId } from "../src/Ids.ts"

const user = (text: string): TranscriptEntry => ({ role: "user", text })
const plain = (text: string, run = "run_a"): TranscriptEntry => ({ role: "assistant", text, runId: RunId.make(run) })
const text = (words: string) => Prompt.makePart("text", { text: words })
const call = (id: string) => Prompt.makePart("tool-call", { id, name: "look", params: { id }, providerExecuted: false })
const said = (...content: ReadonlyArray<Prompt.AssistantMessagePart>): TranscriptEntry =>
  assistantEntry({ content, text: "", finish: "stop" }).entry
const told = (...ids: ReadonlyArray<string>): TranscriptEntry =>
  toolEntry(ids.map((id) => ({ id, name: "look", answer: { isFailure: false, result: `saw ${id}` } }))).entry

/** A prompt as a test reads it: role and content of each message. */
const shown = (messages: ReadonlyArray<Prompt.Message>) =>
  messages.map((message) => [
    message.role,
    typeof message.content === "string"
      ? message.content
      : message.content
          .map((part) => {
            if (part.type === "text") return part.text
            if (part.type === "tool-result") return `${part.id}=${String(part.result).slice(0, 9)}`
            return part.type === "tool-call" ? `${part.id}?` : part.type
          })
          .join(" ")
  ])

describe("promptOf", () => {
  it.each<
    [string, ReadonlyArray<TranscriptEntry>, ReadonlyArray<ReadonlyArray<string>>, ReadonlyArray<string>, string]
  >([
    ["nothing", [], [], [], "Open"],
    ["a question", [user("q")], [["user", "q"]], [], "Open"],
    [
      "an answer that was written in pieces, and one of another run",
      [user("q"), plain("on"), plain("e"), plain("two", "run_b")],
      [
        ["user", "q"],
        ["assistant", "one"],
        ["assistant", "two"]
      ],
      [],
      "Partial"
    ],
    [
      "a round",
      [user("q"), said(text("look"), call("1"), call("2")), told("1", "2"), said(text("seen"))],
      [
        ["user", "q"],
        ["assistant", "look 1? 2?"],
        ["tool", "1=saw 1 2=saw 2"],
        ["assistant", "seen"]
      ],
      [],
      "Answered"
    ],
    [
      "answers that come after a message, in another order, twice",
      [user("q"), said(call("1"), call("2")), user("wait"), told("2"), told("1", "2")],
      [
        ["user", "q"],
        ["assistant", "1? 2?"],
        ["tool", "1=saw 1 2=saw 2"],
        ["user", "wait"]
      ],
      [],
      "Open"
    ],
    [
      "a call that its process died in",
      [user("q"), said(call("1"), call("2")), told("2"), user("go on")],
      [
        ["user", "q"],
        ["assistant", "1? 2?"],
        ["tool", "1=The answe 2=saw 2"],
        ["user", "go on"]
      ],
      ["1"],
      "Open"
    ],
    [
      "a call that nobody answered, long ago",
      [said(call("1")), user("q"), said(text("a"))],
      [
        ["assistant", "1?"],
        ["tool", "1=The answe"],
        ["user", "q"],
        ["assistant", "a"]
      ],
      [],
      "Answered"
    ],
    ["an answer to nothing", [user("q"), told("9")], [["user", "q"]], [], "Open"],
    [
      "words about a tool that are for people",
      [user("q"), { role: "tool", text: "unknown outcome" }],
      [["user", "q"]],
      [],
      "Open"
    ],
    [
      "a content that nobody can read",
      [
        { role: "user", text: "q", content: { role: "nobody" } },
        { role: "assistant", text: "" }
      ],
      [["user", "q"]],
      [],
      "Open"
    ]
  ])("of %s", (_, entries, messages, unanswered, tail) => {
    const prompt = promptOf(entries)
    assert.deepStrictEqual(shown(prompt.messages), messages)
    assert.deepStrictEqual(
      prompt.unanswered.map(({ id }) => id),
      unanswered
    )
    assert.strictEqual(prompt.tail._tag, tail)
  })

  it("a response that was cut off by its length is still known as that", () => {
    const entry = assistantEntry({ content: [text("half")], text: "half", finish: "length" }).entry
    assert.deepStrictEqual(promptOf([entry]).tail, { _tag: "Answered", finish: "length" })
  })

  it("every call of a transcript is found, so that its id is not given twice", () => {
    assert.deepStrictEqual(
      callIds(promptOf([said(call("1")), told("1"), said(call("2"))]).messages),
      new Set(["1", "2"])
    )
  })
})

describe("entries", () => {
  const decode = Schema.decodeUnknownSync(Prompt.Message)
  const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

  it("what a model said is the same message when it is read from the record", () => {
    const { entry, message } = assistantEntry({
      content: [
        Prompt.makePart("reasoning", { text: "hm", options: { acme: { signature: "s" } } }),
        text("words"),
        call("1"),
        Prompt.makePart("tool-call", { id: "s", name: "search", params: {}, providerExecuted: true }),
        Prompt.makePart("tool-result", {
          id: "s",
          name: "search",
          isFailure: false,
          result: 1,
          providerExecuted: true
        }),
        Prompt.makePart("file", { mediaType: "image/png", data: "AAAA" })
      ],
      text: "words",
      finish: "length"
    })
    assert.deepStrictEqual(decode(json(entry.content)), message)
    assert.deepStrictEqual([entry.role, entry.text, entry.hidden], ["assistant", "words", false])
  })

  it("what tools answered is the same message when it is read from the record, images included", () => {
    const image = Prompt.makePart("file", { mediaType: "image/png", data: new Uint8Array([1, 2, 3]) })
    const { entry, message } = toolEntry([
      { id: "1", name: "look", answer: { isFailure: false, result: { a: [1] }, modelOutput: [text("seen"), image] } },
      { id: "2", name: "act", answer: { isFailure: true, result: undefined } }
    ])
    assert.deepStrictEqual(decode(json(entry.content)), message)
    assert.strictEqual(entry.text, 'look: {"a":[1]}\nact: null')
  })

  it("a round without words is for the model alone", () => {
    assert.isTrue(assistantEntry({ content: [call("1")], text: "", finish: "tool-calls" }).entry.hidden)
  })
})
