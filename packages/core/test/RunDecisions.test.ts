/** The pure decisions of `Execute`: whether a session may run, who runs it, and how the run ended. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Execute from "../src/Execute.ts"
import { ended, type ExternalChildRunner, type RunEnd } from "../src/ExternalChildRunner.ts"
import { promptOf } from "../src/internal/prompt.ts"
import { selectRunner } from "../src/internal/runnerChoice.ts"
import type { Verdict } from "../src/internal/liveRun.ts"
import * as Outcome from "../src/Outcome.ts"
import type { Metadata, StoredMessage } from "../src/Session.ts"
import { StorageUnavailable, StoreError } from "../src/SessionStore.ts"
import * as RunHarness from "../src/testing/RunHarness.ts"
import * as Records from "./SessionRecords.ts"

const nothing = Option.none()
const flight = { job: Records.job() }
const setup = (message: string) => ({ status: "error", reason: "setup", message })

describe("Execute.readiness", () => {
  it("S-notfound: a session that is not there settles with the seed's words", () => {
    assert.deepStrictEqual<unknown>(Execute.readiness(flight, Option.none(), Option.none()), {
      _tag: "Settle",
      session: nothing,
      outcome: setup("child session not found")
    })
  })

  it("S-notfound: a root as the child of a spawn job settles with the seed's words", () => {
    const ready = Execute.readiness(flight, Option.some(Records.root()), Option.some("go"))
    assert.strictEqual(ready._tag, "Settle")
    if (ready._tag === "Settle")
      assert.deepStrictEqual<unknown>(ready.outcome, setup("spawn job child session is not kind=child"))
  })

  it("a root may run as its own job", () => {
    const own = {
      job: { runId: Records.runId("now"), childSessionId: Records.parentId, model: "", acceptedAtMillis: 0 }
    }
    assert.strictEqual(Execute.readiness(own, Option.some(Records.root()), Option.some("go"))._tag, "Ready")
  })

  it("S-skipped: without a prompt the run is skipped, with the seed's words", () => {
    const session = Option.some(Records.child())
    const ready = Execute.readiness(flight, session, Option.none())
    assert.deepStrictEqual(ready, { _tag: "Settle", session, outcome: Outcome.noPendingMessage })
    assert.strictEqual(Outcome.errorText(Outcome.noPendingMessage), "No pending message to execute")
  })
})

type Entry = readonly [role: StoredMessage["role"], text: string, run?: string]

/** What a job works on, and whether the reading may stop there. `tries` are the runs before it. */
const worksOn = (entries: ReadonlyArray<Entry>, tries: ReadonlyArray<string>, after: number) => {
  const job = Records.job({ tries: tries.map((name) => ({ runId: Records.runId(name), endedAtMillis: 1 })) })
  const recent = entries.map(([role, text, run], index) => ({
    position: index + 1,
    role,
    text,
    ...(run === undefined ? {} : { runId: Records.runId(run) })
  }))
  const { text, whole } = promptOf(job, recent, after)
  return [Option.getOrUndefined(text), whole ? "whole" : "more"]
}

describe("promptOf", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<Entry>, ReadonlyArray<string>, ReadonlyArray<unknown>]> = [
    ["the whole text of the last message", [["user", " two\nlines "]], [], [" two\nlines ", "more"]],
    ["S-skipped: nothing when there is no message", [], [], [undefined, "more"]],
    [
      "S-skipped: nothing after an answer",
      [
        ["user", "a"],
        ["assistant", "b", "old"]
      ],
      [],
      [undefined, "whole"]
    ],
    ["S-skipped: nothing after a tool's entry", [["tool", "out", "old"]], [], [undefined, "whole"]],
    ["S-skipped: nothing after the system's", [["system", "be kind"]], [], [undefined, "whole"]],
    [
      "messages that stand together",
      [
        ["user", "old"],
        ["assistant", "x", "old"],
        ["user", "a"],
        ["user", "b"]
      ],
      [],
      ["a\n\nb", "whole"]
    ],
    [
      "not what another job was told while it ran",
      [
        ["user", "old"],
        ["user", "told", "old"],
        ["user", "a"]
      ],
      [],
      ["a", "whole"]
    ],
    [
      "the message that opened this very run",
      [
        ["assistant", "x", "old"],
        ["user", "a", "now"]
      ],
      [],
      ["a", "whole"]
    ],
    [
      "for a later try what its first one worked on, whatever that left behind it",
      [
        ["assistant", "x", "old"],
        ["user", "a"],
        ["assistant", "half", "first"],
        ["tool", "out", "first"]
      ],
      ["first"],
      ["a", "whole"]
    ],
    [
      "for a later try also what the earlier ones were told while they ran",
      [
        ["user", "task"],
        ["assistant", "half", "first"],
        ["user", "and this", "first"],
        ["assistant", "more", "second"]
      ],
      ["first", "second"],
      ["task\n\nand this", "more"]
    ]
  ]
  it.each(cases)("is %s", (_, entries, tries, expected) => {
    assert.deepStrictEqual(worksOn(entries, tries, 0), expected)
  })

  const known: ReadonlyArray<readonly [string, ReadonlyArray<Entry>, number, ReadonlyArray<unknown>]> = [
    [
      "nothing that its agent was told before",
      [
        ["user", "old"],
        ["user", "new"]
      ],
      1,
      ["new", "whole"]
    ],
    ["nothing when there is no news for its agent", [["user", "old"]], 1, [undefined, "whole"]],
    [
      "for a later try the news of the first, over what that one left",
      [
        ["user", "old"],
        ["user", "new"],
        ["assistant", "half", "first"]
      ],
      1,
      ["new", "whole"]
    ]
  ]
  it.each(known)("is %s", (_, entries, after, expected) => {
    assert.deepStrictEqual(worksOn(entries, ["first"], after), expected)
  })
})

