import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { ended, type RunContext } from "../src/ExternalChildRunner.ts"
import { MessageId, RunId } from "../src/Ids.ts"
import * as Outcome from "../src/Outcome.ts"
import * as SessionStore from "../src/SessionStore.ts"
import * as RunHarness from "../src/testing/RunHarness.ts"
import { answer, runnerOf, sessionOf, shown, toolOf } from "./AgentWorld.ts"
import { agent, child, root, worldWith } from "./world.ts"

/** A store whose transcript ends with a response that wants these calls of `act`. */
const leftOver = (ids: ReadonlyArray<string>) =>
  Layer.effect(
    SessionStore.SessionStore,
    Effect.gen(function* () {
      const store = yield* SessionStore.SessionStore
      const { id: sessionId } = sessionOf()
      const written = { sessionId, hidden: false, createdAtMillis: 0 } as const
      const content = ids.map((id) => ({ type: "tool-call", id, name: "act", params: {} }))
      yield* store.commit([
        { _tag: "SessionCreated", session: sessionOf() },
        { _tag: "MessageAppended", message: { ...written, id: MessageId.make("msg_1"), role: "user", text: "go" } },
        {
          _tag: "MessageAppended",
          message: {
            ...written,
            id: MessageId.make("msg_2"),
            runId: RunId.make("run_1"),
            role: "assistant",
            text: "",
            content: { role: "assistant", content }
          }
        }
      ])
      return store
    }).pipe(Effect.orDie)
  ).pipe(Layer.provide(SessionStore.layerMemory))

describe("calls that a dead process left without an answer", () => {
  it.effect("are made when they had not begun, after who was asked before has answered, and never twice", () =>
    Effect.gen(function* () {
      const made: Array<string> = []
      const act = toolOf("act", {
        repeatable: false,
        asksFirst: true,
        call: ({ toolCallId }) =>
          Effect.sync(() => {
            made.push(toolCallId)
            return { isFailure: false, result: "acted" }
          })
      })
      const { runner, sent } = yield* runnerOf({ turns: [answer("done")], tools: [act] }, leftOver(["1", "2"]))
      const harness = yield* RunHarness.make({
        session: sessionOf(),
        runId: "run_2",
        prompt: "go",
        resume: { runId: RunId.make("run_1"), cutOff: ["1"] }
      })
      yield* harness.answerAsk("tool:run_2:2", { _tag: "Approved", text: Option.none() })
      yield* harness.run(runner)
      assert.deepStrictEqual(made, ["2"])
      const lines = sent.flatMap(({ prompt }) => shown(prompt))
      assert.match(lines.at(-1) ?? "", /^tool: 1="The run was cut off during this call.*2="acted"/)
    })
  )

  it.effect("are known by the report of their run until their answers are recorded with them", () =>
    Effect.gen(function* () {
      const isBegun = yield* Deferred.make<void>()
      const isAgain = yield* Deferred.make<void>()
      const isNever = yield* Deferred.make<void>()
      const mayEnd = yield* Deferred.make<void>()
      const capabilities = { steer: false, requests: false, resume: false, usage: false, gracefulCancel: false }
      const run = (context: RunContext) =>
        Effect.gen(function* () {
          yield* context.onceOnly({ toolCallId: "1", toolName: "act" }, Effect.void)
          yield* Deferred.succeed(isBegun, undefined)
          yield* Deferred.await(mayEnd)
          yield* context.appendRound([{ role: "tool", text: "act: acted", hidden: false }])
          yield* context.onceOnly(
            { toolCallId: "2", toolName: "act" },
            Effect.andThen(Deferred.succeed(isAgain, undefined), Deferred.await(isNever))
          )
          return ended(Outcome.done)
        })
      const shouldHandle = ({ metadata }: Pick<RunContext["session"], "metadata">) =>
        metadata["external.agent_id"] === agent
      const world = worldWith({ name: "acts", capabilities, shouldHandle, run })
      yield* Effect.gen(function* () {
        const store = yield* SessionStore.SessionStore
        const begun = Effect.map(store.openJobs, ([open]) => open?.report.begunToolCalls)
        yield* child((yield* root).id, ["go"])
        yield* Deferred.await(isBegun)
        assert.deepStrictEqual(yield* begun, ["1"])
        yield* Deferred.succeed(mayEnd, undefined)
        yield* Deferred.await(isAgain)
        assert.deepStrictEqual(yield* begun, ["2"])
      }).pipe(Effect.provide(world))
    })
  )
})
