/** I6: a wait ends once, when it may, with one message that tells the truth, and a result is told once. */
import { type Ids, type Obligation, Session, type SessionStore } from "@offshoot/core"
import type { History } from "../Facts.ts"
import { ancestorsOf, type Ledger, ledgerOf } from "../Ledger.ts"
import { type Allowance, deadlineOf, stopsOf } from "./CancelReach.ts"

type SessionId = Ids.SessionId
type RunId = Ids.RunId

/** The record as it is after each commit, as far as waits are about it. */
class Record {
  readonly sessions = new Map<SessionId, Session.Session>()
  readonly children = new Map<SessionId, Array<SessionId>>()
  /** What each run has written. */
  readonly answers = new Map<RunId, string>()
  readonly outcomes = new Map<RunId, { readonly child: SessionId; readonly status: string; readonly reason: string }>()
  readonly told = new Map<RunId, number>()
  /** Sessions that somebody wishes to be removed. */
  readonly leaving = new Set<SessionId>()
  /** When each session's last job was recorded. */
  readonly accepted = new Map<SessionId, number>()

  take(change: SessionStore.Change, atMillis: number): void {
    switch (change._tag) {
      case "SessionCreated": {
        const { id, parentId } = change.session
        this.sessions.set(id, change.session)
        if (parentId !== undefined) this.children.set(parentId, [...(this.children.get(parentId) ?? []), id])
        return
      }
      case "SessionChanged":
        this.sessions.set(change.session.id, change.session)
        return
      case "SessionDeleted":
        this.sessions.delete(change.sessionId)
        return
      case "MessageAppended": {
        const { role, runId, text } = change.message
        if (role === "assistant" && runId !== undefined) this.answers.set(runId, (this.answers.get(runId) ?? "") + text)
        return
      }
      case "JobAccepted":
        this.accepted.set(change.job.childSessionId, atMillis)
        return
      case "JobSettled": {
        const { childSessionId: child, outcome, runId } = change.completion
        this.outcomes.set(runId, { child, status: outcome.status, reason: outcome.reason })
        return
      }
      case "CompletionTold":
        this.told.set(change.runId, (this.told.get(change.runId) ?? 0) + 1)
        return
      default:
        return
    }
  }

  /**
   * Whom a wait is about, and how they are: who was removed has settled. Who was
   * accepted while the end of the wait was on its way to the record may be in it or
   * not; undefined: such a one may have been what ended the wait, by an earlier run.
   */
  statusesFor(wait: Obligation.Wait, sinceMillis: number): ReadonlyArray<Session.SessionStatus> | undefined {
    const { children, sessionId } = wait
    const about = children.length > 0 ? children : (this.children.get(sessionId) ?? [])
    const statuses = about.flatMap((id) => {
      const status = this.sessions.get(id)?.status ?? "skipped"
      const isNew = (this.accepted.get(id) ?? 0) >= sinceMillis
      return isNew && !Session.isTerminal(status) ? [] : status
    })
    return wait.policy !== "all" && statuses.length < about.length ? undefined : statuses
  }
}

/** The message of a wait that ends in this commit. */
const messageIn = (
  transition: SessionStore.Transition,
  { messageId }: Obligation.Wait
): { readonly text: string; readonly atRest: boolean } | undefined => {
  for (const change of transition) {
    if (change._tag === "MessageAppended" && change.message.id === messageId) {
      return { text: change.message.text, atRest: true }
    }
    if (
      change._tag === "ObligationOpened" &&
      change.obligation.kind === "steer" &&
      change.obligation.id === messageId
    ) {
      return { text: change.obligation.text, atRest: false }
    }
  }
  return undefined
}

/** The lines about children, as a reader of the frame takes them. */
const linesIn = (text: string): ReadonlyArray<Line> => {
  const lines = text.split("\n")
  const begin = lines.findIndex((line) => /^=== \S+ children ===$/.test(line))
  const mark = lines[begin]?.split(" ")[1] ?? ""
  const end = lines.indexOf(`=== ${mark} end ===`)
  const inside = lines.slice(begin + 1, end).filter((line) => line !== "")
  return inside.map((line): Line => JSON.parse(line))
}

