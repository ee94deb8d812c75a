/** Takes known secret values out of a whole text (I9). Only exact values are found. */
import * as Redacted from "effect/Redacted"

const masked = "<redacted>"

/** Shorter values are words like `true` or `8080`: masking them would garble the text and hide nothing. */
const secretCharsMin = 8

export type Mask = (text: string) => string

export const maskOf = (secrets: ReadonlyArray<Redacted.Redacted>): Mask => {
  // Longest first: a secret that contains another must be taken whole.
  const values = secrets
    .map(Redacted.value)
    .filter((value) => value.length >= secretCharsMin)
    .toSorted((left, right) => right.length - left.length)
  return (text) => values.reduce((rest, value) => rest.replaceAll(value, () => masked), text)
}

/* oxlint-disable-next-line no-control-regex -- ECMA-48 sequences begin with ESC; they are what is looked for. */
const escapeSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g
/* oxlint-disable-next-line no-control-regex -- the C0 and C1 controls but tab and newline. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Text without terminal sequences and control characters; tabs and newlines stay. */
export const plain = (text: string): string => text.replace(escapeSequences, "").replace(controls, "")

/** The end of a text, marked when something is missing before it. */
export const lastChars = (text: string, charsMax: number): string =>
  text.length <= charsMax ? text : `…${text.slice(-charsMax)}`

/** The beginning of a text, marked when something is missing after it. */
export const firstChars = (text: string, charsMax: number): string =>
  text.length <= charsMax ? text : `${text.slice(0, charsMax)}…`
