/**
 * What a session says, as the rows of a window: lines are broken at the width
 * of the window and at nothing else, whatever stands in them.
 *
 * It is changed in place, since fifty thousand rows are not copied with each
 * token; `version` grows with each change.
 *
 * Invariants
 *   L1. It holds at most `rowsMax` rows, and of a line at most `lineMax` characters.
 *   L2. What left it at either limit is counted.
 *
 * @stability unstable
 */
import type { AgentEvent } from "@offshoot/core"
import { inShort } from "@offshoot/core/TreeView"
import * as Figures from "./Figures.ts"
import * as Inert from "./Inert.ts"

/** What somebody may scroll through; more is in the messages and in the events. */
export const rowsMax = 50_000
/** Rows leave in steps, so that not every new one moves all the others. */
const dropStep = 1_000
/** About two screens of one line. */
export const lineMax = 8_000

export type Kind = "answer" | "thought" | "output" | "tool" | "failure" | "note" | "child"

export interface LogRow {
  readonly key: number
  readonly kind: Kind
  /** Shown before the first row of a line: who says it. */
  readonly label: string
  readonly text: string
  /** The event that it is from; only durable ones have one. */
  readonly number: number | undefined
}

interface Line {
  readonly kind: Kind
  readonly label: string
  readonly number: number | undefined
  /** As it came, at most `lineMax` characters. */
  text: string
  cut: number
}

type Event = AgentEvent.AgentEvent

/** Fewer characters may be alike by chance. */
const overlapMin = 16
/** What is recorded is at most some seconds behind what is heard. */
const overlapMax = 4_000

/** How many characters at the beginning of what was heard are the end of what is recorded. */
export const overlapOf = (recorded: string, heard: string): number => {
  for (let size = Math.min(overlapMax, recorded.length, heard.length); size >= overlapMin; size--) {
    if (recorded.endsWith(heard.slice(0, size))) return size
  }
  return 0
}

const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Extended_Pictographic}/u
const plain = /^[\u0020-\u007E]*$/

/** A text in pieces of at most so many columns, broken between words where there are some. */
export const wrap = (text: string, columns: number): ReadonlyArray<string> => {
  if (text.length <= columns && plain.test(text)) return [text]
  const pieces: Array<string> = []
  let piece = ""
  let width = 0
  for (const character of text) {
    const room = character === "\t" ? 4 : wide.test(character) ? 2 : 1
    if (width + room > columns && piece !== "") {
      const space = piece.lastIndexOf(" ")
      const keep = character !== " " && space > columns / 2 ? space + 1 : piece.length
      pieces.push(piece.slice(0, keep))
      piece = piece.slice(keep)
      width = piece.length
      if (character === " " && piece === "") continue
    }
    piece += character
    width += room
  }
  pieces.push(piece)
  return pieces
}

const looksOf = (event: Event): { readonly kind: Kind; readonly label: string; readonly text: string } | undefined => {
  switch (event.type) {
    case "token":
      return { kind: "answer", label: "", text: event.content }
    case "reasoning_token":
      return { kind: "thought", label: "thinks", text: event.content }
    case "runner_output":
      return { kind: "output", label: event.channel, text: event.content }
    default:
      return undefined
  }
}

const json = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""))

/** A whole line of its own. */
const noteOf = (
  event: Event,
  nameOf: (id: string) => string
): { readonly kind: Kind; readonly label: string; readonly text: string } | undefined => {
  switch (event.type) {
    case "tool_start":
      return { kind: "tool", label: event.toolName, text: inShort(event.arguments) || json(event.arguments) }
    case "tool_complete":
      return { kind: "tool", label: `${event.toolName} ✔`, text: json(event.result) }
    case "tool_error":
      return { kind: "failure", label: `${event.toolName} ✖`, text: event.error }
    case "runner_progress":
      return event.detail === undefined ? undefined : { kind: "note", label: "progress", text: event.detail }
    case "file_changed":
      return { kind: "tool", label: event.change, text: event.path }
    case "execution_started":
      return { kind: "note", label: "run", text: `started at ${Figures.clock(Date.parse(event.startedAt))}` }
    case "run_retried":
      return { kind: "note", label: "run", text: `ended (${event.reason}); the job goes on as try ${event.tries + 1}` }
    case "tool_outcome_unknown":
      return {
        kind: "failure",
        label: event.toolName,
        text: "was under way when the process died: whether it took effect is not known"
      }
    case "clarification_needed":
      return { kind: "note", label: "asks", text: event.question }
    case "tool_approval_requested":
      return { kind: "note", label: "asks", text: `may it use ${event.toolName}? ${inShort(event.arguments)}` }
    case "approval_changed":
      return { kind: "note", label: "request", text: event.status }
    case "message_receipt_changed":
      return { kind: "note", label: "message", text: [event.status, event.reason ?? ""].join(" ").trim() }
    case "sub_agent_started":
      return { kind: "child", label: "child", text: `${event.title ?? event.childSessionId} was accepted` }
    case "sub_agent_completed":
      return {
        kind: "child",
        label: "child",
        text: `${nameOf(event.childSessionId)}: ${event.status}, ${event.reason}`
      }
    case "complete":
      return { kind: "note", label: event.status, text: event.reason }
    case "cancelled":
      return { kind: "note", label: "cancelled", text: event.reason }
    case "error":
      return { kind: "failure", label: event.status, text: `${event.reason}: ${event.message}` }
    case "budget_exceeded":
      return { kind: "failure", label: "budget", text: event.message }
    case "lagged":
      return { kind: "note", label: "missed", text: `${event.missed} live events` }
    default:
      return undefined
  }
}

