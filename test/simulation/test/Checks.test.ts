/** Every check accepts a good history and refuses one that breaks its invariant. */
import { assert, describe, it } from "@effect/vitest"
import * as CancelReach from "../src/checks/CancelReach.ts"
import * as Completions from "../src/checks/Completions.ts"
import * as Lag from "../src/checks/Lag.ts"
import { converges, feed } from "../src/checks/Feed.ts"
import { oneRun } from "../src/checks/OneRun.ts"
import { telling } from "../src/checks/Telling.ts"
import { recordFirst } from "../src/checks/RecordFirst.ts"
import { streamOrder } from "../src/checks/StreamOrder.ts"
import { transcript } from "../src/checks/Transcript.ts"
import type { Converged, Remains } from "../src/Facts.ts"
import * as Worlds from "../src/Worlds.ts"
import * as Prng from "../src/Prng.ts"
import { completedEvent, failed, handler, id, run, startedEvent, story, token, wrapped } from "./histories.ts"
import { accepts, type Check, refuses } from "./verdicts.ts"

/** An end at which nothing is left. */
const settled: Remains = {
  counts: { inFlight: 0, running: 0, backlog: 0 },
  openJobs: 0,
  undelivered: 0,
  open: [],
  converged: { statuses: new Map([[id("a"), "error"]]), pending: new Set() },
  sessions: [{ id: id("a"), runId: run("a"), status: "error", outcomeStatus: "error", completionStatus: "error" }]
}

describe("I1", () => {
  it("accepts runs of one session one after the other, and one after a run that was given up", () => {
    accepts(oneRun, story().body("a").bodyEnded("a").body("a", "second").history)
    accepts(oneRun, story().accept("a").body("a").settle("a").body("a", "second").history)
  })

  it("accepts a run after the crash of its predecessor's process, not after its orderly stop", () => {
    const stopped = (how: "closed" | "crashed") =>
      story().body("a").fact({ _tag: "Stopping", incarnation: 1, how }).body("a", "second").history
    accepts(oneRun, stopped("crashed"))
    refuses(oneRun, stopped("closed"), "run_second")
  })

  it("refuses two live runs of one session", () => {
    refuses(oneRun, story().body("a").body("b").body("a", "second").history, "ses_a runs as run_a and as run_second")
  })
})

describe("I2", () => {
  const good = () => story().accept("a").settle("a").handled("a").acknowledge("a")
  const told: Check = (history) => telling(history, [handler])

  it("accepts one completion over several tries, told once more by the process after a crash", () => {
    accepts(Completions.completions, good().history)
    accepts(told, story().accept("a").settle("a").handled("a").handled("a", undefined, 2).acknowledge("a").history)
  })

  it("refuses a try that is settled when the job had gone on as another", () => {
    refuses(Completions.completions, story().accept("a").again("a", "next").settle("a").history, "goes on as run_next")
  })

  it("refuses what a handler is told after it acknowledged, twice by one process, or out of its line's order", () => {
    refuses(told, good().handled("a", undefined, 2).history, "told after it acknowledged")
    refuses(told, story().accept("a").settle("a").handled("a").handled("a").history, "told twice by one process")
    const turned = story().accept("a").accept("b").settle("a").settle("b").handled("b").handled("a")
    refuses(told, turned.acknowledge("a").acknowledge("b").history, "before an earlier one")
  })

  it("refuses a job without a completion, and one with two", () => {
    refuses(Completions.completions, story().accept("a").history, "run_a has 0 completions")
    refuses(Completions.completions, good().settle("a").history, "run_a has 2 completions")
  })

  it("refuses a completion that no handler was told of, or that was told differently", () => {
    refuses(told, story().accept("a").settle("a").history, "was never told of run_a")
    refuses(told, story().accept("a").settle("a", failed).handled("a").history, "recorded is agent_failed")
  })

  it("refuses completions on the parent's record that are not those of the jobs", () => {
    refuses(Completions.completions, good().record("p", completedEvent("a")).history, "1 extra sub_agent_completed")
  })

  it("refuses two children for one request key, unless the first was deleted", () => {
    const answered = (name: string) =>
      ({ _tag: "KeyAnswered", parentId: id("p"), key: "k", sessionId: id(name) }) as const
    refuses(
      Completions.completions,
      story().fact(answered("a")).fact(answered("b")).history,
      "answered with ses_a and with ses_b"
    )
    const deleted = {
      _tag: "Committed",
      transition: [{ _tag: "SessionDeleted", sessionId: id("a") }],
      numbers: [],
      answered: true
    } as const
    accepts(Completions.completions, story().fact(answered("a")).fact(deleted).fact(answered("b")).history)
  })

  it("accepts an end at which nothing is left", () => {
    assert.deepStrictEqual(Completions.aftermath(settled), [])
  })

  it.each<readonly [string, Partial<Remains>]>([
    ["running is 1", { counts: { inFlight: 0, running: 1, backlog: 0 } }],
    ["openJobs is 2", { openJobs: 2 }],
    ["undelivered is 1", { undelivered: 1 }],
    ["ses_a is left pending", { sessions: settled.sessions.map((session) => ({ ...session, status: "pending" })) }],
    ["ses_a is error", { sessions: settled.sessions.map((session) => ({ ...session, completionStatus: "timeout" })) }]
  ])("refuses an end at which %s", (part, change) => {
    refuses(() => Completions.aftermath({ ...settled, ...change }), [], part)
  })
})

