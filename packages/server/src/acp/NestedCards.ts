/**
 * Sub-agents that a coding agent has by itself: they have no session here, and
 * an editor sees each as a tool call of the session whose agent has it. Pure.
 *
 * @stability unstable
 */
import type { AgentEvent } from "@offshoot/core"
import { cut, inert } from "../internal/terminalText.ts"
import { inertLines } from "../cli/ChatLines.ts"
import type { Card } from "./ChildCards.ts"
import { fenced } from "./Fence.ts"

/** Sub-agents of one run that are shown; what more there are is not told of here. */
const nestedMax = 64
const tailCharsMax = 1_024
const titleColumnsMax = 100

interface Nested {
  readonly sessionId: string
  readonly nestedId: string
  readonly title: string
  readonly tail: string
  readonly tool: string
}

/** By card id. */
export type NestedAgents = ReadonlyMap<string, Nested>

export const none: NestedAgents = new Map()

/** The agent's own names may repeat from run to run and from child to child. */
const idOf = (sessionId: string, nestedId: string): string => `${sessionId}/${nestedId}`

const speak = (nested: Nested, event: AgentEvent.NestedEvent): Nested => {
  switch (event.type) {
    case "token":
    case "reasoning_token":
    case "runner_output":
      return { ...nested, tail: (nested.tail + event.content).slice(-tailCharsMax) }
    case "tool_start":
      return { ...nested, tool: event.toolName }
    case "tool_complete":
    case "tool_error":
      return { ...nested, tool: "" }
    default:
      return nested
  }
}

type NestedEvent = Extract<AgentEvent.OwnEvent, { readonly type: "nested_agent_event" }>

/** What is known after one event of a sub-agent of this session's agent. */
export const heard = (
  agents: NestedAgents,
  sessionId: string,
  { event, nestedId, title }: NestedEvent
): NestedAgents => {
  const id = idOf(sessionId, nestedId)
  const known = agents.get(id)
  if (known === undefined && agents.size >= nestedMax) return agents
  const before = known ?? { sessionId, nestedId, title: title ?? nestedId, tail: "", tool: "" }
  return new Map(agents).set(id, { ...speak(before, event), title: title ?? before.title })
}

const cardOf = (id: string, { nestedId, sessionId, tail, title, tool }: Nested, status: Card["status"]): Card => {
  const text = inertLines(tail).trim()
  const uses = tool === "" ? "" : `uses ${inert(tool)}`
  return {
    toolCallId: id,
    title: cut(inert(title), titleColumnsMax),
    status,
    text: [uses, text === "" ? "" : fenced(text)].filter((part) => part !== "").join("\n\n"),
    meta: { parentSessionId: sessionId, nestedId, status }
  }
}

export const cards = (agents: NestedAgents): ReadonlyArray<Card> =>
  [...agents].map(([id, nested]) => cardOf(id, nested, "in_progress"))

/** The last cards of those whose session's run has ended, and who is left. */
export const settled = (
  agents: NestedAgents,
  sessionId: string
): { readonly left: NestedAgents; readonly cards: ReadonlyArray<Card> } => {
  const gone = [...agents].filter(([, nested]) => nested.sessionId === sessionId)
  return {
    left: new Map([...agents].filter(([, nested]) => nested.sessionId !== sessionId)),
    cards: gone.map(([id, nested]) => cardOf(id, { ...nested, tool: "" }, "completed"))
  }
}
