import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Lifecycle from "../src/Lifecycle.ts"
import type { Outcome } from "../src/Outcome.ts"
import { conversationOf, isInFlight, isTerminal, type Session, type SessionStatus } from "../src/Session.ts"
import * as Records from "./SessionRecords.ts"

const now = Records.runId("now")
const other = Records.runId("other")
const done: Outcome = { status: "completed", reason: "done" }

const statuses: ReadonlyArray<SessionStatus> = [
  "idle",
  "pending",
  "running",
  "awaiting_request",
  "waiting_for_children",
  "cancelling",
  "completed",
  "error",
  "timeout",
  "cancelled",
  "skipped"
]

const commands: Record<string, Lifecycle.Command> = {
  Queue: { _tag: "Queue", runId: other },
  Begin: { _tag: "Begin", runId: now, model: "" },
  AwaitRequest: { _tag: "Await", runId: now, waiting: "request" },
  AwaitChildren: { _tag: "Await", runId: now, waiting: "children" },
  Resume: { _tag: "Resume", runId: now },
  Cancel: { _tag: "Cancel" },
  Retry: { _tag: "Retry", runId: now, nextRunId: other },
  Suspend: { _tag: "Suspend", runId: now, nextRunId: other },
  Wake: { _tag: "Wake", runId: now },
  Settle: { _tag: "Settle", runId: now, outcome: done, left: Option.none() }
}

const queued = "pending"
/** The status after the command; what is not listed is refused. */
const accepted: Record<string, Partial<Record<SessionStatus, SessionStatus>>> = {
  Queue: { idle: queued, completed: queued, error: queued, timeout: queued, cancelled: queued, skipped: queued },
  Begin: { pending: "running" },
  AwaitRequest: { running: "awaiting_request" },
  AwaitChildren: { running: "waiting_for_children" },
  Resume: { awaiting_request: "running", waiting_for_children: "running" },
  Cancel: {
    idle: "cancelled",
    running: "cancelling",
    awaiting_request: "cancelling",
    waiting_for_children: "cancelling",
    cancelling: "cancelling"
  },
  Retry: { pending: queued, running: queued, awaiting_request: queued, waiting_for_children: queued },
  Suspend: { running: "waiting_for_children" },
  Wake: { waiting_for_children: queued },
  Settle: {
    pending: "completed",
    running: "completed",
    awaiting_request: "completed",
    waiting_for_children: "completed",
    cancelling: "completed"
  }
}

/** Refused because a run is in the way, rather than because there is none. */
const inTheWay: Record<string, ReadonlyArray<SessionStatus>> = {
  Queue: ["pending", "running", "awaiting_request", "waiting_for_children", "cancelling"],
  Begin: ["running", "awaiting_request", "waiting_for_children", "cancelling"]
}

const at = (status: SessionStatus, fields: Partial<Session> = {}): Session => Records.child({ status, ...fields })

const decide = (session: Session, command: Lifecycle.Command) => Lifecycle.decide(session, command, 9_000)

const after = (session: Session, command: Lifecycle.Command): Session => Result.getOrThrow(decide(session, command))

const rows = Object.entries(commands).flatMap(([name, command]) =>
  statuses.map((status) => [name, status, accepted[name]?.[status] ?? "refused", command] as const)
)

