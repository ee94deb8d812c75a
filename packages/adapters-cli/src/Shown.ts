/**
 * What is shown of values that a program wrote: bounded, and without the
 * secrets that it was given (I9). Pure.
 *
 * @stability unstable
 */
import type { Outcome } from "@offshoot/core"
import { isRecord } from "./Frames.ts"
import { masked, secretCharsMin } from "./SecretMask.ts"

/** Of one text inside arguments or a result: a screen full of it, and then some. */
const textCharsMax = 32_768
/** Items of one list, and members of one object. */
const itemsMax = 256
/** A value that is nested deeper than this is not read by anybody. */
const depthMax = 12
/** Of one value altogether. */
const valueCharsMax = 131_072

const cut = (text: string, charsMax: number): string =>
  text.length <= charsMax ? text : `${text.slice(0, charsMax)}… (${text.length - charsMax} more characters)`

export interface Shown {
  readonly text: (text: string) => string
  /** A text of the size of a screen, with a word of how much is missing. */
  readonly bounded: (text: string) => string
  /** Plain JSON: the value with its long texts and lists cut, each with a word of how much is missing. */
  readonly value: (value: unknown) => unknown
  /** An outcome whose words may quote the program. */
  readonly outcome: (outcome: Outcome.RunnerOutcome) => Outcome.RunnerOutcome
}

export const shownWithout = (secrets: ReadonlyArray<string>): Shown => {
  const hidden = secrets
    .filter((secret) => secret.length >= secretCharsMin)
    .toSorted((left, right) => right.length - left.length)
  const text = (given: string): string => hidden.reduce((rest, secret) => rest.replaceAll(secret, () => masked), given)

  const valueOf = (given: unknown): unknown => {
    let left = valueCharsMax
    const take = (value: string): string => {
      const kept = cut(text(value), Math.max(0, Math.min(textCharsMax, left)))
      left -= kept.length
      return kept
    }
    const walk = (value: unknown, depth: number): unknown => {
      if (typeof value === "string") return take(value)
      if (value === undefined || value === null || typeof value === "number" || typeof value === "boolean") {
        return value ?? null
      }
      if (depth >= depthMax) return "…"
      if (Array.isArray(value)) {
        const items = value.slice(0, itemsMax).map((item: unknown) => walk(item, depth + 1))
        return value.length > itemsMax ? [...items, `… (${value.length - itemsMax} more)`] : items
      }
      if (!isRecord(value)) return "…"
      const members = Object.entries(value)
      const shown = Object.fromEntries(
        members.slice(0, itemsMax).map(([key, member]) => [text(key), walk(member, depth + 1)])
      )
      return members.length > itemsMax ? { ...shown, "…": `${members.length - itemsMax} more` } : shown
    }
    return walk(given, 0)
  }
  const bounded = (given: string): string => cut(text(given), textCharsMax)
  const outcomeOf = (given: Outcome.RunnerOutcome): Outcome.RunnerOutcome => {
    if (!("message" in given)) return given
    const message = bounded(given.message)
    return "detail" in given && given.detail !== undefined
      ? { ...given, message, detail: bounded(given.detail) }
      : { ...given, message }
  }
  return { text, bounded, value: valueOf, outcome: outcomeOf }
}
