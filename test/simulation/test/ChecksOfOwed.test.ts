/** The checks of what is owed: tries, waits, messages, requests; and of bounds, secrets and slots. */
import { describe, it } from "@effect/vitest"
import { Ids, type Obligation } from "@offshoot/core"
import { bounds } from "../src/checks/Bounds.ts"
import { receipts } from "../src/checks/Receipts.ts"
import { requests } from "../src/checks/Requests.ts"
import { secrets } from "../src/checks/Secrets.ts"
import { places, slots } from "../src/checks/Slots.ts"
import { tries } from "../src/checks/Tries.ts"
import { waits } from "../src/checks/Waits.ts"
import { id, ranBy, request, run, steer, story, wait } from "./histories.ts"
import { accepts, type Check, refuses } from "./verdicts.ts"

const isoAt = (millis: number): string => `1970-01-01T00:00:00.${String(millis).padStart(3, "0")}Z`

describe("tries (I2)", () => {
  const called = (now: "begins" | "ended", toolCallId = "call", runName = "a") =>
    ({ _tag: "Called", runId: run(runName), toolCallId, now }) as const

  it("accepts a try that goes on from what was recorded last, and refuses one that does not", () => {
    const resume = (handle: string) => ({ runId: run("a"), handle })
    const reported = () =>
      story()
        .accept("a")
        .commit({ _tag: "JobReported", runId: run("a"), report: { resume: "h" } })
        .again("a", "next", { resume: resume("h") })
    accepts(tries, reported().body("a", "next", resume("h")).history)
    refuses(tries, reported().body("a", "next", resume("other")).history, "goes on from other, recorded is h")
    refuses(tries, reported().body("a", "next", { runId: run("b") }).history, "before it was run_a")
  })

  it("accepts a job that goes on with the conversation that an earlier one left, and refuses one that does not", () => {
    const more = (agent: string) =>
      story()
        .accept("a", "p", ranBy(agent))
        .settle("a", undefined, { resume: "h" })
        .commit({
          _tag: "JobAccepted",
          job: { runId: run("b"), childSessionId: id("a"), model: "", acceptedAtMillis: 0 }
        })
    accepts(tries, more("scripted").body("a", "b", undefined, "h").history)
    refuses(tries, more("scripted").body("a", "b").history, "goes on from undefined, recorded is h")
    refuses(tries, more("plain").body("a", "b", undefined, "h").history, "goes on from h, recorded is undefined")
    const silent = more("scripted").again("b", "c", { resume: { runId: run("b"), handle: "h" } })
    accepts(tries, silent.body("a", "c", { runId: run("b"), handle: "h" }).history)
  })

  it("refuses a call that is made twice, and one that a crash cut off and nobody tells of", () => {
    accepts(tries, story().fact(called("begins")).fact(called("ended")).history)
    refuses(tries, story().fact(called("begins")).fact(called("begins")).history, "call was made twice")
    const crash = { _tag: "Stopping", incarnation: 1, how: "crashed" } as const
    refuses(tries, story().fact(called("begins")).fact(crash).history, "nobody is told so")
  })

  it("refuses a try that begins before it may", () => {
    const early = story().accept("a").again("a", "next", { notBeforeMillis: 5 })
    const started = { type: "execution_started", runId: run("next"), sessionId: id("a"), startedAt: isoAt(4) } as const
    refuses(tries, early.record("a", started).history, "before 5")
  })
})