export class LogBook {
  version = 0
  rows: Array<LogRow> = []
  /** Rows that left at the top. */
  dropped = 0
  #lines: Array<Line> = []
  /** How many rows the last line has. */
  #lastRows = 0
  #columns = 100
  #look: "clean" | "raw" = "clean"
  #key = 0
  readonly #nameOf: (id: string) => string

  /** `nameOf`: what a child is called. */
  constructor(nameOf: (id: string) => string = (id) => id) {
    this.#nameOf = nameOf
  }

  clear(): void {
    this.rows = []
    this.#lines = []
    this.#lastRows = 0
    this.dropped = 0
    this.version++
  }

  /** Breaks every line again when the window is another. */
  fit(columns: number, look: "clean" | "raw"): void {
    if (columns === this.#columns && look === this.#look) return
    this.#columns = Math.max(20, columns)
    this.#look = look
    this.rows = []
    for (const line of this.#lines) this.#write(line)
    this.#trim()
    this.version++
  }

  take(event: Event, number: number | undefined): void {
    const spoken = looksOf(event)
    if (spoken !== undefined) this.#speak(spoken)
    else {
      const note = noteOf(event, this.#nameOf)
      if (note === undefined) return
      for (const text of note.text.split("\n")) this.#add({ ...note, number, text: "", cut: 0 }, text)
    }
    this.#trim()
    this.version++
  }

  /** An entry of the transcript, as a line of who said it. */
  recorded(role: string, text: string): void {
    const kind = role === "assistant" ? "answer" : "note"
    const label = role === "assistant" ? "" : role
    text
      .replace(/\n+$/, "")
      .split("\n")
      .forEach((line, index) =>
        this.#add({ kind, label: index === 0 ? label : "", number: undefined, text: "", cut: 0 }, line)
      )
    this.#trim()
    this.version++
  }

  note(text: string): void {
    this.#add({ kind: "note", label: "", number: undefined, text: "", cut: 0 }, text)
    this.version++
  }

  /** Goes on with the last line when it is of the same voice. */
  #speak({ kind, label, text }: { readonly kind: Kind; readonly label: string; readonly text: string }): void {
    const [first = "", ...others] = text.split("\n")
    const last = this.#lines.at(-1)
    if (last !== undefined && last.kind === kind && last.label === label && last.number === undefined) {
      this.rows.length -= Math.min(this.#lastRows, this.rows.length)
      this.#extend(last, first)
      this.#write(last)
    } else this.#add({ kind, label, number: undefined, text: "", cut: 0 }, first)
    for (const other of others) this.#add({ kind, label, number: undefined, text: "", cut: 0 }, other)
  }

  #add(line: Line, text: string): void {
    this.#extend(line, text)
    this.#lines.push(line)
    this.#write(line)
  }

  #extend(line: Line, text: string): void {
    const room = Math.max(0, lineMax - line.text.length)
    line.cut += Math.max(0, text.length - room) // L2
    line.text += text.slice(0, room)
  }

  #write(line: Line): void {
    const shown = this.#look === "raw" ? Inert.raw(line.text) : Inert.lines(line.text).replaceAll("\n", " ")
    const more = line.cut === 0 ? [] : [`… and ${line.cut.toLocaleString("en")} more characters of this line`]
    const { kind, label, number } = line
    const pieces = [...(shown === "" ? [""] : wrap(shown, this.#columns)), ...more]
    pieces.forEach((text, index) =>
      this.rows.push({ key: this.#key++, kind, label: index === 0 ? label : "", number, text })
    )
    this.#lastRows = pieces.length
  }

  #trim(): void {
    if (this.rows.length <= rowsMax) return
    const surplus = this.rows.length - rowsMax + dropStep
    this.rows.splice(0, surplus)
    this.dropped += surplus
    // A line has at least one row: more lines than rows are of no use.
    if (this.#lines.length > rowsMax) this.#lines.splice(0, this.#lines.length - rowsMax)
  }
}
