import type { SessionId } from "../Ids.ts"
import type { EventPage, EventQuery, FeedBounds, FeedScope, RecordedEvent, Retention } from "../SessionStore.ts"

/** Events that are looked at for one page. */
const windowMax = 16_384

/** Events that are forgotten at once. */
const trimMax = 16_384

/** Who is above whom, also of sessions that are gone. */
export class Lineage {
  private readonly above = new Map<SessionId, ReadonlyArray<SessionId>>()
  private readonly under = new Map<SessionId, Set<SessionId>>()

  place(id: SessionId, parentId: SessionId): void {
    const ancestors = [parentId, ...this.ancestors(parentId)]
    this.above.set(id, ancestors)
    for (const ancestor of ancestors) {
      const below = this.under.get(ancestor)
      if (below === undefined) this.under.set(ancestor, new Set([id]))
      else below.add(id)
    }
  }

  below(id: SessionId): Iterable<SessionId> {
    return this.under.get(id) ?? []
  }

  ancestors(id: SessionId): ReadonlyArray<SessionId> {
    return this.above.get(id) ?? []
  }

  isWithin(scope: FeedScope, id: SessionId): boolean {
    switch (scope._tag) {
      case "All":
        return true
      case "Session":
        return id === scope.sessionId
      case "Subtree":
        return id === scope.sessionId || this.ancestors(id).includes(scope.sessionId)
    }
  }

  forget(ids: Iterable<SessionId>): void {
    for (const id of ids) {
      for (const ancestor of this.ancestors(id)) this.under.get(ancestor)?.delete(id)
      this.above.delete(id)
    }
  }
}

/** The durable events, numbered from 1. */
export class Feed {
  private events: Array<RecordedEvent> = []
  private last = 0
  private readonly lineage: Lineage

  constructor(lineage: Lineage) {
    this.lineage = lineage
  }

  get head(): number {
    return this.last
  }

  record(atMillis: number, sessionId: SessionId, event: RecordedEvent["event"]): number {
    this.last += 1
    this.events.push({ number: this.last, sessionId, atMillis, event })
    return this.last
  }

  bounds(): FeedBounds {
    return { oldest: this.events[0]?.number ?? this.last + 1, head: this.last }
  }

  page(query: EventQuery): EventPage {
    const { head, oldest } = this.bounds()
    const types = query.types._tag === "Some" ? query.types.value : undefined
    const events: Array<RecordedEvent> = []
    let at = Math.max(0, query.after + 1 - oldest)
    const end = Math.min(this.events.length, at + windowMax)
    let upTo = Math.max(query.after, oldest - 1)
    for (; at < end && events.length < query.limit; at++) {
      const recorded = this.events[at]
      if (recorded === undefined) break
      upTo = recorded.number
      if (!this.lineage.isWithin(query.scope, recorded.sessionId)) continue
      if (types === undefined || types.includes(recorded.event.type)) events.push(recorded)
    }
    return { events, upTo, oldest, head }
  }

  recent(sessionId: SessionId, limit: number): ReadonlyArray<RecordedEvent> {
    const found: Array<RecordedEvent> = []
    for (let at = this.events.length - 1; at >= 0 && found.length < limit; at--) {
      const recorded = this.events[at]
      if (recorded?.sessionId === sessionId) found.push(recorded)
    }
    return found.toReversed()
  }

  /** Forgets nothing after `needed`. `isGone` says whose place in the tree may be forgotten with their last event. */
  trim({ keepMax, olderThanMillis }: Retention, needed: number, isGone: (id: SessionId) => boolean): "more" | "done" {
    const surplus = this.events.length - keepMax
    const isKept = ({ atMillis, number }: RecordedEvent, index: number): boolean =>
      number > needed || (atMillis >= olderThanMillis && index >= surplus)
    const kept = this.events.findIndex(isKept)
    const end = kept < 0 ? this.events.length : kept
    const count = Math.min(end, trimMax)
    if (count > 0) this.forget(count, isGone)
    return end > count ? "more" : "done"
  }

  private forget(count: number, isGone: (id: SessionId) => boolean): void {
    const gone = new Set<SessionId>()
    for (const { sessionId } of this.events.slice(0, count)) if (isGone(sessionId)) gone.add(sessionId)
    this.events = this.events.slice(count)
    if (gone.size === 0) return
    for (const { sessionId } of this.events) gone.delete(sessionId)
    this.lineage.forget(gone)
  }
}
