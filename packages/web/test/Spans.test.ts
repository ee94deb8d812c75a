import { assert, describe, it } from "@effect/vitest"
import { type AgentEvent, Ids } from "@offshoot/core"
import type { Entry } from "../src/Events.ts"
import * as Spans from "../src/Spans.ts"

const a = Ids.SessionId.make("ses_a")
const root = Ids.SessionId.make("ses_root")
const runId = Ids.RunId.make("run_1")

type Status = "pending" | "running" | "awaiting_request" | "waiting_for_children" | "cancelling" | "completed"

const started: AgentEvent.AgentEvent = { type: "sub_agent_started", parentSessionId: root, childSessionId: a }
const ran: AgentEvent.AgentEvent = { type: "execution_started", runId, sessionId: a, startedAt: "" }
const now = (status: Status): AgentEvent.AgentEvent => ({ type: "session_status_changed", sessionId: a, status })
const complete: AgentEvent.AgentEvent = { type: "complete", runId, status: "completed", reason: "done" }
const completed: AgentEvent.AgentEvent = {
  type: "sub_agent_completed",
  parentSessionId: root,
  childSessionId: a,
  status: "completed",
  reason: "done"
}

/** One second between two events. */
const entries = (...events: ReadonlyArray<AgentEvent.AgentEvent>): ReadonlyArray<Entry> =>
  events.map((event, index) => ({ number: index + 1, streamId: a, atMillis: (index + 1) * 1_000, event }))

const shown = (tracks: Spans.Tracks): ReadonlyArray<string> =>
  tracks.byId.get(a)?.spans.map(({ fromMillis, state, toMillis }) => `${state} ${fromMillis}-${toMillis ?? ""}`) ?? []

describe("Spans", () => {
  it.each<readonly [string, ReadonlyArray<AgentEvent.AgentEvent>, ReadonlyArray<string>]>([
    ["queued, then running", [started, ran], ["queued 1000-2000", "running 2000-"]],
    [
      "a wait between two runs of one job",
      [started, ran, now("waiting_for_children"), now("running"), complete],
      ["queued 1000-2000", "running 2000-3000", "waiting 3000-4000", "running 4000-5000"]
    ],
    ["an end that is told twice", [ran, complete, now("completed"), completed], ["running 1000-2000"]],
    [
      "a rest leaves a gap",
      [ran, complete, now("pending"), ran],
      ["running 1000-2000", "queued 3000-4000", "running 4000-"]
    ],
    ["the same state again", [ran, now("running")], ["running 1000-"]]
  ])("%s", (_name, events, spans) =>
    assert.deepStrictEqual(shown(Spans.take(Spans.none, entries(...events), () => true)), spans)
  )

  it("takes nothing twice, and nothing of other sessions", () => {
    const all = entries(started, ran, complete)
    const once = Spans.take(Spans.none, all, () => true)
    assert.deepStrictEqual(
      Spans.take(once, all, () => true),
      once
    )
    assert.strictEqual(Spans.take(Spans.none, all, () => false).byId.size, 0)
  })
})
