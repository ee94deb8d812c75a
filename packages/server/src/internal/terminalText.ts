/**
 * Foreign text made safe for a terminal, and text fitted into columns.
 *
 * What a child says is data: after `inert` it can move no cursor, set no title,
 * change no colour and turn no reading direction.
 */
import * as NodeUtil from "node:util"
import stringWidth from "string-width"

/** Controls, format characters but the joiner of emoji, line separators, private use and lone surrogates. */
const unsafe = /(?!\u200D)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu

/** One line of plain text: escape sequences are gone, every run of white space is one space. */
export const inert = (text: string): string =>
  NodeUtil.stripVTControlCharacters(text).replaceAll(/\s+/gu, " ").replaceAll(unsafe, "").trim()

/** The same with its white space, for text whose layout says something; a tab is two spaces. */
export const inertLine = (text: string): string =>
  NodeUtil.stripVTControlCharacters(text).replaceAll("\t", "  ").replaceAll(unsafe, "")

/** The last line that says something; a carriage return begins a line too, as progress bars use it. */
export const lastLine = (text: string): string => {
  const lines = text.split(/[\r\n]+/)
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = inert(lines[index] ?? "")
    if (line !== "") return line
  }
  return ""
}

export const firstLine = (text: string): string => {
  for (const part of text.split(/[\r\n]+/)) {
    const line = inert(part)
    if (line !== "") return line
  }
  return ""
}

/** Text of which every character is one column wide. */
const narrow = /^[\u0020-\u007E]*$/

/** How many columns a terminal gives the text. */
export const widthOf = (text: string): number => (narrow.test(text) ? text.length : stringWidth(text))

const segmenter = new Intl.Segmenter()

/** At most `columns` wide, cut between what people see as characters; what was cut shows as an ellipsis. */
export const cut = (text: string, columns: number): string => {
  if (columns <= 0) return ""
  if (widthOf(text) <= columns) return text
  let kept = ""
  let room = columns - 1
  for (const { segment } of segmenter.segment(text)) {
    room -= widthOf(segment)
    if (room < 0) break
    kept += segment
  }
  return `${kept}…`
}

/** Exactly `columns` wide. */
export const fit = (text: string, columns: number): string => {
  const short = cut(text, columns)
  return short + " ".repeat(Math.max(0, columns - widthOf(short)))
}

const two = (value: number): string => String(value).padStart(2, "0")

/** A duration in at most six columns: `0.4s`, `42s`, `3m07s`, `2h05m`, `4d03h`. */
export const duration = (millis: number, tenths: boolean): string => {
  const seconds = Math.floor(Math.max(0, millis) / 1_000)
  if (tenths && millis < 9_950) return `${(Math.max(0, millis) / 1_000).toFixed(1)}s`
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h${two(Math.floor(seconds / 60) % 60)}m`
  return `${Math.floor(seconds / 86_400)}d${two(Math.floor(seconds / 3_600) % 24)}h`
}
