import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import * as Agent from "../src/Agent.ts"
import * as AgentDirectory from "../src/AgentDirectory.ts"
import * as ChildCompletionHandler from "../src/ChildCompletionHandler.ts"
import * as ExternalChildRunner from "../src/ExternalChildRunner.ts"
import * as Ids from "../src/Ids.ts"
import * as Offshoot from "../src/Offshoot.ts"
import * as Outcome from "../src/Outcome.ts"
import * as ProviderRouter from "../src/ProviderRouter.ts"
import type { Session } from "../src/Session.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { SpawnScheduler } from "../src/SpawnScheduler.ts"
import { SubAgents } from "../src/SubAgents.ts"
import { child, eventsOf, root, settled, watch, world } from "./world.ts"

const capabilities = { steer: false, requests: false, resume: false, usage: false, gracefulCancel: false }

/** A runner that says its own name, for every session or for none. */
const namedRunner = (name: string, takes: "all" | "none"): ExternalChildRunner.ExternalChildRunner => ({
  name,
  capabilities,
  shouldHandle: () => takes === "all",
  run: (context) => Effect.as(context.emit({ type: "token", content: name }), ExternalChildRunner.ended(Outcome.done))
})

const external = { "runtime.kind": "external", "external.agent_id": "any", "external.protocol": "any" }

describe("composition", () => {
  it.effect("S-ctx: a store is all that is needed; every other part has a layer that does nothing", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* agents.createRoot({ title: "bare" })
      const spawned = yield* agents.spawn(parent.id, { prompt: "hi" })
      assert.strictEqual((yield* settled(spawned)).outcome?.reason, "setup")
    }).pipe(
      Effect.provide(
        Offshoot.layer.pipe(
          Layer.provide(SessionStore.layerMemory),
          Layer.provide([Agent.layerNone, AgentDirectory.layerNone, ChildCompletionHandler.layerNone]),
          Layer.provide([ExternalChildRunner.layerNone, ProviderRouter.layerNone])
        )
      )
    )
  )

  it.effect("S-runner-port: the first runner that takes the session runs it", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* root
      const spawned = yield* agents.spawn(parent.id, { prompt: "hi", metadata: external })
      yield* settled(spawned)
      assert.strictEqual(Option.getOrThrow(yield* agents.result(spawned.session.id)).text, "second")
    }).pipe(
      Effect.provide(
        Offshoot.layer.pipe(
          Layer.provide(SessionStore.layerMemory),
          Layer.provide(
            ExternalChildRunner.layer([
              namedRunner("first", "none"),
              namedRunner("second", "all"),
              namedRunner("third", "all")
            ])
          )
        )
      )
    )
  )

  it.effect(
    "S-runner-port: a cancel is the runner's interruption, and its scope is closed before the completion",
    () => {
      const made = world()
      return Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* child(parent.id, ["say so", "hang"])
        yield* TestClock.adjust("1 second")
        assert.strictEqual(made.census.open, 1)
        yield* agents.cancel(spawned.session.id, { mode: "graceful", by: "by_parent", reach: "subtree" })
        yield* settled(spawned)
        assert.strictEqual(made.census.open, 0)
      }).pipe(Effect.provide(made.layer))
    }
  )

  it.effect("S-canonical: a spawned child, an enqueued job and a second run take the same way", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const scheduler = yield* SpawnScheduler
      const store = yield* SessionStore.SessionStore
      const parent = yield* root
      const { seen } = yield* watch(parent.id)
      const spawned = yield* child(parent.id, ["say x"])
      yield* settled(spawned)

      const id = Ids.SessionId.make("ses_enqueued")
      const runId = Ids.RunId.make("run_enqueued")
      const { requestKey: _, ...like } = spawned.session
      const session: Session = { ...like, id, runId }
      const message = { id: Ids.MessageId.make("msg_enqueued"), sessionId: id, role: "user", text: "say x" } as const
      const job = { runId, parentSessionId: parent.id, childSessionId: id, model: "", acceptedAtMillis: 0 }
      yield* scheduler.enqueue({
        job,
        session,
        ancestors: [parent.id],
        changes: [
          { _tag: "SessionCreated", session },
          { _tag: "MessageAppended", message: { ...message, hidden: false, createdAtMillis: 0 } },
          { _tag: "JobAccepted", job }
        ],
        show: () => undefined,
        epoch: scheduler.cancelEpoch()
      })
      yield* TestClock.adjust("1 millis")

      yield* store.commit([
        {
          _tag: "MessageAppended",
          message: { ...message, id: Ids.MessageId.make("msg_more"), hidden: false, createdAtMillis: 0 }
        }
      ])
      yield* agents.run(id)
      yield* TestClock.adjust("1 millis")

      const run = ["execution_started", "token", "message_appended", "complete", "sub_agent_completed"]
      const typesOf = (childId: Ids.SessionId) => eventsOf(seen, childId).map(({ type }) => type)
      assert.deepStrictEqual(typesOf(spawned.session.id).slice(-5), run)
      assert.deepStrictEqual(typesOf(id), [...run, "sub_agent_started", "session_status_changed", ...run])
    }).pipe(Effect.provide(world().layer))
  )
})