describe("the transcript (I2)", () => {
  const said = () => story().accept("a").body("a").say("a", "one ").say("a", "two ").say("a", "three ")

  it("accepts what was said, whole, and short by the word in which it was stopped", () => {
    accepts(transcript, said().bodyEnded("a").write("a", "one two three ").settle("a").history)
    accepts(transcript, said().bodyEnded("a").write("a", "one two ").settle("a", failed).history)
  })

  it("refuses words that are missing, doubled or out of order", () => {
    refuses(transcript, said().bodyEnded("a").write("a", "one ").settle("a").history, "4 of 8 characters")
    refuses(transcript, said().write("a", "one ").write("a", "one two three ").history, "its transcript has")
    refuses(transcript, said().write("a", "two one ").history, "its transcript has")
  })
})

describe("I3", () => {
  const read = () => story().accept("a").open(1).see(1, startedEvent("a"), 1)

  it("accepts started, events, completed, and then started again", () => {
    const once = read()
      .see(1, wrapped("a", token("x")))
      .settle("a")
      .see(1, completedEvent("a"), 2)
    accepts(streamOrder, once.record("p", startedEvent("a")).see(1, startedEvent("a"), 3).close(1).history)
  })

  it("refuses an event after the completion, and a second start before it", () => {
    const ended = read().settle("a").see(1, completedEvent("a"), 2)
    refuses(streamOrder, ended.see(1, wrapped("a", token("x"))).history, "token of ses_a outside its run")
    refuses(streamOrder, read().record("p", startedEvent("a")).history, "number 2 of the record: ses_a started twice")
  })

  it("refuses a durable event that a reader never got, or got out of order", () => {
    refuses(streamOrder, read().settle("a").close(1).history, "told the numbers 1, recorded are 1 2")
    const turned = story().accept("a").settle("a").open(1).see(1, completedEvent("a"), 2).see(1, startedEvent("a"), 1)
    refuses(streamOrder, turned.close(1, "left").history, "told the numbers 2 1")
  })

  it("accepts that a reader which left has not seen what came later", () => {
    accepts(streamOrder, read().settle("a").close(1, "left").history)
  })

  const begun = { type: "execution_started", runId: run("p"), sessionId: id("p"), startedAt: "" } as const
  const talk = () => story().say("p", "1").say("p", "2").say("p", "3").open(1).record("p", begun).see(1, begun, 1)

  it("accepts missing tokens only when they were told as missed", () => {
    accepts(
      streamOrder,
      talk().see(1, token("1")).see(1, { type: "lagged", missed: 1 }).see(1, token("3")).close(1).history
    )
    refuses(streamOrder, talk().see(1, token("1")).see(1, token("3")).close(1).history, "a token of run_p is missing")
    refuses(streamOrder, talk().see(1, token("2")).see(1, token("1")).close(1).history, "out of order")
  })

  it("refuses a word of a run on the record after its last one", () => {
    const over = talk().record("p", { type: "complete", runId: run("p"), status: "completed", reason: "done" })
    refuses(
      streamOrder,
      over.record("p", { type: "clarification_needed", requestId: "r", question: "?" }).history,
      "after its run had ended"
    )
  })
})

