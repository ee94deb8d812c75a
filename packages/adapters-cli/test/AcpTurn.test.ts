import { assert, describe, it } from "@effect/vitest"
import type { CliProtocol, Fact } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Reply, refused, talk } from "./AcpTalk.ts"

const approved: CliProtocol.Verdict = { _tag: "Approved", text: Option.none() }

describe("a turn over ACP", () => {
  const update = (what: object, sessionId = "one") => ({
    method: "session/update",
    params: { sessionId, update: what }
  })
  const chunk = (text: string) => update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } })
  const asking = { method: "session/request_permission", id: 9 }
  const call = { toolCallId: "call", title: "x", status: "pending" }
  const options = [{ optionId: "once", kind: "allow_once" }]

  /** A conversation whose turn is under way, and the end of that turn. */
  const underWay = Effect.gen(function* () {
    const talking = yield* talk()
    yield* talking.begun
    yield* Effect.orDie(talking.conversation.prompt("go"))
    const id = talking.sent.at(-1)?.["id"]
    talking.facts.length = 0
    return { ...talking, over: (reply: Reply) => talking.say({ id, ...reply }) }
  })
  const last = (facts: ReadonlyArray<Fact.Fact>) => facts.at(-1)

  it.effect(
    "is silent until its agent says something of it, also when the last answer of its beginning has just come",
    () =>
      Effect.gen(function* () {
        const { conversation, facts } = yield* talk()
        yield* Effect.orDie(Effect.andThen(conversation.begin, conversation.prompt("go")))
        assert.deepStrictEqual(facts, [{ type: "conversation_named", handle: "one" }])
      })
  )

  it.effect("ends behind what was said before it, and hears nothing after it", () =>
    Effect.gen(function* () {
      const { conversation, facts, sent } = yield* underWay
      const id = sent.at(-1)?.["id"]
      yield* conversation.receive(
        [chunk("last"), { id, result: { stopReason: "end_turn" } }, chunk("late")].map((line) => JSON.stringify(line))
      )
      assert.deepStrictEqual(
        facts.map(({ type }) => type),
        ["token", "turn_ended", "alive"]
      )
    })
  )

  it.effect("is over once, whatever else is answered", () =>
    Effect.gen(function* () {
      const { facts, over, say } = yield* underWay
      yield* say({ id: 4711, result: { stopReason: "end_turn" } })
      yield* over({ result: { stopReason: "end_turn" } })
      yield* over({ result: { stopReason: "end_turn" } })
      assert.lengthOf(
        facts.filter(({ type }) => type === "turn_ended"),
        1
      )
    })
  )

  it.effect("says nothing of another session", () =>
    Effect.gen(function* () {
      const { facts, say } = yield* underWay
      yield* say(update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text: "x" } }, "other"))
      assert.deepStrictEqual(facts, [{ type: "alive" }])
    })
  )

  it.effect("that was asked to stop is interrupted, though its agent refuses its prompt", () =>
    Effect.gen(function* () {
      const { conversation, facts, methods, over } = yield* underWay
      yield* conversation.interrupt
      assert.strictEqual(methods().at(-1), "session/cancel")
      yield* over(refused)
      assert.deepStrictEqual(last(facts), { type: "turn_ended", outcome: "interrupted" })
    })
  )

  it.effect("that nobody asked to stop has failed when its prompt is refused", () =>
    Effect.gen(function* () {
      const { facts, over } = yield* underWay
      yield* over(refused)
      assert.deepStrictEqual(last(facts), {
        type: "turn_ended",
        outcome: { status: "error", reason: "agent_failed", message: "agent: not today" }
      })
    })
  )

  it.effect("is not asked to stop when there is none", () =>
    Effect.gen(function* () {
      const { conversation, methods, over } = yield* underWay
      yield* over({ result: { stopReason: "end_turn" } })
      yield* conversation.interrupt
      assert.strictEqual(methods().at(-1), "session/prompt")
    })
  )

  it.effect("answers what it asked once, and not any more when it was withdrawn", () =>
    Effect.gen(function* () {
      const { conversation, facts, methods, say } = yield* underWay
      yield* say({ ...asking, params: { toolCall: call, options } })
      const asked = last(facts)
      if (asked?.type !== "permission_asked") return assert.fail("nothing was asked")
      yield* say({ method: "$/cancel_request", params: { requestId: 9 } })
      assert.deepStrictEqual(last(facts), { type: "ask_withdrawn", id: asked.id })
      yield* conversation.answer(asked, approved)
      assert.notInclude(methods(), "answer")
    })
  )

  it.effect.each([
    {
      method: "fs/read_text_file",
      reply: { error: { code: -32_601, message: "Method not found: fs/read_text_file" } }
    },
    { method: "terminal/create", reply: { error: { code: -32_601, message: "Method not found: terminal/create" } } },
    { method: "elicitation/create", reply: { result: { action: "decline" } } }
  ])("answers what it does not offer: $method", ({ method, reply }) =>
    Effect.gen(function* () {
      const { say, sent } = yield* underWay
      yield* say({ id: 3, method, params: {} })
      assert.deepInclude(sent.at(-1), { id: 3, ...reply })
    })
  )

  it.effect("shows lines that are no frames, and takes no harm from any", () =>
    Effect.gen(function* () {
      const { conversation, facts } = yield* underWay
      yield* conversation.receive(["npm warn", "[]", "{}", '{"method":7}', '{"id":null,"error":{}}'])
      assert.deepStrictEqual(
        facts.map((fact) => (fact.type === "runner_output" ? fact.content : fact.type)),
        ["npm warn\n", "[]\n", "{}\n", '{"method":7}\n', '{"id":null,"error":{}}\n']
      )
    })
  )

  it.effect("is begun by nobody before its session is there", () =>
    Effect.gen(function* () {
      const talking = yield* talk({ "session/new": {} })
      const prompted = yield* Effect.result(talking.conversation.prompt("go"))
      assert.strictEqual(prompted._tag, "Failure")
    })
  )

  it.effect("has no word for a message in its middle", () =>
    Effect.gen(function* () {
      const { conversation } = yield* underWay
      assert.isTrue(Option.isNone(conversation.steer))
    })
  )
})
