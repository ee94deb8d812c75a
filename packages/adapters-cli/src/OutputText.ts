/**
 * What a program prints, as text that can be emitted.
 *
 * Bytes are UTF-8; what is not becomes U+FFFD, and a character that arrives in
 * two reads comes out whole. Nothing waits for a newline. Values that the
 * program was given as secrets come out masked (I9).
 *
 * @stability unstable
 */
import { maskOf } from "./SecretMask.ts"

/** One event carries at most this many UTF-16 units, so that no reader has to take a megabyte in one piece. */
export const eventCharsMax = 16_384

/** What is kept of the end of standard error: enough for a stack trace, little enough to store with an outcome. */
export const tailCharsMax = 65_536

/** Text in pieces of at most `charsMax`; a surrogate pair is never cut in two. */
export const pieces = (text: string, charsMax: number): ReadonlyArray<string> => {
  if (text.length <= charsMax) return text === "" ? [] : [text]
  const cut: Array<string> = []
  let from = 0
  while (from < text.length) {
    let to = Math.min(from + charsMax, text.length)
    if (to < text.length && to - from > 1 && isHighSurrogate(text.charCodeAt(to - 1))) to--
    cut.push(text.slice(from, to))
    from = to
  }
  return cut
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** One stream of output of one run. Holds at most an incomplete character and the beginning of a secret. */
export interface Channel {
  /** The text of these reads, coalesced, in pieces. */
  readonly push: (chunks: ReadonlyArray<Uint8Array>) => ReadonlyArray<string>
  /** What was still held back. Call once, after the last `push`. */
  readonly end: () => ReadonlyArray<string>
}

export const channel = (secrets: ReadonlyArray<string>): Channel => {
  const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true })
  const mask = maskOf(secrets)
  return {
    push: (chunks) => {
      let text = ""
      for (const chunk of chunks) text += decoder.decode(chunk, { stream: true })
      return pieces(mask.push(text), eventCharsMax)
    },
    end: () => pieces(mask.push(decoder.decode()) + mask.end(), eventCharsMax)
  }
}

/** The end of a text that arrives in pieces. */
export interface Tail {
  readonly push: (text: string) => void
  readonly text: () => string
}

export const tail = (charsMax: number): Tail => {
  let kept = ""
  return {
    push: (text) => {
      kept += text
      // Cut rarely: a cut copies the whole tail.
      if (kept.length > 2 * charsMax) kept = kept.slice(-charsMax)
    },
    text: () => kept.slice(-charsMax)
  }
}

/* oxlint-disable-next-line no-control-regex -- ECMA-48 sequences begin with ESC; they are what is looked for. */
const escapeSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g
/* oxlint-disable-next-line no-control-regex -- the C0 and C1 controls but tab and newline. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Text without terminal sequences and control characters; tabs and newlines stay. */
export const plain = (text: string): string =>
  text.replace(/\r\n/g, "\n").replace(escapeSequences, "").replace(controls, "")