describe("I4", () => {
  it("accepts what is seen after it was recorded", () => {
    accepts(recordFirst, story().accept("a").open(1).see(1, startedEvent("a"), 1).feed(1, startedEvent("a")).history)
  })

  it("refuses what is seen before, as another event, or without its number", () => {
    refuses(recordFirst, story().open(1).see(1, startedEvent("a"), 1).accept("a").history, "not recorded")
    refuses(recordFirst, story().accept("a").see(1, startedEvent("b"), 1).history, "not recorded")
    refuses(recordFirst, story().accept("a").see(1, startedEvent("a")).history, "without a number")
  })

  it("refuses a child's durable event that is seen wrapped before it was recorded", () => {
    const question = { type: "clarification_needed", requestId: "r", question: "?" } as const
    refuses(recordFirst, story().see(1, wrapped("a", question)).record("a", question).history, "before it was recorded")
    accepts(recordFirst, story().record("a", question).see(1, wrapped("a", question)).feed(1, question).history)
  })

  it("refuses a gap in the numbers, in the record and on the feed", () => {
    refuses(recordFirst, story().accept("a").record("p", startedEvent("b"), 3).history, "number 3 follows 1")
  })

  it("refuses a feed that leaves a number out, tells one too early, or ends before its end", () => {
    accepts(feed, story().accept("a").feed(1, startedEvent("a")).history)
    refuses(feed, story().accept("a").accept("b").feed(2, startedEvent("b")).history, "told 2 after 0, due was 1")
    refuses(feed, story().feed(1, startedEvent("a")).accept("a").history, "too early")
    refuses(feed, story().accept("a").history, "ended at 0, 1 was there")
  })

  it("refuses a reset for nothing, and a view that did not converge", () => {
    const reset = { _tag: "Followed", follower: 0, item: { _tag: "Reset", oldest: 2 } } as const
    refuses(feed, story().accept("a").accept("b").fact(reset).feed(2, startedEvent("b")).history, "kept is 1")
    const trimmed = { _tag: "Trimmed", oldest: 2 } as const
    const late = story().accept("a").accept("b").fact(trimmed).fact(reset).feed(2, startedEvent("b"))
    accepts(feed, late.history)
    const view = (status: string): Converged => ({ statuses: new Map([[id("a"), status]]), pending: new Set() })
    refuses(() => converges({ ...settled, converged: view("running") }), [], "a reader of the feed has running")
    assert.deepStrictEqual(converges(settled), [])
  })
})

describe("I5", () => {
  const beside = () => story().open(1).open(2, 1).see(1, token("1")).see(1, token("2")).see(1, token("3"))

  it("accepts a slow reader that was told what it missed", () => {
    accepts(Lag.lagAddsUp, beside().see(2, { type: "lagged", missed: 2 }).see(2, token("3")).close(1).close(2).history)
  })

  it("refuses a count that does not add up", () => {
    refuses(
      Lag.lagAddsUp,
      beside().see(2, { type: "lagged", missed: 1 }).see(2, token("3")).close(1).close(2).history,
      "there were 3"
    )
  })

  it("refuses a world in which an end came later, or another end came", () => {
    const world = (atMillis: number) => story().accept("a").at(atMillis).settle("a").history
    assert.deepStrictEqual(Lag.nobodyIsDelayed(world(5), world(5)), [])
    refuses((history) => Lag.nobodyIsDelayed(history, world(5)), world(6), "only with readers")
    refuses(
      (history) => Lag.nobodyIsDelayed(history, world(5)),
      story().accept("a").at(5).settle("a", failed).history,
      "only without"
    )
  })
})

describe("I7", () => {
  const allowance = { graceMillis: 1_000, outages: [], flaky: false }
  const check: Check = (history) => CancelReach.cancelReach(history, allowance)
  const deadline = CancelReach.deadlineOf(0, allowance)

  it("accepts what settles in time, and what the cancel did not reach", () => {
    accepts(check, story().accept("a").cancel("p").at(deadline).settle("a").history)
    accepts(
      check,
      story()
        .accept("a")
        .accept("b")
        .cancel("a")
        .settle("a")
        .at(deadline + 1)
        .settle("b").history
    )
    accepts(
      check,
      story()
        .accept("b")
        .accept("a", "b")
        .cancel("b", false)
        .settle("b")
        .at(deadline + 1)
        .settle("a").history
    )
  })

  it("refuses what settles late or never, and a child attached late that does", () => {
    refuses(
      check,
      story()
        .accept("a")
        .cancel("p")
        .at(deadline + 1)
        .settle("a").history,
      "after"
    )
    refuses(check, story().accept("a").cancel("p").history, "settled at Infinity")
    refuses(check, story().accept("a").cancel("p").accept("late", "a").settle("a").history, "ses_late")
  })

  it("gives the time that the store was away on top", () => {
    const away = { ...allowance, outages: [{ fromMillis: 100, toMillis: 60_000, reads: false }] }
    assert.isAbove(CancelReach.deadlineOf(0, away), 60_000)
    assert.strictEqual(CancelReach.deadlineOf(70_000, away), 70_000 + deadline)
  })

  it("refuses a body that never ends, but for one that went deaf", () => {
    accepts(
      CancelReach.bodies,
      story()
        .body("a")
        .bodyEnded("a")
        .body("b")
        .fact({ _tag: "WentDeaf", runId: run("b") }).history
    )
    refuses(CancelReach.bodies, story().body("a").history, "run_a")
  })
})

describe("a plan", () => {
  it("is a function of its seed", () => {
    assert.deepStrictEqual(Worlds.wild(7), Worlds.wild(7))
    assert.notDeepEqual(Worlds.wild(7), Worlds.wild(8))
  })

  it("draws from all of its range", () => {
    const chance = Prng.make(1)
    const drawn = new Set(Array.from({ length: 200 }, () => chance.int(2, 5)))
    assert.deepStrictEqual([...drawn].toSorted(), [2, 3, 4, 5])
  })
})
