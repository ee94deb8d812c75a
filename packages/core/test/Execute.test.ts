import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as References from "effect/References"
import { TestClock } from "effect/testing"
import * as Agent from "../src/Agent.ts"
import * as ExternalChildRunner from "../src/ExternalChildRunner.ts"
import * as Ids from "../src/Ids.ts"
import * as Offshoot from "../src/Offshoot.ts"
import * as Outcome from "../src/Outcome.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { SpawnScheduler } from "../src/SpawnScheduler.ts"
import { SubAgents } from "../src/SubAgents.ts"
import { child, eventsOf, root, settled, statusOf, watch, world, worldWith } from "./world.ts"

const run = <A, E>(
  effect: Effect.Effect<A, E, SubAgents | SpawnScheduler | SessionStore.SessionStore>,
  made = world()
) => Effect.provide(effect, made.layer)

describe("Execute: one launch in order", () => {
  it.effect("S-forward, S-exec-started: a parent sees started, then the run from its first event, then completed", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const { seen } = yield* watch(parent.id)
        const spawned = yield* child(parent.id, ["say a", "tool t", "tool-done t", "say b"])
        yield* settled(spawned)
        yield* TestClock.adjust("1 millis")
        const types = eventsOf(seen, spawned.session.id).map(({ type }) => type)
        assert.deepStrictEqual(types, [
          "sub_agent_started",
          "session_created",
          "message_appended",
          "execution_started",
          "token",
          "tool_start",
          "tool_complete",
          "token",
          "message_appended",
          "complete",
          "sub_agent_completed"
        ])
      })
    )
  )

  it.effect("S-job, S-setmodel: the session's model is the job's before the run begins", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* child(parent.id, ["sleep 5"], { model: "big-one", disabledTools: ["Bash"] })
        yield* TestClock.adjust("1 second")
        const { session } = yield* agents.session(spawned.session.id)
        assert.strictEqual(session.model, "big-one")
        const store = yield* SessionStore.SessionStore
        const [open] = yield* store.openJobs
        assert.deepStrictEqual(open?.job.disabledTools, ["Bash"])
        assert.strictEqual(open?.job.parentSessionId, parent.id)
      })
    )
  )

  it.effect("S-marker: metadata says running before the runner starts, and the outcome after it", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* child(parent.id, ["sleep 5", "fail no luck"], { metadata: { last_run_error: "old" } })
        yield* TestClock.adjust("1 second")
        const during = (yield* agents.session(spawned.session.id)).session.metadata
        assert.strictEqual(during["last_run_status"], "running")
        assert.notProperty(during, "last_run_error")
        yield* TestClock.adjust("5 seconds")
        const after = (yield* agents.session(spawned.session.id)).session.metadata
        assert.strictEqual(after["last_run_status"], "error")
        assert.strictEqual(after["last_run_error"], "no luck")
      })
    )
  )

  it.effect("S-heartbeat: at once, every five seconds, and none after the completion", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const { seen } = yield* watch(parent.id)
        yield* child(parent.id, ["sleep 12"])
        const beats = () => seen.filter(({ type }) => type === "sub_agent_heartbeat").length
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(beats(), 1)
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(beats(), 2)
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(beats(), 3)
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(beats(), 3)
        assert.strictEqual(seen.at(-1)?.type, "sub_agent_completed")
      })
    )
  )

  it.effect("S-diagnostics: the snapshot follows the run and is gone with it", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* child(parent.id, ["round 3", "budget 70", "tool grep", "sleep 5"])
        yield* TestClock.adjust("1 second")
        const snapshot = Option.getOrThrow((yield* agents.session(spawned.session.id)).run)
        assert.deepInclude(snapshot, { rounds: 3, runner: "scripted", runId: spawned.runId })
        assert.deepStrictEqual(snapshot.lastTool, { name: "grep", phase: "begin", sinceMillis: 0 })
        assert.strictEqual(snapshot.budget?.usedTokens, 70)
        yield* TestClock.adjust("5 seconds")
        assert.isTrue(Option.isNone((yield* agents.session(spawned.session.id)).run))
      })
    )
  )

  it.effect("S-notfound: a job whose child does not exist completes as error for its parent", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const { seen } = yield* watch(parent.id)
        const scheduler = yield* SpawnScheduler
        const missing = Ids.SessionId.make("ses_missing")
        const runId = Ids.RunId.make("run_1")
        const job = { runId, parentSessionId: parent.id, childSessionId: missing, model: "", acceptedAtMillis: 0 }
        yield* scheduler.enqueue({
          job,
          session: parent,
          ancestors: [parent.id],
          changes: [{ _tag: "JobAccepted", job }],
          show: () => undefined,
          epoch: scheduler.cancelEpoch()
        })
        yield* TestClock.adjust("1 second")
        assert.deepInclude(seen.at(-1), {
          type: "sub_agent_completed",
          status: "error",
          error: "child session not found"
        })
        const store = yield* SessionStore.SessionStore
        assert.strictEqual((yield* store.openJobs).length, 0)
        assert.strictEqual(Option.getOrThrow(yield* store.completion(runId)).outcome.reason, "setup")
      })
    )
  )

  it.effect("S-skipped: a session without a pending message completes as skipped", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* child(parent.id, ["say done"])
        yield* settled(spawned)
        const again = yield* agents.run(spawned.session.id)
        const session = yield* settled(again)
        assert.strictEqual(session.status, "skipped")
        assert.strictEqual(session.metadata["last_run_status"], "skipped")
        assert.strictEqual(session.metadata["last_run_error"], "No pending message to execute")
        assert.notStrictEqual(again.runId, spawned.runId)
      })
    )
  )

  it.effect("S-crash: a defect in the runner settles the child as error with reason defect", () => {
    const made = world()
    return run(
      Effect.gen(function* () {
        const parent = yield* root
        const { seen } = yield* watch(parent.id)
        const session = yield* settled(yield* child(parent.id, ["say before", "die boom"]))
        assert.deepStrictEqual(session.outcome, { status: "error", reason: "defect", message: "Error: boom" })
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(seen.at(-1)?.type, "sub_agent_completed")
        assert.strictEqual(made.census.open, 0)
      }),
      made
    )
  })

  it.effect("S-external: a session without any runner says so", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* root
      const spawned = yield* agents.spawn(parent.id, { prompt: "hi", metadata: { "runtime.kind": "external" } })
      const session = yield* settled(spawned)
      assert.deepStrictEqual(session.outcome, {
        status: "error",
        reason: "setup",
        message: "Child session requires external runtime, but no external runner is configured"
      })
    }).pipe(Effect.provide(Offshoot.layer.pipe(Layer.provide(SessionStore.layerMemory))))
  )

  it.effect("S-external: a session without external metadata runs in the in-process agent", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* agents.spawn(parent.id, { prompt: "ping" })
        yield* settled(spawned)
        const result = Option.getOrThrow(yield* agents.result(spawned.session.id))
        assert.strictEqual(result.text, "pong to ping")
      }),
      world(
        {},
        Agent.layer({
          run: (context) =>
            Effect.as(
              context.emit({ type: "token", content: `pong to ${context.prompt}` }),
              ExternalChildRunner.ended(Outcome.done)
            )
        })
      )
    )
  )
})

