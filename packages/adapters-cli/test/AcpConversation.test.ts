import { assert, describe, it } from "@effect/vitest"
import type { CliProtocol, Fact } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as AcpOpening from "../src/acp/AcpOpening.ts"
import { profileOf } from "../src/acp/AcpProfile.ts"
import { type Fields, isFields, textAt } from "./actor/Json.ts"

const { protocol } = profileOf(["agent"])

interface Reply {
  readonly result?: unknown
  readonly error?: unknown
}

/** What an agent answers, by method; what it has no answer for it never answers. */
type Answers = Readonly<Record<string, Reply>>

const answers: Answers = {
  initialize: {
    result: { protocolVersion: 1, agentCapabilities: { loadSession: true }, authMethods: [{ name: "Log in" }] }
  },
  "session/new": { result: { sessionId: "one" } }
}

const approved: CliProtocol.Verdict = { _tag: "Approved", text: Option.none() }

/** A conversation with an agent that answers at once. */
const talk = Effect.fnUntraced(function* (more: Answers = {}, opening: Partial<CliProtocol.Opening> = {}) {
  const all: Answers = { ...answers, ...more }
  const facts: Array<Fact.Fact> = []
  const sent: Array<Fields> = []
  const calls = yield* Queue.unbounded<Fields>()
  const conversation: CliProtocol.Conversation = yield* protocol.open({
    cwd: "/repo",
    model: Option.none(),
    permission: "ask",
    resume: Option.none(),
    disabledTools: [],
    nonce: "nonce",
    send: (frame) =>
      Effect.sync(() => {
        if (!isFields(frame)) return
        sent.push(frame)
        if (frame["method"] !== undefined) Queue.offerUnsafe(calls, frame)
      }),
    tell: (told) => Effect.sync(() => void facts.push(...told)),
    ...opening
  })
  const say = (line: object) => conversation.receive([JSON.stringify({ jsonrpc: "2.0", ...line })])
  const answering = Queue.take(calls).pipe(
    Effect.flatMap((call) => {
      const reply = all[textAt(call, "method")]
      return reply === undefined ? Effect.void : say({ id: call["id"], ...reply })
    }),
    Effect.forever
  )
  yield* Effect.forkChild(answering)
  return {
    conversation,
    facts,
    sent,
    say,
    begun: Effect.result(conversation.begin),
    methods: () => sent.map((frame) => textAt(frame, "method") || "answer"),
    notices: () => facts.flatMap((fact) => (fact.type === "runner_output" ? [fact.content] : []))
  }
})

const failureOf = Effect.fnUntraced(function* (more: Answers, opening: Partial<CliProtocol.Opening> = {}) {
  const begun = yield* (yield* talk(more, opening)).begun
  return begun._tag === "Failure" ? begun.failure.outcome : undefined
})

const modes = { currentModeId: "wild", availableModes: [{ id: "wild" }, { id: "default" }] }
const modeOption = { id: "m", category: "mode", currentValue: "wild", options: [{ value: "wild" }, { value: "ask" }] }
const modelOption = {
  id: "model",
  category: "model",
  currentValue: "small",
  options: [{ group: "all", options: [{ value: "small" }, { value: "large" }] }]
}
const begins = (described: object): Answers => ({ "session/new": { result: { sessionId: "one", ...described } } })
const refused = { error: { code: -32_603, message: "Internal error", data: { details: "not today" } } }

