/**
 * The history of one simulated world: everything that was seen from outside
 * the runtime, in the order in which it happened. The checks read nothing else.
 */
import type { ExternalChildRunner, Ids, Obligation, SessionStore, SpawnJob, SubAgents } from "@offshoot/core"

type SessionId = Ids.SessionId
type RunId = Ids.RunId

export type Fact =
  /** The store has applied this transition. */
  | {
      readonly _tag: "Committed"
      readonly transition: SessionStore.Transition
      readonly numbers: ReadonlyArray<number>
      /** Whether whoever committed it hears of that. */
      readonly answered: boolean
    }
  | {
      readonly _tag: "BodyStarted"
      readonly sessionId: SessionId
      readonly runId: RunId
      readonly incarnation: number
      /** The run that it goes on from, when it does. */
      readonly resumes: SpawnJob.Resume | undefined
      /** The agent's word for the conversation that it is given to go on with, in whatever way. */
      readonly handle: string | undefined
    }
  | { readonly _tag: "BodyEnded"; readonly runId: RunId }
  /** From here on the body does not let itself be interrupted, ever. */
  | { readonly _tag: "WentDeaf"; readonly runId: RunId }
  /** The runner is about to say this text; `append` says whether as an entry of its own. */
  | { readonly _tag: "Said"; readonly runId: RunId; readonly text: string; readonly append: boolean }
  /** The body waits for somebody, without a slot. */
  | { readonly _tag: "Waiting"; readonly runId: RunId; readonly now: "begins" | "ends" }
  /** The body of a call that must not be made twice. */
  | {
      readonly _tag: "Called"
      readonly runId: RunId
      readonly toolCallId: string
      readonly now: "begins" | "ended" | "failed"
    }
  /** What a body was told on its ask. */
  | {
      readonly _tag: "Told"
      readonly runId: RunId
      readonly sessionId: SessionId
      readonly key: string
      readonly answer: ExternalChildRunner.Answer
    }
  /** A message is handed to a body. */
  | { readonly _tag: "Handed"; readonly runId: RunId; readonly messageId: Ids.MessageId }
  /** A completion handler has taken it. */
  | {
      readonly _tag: "Handled"
      readonly handler: string
      readonly incarnation: number
      readonly completion: SpawnJob.ChildCompletion
    }
  | { readonly _tag: "CancelAsked"; readonly call: number; readonly sessionId: SessionId; readonly subtree: boolean }
  | { readonly _tag: "CancelAnswered"; readonly call: number; readonly cancelled: ReadonlyArray<SessionId> }
  | { readonly _tag: "RemoveAsked"; readonly sessionId: SessionId }
  | {
      readonly _tag: "SendAnswered"
      readonly sessionId: SessionId
      readonly key: string | undefined
      readonly messageId: Ids.MessageId
    }
  | { readonly _tag: "WaitAnswered"; readonly wait: Obligation.Wait }
  /** A person's answer was accepted. */
  | { readonly _tag: "AnswerAccepted"; readonly request: Obligation.Request; readonly decision: SubAgents.Decision }
  | { readonly _tag: "Placed"; readonly runId: RunId; readonly position: number }
  | { readonly _tag: "KeyAnswered"; readonly parentId: SessionId; readonly key: string; readonly sessionId: SessionId }
  /** What the scheduler counts, and how many bodies wait at that moment. */
  | {
      readonly _tag: "Counted"
      readonly inFlight: number
      readonly running: number
      readonly backlog: number
      readonly waiting: number
    }
  | { readonly _tag: "Booted"; readonly incarnation: number }
  /** `crashed`: from here on nothing of this incarnation reaches the store. */
  | { readonly _tag: "Stopping"; readonly incarnation: number; readonly how: "closed" | "crashed" }
  | { readonly _tag: "Stopped"; readonly incarnation: number }
  /** The runtime warned of something that a correct one never meets. */
  | { readonly _tag: "Warned"; readonly message: string }
  | { readonly _tag: "Trimmed"; readonly oldest: number }
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
  | {
      readonly _tag: "FollowOpened"
      readonly follower: number
      readonly after: number
      readonly scope: SessionStore.FeedScope
      readonly types: ReadonlyArray<string> | undefined
    }
  | { readonly _tag: "Followed"; readonly follower: number; readonly item: SubAgents.FeedItem }
  | { readonly _tag: "FollowClosed"; readonly follower: number; readonly how: "caught_up" | "cut" | "failed" }

export type Timed = Fact & { readonly atMillis: number }
export type FactOf<Tag extends Fact["_tag"]> = Extract<Timed, { readonly _tag: Tag }>

export type History = ReadonlyArray<Timed>

/** Writes facts down. */
export interface Witness {
  readonly add: (fact: Fact) => void
}

/** Collects the facts of a world. */
export class Recorder implements Witness {
  readonly history: Array<Timed> = []
  private readonly nowMillis: () => number

  constructor(nowMillis: () => number) {
    this.nowMillis = nowMillis
  }

  add(fact: Fact): void {
    this.history.push({ ...fact, atMillis: this.nowMillis() })
  }

  /** Writes down nothing of a process that has died. */
  ofProcess(process: { readonly crashed: boolean }): Witness {
    return {
      add: (fact) => {
        if (!process.crashed) this.add(fact)
      }
    }
  }
}

/** What somebody knows who read a snapshot and then the feed. */
export interface Converged {
  readonly statuses: ReadonlyMap<string, string>
  readonly pending: ReadonlySet<string>
}

/** What a world looked like after everything had settled, and before it was closed. */
export interface Remains {
  readonly counts: { readonly inFlight: number; readonly running: number; readonly backlog: number }
  readonly openJobs: number
  readonly undelivered: number
  /** Waits, requests and messages that are still open. */
  readonly open: ReadonlyArray<Obligation.Obligation>
  readonly converged: Converged
  readonly sessions: ReadonlyArray<{
    readonly id: SessionId
    readonly runId: RunId | undefined
    readonly status: string
    readonly outcomeStatus: string | undefined
    /** The outcome of the completion of `runId`. */
    readonly completionStatus: string | undefined
  }>
}
