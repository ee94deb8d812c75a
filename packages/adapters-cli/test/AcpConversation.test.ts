import { assert, describe, it } from "@effect/vitest"
import type { CliProtocol } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as AcpOpening from "../src/acp/AcpOpening.ts"
import { type Answers, refused, talk } from "./AcpTalk.ts"

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
