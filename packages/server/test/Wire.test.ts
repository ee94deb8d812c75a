import { assert, describe, it } from "@effect/vitest"
import { Outcome, type Session } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Wire from "../src/Wire.ts"
import { childId, rootId, runId, session, view } from "./serving.ts"

describe("a session", () => {
  it("shows what it has and leaves out what it has not", () => {
    assert.deepStrictEqual(Wire.session(view()), {
      id: rootId,
      kind: "root",
      rootId,
      depth: 0,
      title: "a root",
      status: "idle",
      metadata: {},
      createdAt: "1970-01-01T00:00:00.000Z",
      updatedAt: "1970-01-01T00:00:01.000Z",
      version: 1
    })
  })

  it("shows its live run", () => {
    const shown = Wire.session({
      ...view({ status: "running" }),
      run: Option.some({
        runId,
        runner: "agent",
        startedAtMillis: 0,
        lastEventAtMillis: 5,
        rounds: 2,
        lastTool: { name: "bash", phase: "begin", sinceMillis: 4 },
        budget: undefined
      })
    })
    assert.deepStrictEqual(shown.run, {
      runId,
      startedAt: "1970-01-01T00:00:00.000Z",
      lastEventAt: "1970-01-01T00:00:00.005Z",
      rounds: 2,
      lastTool: { name: "bash", phase: "begin", since: "1970-01-01T00:00:00.004Z" }
    })
  })

  it("shows its place in the queue", () => {
    const place = { position: 2, reason: "parent_limit" } as const
    assert.deepStrictEqual(Wire.session({ ...view({ status: "pending" }), place: Option.some(place) }).place, place)
  })

  it.each<[Session.SessionStatus, Outcome.Outcome | undefined, string | undefined, string | undefined]>([
    ["completed", { status: "completed", reason: "done" }, "done", undefined],
    ["error", { status: "error", reason: "lost", message: "gone" }, "lost", "gone"],
    ["cancelled", { status: "cancelled", reason: "by_user" }, "by_user", "Cancelled by user"],
    ["running", { status: "error", reason: "lost", message: "gone" }, undefined, undefined],
    ["idle", undefined, undefined, undefined]
  ])("that is %s after %o has the reason %s and the error %s", (status, outcome, reason, error) => {
    const shown = Wire.record(session({ status, ...(outcome === undefined ? {} : { outcome }) }))
    assert.strictEqual(shown.reason, reason)
    assert.strictEqual(shown.error, error)
  })

  it("keeps its inner keys to itself", () => {
    const shown = Wire.record(session({ requestKey: "k", runId }))
    assert.notProperty(shown, "requestKey")
    assert.notProperty(shown, "runId")
  })
})

describe("a result", () => {
  const settled = (outcome: Outcome.Outcome) => ({
    sessionId: childId,
    runId,
    outcome,
    text: "t",
    textTruncated: false,
    usage: Option.none(),
    resume: Option.none(),
    artifacts: []
  })

  it.each<[Outcome.Outcome, boolean, Record<string, string | number>]>([
    [{ status: "completed", reason: "truncated", limit: "rounds" }, false, { limit: "rounds" }],
    [{ status: "error", reason: "rate_limited", message: "m", retryAfterSeconds: 9 }, true, { retryAfterSeconds: 9 }],
    [{ status: "error", reason: "agent_failed", message: "m", exitCode: 2 }, false, { exitCode: 2 }],
    [
      { status: "timeout", reason: "idle", elapsedSeconds: 3, limitSeconds: 2 },
      true,
      { elapsedSeconds: 3, limitSeconds: 2 }
    ],
    [{ status: "cancelled", reason: "by_parent" }, false, {}]
  ])("of %o carries the data of its reason", (outcome, retryable, details) => {
    const shown = Wire.result(settled(outcome))
    assert.strictEqual(shown.status, outcome.status)
    assert.strictEqual(shown.reason, outcome.reason)
    assert.strictEqual(shown.retryable, retryable)
    assert.deepStrictEqual(shown.details, details)
    assert.strictEqual(shown.error, Outcome.errorText(outcome))
    assert.strictEqual(shown.hint, Outcome.hint(outcome))
    assert.notProperty(shown, "usage")
    assert.notProperty(shown, "resume")
    assert.notProperty(shown, "textTruncated")
    assert.notProperty(shown, "artifacts")
  })

  it("says that its text is only the end, and what can be gone on with", () => {
    const shown = Wire.result({
      ...settled({ status: "completed", reason: "done" }),
      textTruncated: true,
      usage: Option.some({ inputTokens: 1 }),
      resume: Option.some("r"),
      artifacts: [{ kind: "place", name: "worktree", location: "/trees/a", details: { branch: "b" } }]
    })
    assert.deepInclude(shown, { textTruncated: true, usage: { inputTokens: 1 }, resume: "r" })
    assert.deepStrictEqual(shown.artifacts, [
      { kind: "place", name: "worktree", location: "/trees/a", details: { branch: "b" } }
    ])
    assert.notProperty(shown, "error")
  })
})

describe("a page", () => {
  it.each([
    [[], 2, [], undefined],
    [[1], 2, [1], undefined],
    [[1, 2], 2, [1, 2], undefined],
    [[1, 2, 3], 2, [1, 2], "2"]
  ])("of %o with a limit of %i has %o and goes on after %s", (read, limit, items, nextCursor) => {
    const page = Wire.page(read, limit, (entry: number) => entry, String)
    assert.deepStrictEqual(page, { items, ...(nextCursor === undefined ? {} : { nextCursor }) })
  })
})

describe("the feed", () => {
  it("has every durable type and no ephemeral one", () => {
    assert.include(Wire.durableTypes, "sub_agent_completed")
    assert.notInclude(Wire.durableTypes, "token")
    assert.strictEqual(new Set(Wire.durableTypes).size, Wire.durableTypes.length)
  })
})
