/**
 * Bytes of an editor cut into lines.
 *
 * A line ends at the byte 0x0A and nowhere else: the separators U+2028 and
 * U+2029 are text. A line that is too long is passed over as a whole, so that
 * what comes after it is still read.
 *
 * @stability unstable
 */

/** What the protocol's own library takes, and more than any prompt with its files. */
export const lineBytesMax = 32 * 1024 * 1024

export type Line = { readonly _tag: "Text"; readonly text: string } | { readonly _tag: "TooLong" }

const lineEnd = 0x0a

const utf8 = new TextDecoder()

/** Cuts what arrives in pieces. Scans each byte once, and joins a line once. */
export class LineCutter {
  private open: Array<Uint8Array> = []
  private openBytes = 0
  private readonly bytesMax: number

  constructor(bytesMax: number = lineBytesMax) {
    this.bytesMax = bytesMax
  }

  /** The lines that this piece completes. */
  push(piece: Uint8Array): ReadonlyArray<Line> {
    const lines: Array<Line> = []
    let from = 0
    for (let end = piece.indexOf(lineEnd); end !== -1; end = piece.indexOf(lineEnd, from)) {
      this.keep(piece.subarray(from, end))
      lines.push(this.take())
      from = end + 1
    }
    this.keep(piece.subarray(from))
    return lines
  }

  /** The line that the end of the input completes, if there is one. */
  end(): ReadonlyArray<Line> {
    return this.openBytes === 0 ? [] : [this.take()]
  }

  private keep(part: Uint8Array): void {
    if (part.length === 0) return
    this.openBytes += part.length
    if (this.openBytes > this.bytesMax) this.open = []
    else this.open.push(part)
  }

  private take(): Line {
    const tooLong = this.openBytes > this.bytesMax
    const text = tooLong ? "" : utf8.decode(Buffer.concat(this.open))
    this.open = []
    this.openBytes = 0
    return tooLong ? { _tag: "TooLong" } : { _tag: "Text", text }
  }
}
