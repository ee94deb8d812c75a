import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import * as ExternalChildRunner from "../src/ExternalChildRunner.ts"
import { RequestId, type SessionId } from "../src/Ids.ts"
import * as Outcome from "../src/Outcome.ts"
import { SessionStore } from "../src/SessionStore.ts"
import type { RunReport } from "../src/SpawnJob.ts"
import { SubAgents } from "../src/SubAgents.ts"
import * as World from "./world.ts"

/** What the record has of the live run of a session. */
const recorded = (id: SessionId) =>
  Effect.flatMap(SessionStore, (store) =>
    Effect.map(
      store.openJobs,
      (open): RunReport | undefined => open.find(({ job }) => job.childSessionId === id)?.report
    )
  )

const runner = (
  run: (context: ExternalChildRunner.RunContext) => Effect.Effect<unknown>
): ExternalChildRunner.ExternalChildRunner => ({
  name: "reporting",
  capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: false },
  shouldHandle: () => true,
  run: (context) => Effect.as(run(context), ExternalChildRunner.ended(Outcome.done))
})

const turn = TestClock.adjust("1 millis")

describe("what a run reports", () => {
  it.effect("a resume handle is in the record at once; usage with the next thing that is recorded", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, [])
      yield* turn
      assert.deepStrictEqual(yield* recorded(session.id), { resume: "thread-1" })
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* recorded(session.id), { resume: "thread-1", usage: { outputTokens: 7 } })
    }).pipe(
      Effect.provide(
        World.worldWith(
          runner((context) =>
            Effect.gen(function* () {
              yield* context.report({ resume: "thread-1" })
              yield* context.report({ usage: { outputTokens: 7 } })
              yield* Effect.sleep("1 seconds")
              yield* context.append({ role: "assistant", text: "said", hidden: false })
              yield* Effect.sleep("60 seconds")
            })
          )
        )
      )
    )
  )

  it.effect("what a cancelled run has told is part of its result", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* World.root
      const { session } = yield* World.child(root.id, [])
      yield* turn
      yield* agents.cancel(session.id, { mode: "graceful", by: "by_user", reach: "session" })
      yield* turn
      const result = yield* agents.result(session.id)
      assert.deepStrictEqual<unknown>(
        Option.map(result, ({ resume, usage }) => ({ resume, usage })),
        Option.some({ resume: Option.some("thread-1"), usage: Option.some({ outputTokens: 7 }) })
      )
    }).pipe(
      Effect.provide(
        World.worldWith(
          runner((context) =>
            Effect.andThen(context.report({ resume: "thread-1", usage: { outputTokens: 7 } }), Effect.never)
          )
        )
      )
    )
  )

  it.effect("a call that must not be made twice is open in the record while it runs, and not after it", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, [])
      yield* turn
      const open = yield* recorded(session.id)
      assert.deepStrictEqual(
        open?.openToolCalls?.map(({ toolName }) => toolName),
        ["transfer", "mail"]
      )
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual((yield* recorded(session.id))?.openToolCalls, [])
    }).pipe(
      Effect.provide(
        World.worldWith(
          runner((context) =>
            Effect.gen(function* () {
              const call = (toolName: string) =>
                context.onceOnly({ toolCallId: toolName, toolName }, Effect.sleep("1 seconds"))
              yield* Effect.all([call("transfer"), call("mail")], { concurrency: "unbounded" })
              yield* Effect.sleep("60 seconds")
            })
          )
        )
      )
    )
  )

  it.effect("only so many calls may be open at once: one more is a fault of the runner", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const settled = yield* Effect.flatMap(World.child(root.id, []), World.settled)
      assert.deepInclude(settled.outcome, { status: "error", reason: "defect" })
    }).pipe(
      Effect.provide(
        World.worldWith(
          runner((context) =>
            Effect.forEach(
              Array.from({ length: 65 }, (_, index) => `call ${index}`),
              (toolName) => context.onceOnly({ toolCallId: toolName, toolName }, Effect.sleep("1 seconds")),
              { concurrency: "unbounded" }
            )
          )
        )
      )
    )
  )
})

describe("asks of one run", () => {
  const ask = (context: ExternalChildRunner.RunContext, key: string) =>
    context.ask({ key, ask: { type: "question", question: key } })

  it.effect("are open at once in a bounded number; one more is not given", () => {
    let ended = 0
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* World.root
      yield* World.child(root.id, [])
      yield* turn
      const open = yield* agents.requests({ state: "open", scope: { _tag: "All" }, after: Option.none(), limit: 1_000 })
      assert.lengthOf(open, 64)
      assert.strictEqual(ended, 6)
    }).pipe(
      Effect.provide(
        World.worldWith(
          runner((context) =>
            Effect.forEach(
              Array.from({ length: 70 }, (_, index) => `key ${index}`),
              (key) =>
                Effect.map(ask(context, key), ({ _tag }) => {
                  if (_tag === "Expired") ended += 1
                }),
              { concurrency: "unbounded" }
            )
          )
        )
      )
    )
  })

  it.effect("have a key of bounded length", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const settled = yield* Effect.flatMap(World.child(root.id, []), World.settled)
      assert.deepInclude(settled.outcome, { status: "error", reason: "defect" })
    }).pipe(Effect.provide(World.worldWith(runner((context) => ask(context, "k".repeat(513))))))
  )

  it.effect("a request that the run has stopped waiting for stays until the run has settled", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* World.root
      const { session } = yield* World.child(root.id, [])
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* World.statusOf(session.id), "running")
      const all = {
        state: "any",
        scope: { _tag: "Session", sessionId: session.id },
        after: Option.none(),
        limit: 5
      } as const
      const [request] = yield* agents.requests(all)
      assert.strictEqual(request?.status, "pending")
      yield* TestClock.adjust("60 seconds")
      const after = yield* agents.request(request?.id ?? RequestId.make("req_none"))
      assert.deepInclude(after, { status: "expired", by: { type: "run_ended" } })
    }).pipe(
      Effect.provide(
        World.worldWith(
          runner((context) =>
            Effect.andThen(Effect.timeoutOption(ask(context, "k"), "2 seconds"), Effect.sleep("60 seconds"))
          )
        )
      )
    )
  )
})
