/**
 * Whether a job whose run has ended goes on as another run, and when. Pure.
 *
 * The words are those of supervisors in Erlang/OTP: `permanent` begins again
 * after every end but a cancel, `transient` after an end that another try may
 * mend, `temporary` never. More than `intensity` ends within `periodSeconds`
 * are too many: the last one stands.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { type Outcome, retryable } from "./Outcome.ts"
import type { Metadata } from "./Session.ts"

export const Restart = Schema.Literals(["permanent", "transient", "temporary"])
export type Restart = typeof Restart.Type

export interface Policy {
  readonly restart: Restart
  /** So many further tries are made within the period; 0: none. */
  readonly intensity: number
  readonly periodSeconds: number
  /** Before the second try; doubled for each one after it. */
  readonly backoffSeconds: number
  readonly backoffMaxSeconds: number
}

/**
 * Nothing is tried again unless somebody asks for it: a try costs money. Where
 * it is asked for: three within ten minutes, after 2 s, 4 s and 8 s.
 */
export const defaults: Policy = {
  restart: "temporary",
  intensity: 3,
  periodSeconds: 600,
  backoffSeconds: 2,
  backoffMaxSeconds: 120
}

/** The policy that a session's metadata overrides. */
export class CurrentPolicy extends Context.Reference<Policy>("@offshoot/core/Retry/CurrentPolicy", {
  defaultValue: () => defaults
}) {}

export const layer = (policy: Policy): Layer.Layer<never> => Layer.succeed(CurrentPolicy, policy)

export const overrideKeys = {
  restart: "child_retry.restart",
  intensity: "child_retry.intensity",
  periodSeconds: "child_retry.period_secs"
} as const

/** A hundred tries, or a month, are beyond any use. */
const intensityMax = 100
const periodSecondsMax = 2_592_000

const whole = (text: string | undefined, min: number, max: number, fallback: number): number => {
  const trimmed = text?.trim() ?? ""
  if (!/^\d{1,9}$/.test(trimmed)) return fallback
  const value = Number(trimmed)
  return value < min ? fallback : Math.min(value, max)
}

/** As with the watchdog's keys, an override that does not parse is ignored. */
export const policyOf = (metadata: Metadata, base: Policy): Policy => {
  const restart = metadata[overrideKeys.restart]?.trim()
  const says = restart ?? metadata[overrideKeys.intensity] ?? metadata[overrideKeys.periodSeconds]
  if (says === undefined) return base
  return {
    ...base,
    restart: restart === "permanent" || restart === "transient" || restart === "temporary" ? restart : base.restart,
    intensity: whole(metadata[overrideKeys.intensity], 0, intensityMax, base.intensity),
    periodSeconds: whole(metadata[overrideKeys.periodSeconds], 1, periodSecondsMax, base.periodSeconds)
  }
}

/** An end that may be followed by another try. */
export interface Ended {
  readonly outcome: Outcome
  /** The ends of the earlier tries, oldest first. */
  readonly failedAtMillis: ReadonlyArray<number>
  readonly nowMillis: number
  /** From 0 up to 1: spreads the tries of siblings that failed together. */
  readonly chance: number
}

export type Decision = { readonly _tag: "Settle" } | { readonly _tag: "Again"; readonly notBeforeMillis: number }

const settle: Decision = { _tag: "Settle" }

/** A provider that asks for more than a day says that it does not want us. */
const retryAfterSecondsMax = 86_400

/** How long a provider asks to wait, in seconds; none when the outcome says nothing of the kind. */
export const retryAfterSeconds = (outcome: Outcome): number | undefined =>
  outcome.reason === "rate_limited" || outcome.reason === "unavailable" ? outcome.retryAfterSeconds : undefined

const isWanted = (restart: Restart, outcome: Outcome): boolean => {
  switch (restart) {
    case "temporary":
      return false
    case "transient":
      return outcome.status !== "cancelled" && retryable(outcome)
    case "permanent":
      return outcome.status !== "cancelled" && outcome.status !== "skipped"
  }
}

/** Between half and all of the doubled pause, so that siblings do not come back at once. */
const pauseMillis = (policy: Policy, tries: number, chance: number): number => {
  const seconds = Math.min(policy.backoffSeconds * 2 ** tries, policy.backoffMaxSeconds)
  return Math.round(seconds * 1_000 * (0.5 + chance / 2))
}

export const decide = (policy: Policy, ended: Ended): Decision => {
  if (!isWanted(policy.restart, ended.outcome)) return settle
  const since = ended.nowMillis - policy.periodSeconds * 1_000
  const recent = ended.failedAtMillis.filter((millis) => millis > since).length
  if (recent >= policy.intensity) return settle
  const asked = retryAfterSeconds(ended.outcome) ?? 0
  if (asked > retryAfterSecondsMax) return settle
  const pause = Math.max(pauseMillis(policy, recent, ended.chance), Math.ceil(asked * 1_000))
  return { _tag: "Again", notBeforeMillis: ended.nowMillis + pause }
}
