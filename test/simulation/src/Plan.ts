/**
 * What happens in one simulated world, as data: limits, faults, scripts and a
 * timeline. A plan is a function of its seed alone (`Worlds`).
 */
import type { Limits, Obligation, RequestPolicy, Retry, Session, Watchdog } from "@offshoot/core"

/** Which session an action is about: this share of the way through those that exist by then. */
type Share = number

export type Pace =
  | { readonly _tag: "fast" }
  /** Rests this long after every so many things, a few times. */
  | { readonly _tag: "slow"; readonly every: number; readonly restMillis: number }
  /** Takes this many things, then nothing until the end of the world. */
  | { readonly _tag: "stopped"; readonly after: number }

export type Act =
  | { readonly _tag: "Root"; readonly script: number | undefined }
  | {
      readonly _tag: "Spawn"
      readonly under: Share
      readonly rootsOnly: boolean
      readonly script: number
      readonly key: string | undefined
    }
  | { readonly _tag: "Run"; readonly session: Share }
  | {
      readonly _tag: "Cancel"
      readonly session: Share
      readonly rootsOnly: boolean
      readonly mode: "graceful" | "abort"
      readonly reach: "session" | "subtree"
    }
  | { readonly _tag: "Remove"; readonly session: Share }
  | {
      readonly _tag: "Read"
      readonly session: Share
      readonly rootsOnly: boolean
      readonly scope: "session" | "subtree"
      readonly after: "late" | "start"
      readonly pace: Pace
      readonly leavesAfterMillis: number | undefined
    }
  | { readonly _tag: "Look" }
  | { readonly _tag: "Restart"; readonly how: "closed" | "crashed" }
  /** Drains with patience, then closes. */
  | { readonly _tag: "Drain"; readonly patienceMillis: number }
  | {
      readonly _tag: "Send"
      readonly session: Share
      readonly mode: Obligation.SteerMode
      readonly key: string | undefined
      readonly text: string
    }
  | {
      readonly _tag: "Wake"
      readonly session: Share
      readonly rootsOnly: boolean
      readonly policy: Obligation.Policy
      /** Of the children that it has by then, the newest half is named. */
      readonly named: boolean
      readonly leaseMillis: number | undefined
    }
  | { readonly _tag: "Answer"; readonly request: Share; readonly agrees: boolean; readonly words: string }
  | {
      readonly _tag: "Follow"
      readonly session: Share
      readonly scope: "All" | "Session" | "Subtree"
      readonly lifecycleOnly: boolean
      readonly from: "start" | "head"
      readonly pace: Pace
    }
  | { readonly _tag: "Trim"; readonly keepMax: number }
  /** The wall clock is set forward; or everybody slept for so long. */
  | { readonly _tag: "Jump"; readonly how: "clock" | "sleep"; readonly millis: number }

export interface Action {
  readonly atMillis: number
  readonly act: Act
}

export interface Outage {
  readonly fromMillis: number
  readonly toMillis: number
  /** Whether reads fail too. */
  readonly reads: boolean
}

/** `plain` can nothing but talk; `parent` and `in_process` also spawn, wait and are woken; nobody configured `stranger`. */
export type AgentName = "scripted" | "plain" | "parent" | "in_process" | "stranger"

export interface Script {
  readonly agent: AgentName
  readonly lines: ReadonlyArray<string>
  /** What it does when it is woken. */
  readonly onWake: ReadonlyArray<string>
  readonly parentClose: Session.ParentClose | undefined
  readonly recovery: Session.RecoveryPolicy | undefined
  readonly restart: Retry.Restart | undefined
  readonly intensity: number
}

/** A completion handler, and what is wrong with it. */
export interface HandlerPlan {
  readonly name: string
  readonly how:
    | { readonly _tag: "fast" }
    | { readonly _tag: "slow"; readonly millis: number }
    | { readonly _tag: "failing"; readonly chance: number }
    | { readonly _tag: "away"; readonly untilMillis: number }
    /** Fails for one parent in three until then. */
    | { readonly _tag: "partial"; readonly untilMillis: number }
    /** Answers one parent in three not at all, until then or until the first restart. */
    | { readonly _tag: "hanging"; readonly untilMillis: number }
}

/** What a commit may meet, and how likely it is. */
export interface CommitFaults {
  /** Fails before it is applied. */
  readonly refused: number
  /** Is applied, and reported as failed. */
  readonly unanswered: number
  /** Is answered up to this much later, so that answers overtake each other. */
  readonly answerMillisMax: number
}

export interface Crash {
  /** Counted over the whole world. */
  readonly atCommit: number
  /** `after`: the commit stands, and its answer never comes. */
  readonly when: "before" | "after"
}

export interface Plan {
  readonly seed: number
  readonly limits: Limits.Limits
  readonly agentMax: number
  readonly graceMillis: number
  readonly policy: Watchdog.Policy
  readonly recovery: Session.RecoveryPolicy
  readonly requests: RequestPolicy.Policy
  readonly scripts: ReadonlyArray<Script>
  readonly timeline: ReadonlyArray<Action>
  readonly outages: ReadonlyArray<Outage>
  readonly commits: CommitFaults
  readonly crashes: ReadonlyArray<Crash>
  /** How likely a single read fails. */
  readonly readFault: number
  readonly handlers: ReadonlyArray<HandlerPlan>
  /** After how many steps a fiber gives the others a turn. */
  readonly turnOps: number
  /** How a commit is answered: at once, in a turn of its own, or this much later. */
  readonly storeMillis: number | "at_once" | "next_turn"
}

/** Whether single operations of the store fail by chance. */
export const isFlaky = ({ commits, readFault }: Plan): boolean =>
  commits.refused > 0 || commits.unanswered > 0 || readFault > 0

/** Whether anything of the store ever fails. */
export const hasStoreFaults = (plan: Plan): boolean => isFlaky(plan) || plan.outages.length > 0

/** Known to the store, to handlers and to runners, and to be told to nobody (I9). */
export const secret = "sk-simulated-0123456789"
