/**
 * The memory of one live run: what it shows, what it owes the record, and how
 * it is told to stop. Mutable, owned by the run's own fiber; others read it.
 */
import * as Deferred from "effect/Deferred"
import * as Option from "effect/Option"
import type { RunnerEvent } from "../AgentEvent.ts"
import type { RunEnd, StopMode, Waiting } from "../ExternalChildRunner.ts"
import type { MessageId, RequestId, SessionId } from "../Ids.ts"
import type { CancelledBy } from "../Outcome.ts"
import { handleOf } from "../Recovery.ts"
import type { LastTool, RunSnapshot } from "../Runs.ts"
import type { Session, Usage } from "../Session.ts"
import type { RunReport, SpawnJob } from "../SpawnJob.ts"
import type { Open, Timeout, Vitals } from "../Watchdog.ts"
import { inShort } from "./inShort.ts"

/** The wish that a run stops. A later `abort` overtakes an earlier `graceful`. */
export interface Stop {
  readonly _tag: "Stop"
  readonly by: CancelledBy
}

export interface Ended {
  readonly _tag: "Ended"
}

/** What ended the wait for a run: its runner, a wish, or the watchdog. */
export type Verdict = Ended | Stop | Timeout

/** Open tool calls that are remembered at most; a runner that opens more leaks them. */
const openToolsMax = 256

/** Artifacts that a result names: a list that people read, and that every reader of the completion gets. */
export const artifactsMax = 32

const argumentOf = (given: unknown): Pick<LastTool, "argument"> => {
  const argument = inShort(given)
  return argument === "" ? {} : { argument }
}

export class LiveRun {
  readonly job: SpawnJob
  /** From the parent up to the root. */
  readonly ancestors: ReadonlyArray<SessionId>
  readonly verdict = Deferred.makeUnsafe<Verdict>()
  session: Session
  runner = ""
  startedAtMillis: number
  lastEventAtMillis: number | undefined
  lastActivityAtMillis: number
  waitedMillis = 0
  waiting: Waiting | undefined
  waitingSinceMillis = 0
  rounds = 0
  lastTool: LastTool | undefined
  budget: RunSnapshot["budget"]
  stopMode: StopMode = "graceful"
  /** Made for the first finalizer that asks whether the cancel has become an abort. */
  aborted: Deferred.Deferred<void> | undefined
  /** Nothing is emitted any more (I3). */
  closed = false
  end: RunEnd | undefined
  /** What the run has told of itself; `reportOwed`: the record does not have all of it yet. */
  report: RunReport = {}
  reportOwed = false
  /** Requests that are just being opened. */
  opening = 0
  /** Whether text is recorded while it comes, or with the round that it belongs to. */
  records: "text" | "rounds" = "text"
  /** Text that is not in the record yet. */
  text = ""
  textSinceMillis = 0
  storedChars = 0
  /** What it has kept beside the transcript. */
  keptChars = 0
  /** The entry that was to hold the beginning of `text`, when its commit failed and may stand all the same. */
  doubtful: { readonly id: MessageId; readonly text: string } | undefined
  textDropped = false
  yieldedAtTurn = 0
  nextBeatAtMillis: number
  /** The requests that the run waits for, and when they were opened. */
  private asks: Map<RequestId, number> | undefined
  private openTools: Map<string, { readonly name: string; readonly sinceMillis: number }> | undefined

  constructor(job: SpawnJob, session: Session, ancestors: ReadonlyArray<SessionId>, nowMillis: number) {
    this.job = job
    this.session = session
    this.ancestors = ancestors
    this.startedAtMillis = nowMillis
    this.lastActivityAtMillis = nowMillis
    this.nextBeatAtMillis = nowMillis
  }

