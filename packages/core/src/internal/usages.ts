/**
 * What many sessions used, without asking the record again for what cannot have
 * changed: a session at rest used what it used until its version changes.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SessionId } from "../Ids.ts"
import { isInFlight, type Session, type Usage } from "../Session.ts"
import type { SessionStoreShape, SessionUse, Totals } from "../SessionStore.ts"
import type { OwnAndTree } from "../Overview.ts"
import * as UsageSum from "../UsageSum.ts"

/** As many as a snapshot has at most; past it the oldest reading is forgotten first. */
const keptMax = 10_000
/** Totals add up everything that was ever recorded: they are asked for again after this long, */
const totalsMillis = 5_000
/** and after as many times as long as the last answer took, so that they cost a fiftieth of the time at most. */
const totalsShare = 50

type Subject = Pick<Session, "id" | "parentId" | "status" | "version">

/**
 * Sums up along the parents. Of a list that is only a part of what
 * there is, a sum is at least what it says. Pure.
 */
export const treesOf = (
  sessions: ReadonlyArray<Pick<Session, "id" | "parentId">>,
  used: ReadonlyMap<SessionId, SessionUse>,
  list: "whole" | "part"
): ReadonlyMap<SessionId, OwnAndTree> => {
  const known = new Set(sessions.map(({ id }) => id))
  const below = new Map<SessionId, Array<SessionId>>()
  const roots: Array<SessionId> = []
  for (const { id, parentId } of sessions) {
    if (parentId === undefined || !known.has(parentId)) roots.push(id)
    else below.set(parentId, [...(below.get(parentId) ?? []), id])
  }
  // Parents stand before their children, so that the way back meets children first.
  const order = roots
  for (let at = 0; at < order.length; at++) {
    const id = order[at]
    if (id !== undefined) order.push(...(below.get(id) ?? []))
  }
  const trees = new Map<SessionId, Usage | undefined>()
  const found = new Map<SessionId, OwnAndTree>()
  for (const id of order.toReversed()) {
    const { own, removed } = used.get(id) ?? { own: undefined, removed: undefined }
    const parts = [own, removed, ...(below.get(id) ?? []).map((child) => trees.get(child))].filter(
      (part) => part !== undefined
    )
    if (parts.length === 0) continue
    const sum = UsageSum.total(list === "part" ? [...parts, UsageSum.untold] : parts)
    trees.set(id, sum)
    found.set(id, { own: own ?? UsageSum.untold, tree: sum })
  }
  return found
}

export class Usages {
  private readonly store: SessionStoreShape
  private readonly kept = new Map<SessionId, { readonly version: number; readonly use: SessionUse | undefined }>()
  private totals: { readonly value: Totals; readonly untilMillis: number } | undefined

  constructor(store: SessionStoreShape) {
    this.store = store
  }

  /** What was removed counts for whoever is above it, whose version it does not change. */
  forget(): void {
    this.kept.clear()
  }

  readonly of = Effect.fnUntraced(function* (this: Usages, sessions: ReadonlyArray<Subject>, list: "whole" | "part") {
    const used = new Map<SessionId, SessionUse>()
    const asked: Array<Subject> = []
    for (const session of sessions) {
      const kept = this.kept.get(session.id)
      if (kept?.version !== session.version || isInFlight(session.status)) asked.push(session)
      else if (kept.use !== undefined) used.set(session.id, kept.use)
    }
    const found = asked.length === 0 ? [] : yield* this.store.usages(asked.map(({ id }) => id))
    for (const use of found) used.set(use.sessionId, use)
    for (const { id, status, version } of asked) {
      if (!isInFlight(status)) this.keep(id, version, used.get(id))
    }
    return treesOf(sessions, used, list)
  })

  readonly total = Effect.fnUntraced(function* (this: Usages) {
    const beganMillis = yield* Clock.currentTimeMillis
    if (this.totals !== undefined && this.totals.untilMillis > beganMillis) return this.totals.value
    const value = yield* this.store.totals
    const endedMillis = yield* Clock.currentTimeMillis
    const pauseMillis = Math.max(totalsMillis, (endedMillis - beganMillis) * totalsShare)
    this.totals = { value, untilMillis: endedMillis + pauseMillis }
    return value
  })

  private keep(id: SessionId, version: number, use: SessionUse | undefined): void {
    this.kept.delete(id)
    this.kept.set(id, { version, use })
    const [oldest] = this.kept.keys()
    if (this.kept.size > keptMax && oldest !== undefined) this.kept.delete(oldest)
  }
}
