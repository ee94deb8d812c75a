/**
 * What a child says, made safe to look at. Pure.
 *
 * The page puts it into text nodes only, so that markup is text anyway; here
 * it loses what moves a cursor, changes a colour or turns the reading
 * direction. `raw` shows those characters by name instead.
 *
 * @stability unstable
 */

/** Escape sequences of terminals: CSI, OSC with its end, and the short ones. */
const sequences =
  // eslint-disable-next-line no-control-regex -- these are the characters that it is about
  /\u001B\[[0-?]*[ -/]*[@-~]|\u009B[0-?]*[ -/]*[@-~]|\u001B[\]PX^_][^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]/gu

/** Controls, format characters but the joiner of emoji, line separators, private use and lone surrogates. */
const unsafe = /(?!\u200D)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu

/** The same, with the joiner. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu

/** Text of several lines: tabs and line ends stay. */
export const lines = (text: string): string =>
  text
    .replaceAll("\r\n", "\n")
    .replaceAll(sequences, "")
    .replaceAll(unsafe, (mark) => (mark === "\n" || mark === "\t" ? mark : mark === "\r" ? "\n" : ""))

/** One line: every run of white space is one space. */
export const line = (text: string): string =>
  text.replaceAll(sequences, "").replaceAll(/\s+/gu, " ").replaceAll(unsafe, "").trim()

/** The last line that says something; a carriage return begins a line too, as progress bars use it. */
export const lastLine = (text: string): string => {
  const all = text.split(/[\r\n]+/)
  for (let index = all.length - 1; index >= 0; index--) {
    const shown = line(all[index] ?? "")
    if (shown !== "") return shown
  }
  return ""
}

/** Every character that is not drawn, by its number. */
export const raw = (text: string): string =>
  text.replaceAll(unseen, (mark) =>
    mark === "\n" ? mark : `‹${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}›`
  )
