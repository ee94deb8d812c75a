/**
 * Takes secrets out of what is recorded: the values that are known, and what
 * looks like one. Pure. What was redacted once stays as it is when it is
 * redacted again, so that a recorded prompt and a replayed one are the same.
 *
 * A secret that is encoded, or that looks like a word, is not found.
 */
import type * as Schema from "effect/Schema"

export const redacted = "[redacted]"

/** Shorter values are words: taking them out would garble the text and hide nothing. */
const secretCharsMin = 8

/** Names whose value is a secret, in headers, parameters and settings. */
const secretName =
  /^(?:proxy[-_]?)?authorization$|^(?:x[-_])?(?:goog[-_])?api[-_]?key$|^(?:set[-_]?)?cookie$|^(?:access|refresh|auth|id|session|bearer)?[-_]?token$|^(?:client[-_]?)?secret$|^passw(?:or)?d$|^private[-_]?key$/i

interface Pattern {
  readonly pattern: RegExp
  readonly by: string
}

/** What secrets look like in a text. `by` keeps what is not secret. */
const patterns: ReadonlyArray<Pattern> = [
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, by: redacted },
  // A word of a sentence has no digit in it.
  { pattern: /\b(bearer|basic)\s+(?=\S*[\d=])[A-Za-z0-9._~+/=-]{8,}/gi, by: `$1 ${redacted}` },
  // Keys with a prefix that says what they are.
  { pattern: /\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}/g, by: redacted },
  { pattern: /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|hf_|npm_|pypi-)[A-Za-z0-9_-]{10,}/g, by: redacted },
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, by: redacted },
  { pattern: /\bAIza[A-Za-z0-9_-]{30,}/g, by: redacted },
  // A signed token in three parts.
  { pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g, by: redacted },
  // A password in an address.
  { pattern: /(:\/\/[^\s/:@]+:)[^\s/@]+@/g, by: `$1${redacted}@` },
  // A name and its value: in an address, a header, a setting, or JSON.
  {
    pattern:
      /\b((?:authorization|api[-_]?key|access[-_]?token|refresh[-_]?token|auth[-_]?token|client[-_]?secret|secret|password|passwd|token)["']?\s*[:=]\s*["']?)(?!\s)(?:(?:bearer|basic)\s+)?[^\s"',;&}]+/gi,
    by: `$1${redacted}`
  }
]

/** Takes secrets out of texts and values. */
export interface Redaction {
  readonly text: (text: string) => string
  /** Anything as JSON without secrets; what is not JSON becomes its text. */
  readonly value: (value: unknown) => Schema.Json
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Deeper is no value that anybody wrote, and may have no end. */
const depthMax = 64

/** `known` are values that must not be seen, whatever they look like. */
export const make = (known: ReadonlyArray<string>): Redaction => {
  // The longest first: a secret that contains another is taken whole.
  const secrets = known
    .filter((secret) => secret.length >= secretCharsMin)
    .toSorted((left, right) => right.length - left.length)
  const text = (source: string): string =>
    patterns.reduce(
      (rest, { by, pattern }) => rest.replaceAll(pattern, by),
      secrets.reduce((rest, secret) => rest.replaceAll(secret, () => redacted), source)
    )
  const inside = (value: unknown, depth: number): Schema.Json => {
    if (typeof value === "string") return text(value)
    if (value === null || typeof value === "boolean") return value
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value)
    if (depth >= depthMax || typeof value !== "object") return text(String(value))
    if (Array.isArray(value)) return value.map((item) => inside(item, depth + 1))
    if (!isPlain(value)) return text(String(value))
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
        if (item === undefined) return []
        return [[key, secretName.test(key) && typeof item === "string" ? redacted : inside(item, depth + 1)] as const]
      })
    )
  }
  return { text, value: (value) => inside(value, 0) }
}
