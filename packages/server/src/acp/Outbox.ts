/**
 * What waits to be written to an editor, in order, made smaller while it waits.
 *
 * An editor that reads slowly is sent less often, never less: text grows into one
 * chunk, and of what has only a latest state the latest is sent. Nothing here
 * waits; who puts looks at `isFull` first and waits itself.
 *
 * Invariants
 *   O1. Answers and requests are never merged or moved, and what was put before
 *       them is written before them.
 *   O2. The text of a session is written whole and in order.
 *
 * @stability unstable
 */
import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable"
import { jsonLine } from "../internal/jsonLine.ts"
import * as JsonRpc from "./JsonRpc.ts"

/** `Update` is `session/update`; `Message` is anything else, as it is sent. */
export type Outgoing =
  | { readonly _tag: "Update"; readonly sessionId: string; readonly update: SessionUpdate }
  | { readonly _tag: "Message"; readonly message: object }

/** A few seconds of many children: past it their readers wait, and the server counts what they miss. */
const charsMax = 1_048_576
const entriesMax = 2_048

/** One write, so that what comes meanwhile still finds something to merge with. */
const writeCharsMax = 65_536

/** A chunk that an editor takes in one go. */
const chunkCharsMax = 16_384

type Chunk = Extract<SessionUpdate, { readonly sessionUpdate: "agent_message_chunk" | "agent_thought_chunk" }>

const isChunk = (update: SessionUpdate): update is Chunk =>
  update.sessionUpdate === "agent_message_chunk" || update.sessionUpdate === "agent_thought_chunk"

const joined = (before: Chunk, after: Chunk): SessionUpdate | undefined => {
  if (before.sessionUpdate !== after.sessionUpdate || before.messageId !== after.messageId) return undefined
  if (before.content.type !== "text" || after.content.type !== "text") return undefined
  const text = before.content.text + after.content.text
  return text.length > chunkCharsMax ? undefined : { ...before, content: { ...before.content, text } }
}

/** Two updates as one; none: both must be sent. Of text, only neighbours are merged. */
export const merged = (before: SessionUpdate, after: SessionUpdate): SessionUpdate | undefined => {
  if (isChunk(before) && isChunk(after)) return joined(before, after)
  if (before.sessionUpdate === "tool_call_update" && after.sessionUpdate === "tool_call_update") {
    return before.toolCallId === after.toolCallId ? { ...before, ...after } : undefined
  }
  if (before.sessionUpdate === "subagent_update" && after.sessionUpdate === "subagent_update") {
    return before.sessionId === after.sessionId ? { ...before, ...after } : undefined
  }
  const isState = after.sessionUpdate === "plan" || after.sessionUpdate === "usage_update"
  return isState && before.sessionUpdate === after.sessionUpdate ? after : undefined
}

const lineOf = (entry: Outgoing): string =>
  jsonLine(
    entry._tag === "Message"
      ? entry.message
      : JsonRpc.notification("session/update", { sessionId: entry.sessionId, update: entry.update })
  )

/** About as many characters as the entry's line has. */
const charsOf = (entry: Outgoing): number => {
  if (entry._tag === "Message") return 1_024
  const { update } = entry
  return isChunk(update) && update.content.type === "text" ? update.content.text.length + 256 : jsonLine(update).length
}

interface Waiting {
  entry: Outgoing
  chars: number
}

export class Outbox {
  private waiting: Array<Waiting> = []
  private chars = 0

  get isEmpty(): boolean {
    return this.waiting.length === 0
  }

  /** Whether who has more to say should wait. What is put all the same is kept. */
  get isFull(): boolean {
    return this.chars >= charsMax || this.waiting.length >= entriesMax
  }

  put(entry: Outgoing): void {
    const place = entry._tag === "Update" ? this.placeFor(entry) : undefined
    if (place === undefined) {
      const chars = charsOf(entry)
      this.waiting.push({ entry, chars })
      this.chars += chars
      return
    }
    this.chars -= place.before.chars
    place.before.entry = place.entry
    place.before.chars = charsOf(place.entry)
    this.chars += place.before.chars
  }

  /** The lines to be written next; empty when nothing waits. */
  take(): ReadonlyArray<string> {
    let count = 0
    let chars = 0
    while (count < this.waiting.length && (count === 0 || chars < writeCharsMax)) {
      chars += this.waiting[count]?.chars ?? 0
      count += 1
    }
    this.chars -= chars
    return this.waiting.splice(0, count).map(({ entry }) => lineOf(entry))
  }

  /** What waits and can take this update in, as both together; none behind an answer or a request (O1). */
  private placeFor({ sessionId, update }: Extract<Outgoing, { readonly _tag: "Update" }>) {
    for (let at = this.waiting.length - 1; at >= 0; at--) {
      const before = this.waiting[at]
      if (before === undefined || before.entry._tag === "Message") return undefined
      if (before.entry.sessionId !== sessionId) continue
      const one = merged(before.entry.update, update)
      if (one !== undefined) return { before, entry: { ...before.entry, update: one } }
      // O2: text may not overtake what was said since.
      if (isChunk(update)) return undefined
    }
    return undefined
  }
}