describe("a conversation over ACP that begins", () => {
  it.effect.each([[2], [0], ["1"], [undefined]])(
    "breaks the protocol when its agent speaks version %s of it",
    ([version]) =>
      Effect.gen(function* () {
        const failure = yield* failureOf({ initialize: { result: { protocolVersion: version } } })
        assert.propertyVal(failure, "reason", "protocol")
      })
  )

  it.effect("breaks the protocol when the session has no name", () =>
    Effect.gen(function* () {
      assert.propertyVal(yield* failureOf({ "session/new": { result: {} } }), "reason", "protocol")
    })
  )

  it.effect.each([
    {
      described: { modes },
      call: { method: "session/set_mode", params: { sessionId: "one", modeId: "default" } }
    },
    {
      described: { configOptions: [modeOption] },
      call: { method: "session/set_config_option", params: { sessionId: "one", configId: "m", value: "ask" } }
    }
  ])("is set to the mode in which its agent asks: $call.method", ({ call, described }) =>
    Effect.gen(function* () {
      const talking = yield* talk({
        ...begins(described),
        "session/set_mode": { result: {} },
        "session/set_config_option": { result: {} }
      })
      yield* talking.begun
      assert.deepInclude(talking.sent.at(-1), call)
    })
  )

  it.effect("sets no mode that the agent is in already", () =>
    Effect.gen(function* () {
      const talking = yield* talk(begins({ modes: { ...modes, currentModeId: "default" } }))
      yield* talking.begun
      assert.deepStrictEqual(talking.methods(), ["initialize", "session/new"])
    })
  )

  it.effect("says that its agent knows no mode in which it surely asks", () =>
    Effect.gen(function* () {
      const talking = yield* talk(begins({ modes: { ...modes, availableModes: [{ id: "wild" }] } }))
      yield* talking.begun
      assert.deepStrictEqual(talking.notices(), [
        "agent works in its mode wild: when it asks before it acts is for that mode to say\n"
      ])
    })
  )

  it.effect("ends in its setup when the mode is refused: it is not left in another", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf({ ...begins({ modes }), "session/set_mode": refused })
      assert.deepInclude(failure, {
        reason: "setup",
        message: "agent did not go into its mode default, in which it asks: not today"
      })
    })
  )

  it.effect.each([
    {
      described: { configOptions: [modelOption] },
      call: { method: "session/set_config_option", params: { sessionId: "one", configId: "model", value: "large" } }
    },
    {
      described: { models: { availableModels: [{ modelId: "large" }] } },
      call: { method: "session/set_model", params: { sessionId: "one", modelId: "large" } }
    }
  ])("is set to the session's model: $call.method", ({ call, described }) =>
    Effect.gen(function* () {
      const talking = yield* talk(
        { ...begins(described), "session/set_model": { result: {} }, "session/set_config_option": { result: {} } },
        { model: Option.some("large") }
      )
      yield* talking.begun
      assert.deepInclude(talking.sent.at(-1), call)
    })
  )

  it.effect("ends in its setup when its agent offers no choice of a model, or not this one", () =>
    Effect.gen(function* () {
      const model = { model: Option.some("huge") }
      const none = yield* failureOf({}, model)
      assert.include(none?.status === "error" ? none.message : "", "offers no choice of a model")
      const other = yield* failureOf(
        { ...begins({ configOptions: [modelOption] }), "session/set_config_option": refused },
        model
      )
      assert.deepInclude(other, {
        reason: "setup",
        message: "agent did not take the model huge: not today. It offers small, large"
      })
    })
  )

  it.effect.each([
    { agentCapabilities: {}, words: "cannot go on with an earlier session" },
    { agentCapabilities: { loadSession: true }, words: "not today" },
    { agentCapabilities: { sessionCapabilities: { resume: {} } }, words: "not today" }
  ])(
    "is lost when its agent cannot go on with the session, and begins no other: $words",
    ({ agentCapabilities, words }) =>
      Effect.gen(function* () {
        const talking = yield* talk(
          {
            initialize: { result: { protocolVersion: 1, agentCapabilities } },
            "session/load": refused,
            "session/resume": refused
          },
          { resume: Option.some("before") }
        )
        const begun = yield* talking.begun
        const outcome = begun._tag === "Failure" ? begun.failure.outcome : undefined
        assert.propertyVal(outcome, "reason", "lost")
        assert.include(outcome?.status === "error" ? outcome.message : "", words)
        assert.notInclude(talking.methods(), "session/new")
        assert.deepStrictEqual(
          talking.facts,
          talking.facts.filter(({ type }) => type === "alive")
        )
      })
  )

  it.effect("needs a sign-in when its agent says so of a session that it is to go on with", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(
        { "session/load": { error: { code: -32_000, message: "Authentication required" } } },
        { resume: Option.some("before") }
      )
      assert.deepInclude(failure, {
        reason: "auth_required",
        message: "agent is not signed in: Authentication required. It names these ways to sign in: Log in"
      })
    })
  )
})

describe("how an agent goes on with a session", () => {
  it.each([
    [{ loadSession: true, sessionCapabilities: { resume: {} } }, "session/resume"],
    [{ loadSession: true, sessionCapabilities: { resume: null } }, "session/load"],
    [{ loadSession: true }, "session/load"],
    [{ loadSession: false }, undefined],
    [{}, undefined]
  ])("is by what it is capable of: %j", (capabilities, way) => {
    assert.strictEqual(AcpOpening.waysBack({ capabilities, authMethods: [] }), way)
  })
})

describe("what a session offers", () => {
  it.each([
    [{ modes }, { by: "mode", id: "mode", current: "wild", values: ["wild", "default"] }],
    [{ configOptions: [modeOption] }, { by: "option", id: "m", current: "wild", values: ["wild", "ask"] }],
    [{ configOptions: [modelOption, "x", { category: "mode" }] }, undefined],
    [{}, undefined]
  ])("as modes is read from %j", (described, offered) => {
    assert.deepStrictEqual<unknown>(AcpOpening.modesOf(described), offered)
  })

  it("as models is read through the groups that they stand in", () => {
    assert.deepStrictEqual(AcpOpening.selectOf({ configOptions: [modeOption, modelOption] }, "model")?.values, [
      "small",
      "large"
    ])
  })
})

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

describe("a history that is told late", () => {
  it.effect("is waited for until an answer comes with no part of it in front", () =>
    Effect.gen(function* () {
      const parts = [1, 2, 3]
      const translation = { history: 0 }
      let calls = 0
      const step = {
        dialect: { askingModes: ["default"] },
        peer: {
          call: () =>
            Effect.sync(() => {
              calls++
              if (parts.shift() !== undefined) translation.history++
            })
        }
      }
      const waiting = yield* Effect.forkChild(
        AcpOpening.historyTold(step, { id: "one", described: { modes } }, translation)
      )
      yield* Fiber.join(waiting)
      assert.strictEqual(calls, 4)
    })
  )
})
