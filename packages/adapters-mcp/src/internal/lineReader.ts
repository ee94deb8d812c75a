/** Cuts text that arrives in pieces into lines, and notices one that never ends. */

/** The base64 of a picture of ten megabytes fits; what is longer is no answer to a model. */
const lineCharsMax = 16_000_000

export interface LineReader {
  /** The lines that this piece completes. Nothing more once a line has overflown. */
  readonly push: (text: string) => ReadonlyArray<string>
  readonly overflown: () => boolean
}

export const lineReader = (): LineReader => {
  let open: Array<string> = []
  let openChars = 0
  let over = false
  return {
    push: (text) => {
      if (over) return []
      const pieces = text.split("\n")
      const last = pieces.pop() ?? ""
      const lines: Array<string> = []
      for (const piece of pieces) {
        lines.push([...open, piece].join(""))
        open = []
        openChars = 0
      }
      open.push(last)
      openChars += last.length
      over = openChars > lineCharsMax
      if (over) open = []
      return lines
    },
    overflown: () => over
  }
}
