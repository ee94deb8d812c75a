/**
 * What a client has of a thread, and the messages that make it whole.
 *
 * Ids of streamed messages are made before the transcript's entry is, so that the
 * two differ. A message of ours therefore carries, in its metadata, the last entry
 * that it covers (`offshoot.upTo`); metadata travels with the message in the next
 * input, so that the next run knows what the client has and under which ids, with
 * no memory of it here.
 *
 * A snapshot takes from a client every message that is not in it, except activities
 * and reasoning. It is the transcript under the ids that the client has, and beside
 * it what a transcript does not hold: tool calls, and what children said.
 *
 * @stability unstable
 */
import type { Session } from "@offshoot/core"
import type { AgUiEvent, Message } from "./AgUiEvent.ts"
import type { InputMessage } from "./RunInput.ts"
import { upTo } from "./Speech.ts"

/** What a snapshot restates beside the transcript: more than anybody scrolls through. */
const messagesMax = 2_000
const charsMax = 2_000_000

/** Runs that a client left in the middle, one after the other. */
const halvesMax = 16

type Entry = Pick<Session.StoredMessage, "id" | "role" | "text" | "hidden" | "runId">

/** Whether people see an entry. */
export const isVisible = ({ hidden, role, text }: Entry): boolean =>
  !hidden && text !== "" && (role === "user" || role === "assistant")

/** A long answer is several entries of one run: to a client it is one message. */
const grouped = (entries: ReadonlyArray<Entry>): ReadonlyArray<readonly [Entry, ...ReadonlyArray<Entry>]> => {
  const groups: Array<[Entry, ...Array<Entry>]> = []
  let last: Entry | undefined
  for (const entry of entries) {
    const group = groups.at(-1)
    const goesOn =
      group !== undefined && last?.role === "assistant" && entry.role === "assistant" && last.runId === entry.runId
    if (goesOn && isVisible(entry) && isVisible(last ?? entry)) group.push(entry)
    else if (isVisible(entry)) groups.push([entry])
    last = entry
  }
  return groups
}

/** What is said in words alone: a client with pictures in its own tool results keeps their text. */
const textOf = (content: InputMessage["content"]): string => {
  if (typeof content === "string") return content
  return Array.isArray(content) ? content.map((part) => part.text ?? "").join("") : ""
}

const asCall = ({ function: { arguments: given, name }, id }: NonNullable<InputMessage["toolCalls"]>[number]) => ({
  id,
  type: "function" as const,
  function: { name, arguments: given }
})

/** A message of the client that a transcript does not hold; none: it does, or nobody needs it. */
const restated = (message: InputMessage): Message | undefined => {
  const { id, metadata, role, subagentRunId, toolCallId, toolCalls } = message
  const tag = {
    ...(subagentRunId === undefined ? {} : { subagentRunId }),
    ...(metadata === undefined ? {} : { metadata })
  }
  switch (role) {
    case "assistant": {
      if (subagentRunId === undefined && (toolCalls ?? []).length === 0) return undefined
      const content = textOf(message.content)
      return {
        id,
        role,
        ...(content === "" ? {} : { content }),
        ...(toolCalls === undefined ? {} : { toolCalls: toolCalls.map(asCall) }),
        ...tag
      }
    }
    case "tool":
      return toolCallId === undefined ? undefined : { id, role, toolCallId, content: textOf(message.content), ...tag }
    case "system":
    case "developer":
      return { id, role, content: textOf(message.content), ...tag }
    default:
      return undefined
  }
}

const charsOf = (message: Message): number => {
  const content = "content" in message && typeof message.content === "string" ? message.content.length : 0
  const calls = message.role === "assistant" ? (message.toolCalls ?? []) : []
  return calls.reduce((sum, call) => sum + call.function.arguments.length, content)
}

/** One client's. It belongs to one stream, and is changed by nobody else. */
export class Coverage {
  /** What a snapshot restates beside the transcript, in the client's order. */
  private readonly beside = new Map<string, Message>()
  private chars = 0
  /** The client's message that covers an entry. */
  private readonly covering = new Map<string, string>()
  /** Messages that the client was told in an earlier run before their entry was there: each is the beginning of one. */
  private readonly halves = new Map<string, string>()
  /** Messages of the root since its last entry. */
  private readonly unrecorded = new Set<string>()

  constructor(input: ReadonlyArray<InputMessage>) {
    for (const message of input.slice(-messagesMax)) {
      const entryId = coveredBy(message.metadata)
      if (entryId !== undefined) this.covering.set(entryId, message.id)
      const kept = restated(message)
      if (kept !== undefined) this.put(kept)
      else if (message.role === "assistant" && entryId === undefined) this.keepHalf(message)
    }
  }

