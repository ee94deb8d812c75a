/**
 * The messages that wait, by session: plain memory that mirrors the open ones
 * of the record. Only `Inbox` writes here, after the record has.
 */
import type { MessageId, SessionId } from "../Ids.ts"
import type { Steer, SteerMode } from "../Obligation.ts"

/** Messages that may wait for one session: more than a person sends in a run, few enough to read. */
export const messagesMax = 64
/** What they may hold together, in bytes of UTF-8: a large paste, and a small share of any model's context. */
export const bytesMax = 262_144

const utf8 = new TextEncoder()
const bytesOf = (text: string): number => utf8.encode(text).length

/** `handing`: a run is just being given it, so it is neither superseded nor expired. */
export interface Waiting {
  readonly steer: Steer
  handing: boolean
}

class Box {
  readonly waiting = new Map<MessageId, Waiting>()
  readonly listeners = new Set<() => void>()
  /** Room that is kept for messages which are being recorded. */
  keptCount = 0
  keptBytes = 0
}

export class InboxBook {
  private readonly boxes = new Map<SessionId, Box>()

  sessions(): ReadonlyArray<SessionId> {
    return Array.from(this.boxes).flatMap(([id, { waiting }]) => (waiting.size > 0 ? [id] : []))
  }

  /** Oldest first. */
  of(id: SessionId): ReadonlyArray<Waiting> {
    return Array.from(this.boxes.get(id)?.waiting.values() ?? [])
  }

  has(id: SessionId, messageId: MessageId): boolean {
    return this.boxes.get(id)?.waiting.has(messageId) ?? false
  }

  hasWaiting(id: SessionId): boolean {
    return (this.boxes.get(id)?.waiting.size ?? 0) > 0
  }

  add(steer: Steer): void {
    const box = this.box(steer.sessionId)
    box.waiting.set(steer.id, { steer, handing: false })
    for (const tell of box.listeners) tell()
  }

  remove({ id, sessionId }: Steer): void {
    this.boxes.get(sessionId)?.waiting.delete(id)
    this.prune(sessionId)
  }

  /** Whether a run that asks for this mode has something to take. */
  arrived(id: SessionId, mode: SteerMode): boolean {
    return this.of(id).some(({ handing, steer }) => !handing && (mode === "queue" || steer.mode === "interrupt"))
  }

  /** Calls `tell` for every message that comes, until the returned function is called. */
  listen(id: SessionId, tell: () => void): () => void {
    const { listeners } = this.box(id)
    listeners.add(tell)
    return () => {
      listeners.delete(tell)
      this.prune(id)
    }
  }

  /**
   * Keeps room for a text among what somebody sent, as it will be when `gone`
   * have left; undefined: there is none. What the runtime itself has to tell
   * needs no room: there is little of it, and it must arrive.
   */
  reserve(id: SessionId, text: string, gone: ReadonlyArray<Steer>): (() => void) | undefined {
    const box = this.box(id)
    const bytes = bytesOf(text)
    let count = box.keptCount
    let total = box.keptBytes + bytes
    for (const { steer } of box.waiting.values()) {
      if (steer.origin === "runtime" || gone.includes(steer)) continue
      count += 1
      total += bytesOf(steer.text)
    }
    if (count >= messagesMax || total > bytesMax) {
      this.prune(id)
      return undefined
    }
    box.keptCount += 1
    box.keptBytes += bytes
    return () => {
      box.keptCount -= 1
      box.keptBytes -= bytes
      this.prune(id)
    }
  }

  private box(id: SessionId): Box {
    const known = this.boxes.get(id)
    if (known !== undefined) return known
    const box = new Box()
    this.boxes.set(id, box)
    return box
  }

  private prune(id: SessionId): void {
    const box = this.boxes.get(id)
    if (box !== undefined && box.waiting.size === 0 && box.listeners.size === 0 && box.keptCount === 0) {
      this.boxes.delete(id)
    }
  }
}