const runner = (name: string, handles: boolean): ExternalChildRunner => ({
  name,
  capabilities: { steer: false, requests: false, resume: false, usage: false, gracefulCancel: false },
  shouldHandle: () => handles,
  run: () => Effect.succeed(ended(Outcome.done))
})

const external: Metadata = { "runtime.kind": "external", "external.agent_id": "writer", "external.protocol": "wire" }

/** The outcome of who was selected, without any runtime around it. */
const outcomeOf = (selected: ReturnType<typeof selectRunner>) =>
  Effect.gen(function* () {
    const { context } = yield* RunHarness.make({ session: Records.child(), runId: "run_1", prompt: "go" })
    return (yield* Effect.scoped(selected.run(context))).outcome
  })

describe("selectRunner", () => {
  it.effect.each([
    [external, [], "Child session requires external runtime, but no external runner is configured"],
    [
      external,
      [runner("a", false), runner("b", false)],
      "No external runner matched child session runtime metadata: agent_id=writer, protocol=wire"
    ],
    [
      { "runtime.kind": "external" },
      [runner("a", false)],
      "No external runner matched child session runtime metadata: agent_id=, protocol="
    ]
  ] as const)("S-external: %j without a runner settles with the seed's words", ([metadata, runners, message]) =>
    Effect.gen(function* () {
      const selected = selectRunner(Records.child({ metadata }), Option.none(), runners)
      assert.deepStrictEqual<unknown>(yield* outcomeOf(selected), setup(message))
    })
  )

  it("S-external: the first runner that says yes runs the session", () => {
    const runners = [runner("a", false), runner("b", true), runner("c", true)]
    const selected = selectRunner(Records.child({ metadata: external }), Option.none(), runners)
    assert.strictEqual(selected.name, "b")
  })

  it("S-external: an external session is not given to the in-process agent", () => {
    const agent = Option.some({ run: () => Effect.succeed(ended(Outcome.done)) })
    assert.strictEqual(selectRunner(Records.child({ metadata: external }), agent, [runner("a", false)]).name, "none")
  })

  it.each([{}, { "runtime.kind": "internal" }, { "external.agent_id": "writer" }])(
    "S-external: %j is for the in-process agent, whatever the runners say",
    (metadata: Metadata) => {
      const agent = Option.some({ run: () => Effect.succeed(ended(Outcome.done)) })
      assert.strictEqual(selectRunner(Records.child({ metadata }), agent, [runner("a", true)]).name, "agent")
    }
  )

  it.effect("without an in-process agent such a session settles as setup, with a reason", () =>
    Effect.gen(function* () {
      const outcome = yield* outcomeOf(selectRunner(Records.child(), Option.none(), [runner("a", true)]))
      assert.strictEqual(outcome.reason, "setup")
      assert.include(Outcome.errorText(outcome), "no in-process agent")
    })
  )
})

const over: Verdict = { _tag: "Ended" }
const stopped: Verdict = { _tag: "Stop", by: "by_parent" }
const late: Verdict = { status: "timeout", reason: "idle", elapsedSeconds: 2, limitSeconds: 1 }

const exits: Record<string, Option.Option<Exit.Exit<RunEnd>>> = {
  success: Option.some(Exit.succeed(ended(Outcome.done))),
  truncated: Option.some(Exit.succeed(ended({ status: "completed", reason: "truncated", limit: "length" }))),
  silence: Option.some(
    Exit.succeed(ended({ status: "timeout", reason: "idle", elapsedSeconds: 61, limitSeconds: 60 }))
  ),
  failure: Option.some(Exit.succeed(ended({ status: "error", reason: "agent_failed", message: "no" }))),
  defect: Option.some(Exit.die(new Error("boom"))),
  interrupt: Option.some(Exit.failCause(Cause.interrupt())),
  unwritten: Option.some(
    Exit.die(new StoreError({ operation: "commit", reason: new StorageUnavailable({ condition: "full", cause: "x" }) }))
  ),
  stuck: Option.none()
}

describe("Execute.judge", () => {
  it.each([
    ["success", "done"],
    ["truncated", "truncated"],
    ["silence", "idle"],
    ["failure", "agent_failed"],
    ["defect", "defect"],
    ["interrupt", "defect"],
    ["unwritten", "lost"]
  ])("S-verdict: a run that ended by itself in %s is %s", (exit, reason) => {
    assert.strictEqual(Execute.judge(over, exits[exit] ?? Option.none()).reason, reason)
  })

  it.each([
    ["success", "done"],
    ["truncated", "truncated"],
    ["silence", "idle"],
    ["failure", "by_parent"],
    ["defect", "by_parent"],
    ["interrupt", "by_parent"],
    ["unwritten", "by_parent"],
    ["stuck", "by_parent"]
  ])(
    "S-verdict: a stopped run that ended in %s is %s: a timeout and success beat the cancel, the cancel beats the rest",
    (exit, reason) => {
      assert.strictEqual(Execute.judge(stopped, exits[exit] ?? Option.none()).reason, reason)
    }
  )

  it.each(Object.keys(exits))("S-timeout-wins: a run that was too late and ended in %s has timed out", (exit) => {
    assert.deepStrictEqual<unknown>(Execute.judge(late, exits[exit] ?? Option.none()), late)
  })

  it("S-crash: the text of a defect says what it was", () => {
    assert.strictEqual(Outcome.errorText(Execute.judge(over, exits["defect"] ?? Option.none())), "Error: boom")
  })
})
