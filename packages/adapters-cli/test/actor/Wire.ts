/**
 * What goes out: frames, one after the other, and every way of spoiling them.
 *
 * Writing waits for the reader, as it does in a program that flushes: what was
 * written before an exit is out. An end of the pipe that nobody reads any more
 * swallows what is written.
 */
import * as NodeFS from "node:fs"

/** A character that goes out as a byte which is not UTF-8. */
export const brokenCharacter = "\u{E000}"

const brokenBytes = Buffer.from(brokenCharacter)

const withBrokenBytes = (bytes: Buffer): Buffer => {
  if (!bytes.includes(brokenBytes)) return bytes
  const text = bytes.toString("latin1").replaceAll(brokenBytes.toString("latin1"), "\u{FF}")
  return Buffer.from(text, "latin1")
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""

/** Writes everything to a file descriptor; what waits on the other side is waited for. */
export const writeAll = (fd: number, bytes: Buffer): void => {
  let from = 0
  while (from < bytes.length) {
    try {
      from += NodeFS.writeSync(fd, bytes, from)
    } catch (cause) {
      if (codeOf(cause) !== "EAGAIN") return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

/** How one frame looks around its JSON. */
interface Framing {
  readonly before: string
  readonly after: string
}

export const lines: Framing = { before: "", after: "\n" }
export const serverSentEvents: Framing = { before: "data: ", after: "\n\n" }

/** `late`: the end of a frame is written when the next one begins, so the last one has none. */
export interface Spoiling {
  crlf: boolean
  slow: boolean
  late: boolean
  half: boolean
}

export class Wire {
  readonly spoiling: Spoiling = { crlf: false, slow: false, late: false, half: false }
  private owed = ""
  private readonly sink: (bytes: Buffer) => void
  private readonly framing: Framing
  /** Called when half a frame is out, instead of writing the rest. */
  private readonly cut: () => void

  constructor(sink: (bytes: Buffer) => void, framing: Framing, cut: () => void) {
    this.sink = sink
    this.framing = framing
    this.cut = cut
  }

  /** One frame that says this. */
  send(frame: unknown): void {
    this.line(JSON.stringify(frame))
  }

  /** One frame with this text, JSON or not. */
  line(text: string): void {
    const end = this.spoiling.crlf ? this.framing.after.replaceAll("\n", "\r\n") : this.framing.after
    const bytes = withBrokenBytes(
      Buffer.from(`${this.owed}${this.framing.before}${text}${this.spoiling.late ? "" : end}`)
    )
    this.owed = this.spoiling.late ? end : ""
    if (this.spoiling.half) {
      this.sink(bytes.subarray(0, Math.ceil(bytes.length / 2)))
      return this.cut()
    }
    if (!this.spoiling.slow) return this.sink(bytes)
    for (let index = 0; index < bytes.length; index++) this.sink(bytes.subarray(index, index + 1))
  }
}