describe("I6", () => {
  const closing = (change: Partial<Obligation.Wait> = {}) =>
    wait({ version: 2, status: "satisfied", messageId: Ids.MessageId.make("msg_w"), closedAtMillis: 9, ...change })
  const line = (status: string, answer: string) => JSON.stringify({ child: id("a"), status, reason: "done", answer })
  const message = (text: string) =>
    ({
      _tag: "MessageAppended",
      message: {
        id: Ids.MessageId.make("msg_w"),
        sessionId: id("p"),
        role: "user",
        text: `The wait is over\n=== m children ===\n${text}\n=== m end ===`,
        hidden: true,
        createdAtMillis: 0
      }
    }) as const
  const ended = { _tag: "ObligationChanged", obligation: closing() } as const
  const told = { _tag: "CompletionTold", runId: run("a") } as const
  const rerun = {
    _tag: "JobAccepted",
    job: { runId: run("p"), childSessionId: id("p"), model: "", acceptedAtMillis: 9 }
  } as const
  const settled = () =>
    story().accept("a").commit({ _tag: "ObligationOpened", obligation: wait() }).write("a", "yes").settle("a").rest("a")
  const check: Check = (history) => waits(history, 0, { graceMillis: 0, outages: [], flaky: false })

  it("accepts a wait that ends once, with the truth, and wakes its parent", () => {
    accepts(check, settled().commit(ended, told, message(line("completed", "yes")), rerun).history)
  })

  it("refuses a lie about a status or an answer, and a result that is told twice", () => {
    refuses(check, settled().commit(ended, told, message(line("error", "yes")), rerun).history, "it is completed")
    refuses(check, settled().commit(ended, told, message(line("completed", "no")), rerun).history, "another answer")
    const twice = settled()
      .commit(ended, told, message(line("completed", "yes")), rerun)
      .commit(told)
    refuses(check, twice.history, "was told 2 times")
    refuses(check, settled().commit(ended, message(line("completed", "yes")), rerun).history, "marks 0 as told")
  })

  it("refuses an end too early, without a message, without a wake, or twice", () => {
    const early = story().accept("a").commit({ _tag: "ObligationOpened", obligation: wait() }).at(9)
    refuses(check, early.commit(ended, message(""), rerun).history, "ended with its children pending")
    refuses(check, settled().commit(ended, told, rerun).history, "without a message")
    refuses(check, settled().commit(ended, told, message(line("completed", "yes"))).history, "was not woken")
    const once = settled().commit(ended, told, message(line("completed", "yes")), rerun)
    refuses(check, once.commit(ended, message(""), rerun).history, "ended 2 times")
  })

  it("refuses a message that ends twice, or stands in the transcript although it was not delivered", () => {
    const sent = () => story().commit({ _tag: "ObligationOpened", obligation: steer("w") })
    const end = (status: Obligation.ReceiptStatus) =>
      ({ _tag: "ObligationChanged", obligation: steer("w", { version: 2, status }) }) as const
    accepts(receipts, sent().commit(message(""), end("delivered")).history)
    refuses(receipts, sent().commit(message(""), end("delivered"), end("expired")).history, "delivered and expired")
    refuses(receipts, sent().commit(message(""), end("refused")).history, "stands 1 times")
    refuses(receipts, sent().commit(end("delivered")).history, "stands 0 times")
  })

  it("refuses a request with two answers, and an answer that nobody gave", () => {
    const asked = () => story().commit({ _tag: "ObligationOpened", obligation: request() })
    const change = (status: Obligation.RequestStatus, text: string) =>
      ({ _tag: "ObligationChanged", obligation: request({ version: 2, status, text }) }) as const
    const heard = (text: string) =>
      ({ _tag: "Told", runId: run("a"), sessionId: id("a"), key: "k", answer: { _tag: "Answered", text } }) as const
    accepts(requests, asked().commit(change("answered", "x")).fact(heard("x")).history)
    refuses(requests, asked().commit(change("answered", "x")).fact(heard("y")).history, "which nobody said")
    refuses(requests, asked().commit(change("answered", "x"), change("expired", "")).history, "then expired")
  })
})

describe("I8", () => {
  it("refuses a child that is too deep, of an unknown agent, or not where its parent is", () => {
    const within = { depthMax: 1, agents: ["known"] }
    const check: Check = (history) => bounds(history, within)
    accepts(check, story().accept("a").history)
    refuses(check, story().accept("a").accept("b", "a").history, "its parent at 1")
    refuses((history) => bounds(history, { ...within, depthMax: 0 }), story().accept("a").history, "the limit is 0")
  })
})

describe("I9", () => {
  it("refuses a secret anywhere in the record and on a stream", () => {
    const check: Check = (history) => secrets(history, "hush")
    accepts(check, story().accept("a").write("a", "nothing").history)
    refuses(check, story().accept("a").write("a", "it is hush").history, "MessageAppended holds the secret")
    const event = { type: "runner_output", channel: "err", content: "hush" } as const
    refuses(check, story().open(1).see(1, event).history, "saw the secret")
  })
})

describe("I10", () => {
  it("refuses a slot too many, one for a body that waits, and a place below zero", () => {
    const counted = (running: number, waiting: number) =>
      story().fact({ _tag: "Counted", inFlight: 3, backlog: 1, running, waiting }).history
    const check: Check = (history) => slots(history, 2)
    accepts(check, counted(2, 0))
    refuses(check, counted(3, 0), "there are 2")
    refuses(check, counted(2, 1), "of which 1 wait")
    const placed = (position: number) => story().fact({ _tag: "Placed", runId: run("a"), position }).history
    accepts(places, placed(0))
    refuses(places, placed(-1), "the place -1")
  })
})
