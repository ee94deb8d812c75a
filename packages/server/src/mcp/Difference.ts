/**
 * The difference of two texts as a person reads it before it is written.
 *
 * Pure. Foreign text can do nothing to the terminal, and what looks like a
 * secret beside the change is not shown (I9).
 */
import * as NodeUtil from "node:util"
import { cut, inertLine } from "../internal/terminalText.ts"
import * as Splice from "./Splice.ts"

/** Lines around the change, as `diff -u` has them. */
const aroundMax = 3

/** More lines of a change than anybody reads; the rest is counted. */
const linesMax = 200

const secretName = /(token|secret|password|passwd|credential|authorization|api[-_]?key|private[-_]?key|cookie)/i

/** A value in quotes whose name says that it is secret, or that is as long and as random as keys are. */
const masked = (line: string): string => {
  const named = line.replaceAll(
    /(["']?[\w.-]+["']?\s*[:=]\s*)(["'])((?:(?!\2).)*)\2/g,
    (whole, head: string, quote: string) => (secretName.test(head) ? `${head}${quote}…${quote}` : whole)
  )
  return named.replaceAll(/(["'])(?:Bearer\s+)?(?=[\w+/=.-]*\d)(?=[\w+/=.-]*[A-Za-z])[\w+=.-]{32,}\1/g, "$1…$1")
}

const safe = (line: string): string => masked(inertLine(line))

interface Line {
  readonly sign: " " | "-" | "+"
  /** Safe to show. */
  readonly text: string
  /** Where it is different from the line that it replaces, or is replaced by. */
  readonly column?: number
}

/** A terminal wraps what is shorter. Longer ones are files in one line, of which only the change is of interest. */
const columnsMax = 400

/** A longer line is shown from shortly before its change. */
const leadColumns = 20

export type Colours = "colour" | "plain"

const shown = ({ column = 0, sign, text }: Line, colours: Colours): string => {
  const from = text.length > columnsMax && column > leadColumns ? column - leadColumns : 0
  const line = `${sign}${cut(from > 0 ? `…${text.slice(from)}` : text, columnsMax)}`
  const colour = sign === "+" ? "green" : sign === "-" ? "red" : undefined
  return colours === "colour" && colour !== undefined
    ? NodeUtil.styleText(colour, line, { validateStream: false })
    : line
}

/** A text without lines has none, and the end of the last line begins no other. */
const linesOf = (text: string): ReadonlyArray<string> => {
  if (text === "") return []
  const lines = text.split(/\r?\n/)
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines
}

const range = (from: number, count: number): string => `${count === 0 ? from : from + 1},${count}`

const bounded = (lines: ReadonlyArray<Line>): ReadonlyArray<Line> =>
  lines.length <= linesMax
    ? lines
    : [...lines.slice(0, linesMax), { sign: " ", text: `(${lines.length - linesMax} more lines)` }]

/** A unified difference with one hunk, as the change is at one place. */
export const unified = (path: string, before: string, after: string, colours: Colours): ReadonlyArray<string> => {
  const old = linesOf(before)
  const now = linesOf(after)
  const shorter = Math.min(old.length, now.length)
  let start = 0
  while (start < shorter && old[start] === now[start]) start += 1
  let end = 0
  while (end < shorter - start && old.at(-1 - end) === now.at(-1 - end)) end += 1
  const from = Math.max(0, start - aroundMax)
  const to = Math.max(0, end - aroundMax)
  const removed = old.slice(start, old.length - end).map(safe)
  const added = now.slice(start, now.length - end).map(safe)
  const around = (text: string): Line => ({ sign: " ", text: safe(text) })
  const column = Splice.between(removed[0] ?? "", added[0] ?? "").offset
  const changed = (sign: "-" | "+") => (text: string, index: number) =>
    index === 0 ? { sign, text, column } : { sign, text }
  const lines: ReadonlyArray<Line> = [
    ...old.slice(from, start).map(around),
    ...removed.map(changed("-")),
    ...added.map(changed("+")),
    ...old.slice(old.length - end, old.length - to).map(around)
  ]
  return [
    `--- ${inertLine(path)}`,
    `+++ ${inertLine(path)}`,
    `@@ -${range(from, old.length - to - from)} +${range(from, now.length - to - from)} @@`,
    ...bounded(lines).map((line) => shown(line, colours))
  ]
}