interface Line {
  readonly child: string
  readonly status: string
  readonly toldBefore?: boolean
  readonly answer?: string
  readonly answerBegin?: string
  readonly answerEnd?: string
}

const saysTheAnswer = (line: Line, answer: string): boolean =>
  line.answer === undefined
    ? answer.startsWith(line.answerBegin ?? "") && answer.endsWith(line.answerEnd ?? "")
    : line.answer === answer

const settledWords = new Set(["completed", "error", "timeout", "cancelled", "skipped"])

/** Each child's true status and answer, with exactly the results that are marked as told. */
const messageIsTrue = (record: Record, id: string, text: string, told: ReadonlyArray<RunId>): ReadonlyArray<string> => {
  const lines = linesIn(text)
  const found: Array<string> = []
  const fresh = lines.filter(({ status, toldBefore }) => settledWords.has(status) && toldBefore !== true)
  if (fresh.length !== told.length) {
    found.push(`${id} tells ${fresh.length} results and marks ${told.length} as told`)
  }
  fresh.forEach((line, at) => {
    const runId = told[at]
    const outcome = runId === undefined ? undefined : record.outcomes.get(runId)
    if (runId === undefined || outcome === undefined || outcome.child !== line.child) {
      found.push(`${id} tells of ${line.child}, and marks ${runId}`)
    } else if (outcome.status !== line.status) {
      found.push(`${id} tells that ${line.child} is ${line.status}, it is ${outcome.status}`)
    } else if (outcome.reason !== "lost" && !saysTheAnswer(line, record.answers.get(runId) ?? "")) {
      found.push(`${id} tells another answer of ${runId} than it gave`)
    }
  })
  return found
}

const isExternal = ({ metadata }: Session.Session): boolean => metadata[Session.metadataKeys.runtimeKind] === "external"

const isStopped = ({ status }: Session.Session): boolean => status === "cancelled" || status === "cancelling"

/** Whether this session or one above it was stopped, so that nothing wakes it. */
const staysAsleep = (ledger: Ledger, record: Record, id: SessionId): boolean =>
  [id, ...ancestorsOf(ledger, id)].some((one) => {
    const session = record.sessions.get(one)
    return session === undefined || isStopped(session) || record.leaving.has(one)
  })

const endingIn = (change: SessionStore.Change): Obligation.Wait | undefined => {
  if (change._tag !== "ObligationOpened" && change._tag !== "ObligationChanged") return undefined
  const { obligation } = change
  return obligation.kind === "wait" && obligation.status !== "open" ? obligation : undefined
}

/** `S-wait`, in other words than the runtime's. */
const isSatisfied = (policy: Obligation.Policy, statuses: ReadonlyArray<Session.SessionStatus>): boolean => {
  const settled = statuses.filter((status) => Session.isTerminal(status))
  const wanted = policy === "any" ? settled : settled.filter((status) => status !== "completed" && status !== "skipped")
  return settled.length === statuses.length || (policy !== "all" && wanted.length > 0)
}

/** One end of a wait, in the commit that holds it. */
const endIsRight = (
  ledger: Ledger,
  record: Record,
  transition: SessionStore.Transition,
  wait: Obligation.Wait,
  sinceMillis: number
): ReadonlyArray<string> => {
  const { id, policy, sessionId } = wait
  const found: Array<string> = []
  const statuses = record.statusesFor(wait, sinceMillis)
  if (wait.status === "satisfied" && statuses !== undefined && !isSatisfied(policy, statuses)) {
    found.push(`${id} (${policy}) ended with its children ${statuses.join(" ")}`)
  }
  const message = messageIn(transition, wait)
  if (message === undefined) return [...found, `${id} ended without a message`]
  const told = transition.flatMap((change) => (change._tag === "CompletionTold" ? [change.runId] : []))
  found.push(...messageIsTrue(record, id, message.text, told))
  const parent = record.sessions.get(sessionId)
  if (!message.atRest || parent === undefined || isExternal(parent)) return found
  const runsAgain = transition.some(
    (change) =>
      (change._tag === "JobAccepted" && change.job.childSessionId === sessionId) ||
      // It rested, and the job that it still has is queued again.
      (change._tag === "SessionChanged" && change.session.id === sessionId && change.session.status === "pending")
  )
  if (!runsAgain && !staysAsleep(ledger, record, sessionId)) found.push(`${id} ended, and ${sessionId} was not woken`)
  return found
}

