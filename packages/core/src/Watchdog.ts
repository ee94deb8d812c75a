/**
 * When a run has taken too long: the total cap, the idle check, and the caps of
 * what an idle clock must not punish (an open tool call, an open request).
 *
 * `decide` is pure; `guard` carries it out with `Effect.timeout` for the total
 * and a `Schedule` for the checks. What to do with a run that is too late is
 * the caller's business.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type { Outcome } from "./Outcome.ts"
import type { Metadata } from "./Session.ts"

export interface Policy {
  /** Between two checks; never below one second. */
  readonly checkSeconds: number
  readonly totalSeconds: number
  /** Without an event of the child; a heartbeat is none. */
  readonly idleSeconds: number
  /** For one tool call; while it is open the idle clock stands still. */
  readonly toolSeconds: number
  /** For one open question or permission ask; likewise. */
  readonly requestSeconds: number
  /** Whether time spent waiting for requests and children counts in the total (`S-total-wait`). */
  readonly waits: "counted" | "excluded"
}

/**
 * `S-policy`: a check every 15 s, an hour in total, a quarter of an hour idle.
 * The caps of tools and requests are ours: half an hour, and the total itself.
 */
export const defaults: Policy = {
  checkSeconds: 15,
  totalSeconds: 3_600,
  idleSeconds: 900,
  toolSeconds: 1_800,
  requestSeconds: 3_600,
  waits: "counted"
}

/** The policy that a session's metadata overrides. */
export class CurrentPolicy extends Context.Reference<Policy>("@offshoot/core/Watchdog/CurrentPolicy", {
  defaultValue: () => defaults
}) {}

export const layer = (policy: Policy): Layer.Layer<never> => Layer.succeed(CurrentPolicy, policy)

/** The metadata keys of `S-policy`, and three of our own. */
export const overrideKeys = {
  checkSeconds: "child_watchdog.check_interval_secs",
  totalSeconds: "child_watchdog.max_total_secs",
  idleSeconds: "child_watchdog.max_idle_secs",
  toolSeconds: "child_watchdog.max_tool_secs",
  requestSeconds: "child_watchdog.max_request_secs",
  waits: "child_watchdog.waits"
} as const

/** A century: more is no limit, and would not fit into a timer. */
const secondsMax = 3_155_760_000

/** The seed reads 64 bits with a sign; what they do not hold is no number to it. */
const parsedMax = 2n ** 63n - 1n

const wholeSeconds = (metadata: Metadata, key: string, fallback: number): number => {
  const text = metadata[key]?.trim()
  if (text === undefined || !/^\+?\d{1,64}$/.test(text)) return fallback
  const value = BigInt(text)
  return value > 0n && value <= parsedMax ? Math.min(Number(value), secondsMax) : fallback
}

/** `S-policy`: an override counts when it is, trimmed, a whole number above zero. */
export const policyOf = (metadata: Metadata, base: Policy): Policy => {
  const waits = metadata[overrideKeys.waits]?.trim()
  return {
    checkSeconds: Math.max(1, wholeSeconds(metadata, overrideKeys.checkSeconds, base.checkSeconds)),
    totalSeconds: wholeSeconds(metadata, overrideKeys.totalSeconds, base.totalSeconds),
    idleSeconds: wholeSeconds(metadata, overrideKeys.idleSeconds, base.idleSeconds),
    toolSeconds: wholeSeconds(metadata, overrideKeys.toolSeconds, base.toolSeconds),
    requestSeconds: wholeSeconds(metadata, overrideKeys.requestSeconds, base.requestSeconds),
    waits: waits === "excluded" || waits === "counted" ? waits : base.waits
  }
}

/** What a run is in the middle of that stops the idle clock. */
export type Open =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Tool"; readonly name: string; readonly sinceMillis: number }
  | { readonly _tag: "Request"; readonly sinceMillis: number }
  /** Its own children run; each has its own watchdog. */
  | { readonly _tag: "Children" }

export interface Vitals {
  readonly startedAtMillis: number
  /** The last event of the child, else its start. */
  readonly lastActivityAtMillis: number
  /** How long the run has waited for requests and children so far. */
  readonly waitedMillis: number
  readonly open: Open
}

export type Timeout = Extract<Outcome, { readonly status: "timeout" }>

const since = (fromMillis: number, nowMillis: number): number => Math.floor((nowMillis - fromMillis) / 1_000)

