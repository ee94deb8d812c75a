/**
 * The history of one simulated world: everything that was seen from outside
 * the runtime, in the order in which it happened. The checks read nothing else.
 */
import type { Ids, SessionStore, SpawnJob, SubAgents } from "@offshoot/core"

type SessionId = Ids.SessionId
type RunId = Ids.RunId

export type Fact =
  /** The store has applied this transition. */
  | {
      readonly _tag: "Committed"
      readonly transition: SessionStore.Transition
      readonly numbers: ReadonlyArray<number>
    }
  | { readonly _tag: "BodyStarted"; readonly sessionId: SessionId; readonly runId: RunId; readonly incarnation: number }
  | { readonly _tag: "BodyEnded"; readonly runId: RunId }
  /** From here on the body does not let itself be interrupted, ever. */
  | { readonly _tag: "WentDeaf"; readonly runId: RunId }
  /** The runner is about to say this text; `append` says whether as an entry of its own. */
  | { readonly _tag: "Said"; readonly runId: RunId; readonly text: string; readonly append: boolean }
  /** A completion handler has taken it. */
  | { readonly _tag: "Handled"; readonly completion: SpawnJob.ChildCompletion }
  | { readonly _tag: "CancelAsked"; readonly call: number; readonly sessionId: SessionId; readonly subtree: boolean }
  | { readonly _tag: "CancelAnswered"; readonly call: number; readonly cancelled: ReadonlyArray<SessionId> }
  | { readonly _tag: "Placed"; readonly runId: RunId; readonly position: number }
  | { readonly _tag: "KeyAnswered"; readonly parentId: SessionId; readonly key: string; readonly sessionId: SessionId }
  | { readonly _tag: "Booted"; readonly incarnation: number }
  /** `crashed`: from here on nothing of this incarnation reaches the store. */
  | { readonly _tag: "Stopping"; readonly incarnation: number; readonly how: "closed" | "crashed" }
  | { readonly _tag: "Stopped"; readonly incarnation: number }
  | {
      readonly _tag: "ReaderOpened"
      readonly reader: number
      readonly sessionId: SessionId
      readonly scope: "session" | "subtree"
      /** The fast reader that was opened beside a slow one. */
      readonly twin: number | undefined
    }
  | { readonly _tag: "Seen"; readonly reader: number; readonly item: SubAgents.StreamItem }
  /** `ended`: by itself; `caught_up`: it lived to the end and had read everything; the others were cut short. */
  | {
      readonly _tag: "ReaderClosed"
      readonly reader: number
      readonly how: "ended" | "caught_up" | "left" | "cut" | "failed"
    }
  | { readonly _tag: "FeedSeen"; readonly feed: number; readonly recorded: SessionStore.RecordedEvent }

export type Timed = Fact & { readonly atMillis: number }
export type FactOf<Tag extends Fact["_tag"]> = Extract<Timed, { readonly _tag: Tag }>

export type History = ReadonlyArray<Timed>

/** Collects the facts of a world. */
export class Recorder {
  readonly history: Array<Timed> = []
  private readonly nowMillis: () => number

  constructor(nowMillis: () => number) {
    this.nowMillis = nowMillis
  }

  add(fact: Fact): void {
    this.history.push({ ...fact, atMillis: this.nowMillis() })
  }
}

/** What a world looked like after everything had settled, and before it was closed. */
export interface Remains {
  readonly counts: { readonly inFlight: number; readonly running: number; readonly backlog: number }
  readonly openJobs: number
  readonly unacknowledged: number
  readonly sessions: ReadonlyArray<{
    readonly id: SessionId
    readonly runId: RunId | undefined
    readonly status: string
    readonly outcomeStatus: string | undefined
    /** The outcome of the completion of `runId`. */
    readonly completionStatus: string | undefined
  }>
}
