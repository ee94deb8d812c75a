/**
 * A session's transcript in an editor: what it says of an old conversation, and
 * what of a live one was not heard. Pure.
 *
 * @stability unstable
 */
import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable"
import { firstLine } from "../internal/terminalText.ts"
import type * as Wire from "../Wire.ts"
import { kindOf, textContent } from "./ToolLook.ts"

type Entry = Pick<Wire.WireMessage, "id" | "role" | "text" | "hidden">

/** The results of one round: each begins with the name of its tool. */
const toolEntry = ({ id, text }: Entry): SessionUpdate => {
  const line = firstLine(text)
  const name = /^[\w.-]+/.exec(line)?.[0] ?? ""
  return {
    sessionUpdate: "tool_call",
    toolCallId: id,
    title: line === "" ? "tool" : line.slice(0, 100),
    kind: kindOf(name),
    status: "completed",
    content: textContent(text)
  }
}

/** An entry as it is replayed; none: it is for the model alone. */
export const replayed = (entry: Entry): SessionUpdate | undefined => {
  const { hidden, id, role, text } = entry
  if (hidden || text === "" || role === "system") return undefined
  if (role === "tool") return toolEntry(entry)
  const sessionUpdate = role === "user" ? "user_message_chunk" : "agent_message_chunk"
  return { sessionUpdate, content: { type: "text", text }, messageId: id }
}

const bare = (text: string): string => text.replaceAll(/\s+/g, "")

export interface Reconciled {
  /** What was not heard, to be said now. */
  readonly missed: string
  /** What was heard and is of a later entry. */
  readonly left: string
}

/**
 * What was heard, compared with the entry that it became. Text with a hole in it
 * is said again as a whole: rather twice than not.
 */
export const reconciled = (heard: string, recorded: string): Reconciled => {
  if (heard.startsWith(recorded)) return { missed: "", left: heard.slice(recorded.length) }
  if (recorded.startsWith(heard)) return { missed: recorded.slice(heard.length), left: "" }
  return { missed: bare(heard) === bare(recorded) ? "" : recorded, left: "" }
}