/** How long the run has taken as far as the total is concerned, in milliseconds. */
const countedMillis = (policy: Policy, vitals: Vitals, nowMillis: number): number =>
  nowMillis - vitals.startedAtMillis - (policy.waits === "excluded" ? vitals.waitedMillis : 0)

/** `S-tick`: the total before everything else; `>=` on whole elapsed seconds. */
export const decide = (policy: Policy, vitals: Vitals, nowMillis: number): Timeout | undefined => {
  const elapsedSeconds = Math.floor(countedMillis(policy, vitals, nowMillis) / 1_000)
  if (elapsedSeconds >= policy.totalSeconds) {
    return { status: "timeout", reason: "total", elapsedSeconds, limitSeconds: policy.totalSeconds }
  }
  const { open } = vitals
  switch (open._tag) {
    case "Children":
      return undefined
    case "Tool": {
      const toolSeconds = since(open.sinceMillis, nowMillis)
      return toolSeconds < policy.toolSeconds
        ? undefined
        : {
            status: "timeout",
            reason: "tool",
            elapsedSeconds: toolSeconds,
            limitSeconds: policy.toolSeconds,
            toolName: open.name
          }
    }
    case "Request": {
      const requestSeconds = since(open.sinceMillis, nowMillis)
      return requestSeconds < policy.requestSeconds
        ? undefined
        : { status: "timeout", reason: "request", elapsedSeconds: requestSeconds, limitSeconds: policy.requestSeconds }
    }
    case "Nothing": {
      const idleSeconds = since(vitals.lastActivityAtMillis, nowMillis)
      return idleSeconds < policy.idleSeconds
        ? undefined
        : { status: "timeout", reason: "idle", elapsedSeconds: idleSeconds, limitSeconds: policy.idleSeconds }
    }
  }
}

/** What a guard reads. `vitals` and `nowMillis` are read anew at every check. */
export interface Guarded {
  readonly policy: Policy
  readonly vitals: () => Vitals
  readonly nowMillis: () => number
}

/** The idle check: first after one whole interval, `S-tick`. Completes the verdict with the first timeout. */
const check = <A>(guarded: Guarded, verdict: Deferred.Deferred<A | Timeout>): Effect.Effect<void> => {
  const interval = Duration.seconds(guarded.policy.checkSeconds)
  const once = Effect.sync(() => {
    const timeout = decide(guarded.policy, guarded.vitals(), guarded.nowMillis())
    return timeout !== undefined && Deferred.doneUnsafe(verdict, Effect.succeed(timeout))
  })
  return Effect.sleep(interval).pipe(
    Effect.andThen(Effect.repeat(once, { schedule: Schedule.spaced(interval), until: (found) => found })),
    Effect.asVoid
  )
}

/** The total cap. What was waited for is added when the policy leaves it out. */
const withinTotal = <A>(
  guarded: Guarded,
  verdict: Deferred.Deferred<A | Timeout>,
  millis: number
): Effect.Effect<A | Timeout> =>
  Deferred.await(verdict).pipe(
    Effect.timeoutOrElse({
      duration: millis,
      orElse: () => {
        const { policy } = guarded
        const limitMillis = policy.totalSeconds * 1_000
        const counted = countedMillis(policy, guarded.vitals(), guarded.nowMillis())
        if (policy.waits === "excluded" && counted < limitMillis) {
          return withinTotal(guarded, verdict, limitMillis - counted)
        }
        // A timer may fire a fraction of a millisecond before the clock says so.
        const elapsedSeconds = Math.max(policy.totalSeconds, Math.floor(counted / 1_000))
        const timeout: Timeout = {
          status: "timeout",
          reason: "total",
          elapsedSeconds,
          limitSeconds: policy.totalSeconds
        }
        return Effect.succeed(timeout)
      }
    })
  )

/**
 * Waits for the verdict, or for the first timeout.
 *
 * **Interruption**: stops the watching; the verdict stays open.
 */
export const guard = <A>(guarded: Guarded, verdict: Deferred.Deferred<A | Timeout>): Effect.Effect<A | Timeout> =>
  Effect.flatMap(Effect.forkChild(check(guarded, verdict), { startImmediately: true }), (checking) =>
    withinTotal(guarded, verdict, guarded.policy.totalSeconds * 1_000).pipe(
      Effect.ensuring(Effect.sync(() => checking.interruptUnsafe()))
    )
  )
