import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Outcome from "../src/Outcome.ts"
import * as Recovery from "../src/Recovery.ts"
import type { Session } from "../src/Session.ts"
import { SessionStore, layerMemory } from "../src/SessionStore.ts"
import * as Records from "./SessionRecords.ts"

const job = Records.job()

describe("Recovery.decide", () => {
  it.each(["pending", "running", "cancelling"] as const)(
    "S-restart: a queued job of a %s session queues again",
    (status) => {
      const decision = Recovery.decide({ job, state: "queued" }, Option.some(Records.child({ status })))
      assert.deepStrictEqual(decision, { _tag: "Requeue" })
    }
  )

  const launched: ReadonlyArray<readonly [string, Option.Option<Session>, string]> = [
    ["a running session", Option.some(Records.child({ status: "running" })), "while it was running"],
    ["a waiting session", Option.some(Records.child({ status: "waiting_for_children" })), "while it was running"],
    ["a session being cancelled", Option.some(Records.child({ status: "cancelling" })), "while it was being cancelled"],
    ["no session at all", Option.none(), "while it was running"]
  ]
  it.each(launched)("S-restart: a launched job of %s is lost, and may be tried again", (_, session, known) => {
    const decision = Recovery.decide({ job, state: "launched" }, session)
    assert.strictEqual(decision._tag, "Settle")
    if (decision._tag !== "Settle") return
    assert.strictEqual(decision.outcome.reason, "lost")
    assert.include(Outcome.errorText(decision.outcome), known)
    assert.isTrue(Outcome.retryable(decision.outcome))
  })
})

describe("Recovery.openJobs", () => {
  const parent = Records.root()
  const child = Records.child()
  const grandchildId = Records.sessionId("grandchild")
  const grandchild = Records.child({ id: grandchildId, parentId: child.id, depth: 2, runId: Records.runId("grand") })

  it.effect("finds every open job in the order of acceptance, with its line of ancestors", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore
      yield* store.commit([
        { _tag: "SessionCreated", session: parent },
        { _tag: "SessionCreated", session: child },
        { _tag: "SessionCreated", session: grandchild },
        { _tag: "JobAccepted", job: Records.job() },
        {
          _tag: "JobAccepted",
          job: Records.job({ runId: Records.runId("grand"), parentSessionId: child.id, childSessionId: grandchildId })
        },
        { _tag: "JobLaunched", runId: Records.runId("now") }
      ])
      const found = yield* Recovery.openJobs(store)
      assert.deepStrictEqual(
        found.map(({ ancestors }) => ancestors),
        [[parent.id], [child.id, parent.id]]
      )
      assert.deepStrictEqual(
        found.map(({ decision }) => decision._tag),
        ["Settle", "Requeue"]
      )
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("walks a damaged record whose parents go in a circle no further than 64 steps", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore
      yield* store.commit([
        {
          _tag: "SessionCreated",
          session: Records.child({ id: Records.sessionId("a"), parentId: Records.sessionId("b") })
        },
        {
          _tag: "SessionCreated",
          session: Records.child({ id: Records.sessionId("b"), parentId: Records.sessionId("a") })
        }
      ])
      assert.lengthOf(yield* Recovery.lineage(store, Records.sessionId("a")), 64)
    }).pipe(Effect.provide(layerMemory))
  )
})
