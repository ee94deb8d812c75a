/**
 * Foreign text as it is given to a model: what cannot be seen is gone, and what
 * is long comes in parts. What it says is nobody's word but its writer's: whoever
 * shows it says so.
 *
 * @stability unstable
 */

/** What is not drawn: controls but tab and line end, format characters, separators of lines, private use. */
const unseen = /[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Default_Ignorable_Code_Point}]|(?![\t\n])\p{Cc}/gu

/** The text without what a reader would not see; line ends are `\n`. */
export const plain = (text: string): string => text.replaceAll("\r\n", "\n").replace(unseen, "").toWellFormed()

/** A part of a text. `next` is where the next part begins; none: this is the end of it. */
export interface Part {
  readonly text: string
  readonly offset: number
  readonly chars: number
  readonly next: number | undefined
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** Never between the two halves of a character. */
const cutAt = (text: string, at: number): number => (isLowSurrogate(text.charCodeAt(at)) ? at - 1 : at)

/** At most so many characters of a text, from an offset on. */
export const partOf = (text: string, offset: number, charsMax: number): Part => {
  const from = cutAt(text, Math.min(offset, text.length))
  const end = from + charsMax >= text.length ? text.length : cutAt(text, from + charsMax)
  return { text: text.slice(from, end), offset: from, chars: text.length, next: end < text.length ? end : undefined }
}
