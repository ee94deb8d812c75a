/**
 * What a conversation shows of the events of its session, and how an answer to a
 * request is read from a line. Pure; `Chat` writes and sends.
 *
 * Everything foreign is inert: it is text, never an instruction to a terminal.
 */
import * as NodeUtil from "node:util"
import type { AgentEvent } from "@offshoot/core"
import { jsonLine } from "../internal/jsonLine.ts"
import { cut, inert } from "../internal/terminalText.ts"
import type * as Wire from "../Wire.ts"

/** A line that stays one line on most terminals. */
const columnsMax = 120
const titleColumnsMax = 60

/** Controls but tab and line end, format characters but the joiner of emoji, private use and lone surrogates. */
const unsafe = /(?![\t\n\u200D])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu

/** Several lines of foreign text, with their indentation. */
export const inertLines = (text: string): string =>
  NodeUtil.stripVTControlCharacters(text).replaceAll(/\r\n?/g, "\n").replaceAll(unsafe, "")

/** What the conversation remembers of its children: their titles. */
export type Titles = ReadonlyMap<string, string>

/** `text` goes on where the last text was; `line` stands alone; `asked` is a request to look at. */
export type Shown =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Line"; readonly line: string }
  | { readonly _tag: "Titled"; readonly id: string; readonly title: string; readonly line: string }
  | { readonly _tag: "Asked"; readonly requestId: string }
  | { readonly _tag: "Closed"; readonly requestId: string }
  | { readonly _tag: "Ended"; readonly line: string | undefined; readonly completed: boolean }

const nothing: Shown = { _tag: "Nothing" }

const line = (text: string): Shown => ({ _tag: "Line", line: cut(text, columnsMax) })

const titleOf = (titles: Titles, id: string): string => cut(inert(titles.get(id) ?? id), titleColumnsMax)

const ofRequest = (event: AgentEvent.OwnEvent): Shown | undefined => {
  switch (event.type) {
    case "clarification_needed":
    case "tool_approval_requested":
      return { _tag: "Asked", requestId: event.requestId }
    case "approval_changed":
      return event.status === "pending" ? nothing : { _tag: "Closed", requestId: event.requestId }
    default:
      return undefined
  }
}

/** Of a child only what changes its state: what it says is its own conversation. */
const ofChild = ({ childSessionId, event }: AgentEvent.SubAgentEvent, titles: Titles): Shown => {
  const asked = ofRequest(event)
  if (asked !== undefined) return asked
  if (event.type !== "session_status_changed") return nothing
  const waits = event.status === "waiting_for_children" || event.status === "cancelling"
  return waits ? line(`  ↳ ${titleOf(titles, childSessionId)}: ${event.status.replaceAll("_", " ")}`) : nothing
}

const ofTool = (name: string, given: unknown): string => `  ⚒ ${inert(name)} ${inert(jsonLine(given))}`

const ofOwn = (event: AgentEvent.OwnEvent, titles: Titles): Shown => {
  switch (event.type) {
    case "token":
      return { _tag: "Text", text: inertLines(event.content) }
    case "tool_start":
      return line(ofTool(event.toolName, event.arguments))
    case "tool_error":
      return line(`  ✖ ${inert(event.toolName)}: ${inert(event.error)}`)
    case "run_retried":
      return line(`  ↻ ${event.mode === "resume" ? "goes on" : "begins again"}: ${inert(event.reason)}`)
    case "session_status_changed":
      return event.status === "waiting_for_children" ? line("  … waits for its children") : nothing
    case "lagged":
      return line(`  … ${event.missed} events were missed`)
    case "sub_agent_started": {
      const title = inert(event.title ?? event.childSessionId)
      const id = event.childSessionId
      return { _tag: "Titled", id, title, line: cut(`  ↳ ${cut(title, titleColumnsMax)}: started`, columnsMax) }
    }
    case "sub_agent_completed": {
      const why = event.error === undefined ? "" : `, ${inert(event.error)}`
      return line(`  ↳ ${titleOf(titles, event.childSessionId)}: ${event.status}${why}`)
    }
    case "complete":
      return {
        _tag: "Ended",
        line: event.reason === "done" ? undefined : `  (${event.reason})`,
        completed: event.status === "completed"
      }
    case "cancelled":
      return { _tag: "Ended", line: "  (cancelled)", completed: false }
    case "error":
      return { _tag: "Ended", line: cut(`  ✖ ${event.reason}: ${inert(event.message)}`, columnsMax), completed: false }
    default:
      return ofRequest(event) ?? nothing
  }
}

/** What one event of the session's own stream shows. */
export const shownOf = (event: AgentEvent.AgentEvent, titles: Titles): Shown =>
  event.type === "sub_agent_event" ? ofChild(event, titles) : ofOwn(event, titles)

/** The lines that ask a person; `titles` says who asks. */
export const asking = ({ ask, sessionId }: Wire.WireRequest, titles: Titles): ReadonlyArray<string> => {
  const who = titles.has(sessionId) ? `${titleOf(titles, sessionId)} asks` : "asked"
  if (ask.type === "permission") {
    return [
      cut(`? ${who}: may it use${ofTool(ask.toolName, ask.arguments).slice(3)}`, columnsMax),
      "  y or n, and why if you like"
    ]
  }
  const options = (ask.options ?? []).map((option, index) => cut(`  ${index + 1} ${inert(option)}`, columnsMax))
  return [`? ${who}: ${inert(ask.question)}`, ...options]
}

/** The answer that a line gives; none: it is none, and the request is asked again. */
export const decisionOf = ({ ask }: Wire.WireRequest, written: string): Wire.DecisionBody | undefined => {
  const words = written.trim()
  if (words === "") return undefined
  if (ask.type === "question") {
    const option = /^\d+$/.test(words) ? ask.options?.[Number(words) - 1] : undefined
    return { decision: "answer", text: option ?? words }
  }
  const [, verdict = "", why = ""] = /^(y|yes|n|no)\b[\s,:]*(.*)$/is.exec(words) ?? []
  if (verdict === "") return undefined
  const decision = verdict.toLowerCase().startsWith("y") ? "approve" : "deny"
  return why === "" ? { decision } : { decision, text: why }
}

const bare = (text: string): string => text.replaceAll(/\s+/g, "")

/** What of an answer was not streamed: it comes live, and what came before the stream did is only in the record. */
export const missedOf = (streamed: string, recorded: string): string => {
  if (bare(recorded) === bare(streamed)) return ""
  return recorded.startsWith(streamed) ? recorded.slice(streamed.length) : recorded
}
