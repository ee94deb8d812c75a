import { assert, describe, it } from "@effect/vitest"
import { Response } from "effect/ai"
import * as Option from "effect/Option"
import type { RunnerEvent } from "../src/AgentEvent.ts"
import { ResponseReader, withoutCalls } from "../src/internal/readResponse.ts"

const finish = (reason: Response.FinishReason, metadata: Response.FinishPart["metadata"] = {}): Response.FinishPart =>
  Response.makePart("finish", {
    reason,
    usage: new Response.Usage({
      inputTokens: { uncached: 7, total: 10, cacheRead: 3, cacheWrite: undefined },
      outputTokens: { total: 5, text: undefined, reasoning: 2 }
    }),
    response: undefined,
    metadata
  })

const start = (kind: "text" | "reasoning", id: string) =>
  kind === "text" ? Response.makePart("text-start", { id }) : Response.makePart("reasoning-start", { id })
const text = (id: string, delta: string) => Response.makePart("text-delta", { id, delta })
const thought = (id: string, delta: string) => Response.makePart("reasoning-delta", { id, delta })
const call = (id: string, params: unknown = { a: 1 }) =>
  Response.makePart("tool-call", { id, name: "look", params, providerExecuted: false })

const read = (parts: ReadonlyArray<Response.AnyPart>, usedIds: ReadonlyArray<string> = []) => {
  const reader = new ResponseReader(new Set(usedIds))
  const shown = parts.flatMap((part): ReadonlyArray<RunnerEvent> => {
    const event = reader.take(part)
    return event === undefined ? [] : [event]
  })
  return { shown, response: reader.response() }
}

describe("ResponseReader", () => {
  it("blocks that are streamed beside each other come out whole, in the order in which they began", () => {
    const { response, shown } = read([
      start("reasoning", "1"),
      start("text", "1"),
      thought("1", "hm"),
      text("1", "one "),
      start("text", "2"),
      text("2", "three"),
      text("1", "two "),
      Response.makePart("reasoning-end", { id: "1" }),
      finish("stop")
    ])
    assert.deepStrictEqual(
      response.content.map((part) => ("text" in part ? [part.type, part.text] : part.type)),
      [
        ["reasoning", "hm"],
        ["text", "one two "],
        ["text", "three"]
      ]
    )
    assert.strictEqual(response.text, "one two three")
    assert.deepStrictEqual(
      shown.map((event) => ("content" in event ? [event.type, event.content] : event.type)),
      [
        ["reasoning_token", "hm"],
        ["token", "one "],
        ["token", "three"],
        ["token", "two "]
      ]
    )
  })

  it("what a provider signs its reasoning with, at the start and at the end, is there for the next round", () => {
    const { response } = read([
      Response.makePart("reasoning-start", { id: "1", metadata: { acme: { kind: "deep" } } }),
      thought("1", "hm"),
      Response.makePart("reasoning-end", { id: "1", metadata: { acme: { signature: "s" } } }),
      finish("stop")
    ])
    assert.deepStrictEqual(response.content[0]?.options, { acme: { kind: "deep", signature: "s" } })
  })

  it("reasoning that was cut off is dropped, because it is not signed; text that was cut off is kept", () => {
    const { response } = read([start("reasoning", "1"), thought("1", "hm"), start("text", "2"), text("2", "half")])
    assert.deepStrictEqual(
      response.content.map(({ type }) => type),
      ["text"]
    )
    assert.deepStrictEqual(response.finish, Option.none())
  })

  it("a text without a word is none", () => {
    const { response } = read([start("text", "1"), text("1", "\n\n"), call("a"), finish("tool-calls")])
    assert.deepStrictEqual(
      response.content.map(({ type }) => type),
      ["tool-call"]
    )
  })

  it("a call whose parameters were still being written is no call", () => {
    const { response } = read([
      Response.makePart("tool-params-start", { id: "c", name: "look", providerExecuted: false }),
      Response.makePart("tool-params-delta", { id: "c", delta: '{"a":' }),
      finish("length")
    ])
    assert.deepStrictEqual([response.calls, response.content], [[], []])
  })

  it("an id stands for one call of a transcript, whatever the server calls it", () => {
    const { response } = read([call("a"), call("a"), call(""), call("b"), finish("tool-calls")], ["a", "call"])
    const ids = ["a_2", "a_3", "call_2", "b"]
    assert.deepStrictEqual(
      response.calls.map(({ id }) => id),
      ids
    )
    assert.deepStrictEqual(
      response.content.map((part) => (part.type === "tool-call" ? part.id : part.type)),
      ids
    )
  })

  it("a call without parameters has none, and one that the provider made itself is not ours to make", () => {
    const { response } = read([
      call("a", null),
      Response.makePart("tool-call", { id: "s", name: "search", params: {}, providerExecuted: true }),
      Response.makePart("tool-result", {
        id: "s",
        name: "search",
        isFailure: false,
        result: ["hit"],
        encodedResult: ["hit"],
        providerExecuted: true,
        preliminary: false
      }),
      finish("tool-calls")
    ])
    assert.deepStrictEqual(response.calls, [{ id: "a", name: "look", params: {} }])
    assert.deepStrictEqual(
      withoutCalls(response).content.map(({ type }) => type),
      ["tool-call", "tool-result"]
    )
  })

  it("usage and cost are what the provider says, and a figure that it does not say stays unknown", () => {
    const facts = { provider: "acme", model: "large", costUsd: 0.25, costSource: "estimated" } as const
    assert.deepStrictEqual(read([finish("stop", { offshoot: facts })]).response.usage, {
      inputTokens: 10,
      outputTokens: 5,
      cacheReadTokens: 3,
      reasoningTokens: 2,
      costUsd: 0.25,
      costSource: "estimated"
    })
    assert.deepStrictEqual(read([finish("stop", { offshoot: { costUsd: "much" } })]).response.facts, {})
    assert.deepStrictEqual(read([]).response.usage, {})
  })

  it("more text than a transcript takes is shown and not kept", () => {
    const much = "x".repeat(16_777_217)
    const { response, shown } = read([start("text", "1"), text("1", "some"), text("1", much), finish("stop")])
    assert.deepStrictEqual([response.text, response.overflowed, shown.length], ["some", true, 2])
  })
})