  /** `S-diagnostics`: takes in what an event says of the run. */
  observe(event: RunnerEvent, nowMillis: number): void {
    this.lastEventAtMillis = nowMillis
    this.lastActivityAtMillis = nowMillis
    switch (event.type) {
      case "tool_start":
        this.lastTool = { name: event.toolName, phase: "begin", sinceMillis: nowMillis, ...argumentOf(event.arguments) }
        this.openTools ??= new Map()
        if (this.openTools.size < openToolsMax) {
          this.openTools.set(event.toolCallId, { name: event.toolName, sinceMillis: nowMillis })
        }
        return
      case "tool_complete":
      case "tool_error":
        this.lastTool = {
          name: event.toolName,
          phase: event.type === "tool_error" ? "error" : "finished",
          sinceMillis: nowMillis
        }
        this.openTools?.delete(event.toolCallId)
        return
      case "runner_progress":
        this.rounds = event.round
        return
      case "token_budget_updated":
        this.budget = event
        return
      default:
        return
    }
  }

  vitals(childrenInFlight: boolean, nowMillis: number): Vitals {
    const waited = this.waiting === undefined ? 0 : nowMillis - this.waitingSinceMillis
    return {
      startedAtMillis: this.startedAtMillis,
      lastActivityAtMillis: this.lastActivityAtMillis,
      waitedMillis: this.waitedMillis + waited,
      open: this.open(childrenInFlight)
    }
  }

  beginWaiting(waiting: Waiting, nowMillis: number): void {
    this.waiting = waiting
    this.waitingSinceMillis = nowMillis
  }

  endWaiting(nowMillis: number): void {
    this.waitedMillis += nowMillis - this.waitingSinceMillis
    this.waiting = undefined
    this.lastActivityAtMillis = nowMillis
  }

  beginAsking(id: RequestId, openedAtMillis: number): void {
    this.asks ??= new Map()
    this.asks.set(id, openedAtMillis)
  }

  endAsking(id: RequestId): void {
    this.asks?.delete(id)
  }

  /** The request that the run has waited for longest. */
  oldestAsk(): Option.Option<{ readonly id: RequestId; readonly openedAtMillis: number }> {
    const [ask] = this.asks ?? []
    return Option.map(Option.fromUndefinedOr(ask), ([id, openedAtMillis]) => ({ id, openedAtMillis }))
  }

  /** What it used so far, as far as it told. */
  get usage(): Usage | undefined {
    return Option.getOrUndefined(this.end?.usage ?? Option.none()) ?? this.report.usage
  }

  /** How the agent itself goes on with the conversation: the run's last word on it, or else what was known before. */
  get handle(): string | undefined {
    return Option.getOrUndefined(this.end?.resume ?? Option.none()) ?? handleOf(this.job, this.report, this.session)
  }

  /** What is known of it, also when it has not returned. */
  get known(): RunReport {
    const { answeredBy, artifacts: reported = [] } = this.report
    const { usage } = this
    const resume = Option.getOrUndefined(this.end?.resume ?? Option.none()) ?? this.report.resume
    const atEnd = this.end?.artifacts ?? []
    const artifacts = atEnd.length > 0 ? atEnd : reported
    return {
      ...(usage === undefined ? {} : { usage }),
      ...(resume === undefined ? {} : { resume }),
      ...(answeredBy === undefined ? {} : { answeredBy }),
      ...(artifacts.length === 0 ? {} : { artifacts: artifacts.slice(0, artifactsMax) })
    }
  }

  snapshot(): RunSnapshot {
    return {
      runId: this.job.runId,
      runner: this.runner,
      startedAtMillis: this.startedAtMillis,
      lastEventAtMillis: this.lastEventAtMillis,
      rounds: this.rounds,
      lastTool: this.lastTool,
      budget: this.budget
    }
  }

  /** The oldest open tool call, which is the first to be too late. */
  private open(childrenInFlight: boolean): Open {
    if (this.waiting === "request") return { _tag: "Request", sinceMillis: this.waitingSinceMillis }
    if (this.waiting === "children" || childrenInFlight) return { _tag: "Children" }
    const [tool] = this.openTools?.values() ?? []
    return tool === undefined ? { _tag: "Nothing" } : { _tag: "Tool", ...tool }
  }
}
