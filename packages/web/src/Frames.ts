/**
 * The text of an event stream into frames. Pure but for what it keeps of an
 * unfinished line.
 *
 * The server writes `id:` on durable events only, one `data:` line, no
 * `event:`. A frame with an id and no data says how far the reader is. A
 * comment is a sign of life and no frame.
 *
 * @stability unstable
 */

export interface Frame {
  readonly number: number | undefined
  readonly data: string | undefined
}

/** Twice the server's limit of a body: a tool call with a megabyte of arguments, wrapped, still passes. */
const frameLengthMax = 2 * 1024 * 1024

const numberOf = (text: string): number | undefined => {
  const number = text === "" ? Number.NaN : Number(text)
  return Number.isSafeInteger(number) ? number : undefined
}

/** Takes pieces of a stream as they come. A frame that is too long is passed over, and never held whole. */
export const makeReader = (): ((piece: string) => ReadonlyArray<Frame>) => {
  let rest = ""
  let number: number | undefined
  let data: string | undefined
  let skipping = false

  const take = (line: string, frames: Array<Frame>): void => {
    if (line === "") {
      if (number !== undefined || data !== undefined) frames.push({ number, data })
      number = undefined
      data = undefined
    } else if (line.startsWith("data:")) {
      const value = line.slice(line.startsWith("data: ") ? 6 : 5)
      data = data === undefined ? value : `${data}\n${value}`
    } else if (line.startsWith("id:")) {
      number = numberOf(line.slice(3).trim())
    }
  }

  return (piece) => {
    const frames: Array<Frame> = []
    const lines = (rest + piece).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) {
      if (!skipping) take(line.endsWith("\r") ? line.slice(0, -1) : line, frames)
      skipping = false
    }
    if (rest.length > frameLengthMax) {
      rest = ""
      skipping = true
    }
    return frames
  }
}