  /** The client's own message became this entry. */
  became(messageId: string, entryId: string): void {
    this.covering.set(entryId, messageId)
  }

  has(entryId: string): boolean {
    return this.covering.has(entryId)
  }

  /** What the root said up to now is in its transcript. */
  recorded(): void {
    for (const id of this.unrecorded) this.remove(id)
    this.unrecorded.clear()
  }

  /** An event that the client is sent. */
  note(event: AgUiEvent): void {
    switch (event.type) {
      case "TEXT_MESSAGE_START":
        if (event.role === "user" || this.beside.has(event.messageId)) return
        if (event.subagentRunId === undefined) this.unrecorded.add(event.messageId)
        return this.put({ id: event.messageId, role: "assistant", content: "", ...tagOf(event) })
      case "TEXT_MESSAGE_CONTENT": {
        const message = this.beside.get(event.messageId)
        if (message?.role !== "assistant") return
        return this.put({ ...message, content: `${message.content ?? ""}${event.delta}` })
      }
      case "TEXT_MESSAGE_END": {
        const entryId = coveredBy(event.metadata)
        if (entryId !== undefined) this.covering.set(entryId, event.messageId)
        return undefined
      }
      case "TOOL_CALL_START": {
        const call = { name: event.toolCallName, arguments: "" }
        return this.put({
          id: event.parentMessageId ?? event.toolCallId,
          role: "assistant",
          toolCalls: [{ id: event.toolCallId, type: "function", function: call }],
          ...tagOf(event)
        })
      }
      case "TOOL_CALL_ARGS": {
        const message = this.beside.get(`call:${event.toolCallId}`)
        if (message?.role !== "assistant") return
        const [call] = message.toolCalls ?? []
        if (call === undefined) return
        const { arguments: before, name } = call.function
        const more = { id: call.id, type: call.type, function: { name, arguments: before + event.delta } }
        return this.put({ ...message, toolCalls: [more] })
      }
      case "TOOL_CALL_RESULT": {
        const { content, messageId, toolCallId } = event
        return this.put({ id: messageId, role: "tool", toolCallId, content, ...tagOf(event) })
      }
      default:
        return undefined
    }
  }

  /** The whole of the thread as it is recorded, and what is beside it. */
  messages(entries: ReadonlyArray<Entry>): Array<Message> {
    const transcript = grouped(entries).map((group) => this.entered(group))
    const ids = new Set(transcript.map(({ id }) => id))
    return [...transcript, ...[...this.beside.values()].filter(({ id }) => !ids.has(id))]
  }

  private entered(group: readonly [Entry, ...ReadonlyArray<Entry>]): Message {
    const [first] = group
    const last = group.at(-1) ?? first
    const covering = group.map(({ id }) => this.covering.get(id)).findLast((id) => id !== undefined)
    const content = group.map(({ text }) => text).join("")
    const id = covering ?? (first.role === "assistant" ? this.takeHalf(content) : undefined) ?? first.id
    for (const entry of group) this.covering.set(entry.id, id)
    return first.role === "user" ? { id, role: "user", content } : { id, role: "assistant", content, ...upTo(last.id) }
  }

  private keepHalf(message: InputMessage): void {
    const text = textOf(message.content)
    if (text !== "") this.halves.set(message.id, text)
    const [oldest] = this.halves.keys()
    if (this.halves.size > halvesMax && oldest !== undefined) this.halves.delete(oldest)
  }

  private takeHalf(content: string): string | undefined {
    for (const [id, beginning] of this.halves) {
      if (!content.startsWith(beginning)) continue
      this.halves.delete(id)
      return id
    }
    return undefined
  }

  private put(message: Message): void {
    const before = this.beside.get(message.id)
    this.chars += charsOf(message) - (before === undefined ? 0 : charsOf(before))
    this.beside.set(message.id, message)
    for (const [id] of this.beside) {
      if (this.beside.size <= messagesMax && this.chars <= charsMax) return
      if (id !== message.id) this.remove(id)
    }
  }

  private remove(id: string): void {
    const message = this.beside.get(id)
    if (message === undefined) return
    this.chars -= charsOf(message)
    this.beside.delete(id)
  }
}

const tagOf = ({ subagentRunId }: { readonly subagentRunId?: string }): { readonly subagentRunId?: string } =>
  subagentRunId === undefined ? {} : { subagentRunId }

const coveredBy = (metadata: unknown): string | undefined => {
  if (typeof metadata !== "object" || metadata === null || !("offshoot" in metadata)) return undefined
  const { offshoot } = metadata
  return typeof offshoot === "object" && offshoot !== null && "upTo" in offshoot && typeof offshoot.upTo === "string"
    ? offshoot.upTo
    : undefined
}
