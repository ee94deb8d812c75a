/** The checks of the kill loop refuse records that are wrong, each for its reason. */
import { assert, describe, it } from "@effect/vitest"
import { Evidence } from "@offshoot/test-e2e"

const event = (number: number, type: string, body: object, session = "child") => ({
  number,
  type,
  session,
  body: { type, ...body }
})

const message = (id: string, role: string, text: string, session: string, runId = "run2") => ({
  session,
  body: { id, role, text, runId }
})

const wake = (wait: string, ...children: ReadonlyArray<object>): string =>
  [`The wait ${wait} for your children is over: so.`, ...children.map((child) => JSON.stringify(child))].join("\n")

/** A child that was lost once, went on, completed and woke its parent; a request was answered and a message delivered. */
const right: Evidence.Evidence = {
  openJobs: [],
  sessions: new Map([["child", { id: "child", status: "completed" }]]),
  completions: [
    { runId: "run2", childSessionId: "child", parentSessionId: "parent", outcome: { status: "completed" } }
  ],
  undelivered: 0,
  obligations: [
    { kind: "wait", id: "wait1", sessionId: "parent", status: "satisfied", messageId: "msg2" },
    { kind: "request", id: "req1", sessionId: "child", key: "k", status: "answered" },
    { kind: "steer", id: "msg3", sessionId: "child", key: "k", status: "delivered" }
  ],
  messages: [
    message("msg1", "assistant", "answer:k1.", "child"),
    message("msg2", "user", wake("wait1", { child: "child", reason: "done" }), "parent"),
    message("msg3", "user", "more", "child")
  ],
  events: [
    event(1, "sub_agent_started", { childSessionId: "child" }, "parent"),
    event(2, "execution_started", { runId: "run1" }),
    event(3, "run_retried", { runId: "run1", nextRunId: "run2" }),
    event(4, "execution_started", { runId: "run2" }),
    event(5, "complete", { runId: "run2" }),
    event(6, "sub_agent_completed", { childSessionId: "child" }, "parent")
  ]
}

const accepted = [{ sessionId: "child", runId: "run1" }]
const answers = [{ sessionId: "child", answer: "answer:k1." }]

const faults = (evidence: Evidence.Evidence): ReadonlyArray<string> => [
  ...Evidence.completionFaults(evidence, accepted),
  ...Evidence.wakeFaults(evidence, ["wait1"]),
  ...Evidence.feedFaults(evidence),
  ...Evidence.obligationFaults(evidence),
  ...Evidence.answerFaults(evidence, answers)
]

const [wait, request, steer] = right.obligations
const without = (type: string) => right.events.filter((one) => one.type !== type)

const wrong: ReadonlyArray<readonly [what: string, evidence: Partial<Evidence.Evidence>, fault: RegExp]> = [
  ["a job that is open", { openJobs: ["child"] }, /the job of child .* is open/],
  ["no completion", { completions: [] }, /accepted run1, last tried as run2: 0 completions/],
  ["two completions", { completions: [...right.completions, ...right.completions] }, /2 completions/],
  ["a completion of a try that went on", { completions: [...right.completions, { runId: "run1" }] }, /run1 went on/],
  ["no end on the feed", { events: without("complete") }, /1 completions, 0 ends/],
  ["two ends on the feed", { events: [...right.events, event(7, "error", { runId: "run2" })] }, /2 ends/],
  ["a parent that is not told", { events: without("sub_agent_completed") }, /started 1 times, completed 0 times/],
  ["a completion of what never started", { events: without("sub_agent_started") }, /completed and never started/],
  [
    "a number that is missing",
    { events: right.events.filter(({ number }) => number !== 3) },
    /number 4 stands in place 3/
  ],
  ["a number twice", { events: [...right.events, event(6, "complete", {})] }, /number 6 stands in place 7/],
  ["a wait that is open", { obligations: [{ ...wait, status: "open" }] }, /wait1 is open/],
  ["a wait that is gone", { obligations: [] }, /wait1 was registered and is not there/],
  ["a wait without its wake", { messages: right.messages.slice(0, 1) }, /has 0 wakes/],
  [
    "two wakes of a wait",
    { messages: [...right.messages, message("msg4", "user", wake("wait1"), "parent")] },
    /has 2 wakes/
  ],
  [
    "a result that is told twice",
    {
      messages: [
        ...right.messages,
        message("msg4", "user", wake("wait2", { child: "child", reason: "done" }), "parent")
      ]
    },
    /child to parent was told 2 times/
  ],
  ["a request that nobody closed", { obligations: [{ ...request, status: "pending" }] }, /req1 is pending/],
  ["a message that is on its way", { obligations: [{ ...steer, status: "queued" }] }, /msg3 is queued/],
  [
    "a delivered message that is not there",
    { messages: right.messages.slice(0, 2) },
    /msg3 is delivered and not there/
  ],
  ["one key twice", { obligations: [...right.obligations, { ...request, id: "req2" }] }, /stands 2 times/],
  [
    "an answer twice",
    { messages: [...right.messages, message("msg5", "assistant", "answer:k1.", "child")] },
    /answered 2 times/
  ],
  ["no answer of a child that completed", { messages: right.messages.slice(1) }, /answered 0 times/]
]

describe("the evidence of a kill loop", () => {
  it("of a record that is right shows nothing", () => {
    assert.deepStrictEqual(faults(right), [])
  })

  it("lets a try that was killed before its end have said the answer too", () => {
    const messages = [message("msg0", "assistant", "answer:k1.", "child", "run1"), ...right.messages]
    assert.deepStrictEqual(faults({ ...right, messages }), [])
  })

  it.each(wrong)("shows %s", (_, change, fault) => {
    const found = faults({ ...right, ...change })
    assert.isTrue(
      found.some((text) => fault.test(text)),
      found.join("\n")
    )
  })
})
