/**
 * The tool calls of all speakers of a run, by the ids that the client knows.
 * Pure.
 *
 * An agent's own id for a call may be one that another agent, or an earlier call,
 * has too; the client's must not be. A call that the client has from an earlier
 * run and that has no answer yet is the same call: it is answered, never begun
 * again.
 *
 * @stability unstable
 */
import { jsonLine } from "../internal/jsonLine.ts"
import { type AgUiEvent, type Speaker, taggedBy } from "./AgUiEvent.ts"

export interface Calls {
  /** Calls without an answer: the client's id by `keyOf`. */
  readonly open: ReadonlyMap<string, string>
  /** Ids of the client's that are used. */
  readonly taken: ReadonlySet<string>
}

export type Called = readonly [Calls, ReadonlyArray<AgUiEvent>]

export interface Call {
  readonly toolCallId: string
  readonly toolName: string
  readonly arguments: unknown
}

/** Ids that are remembered; past that an id of long ago may come again, and is appended to the old call. */
const takenMax = 4_096
/** Calls of which the answer is awaited: more than any agent has at once. */
const openMax = 1_024
/** As much of a call or a result as a person looks at; the record has all. */
const valueCharsMax = 65_536

export const none: Calls = { open: new Map(), taken: new Set() }

const keyOf = ({ key }: Speaker, toolCallId: string): string => `${key}\n${toolCallId}`

const idOf = ({ subagentRunId }: Speaker, toolCallId: string): string =>
  subagentRunId === undefined ? toolCallId : `${subagentRunId}:${toolCallId}`

const free = (taken: ReadonlySet<string>, wanted: string): string => {
  if (!taken.has(wanted)) return wanted
  let time = 2
  while (taken.has(`${wanted}#${time}`)) time++
  return `${wanted}#${time}`
}

const newest = <A>(entries: Iterable<A>, max: number): ReadonlyArray<A> => [...entries].slice(-max)

const withTaken = (taken: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  new Set([...newest(taken, takenMax - 1), id])

const argumentsText = (value: unknown): string => {
  const text = jsonLine(value ?? {})
  return text.length <= valueCharsMax
    ? text
    : jsonLine({ truncated: true, beginning: text.slice(0, valueCharsMax / 2) })
}

/** What a tool answered, as text. */
export const resultText = (value: unknown): string => {
  const text = typeof value === "string" ? value : jsonLine(value ?? null)
  return text.length <= valueCharsMax ? text : `${text.slice(0, valueCharsMax)}…`
}

/** What the client has of earlier runs: its calls, and which of them are answered. */
export const known = (ids: Iterable<string>, unanswered: ReadonlySet<string>): Calls => ({
  taken: new Set(newest(ids, takenMax)),
  // Whose they are is in the id: the root's are bare.
  open: new Map(newest(unanswered, openMax).map((id) => [`\u0000${id}`, id]))
})

/** The client's id of a call without an answer, under either name that it may have. */
const openId = ({ open }: Calls, speaker: Speaker, toolCallId: string): readonly [string, string] | undefined => {
  const key = keyOf(speaker, toolCallId)
  const own = open.get(key)
  if (own !== undefined) return [key, own]
  const earlier = `\u0000${idOf(speaker, toolCallId)}`
  const id = open.get(earlier)
  return id === undefined ? undefined : [earlier, id]
}

/** The client's id of a call that it has been shown and that has no answer. */
export const shownAs = (calls: Calls, speaker: Speaker, toolCallId: string): string | undefined =>
  openId(calls, speaker, toolCallId)?.[1]

/** A call is made: its name and its arguments at once, for no agent tells them piece by piece. */
export const begin = (calls: Calls, speaker: Speaker, call: Call): Called => {
  if (openId(calls, speaker, call.toolCallId) !== undefined) return [calls, []]
  const toolCallId = free(calls.taken, idOf(speaker, call.toolCallId))
  const tag = taggedBy(speaker)
  return [
    {
      taken: withTaken(calls.taken, toolCallId),
      open: new Map([...newest(calls.open, openMax - 1), [keyOf(speaker, call.toolCallId), toolCallId]])
    },
    [
      {
        type: "TOOL_CALL_START",
        toolCallId,
        toolCallName: call.toolName,
        parentMessageId: `call:${toolCallId}`,
        ...tag
      },
      { type: "TOOL_CALL_ARGS", toolCallId, delta: argumentsText(call.arguments), ...tag },
      { type: "TOOL_CALL_END", toolCallId, ...tag }
    ]
  ]
}

const without = (open: Calls["open"], key: string): Calls["open"] => {
  const left = new Map(open)
  left.delete(key)
  return left
}

const answered = (toolCallId: string, speaker: Speaker, content: string): AgUiEvent => ({
  type: "TOOL_CALL_RESULT",
  messageId: `result:${toolCallId}`,
  toolCallId,
  content,
  role: "tool",
  ...taggedBy(speaker)
})

/** A call has its answer. One that was never shown is shown with it. */
export const answer = (calls: Calls, speaker: Speaker, call: Call, content: string): Called => {
  const [begun, beginning] = begin(calls, speaker, call)
  const found = openId(begun, speaker, call.toolCallId)
  if (found === undefined) return [begun, beginning]
  const [key, id] = found
  return [{ ...begun, open: without(begun.open, key) }, [...beginning, answered(id, speaker, content)]]
}

/** The speaker is done, and nobody will answer what it left open. */
export const abandon = (calls: Calls, speaker: Speaker): Called => {
  const own = [...calls.open].filter(([key]) => key.startsWith(`${speaker.key}\n`))
  if (own.length === 0) return [calls, []]
  const left = new Map(calls.open)
  for (const [key] of own) left.delete(key)
  return [{ ...calls, open: left }, own.map(([, id]) => answered(id, speaker, "(no result was told)"))]
}