/** A message of the runtime that waited for a run is delivered, and wakes who can be woken. */
const deliveryIsRight = (ledger: Ledger, record: Record, change: SessionStore.Change): ReadonlyArray<string> => {
  if (change._tag !== "ObligationChanged" || change.obligation.kind !== "steer") return []
  const { id, origin, runId, sessionId, status } = change.obligation
  if (origin !== "runtime") return []
  if (status !== "delivered") return [`the wake ${id} of ${sessionId} was ${status}`]
  const parent = record.sessions.get(sessionId)
  if (parent === undefined || isExternal(parent) || runId !== undefined) return []
  return staysAsleep(ledger, record, sessionId) ? [] : [`the wake ${id} joined ${sessionId} and woke nobody`]
}

/** A sweep looks when a lease ends, and after one that failed, or was under way then, at the next minute. */
const sweepMillis = { steady: 2_000, failing: 61_000 }

/** In one process, a wait is over when its lease is. */
const endsWithItsLease = (history: History, ledger: Ledger, allowance: Allowance): ReadonlyArray<string> => {
  const stops = stopsOf(history)
  const afterMillis = allowance.flaky || allowance.outages.length > 0 ? sweepMillis.failing : sweepMillis.steady
  return Array.from(ledger.obligations.values()).flatMap((steps) => {
    const [first] = steps
    if (first === undefined || first.obligation.kind !== "wait" || ledger.deleted.has(first.obligation.sessionId)) {
      return []
    }
    const { expiresAtMillis, id, openedAtMillis } = first.obligation
    const deadline = deadlineOf(first.atMillis + expiresAtMillis - openedAtMillis + afterMillis, allowance)
    const endedAt = steps.find(({ obligation }) => obligation.status !== "open")?.atMillis ?? Number.POSITIVE_INFINITY
    if (endedAt <= deadline || stops.some((stop) => stop >= first.atMillis && stop <= deadline)) return []
    return [`${id} was to end by ${deadline} and ended at ${endedAt}`]
  })
}

/** `onTheWayMillis`: how long a commit may take. */
export const waits = (history: History, onTheWayMillis: number, allowance: Allowance): ReadonlyArray<string> => {
  const ledger = ledgerOf(history)
  const record = new Record()
  const ended = new Map<Ids.WaitId, number>()
  const found: Array<string> = []
  for (const fact of history) {
    if (fact._tag === "RemoveAsked") record.leaving.add(fact.sessionId)
    if (fact._tag !== "Committed") continue
    for (const change of fact.transition) record.take(change, fact.atMillis)
    for (const change of fact.transition) {
      found.push(...deliveryIsRight(ledger, record, change))
      const wait = endingIn(change)
      if (wait === undefined) continue
      ended.set(wait.id, (ended.get(wait.id) ?? 0) + 1)
      found.push(...endIsRight(ledger, record, fact.transition, wait, fact.atMillis - onTheWayMillis))
    }
  }
  // What was on its way to the record when its session was removed may be recorded twice, for nobody.
  const isGone = (id: Ids.WaitId): boolean =>
    (ledger.obligations.get(id) ?? []).some(({ obligation }) => ledger.deleted.has(obligation.sessionId))
  for (const [id, times] of ended) if (times > 1 && !isGone(id)) found.push(`${id} ended ${times} times`)
  found.push(...endsWithItsLease(history, ledger, allowance))
  for (const [runId, times] of record.told) if (times > 1) found.push(`the result of ${runId} was told ${times} times`)
  return found
}
