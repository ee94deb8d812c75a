/**
 * Numbers as people read them: tokens, dollars, durations, times of day. Pure.
 *
 * `—` is unknown, `~` estimated, `+` at least. An unknown figure is never shown
 * as zero.
 *
 * @stability unstable
 */
import type { Usage } from "./Wire.ts"

export const unknown = "—"

const scaled = (value: number): string =>
  value < 1_000
    ? String(value)
    : value < 999_500
      ? `${(value / 1_000).toFixed(value < 9_950 ? 1 : 0)}k`
      : `${(value / 1_000_000).toFixed(value < 9_950_000 ? 1 : 0)}M`

/** Input and output together: cache reads and reasoning are parts of these two. */
export const tokens = (usage: Usage | undefined): string => {
  if (usage === undefined || (usage.inputTokens === undefined && usage.outputTokens === undefined)) return unknown
  const atLeast = usage.atLeast?.some((figure) => figure === "inputTokens" || figure === "outputTokens") === true
  const half = usage.inputTokens === undefined || usage.outputTokens === undefined
  return `${scaled((usage.inputTokens ?? 0) + (usage.outputTokens ?? 0))}${atLeast || half ? "+" : ""}`
}

export const cost = (usage: Usage | undefined): string => {
  if (usage?.costUsd === undefined) return unknown
  const dollars = usage.costUsd
  const shown =
    dollars === 0 ? "0" : dollars < 0.005 ? "<0.01" : dollars < 100 ? dollars.toFixed(2) : dollars.toFixed(0)
  const sign = usage.costSource === "provider" ? "" : "~"
  return `${sign}$${shown}${usage.atLeast?.includes("costUsd") === true ? "+" : ""}`
}

/** Own, and behind it the subtree's when that is more. */
export const ownAndTree = (own: string, tree: string): string =>
  tree === own || tree === unknown ? own : `${own} / ${tree}`

export const count = (value: number, one: string, many: string): string =>
  `${value.toLocaleString("en")} ${value === 1 ? one : many}`

const two = (value: number): string => String(value).padStart(2, "0")

/** `42s`, `3m07s`, `2h05m`, `4d03h`. */
export const duration = (millis: number): string => {
  const seconds = Math.floor(Math.max(0, millis) / 1_000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h${two(Math.floor(seconds / 60) % 60)}m`
  return `${Math.floor(seconds / 86_400)}d${two(Math.floor(seconds / 3_600) % 24)}h`
}

export const clock = (millis: number): string => {
  const at = new Date(millis)
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

export const bytes = (size: number): string =>
  size < 1_024
    ? `${size} B`
    : size < 1_048_576
      ? `${(size / 1_024).toFixed(1)} KB`
      : `${(size / 1_048_576).toFixed(1)} MB`