describe("Lifecycle.decide", () => {
  it.each(rows)("%s of a session that is %s: %s", (name, status, expected, command) => {
    const session = at(status)
    const decided = decide(session, command)
    if (Result.isSuccess(decided)) {
      assert.strictEqual(decided.success.status, expected)
      assert.strictEqual(decided.success.version, session.version + 1)
      assert.strictEqual(decided.success.updatedAtMillis, 9_000)
    } else {
      assert.strictEqual(expected, "refused")
      const tag = inTheWay[name]?.includes(status) === true ? "AlreadyInFlight" : "NotCurrent"
      assert.strictEqual(decided.failure._tag, tag)
      assert.strictEqual(decided.failure.status, status)
    }
  })

  it.each(
    ["Begin", "AwaitRequest", "Resume", "Retry", "Suspend", "Wake", "Settle"].flatMap((name) =>
      statuses.map((status) => [name, status] as const)
    )
  )("I2: %s of another run than the current one is refused while %s", (name, status) => {
    const command = commands[name]
    assert.isDefined(command)
    const decided = decide(at(status, { runId: other }), command)
    assert.deepStrictEqual(decided, Result.fail({ _tag: "NotCurrent", status }))
  })

  it("S-dup: queueing a session in flight names the run that is in the way", () => {
    const refused = decide(at("running"), { _tag: "Queue", runId: other })
    assert.deepStrictEqual(refused, Result.fail({ _tag: "AlreadyInFlight", runId: now, status: "running" }))
  })

  it("queueing takes the new run and forgets the outcome of the last one", () => {
    const next = after(at("error", { outcome: { status: "error", reason: "lost", message: "x" } }), {
      _tag: "Queue",
      runId: other
    })
    assert.strictEqual(next.runId, other)
    assert.notProperty(next, "outcome")
  })

  it("a job that goes on is queued with its next run", () => {
    const next = after(at("running"), { _tag: "Retry", runId: now, nextRunId: other })
    assert.strictEqual(next.runId, other)
  })

  it("a parent that rests waits under the name of its next run", () => {
    const next = after(at("running"), { _tag: "Suspend", runId: now, nextRunId: other })
    assert.strictEqual(next.runId, other)
  })

  it("S-marker: beginning marks the run as running and removes the last error", () => {
    const next = after(at("pending", { metadata: { last_run_status: "error", last_run_error: "old", kept: "yes" } }), {
      _tag: "Begin",
      runId: now,
      model: ""
    })
    assert.deepStrictEqual(next.metadata, { last_run_status: "running", kept: "yes" })
  })

  it.each([
    ["small", "large", "small"],
    ["", "large", "large"]
  ])("S-setmodel: a job with model '%s' begins a session of model '%s' with '%s'", (model, before, expected) => {
    assert.strictEqual(after(at("pending", { model: before }), { _tag: "Begin", runId: now, model }).model, expected)
  })

  it("S-setmodel: a job without a model leaves a session without one as it is", () => {
    assert.notProperty(after(at("pending"), { _tag: "Begin", runId: now, model: "" }), "model")
  })

  it("S-finalize: settling as completed keeps the outcome and removes the last error", () => {
    const next = after(at("running", { metadata: { last_run_error: "old" } }), {
      _tag: "Settle",
      runId: now,
      outcome: done,
      left: Option.none()
    })
    assert.deepStrictEqual(next.outcome, done)
    assert.deepStrictEqual(next.metadata, { last_run_status: "completed" })
  })

  it("S-skipped: settling as skipped leaves the seed's status and words in the metadata", () => {
    const outcome: Outcome = { status: "skipped", reason: "no_pending_message" }
    const next = after(at("pending"), { _tag: "Settle", runId: now, outcome, left: Option.none() })
    assert.deepStrictEqual(next.metadata, {
      last_run_status: "skipped",
      last_run_error: "No pending message to execute"
    })
  })

  describe("what a run told of its agent's conversation", () => {
    const external = (agentId: string, protocol = "p") => ({
      "runtime.kind": "external",
      "external.agent_id": agentId,
      "external.protocol": protocol
    })
    const kept = { runId: other, handle: "old", agentId: "a", protocol: "p", position: 3 }
    const settled = (
      left: Option.Option<{ readonly handle: string; readonly position: number }>,
      from: Partial<Session>
    ) => after(at("running", from), { _tag: "Settle", runId: now, outcome: done, left })
    const told = Option.some({ handle: "new", position: 9 })

    it("is kept with whose word it is, in the place of what was told before", () => {
      const { conversation } = settled(told, { metadata: external("a"), conversation: kept })
      assert.deepStrictEqual(conversation, { runId: now, handle: "new", agentId: "a", protocol: "p", position: 9 })
    })

    it("stays when a run tells nothing of it, and over the next queueing", () => {
      const next = settled(Option.none(), { metadata: external("a"), conversation: kept })
      assert.deepStrictEqual(next.conversation, kept)
      assert.deepStrictEqual(after(next, { _tag: "Queue", runId: other }).conversation, kept)
    })

    it("is not kept of a session that runs in process", () => {
      assert.notProperty(settled(told, {}), "conversation")
    })

    it.each([
      ["the agent that gave it, by its protocol", external("a"), "old"],
      ["another agent", external("b"), undefined],
      ["another protocol", external("a", "q"), undefined],
      ["no external agent", {}, undefined]
    ])("is there for %s: %j", (_, metadata, handle) => {
      const found = conversationOf(at("completed", { metadata, conversation: kept }))
      assert.strictEqual(Option.getOrUndefined(found)?.handle, handle)
    })
  })

  it("changes neither the session it was given nor its metadata", () => {
    const metadata = { last_run_error: "old" }
    const session = at("pending", { metadata })
    after(session, { _tag: "Begin", runId: now, model: "small" })
    assert.deepStrictEqual(session, at("pending", { metadata: { last_run_error: "old" } }))
  })

  it.each(statuses)("S-status: %s is idle, in flight or terminal, and only one of them", (status) => {
    const kinds = [status === "idle", isInFlight(status), isTerminal(status)].filter(Boolean)
    assert.lengthOf(kinds, 1)
  })
})
