/**
 * Lines of bytes: what a program writes, cut at the byte 0x0A and nowhere else.
 *
 * JSON may hold U+2028 and U+2029 as they are, and several agents write them:
 * a line reader that knows Unicode cuts there. Costs one look at each byte and
 * one copy of each line, however many reads it comes in.
 *
 * @stability unstable
 */

/** A line longer than is allowed. What follows it is not read any more. */
export interface FrameTooLong {
  readonly bytesMax: number
}

export interface Framer {
  /** The lines that this read ended, without their ends; empty ones are left out. */
  readonly push: (chunk: Uint8Array) => ReadonlyArray<string>
  /** A last line without an end. Call once, after the last `push`. */
  readonly end: () => ReadonlyArray<string>
  /** Says so once a line was longer than is allowed. */
  readonly tooLong: () => FrameTooLong | undefined
}

const newline = 0x0a
const carriageReturn = 0x0d

/** A single line of 6 MB was seen for an answer of 2 MB (pi 0.73.1): below this, real answers are refused. */
export const frameBytesMin = 32 * 1024 * 1024

/** Bytes are UTF-8; what is not becomes U+FFFD. A carriage return before the end of a line belongs to the end. */
export const framer = (bytesMax: number): Framer => {
  const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true })
  let parts: Array<Uint8Array> = []
  let held = 0
  let over: FrameTooLong | undefined

  const lineOf = (last: Uint8Array): ReadonlyArray<string> => {
    let line = last
    if (parts.length > 0) {
      line = new Uint8Array(held + last.length)
      let at = 0
      for (const part of parts) {
        line.set(part, at)
        at += part.length
      }
      line.set(last, at)
      parts = []
      held = 0
    }
    const end = line[line.length - 1] === carriageReturn ? line.length - 1 : line.length
    return end === 0 ? [] : [decoder.decode(end === line.length ? line : line.subarray(0, end))]
  }

  return {
    push: (chunk) => {
      const lines: Array<string> = []
      let from = 0
      while (over === undefined) {
        const to = chunk.indexOf(newline, from)
        const length = held + (to === -1 ? chunk.length : to) - from
        if (length > bytesMax) {
          over = { bytesMax }
          parts = []
          held = 0
          break
        }
        if (to === -1) {
          if (from < chunk.length) {
            // The reader may use its buffer again.
            parts.push(chunk.slice(from))
            held = length
          }
          break
        }
        lines.push(...lineOf(chunk.subarray(from, to)))
        from = to + 1
      }
      return lines
    },
    end: () => (over === undefined && held > 0 ? lineOf(new Uint8Array(0)) : []),
    tooLong: () => over
  }
}

/** The JSON object of a line; none: it is a log line, half a frame, or no object. */
export const objectOf = (line: string): Readonly<Record<string, unknown>> | undefined => {
  if (!line.startsWith("{")) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** One frame as it is written: JSON has no raw newline, so that its end is the only one. */
export const lineOf = (frame: unknown): string => `${JSON.stringify(frame)}\n`

/** A JSON object, as it comes from outside: every field is unknown until it is looked at. */
export type Frame = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is Frame =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Fields of a foreign object by their type: a field of another type is as good as absent. */
export const textIn = (frame: Frame, key: string): string | undefined => {
  const value = frame[key]
  return typeof value === "string" ? value : undefined
}
export const numberIn = (frame: Frame, key: string): number | undefined => {
  const value = frame[key]
  return typeof value === "number" && Number.isFinite(value) ? value : undefined
}
export const recordIn = (frame: Frame, key: string): Frame | undefined => {
  const value = frame[key]
  return isRecord(value) ? value : undefined
}
export const listIn = (frame: Frame, key: string): ReadonlyArray<unknown> => {
  const value = frame[key]
  return Array.isArray(value) ? value : []
}