describe("Execute: verdicts", () => {
  it.effect("S-timeout-wins: a run that completes while it is being stopped has still timed out", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* agents.spawn(parent.id, {
          prompt: "x",
          metadata: { "child_watchdog.max_total_secs": "10" }
        })
        yield* TestClock.adjust("10 seconds")
        yield* TestClock.adjust("2 seconds")
        const session = yield* settled(spawned)
        assert.deepStrictEqual(session.outcome, {
          status: "timeout",
          reason: "total",
          elapsedSeconds: 10,
          limitSeconds: 10
        })
        assert.strictEqual(
          session.metadata["last_run_error"],
          "Child session timed out after 10 seconds (max_total_secs=10)"
        )
      }),
      world(
        {},
        Agent.layer({
          run: () =>
            Effect.as(Effect.uninterruptible(Effect.sleep("12 seconds")), ExternalChildRunner.ended(Outcome.done))
        })
      )
    )
  )

  it.effect("S-idle-log: an idle stop logs parent, child, reason, last tool, its phase and the rounds", () => {
    const lines: Array<readonly [unknown, Readonly<Record<string, unknown>>]> = []
    const logger = Logger.layer([
      Logger.make(({ fiber, message }) => lines.push([message, fiber.getRef(References.CurrentLogAnnotations)]))
    ])
    return run(
      Effect.gen(function* () {
        const parent = yield* root
        const spawned = yield* child(parent.id, ["round 2", "tool grep", "tool-error grep", "hang"], {
          metadata: { "child_watchdog.max_idle_secs": "30" }
        })
        yield* TestClock.adjust("30 seconds")
        assert.strictEqual((yield* settled(spawned)).outcome?.reason, "idle")
        assert.deepStrictEqual(lines, [
          [
            ["child.timeout_idle"],
            {
              parentSessionId: parent.id,
              childSessionId: spawned.session.id,
              reason: "Child session idle timeout after 30 seconds without events (max_idle_secs=30)",
              lastToolName: "grep",
              lastToolPhase: "error",
              roundCount: 2
            }
          ]
        ])
      }),
      world({}, logger)
    )
  })

  it.effect("S-idle-log: a runner that finds its agent silent says so itself, and by which setting", () => {
    const lines: Array<unknown> = []
    const logger = Logger.layer([Logger.make(({ message }) => lines.push(message))])
    const silent: Outcome.RunnerOutcome = {
      status: "timeout",
      reason: "idle",
      elapsedSeconds: 9,
      limitSeconds: 8,
      setting: "agents.a.silenceSeconds"
    }
    const runner: ExternalChildRunner.ExternalChildRunner = {
      name: "watching",
      capabilities: { steer: false, requests: false, resume: false, usage: false, gracefulCancel: false },
      shouldHandle: () => true,
      run: () => Effect.succeed(ExternalChildRunner.ended(silent))
    }
    return Effect.gen(function* () {
      const session = yield* settled(yield* child((yield* root).id, []))
      assert.deepStrictEqual(session.outcome, silent)
      assert.strictEqual(
        session.metadata["last_run_error"],
        "Child session idle timeout after 9 seconds without events (agents.a.silenceSeconds=8)"
      )
      assert.deepStrictEqual(lines, [["child.timeout_idle"]])
    }).pipe(Effect.provide(worldWith(runner, {}, logger)))
  })

  it.effect("S-silent-tool: an open tool call is not idleness, and has a cap of its own", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const metadata = { "child_watchdog.max_idle_secs": "30", "child_watchdog.max_tool_secs": "120" }
        const spawned = yield* child(parent.id, ["tool build", "hang"], { metadata })
        yield* TestClock.adjust("119 seconds")
        assert.strictEqual(yield* statusOf(spawned.session.id), "running")
        yield* TestClock.adjust("1 second")
        const session = yield* settled(spawned)
        assert.deepStrictEqual(session.outcome, {
          status: "timeout",
          reason: "tool",
          elapsedSeconds: 120,
          limitSeconds: 120,
          toolName: "build"
        })
      })
    )
  )

  it.effect("S-silent-tool: a pending request and running grandchildren are not idleness", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const metadata = { "child_watchdog.max_idle_secs": "30" }
        const asking = yield* child(parent.id, ["await-request 300", "say answered"], { metadata })
        const busy = yield* child(parent.id, ["sleep 300", "say slept"], { metadata })
        yield* child(busy.session.id, ["count 3", "tool t", "sleep 290", "tool-done t"])
        yield* TestClock.adjust("200 seconds")
        assert.strictEqual(yield* statusOf(asking.session.id), "awaiting_request")
        assert.strictEqual(yield* statusOf(busy.session.id), "running")
        yield* TestClock.adjust("100 seconds")
        assert.strictEqual((yield* settled(asking)).status, "completed")
        assert.strictEqual((yield* settled(busy)).status, "completed")
      })
    )
  )

  it.effect("S-total-wait: waiting counts in the total, unless the session's metadata excludes it", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const counted = yield* child(parent.id, ["await-request 90", "sleep 5"], {
          metadata: { "child_watchdog.max_total_secs": "60" }
        })
        const excluded = yield* child(parent.id, ["await-request 90", "sleep 5"], {
          metadata: { "child_watchdog.max_total_secs": "60", "child_watchdog.waits": "excluded" }
        })
        yield* TestClock.adjust("100 seconds")
        assert.strictEqual((yield* settled(counted)).outcome?.reason, "total")
        assert.strictEqual((yield* settled(excluded)).status, "completed")
      })
    )
  )

  it.effect("S-verdict: a runner that does not stop is settled within the grace time all the same", () => {
    const made = world()
    return run(
      Effect.gen(function* () {
        const parent = yield* root
        const spawned = yield* child(parent.id, ["deaf"], { metadata: { "child_watchdog.max_total_secs": "10" } })
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* statusOf(spawned.session.id), "running")
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual((yield* settled(spawned)).outcome?.reason, "total")
      }),
      made
    )
  })

  it.effect("S-finalize: what a failed child said is in its transcript and its result", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* child(parent.id, ["say half of", "say  the answer", "fail broken"])
        yield* settled(spawned)
        const result = Option.getOrThrow(yield* agents.result(spawned.session.id))
        assert.strictEqual(result.text, "half of the answer")
        assert.deepStrictEqual(result.outcome, { status: "error", reason: "agent_failed", message: "broken" })
        const messages = yield* agents.messages(spawned.session.id, { after: 0, limit: 10 })
        assert.deepStrictEqual(
          messages.map(({ role }) => role),
          ["user", "assistant"]
        )
      })
    )
  )
})
