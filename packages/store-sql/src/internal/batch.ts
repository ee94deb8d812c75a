/**
 * What a batch of transitions writes: decided here, in memory, from what was
 * read at its start; each transition stands or falls alone.
 */
import { type Ids, SessionStore } from "@offshoot/core"
import * as Result from "effect/Result"
import * as Judgement from "./judgement.ts"
import { OpenJobs } from "./openJobs.ts"
import * as Writes from "./writes.ts"

/** A transition that waits to be written: `bodies` are its changes' records as JSON, one for each change. */
export interface Entry {
  readonly transition: SessionStore.Transition
  readonly bodies: ReadonlyArray<string>
  readonly atMillis: number
}

/** What has to be known of the database to plan a batch. */
export interface Questions extends Judgement.Questions {
  readonly replacedJobs: ReadonlySet<Ids.RunId>
  readonly needsHead: boolean
}

/** The answers. `head` is the last feed number given; `openJobs` names the session of each replaced job that is open. */
export interface Known extends Judgement.Known {
  readonly openJobs: ReadonlyMap<string, string>
  readonly head: number
}

/** A deletion stands between what was written before it and what comes after. */
export type Step =
  | { readonly _tag: "Write"; readonly writes: Writes.Writes }
  | { readonly _tag: "Delete"; readonly sessionId: Ids.SessionId }

export type Verdict = Result.Result<ReadonlyArray<number>, SessionStore.StoreError>

export interface Plan {
  readonly steps: ReadonlyArray<Step>
  /** One for each entry, in order: its feed numbers, or why it was refused. */
  readonly verdicts: ReadonlyArray<Verdict>
}

const needsHead = (change: SessionStore.Change): boolean =>
  change._tag === "EventRecorded" ||
  change._tag === "ObligationOpened" ||
  (change._tag === "JobSettled" && change.handlers.length > 0)

export const questions = (entries: ReadonlyArray<Entry>): Questions => {
  const asked = Judgement.noQuestions()
  const replacedJobs = new Set<Ids.RunId>()
  let head = false
  for (const { transition } of entries) {
    for (const change of transition) {
      Judgement.ask(asked, change)
      if (change._tag === "JobReplaced") replacedJobs.add(change.runId)
      else if (!head) head = needsHead(change)
    }
  }
  return { ...asked, replacedJobs, needsHead: head }
}

/** The steps of a batch as they come: what is written goes into the last one, until a deletion. */
class Steps {
  readonly all: Array<Step> = []
  private writes: Writes.Writes | undefined

  delete(sessionId: Ids.SessionId): void {
    this.all.push({ _tag: "Delete", sessionId })
    this.writes = undefined
  }

  current(): Writes.Writes {
    if (this.writes === undefined) {
      this.writes = Writes.none()
      this.all.push({ _tag: "Write", writes: this.writes })
    }
    return this.writes
  }
}

/** Judges the entries in order, numbers the events of those that stand (I4), and gathers their rows. */
export const plan = (entries: ReadonlyArray<Entry>, known: Known, replacedJobs: ReadonlySet<Ids.RunId>): Plan => {
  const batch = Judgement.nothing(known)
  const jobs = new OpenJobs(replacedJobs, known.openJobs)
  const steps = new Steps()
  let head = known.head
  const verdicts = entries.map(({ atMillis, bodies, transition }): Verdict => {
    const judged = Judgement.judge(transition, batch, known)
    if (judged instanceof SessionStore.StoreError) return Result.fail(judged)
    Judgement.adopt(batch, judged)
    const circumstances: Writes.Circumstances = { jobs, since: head }
    const numbers: Array<number> = []
    for (const [index, change] of transition.entries()) {
      const body = bodies[index] ?? ""
      if (change._tag === "SessionDeleted") {
        jobs.deleteSession(change.sessionId)
        steps.delete(change.sessionId)
      } else if (change._tag === "EventRecorded") {
        head += 1
        numbers.push(head)
        steps.current().events.push([head, change.sessionId, change.event.type, atMillis, body])
      } else Writes.write(steps.current(), change, body, circumstances)
    }
    return Result.succeed(numbers)
  })
  return { steps: steps.all, verdicts }
}
