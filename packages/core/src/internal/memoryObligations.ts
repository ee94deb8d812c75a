import * as Option from "effect/Option"
import type { SessionId } from "../Ids.ts"
import { isOpen, keyOf, type Kind, type Obligation } from "../Obligation.ts"
import type { ObligationQuery, Transition } from "../SessionStore.ts"
import * as Store from "../StoreError.ts"
import type { Lineage } from "./memoryFeed.ts"

type Id = Obligation["id"]

interface Owed {
  readonly obligation: Obligation
  /** Grows in the order of opening. */
  readonly order: number
  /** The head of the feed before its transition. */
  readonly since: number
}

const nameOf = (kind: Kind, sessionId: SessionId, key: string): string => `${kind} ${sessionId} ${key}`

const ownName = (obligation: Obligation): string | undefined => {
  const key = keyOf(obligation)
  return key === undefined ? undefined : nameOf(obligation.kind, obligation.sessionId, key)
}

const conflict = ({ id, version }: Obligation): Store.StoreError =>
  new Store.StoreError({
    operation: "commit",
    reason: new Store.ObligationConflict({ obligationId: id, expectedVersion: version - 1 })
  })

const taken = ({ sessionId }: Obligation, key: string): Store.StoreError =>
  new Store.StoreError({ operation: "commit", reason: new Store.ObligationKeyTaken({ sessionId, key }) })

const isOfObligation = ({ _tag }: Transition[number]): boolean =>
  _tag === "ObligationOpened" || _tag === "ObligationChanged"

/** What a transition has made of the obligations so far; `undefined` is one that is gone. */
interface Drafts {
  readonly owed: Map<Id, Obligation | undefined>
  readonly names: Map<string, Id | undefined>
}

export class Obligations {
  private readonly owed = new Map<Id, Owed>()
  private readonly names = new Map<string, Id>()
  private readonly bySession = new Map<SessionId, Set<Id>>()
  private opened = 0

  /** Why the obligations of a transition may not be recorded. A change is judged by what the changes before it made. */
  refusal(transition: Transition): Store.StoreError | undefined {
    if (!transition.some(isOfObligation)) return undefined
    const drafts: Drafts = { owed: new Map(), names: new Map() }
    for (const change of transition) {
      if (change._tag === "SessionDeleted") this.draftRemoval(drafts, change.sessionId)
      if (change._tag !== "ObligationOpened" && change._tag !== "ObligationChanged") continue
      const { obligation } = change
      const { id, version } = obligation
      const known = drafts.owed.has(id) ? drafts.owed.get(id) : this.owed.get(id)?.obligation
      if (known?.version !== (change._tag === "ObligationOpened" ? undefined : version - 1)) return conflict(obligation)
      drafts.owed.set(id, obligation)
      const name = ownName(obligation)
      const key = keyOf(obligation)
      if (change._tag === "ObligationChanged" || name === undefined || key === undefined) continue
      if ((drafts.names.has(name) ? drafts.names.get(name) : this.names.get(name)) !== undefined) {
        return taken(obligation, key)
      }
      drafts.names.set(name, id)
    }
    return undefined
  }

  private draftRemoval(drafts: Drafts, sessionId: SessionId): void {
    const stored = Array.from(this.bySession.get(sessionId) ?? [])
      .filter((id) => !drafts.owed.has(id))
      .map((id) => this.owed.get(id)?.obligation)
    const drafted = Array.from(drafts.owed.values()).filter((obligation) => obligation?.sessionId === sessionId)
    for (const obligation of [...stored, ...drafted]) {
      if (obligation === undefined) continue
      drafts.owed.set(obligation.id, undefined)
      const name = ownName(obligation)
      if (name !== undefined) drafts.names.set(name, undefined)
    }
  }

  open(obligation: Obligation, since: number): void {
    const { id, sessionId } = obligation
    this.opened += 1
    this.owed.set(id, { obligation, order: this.opened, since })
    const ofSession = this.bySession.get(sessionId)
    if (ofSession === undefined) this.bySession.set(sessionId, new Set([id]))
    else ofSession.add(id)
    const name = ownName(obligation)
    if (name !== undefined) this.names.set(name, id)
  }

  change(obligation: Obligation): void {
    const owed = this.owed.get(obligation.id)
    if (owed !== undefined) this.owed.set(obligation.id, { ...owed, obligation })
  }

  removeSession(sessionId: SessionId): void {
    for (const id of this.bySession.get(sessionId) ?? []) {
      const obligation = this.owed.get(id)?.obligation
      this.owed.delete(id)
      const name = obligation === undefined ? undefined : ownName(obligation)
      if (name !== undefined) this.names.delete(name)
    }
    this.bySession.delete(sessionId)
  }

  get(id: Id): Option.Option<Obligation> {
    return Option.fromUndefinedOr(this.owed.get(id)?.obligation)
  }

  byKey(kind: Kind, sessionId: SessionId, key: string): Option.Option<Obligation> {
    return Option.flatMap(Option.fromUndefinedOr(this.names.get(nameOf(kind, sessionId, key))), (id) => this.get(id))
  }

  find(query: ObligationQuery, lineage: Lineage): ReadonlyArray<Obligation> {
    const { kind, limit, scope, state } = query
    const ids: Iterable<Id> = scope._tag === "Session" ? (this.bySession.get(scope.sessionId) ?? []) : this.owed.keys()
    const after = Option.getOrUndefined(query.after)
    const begin = after === undefined ? 0 : (this.owed.get(after)?.order ?? 0)
    const found: Array<Obligation> = []
    for (const id of ids) {
      if (found.length >= limit) break
      const owed = this.owed.get(id)
      if (owed === undefined || owed.order <= begin || owed.obligation.kind !== kind) continue
      if (state !== "any" && (state === "open") !== isOpen(owed.obligation)) continue
      if (lineage.isWithin(scope, owed.obligation.sessionId)) found.push(owed.obligation)
    }
    return found
  }

  /** The last number before what an open wait needs. */
  neededAfter(): number {
    for (const { obligation, since } of this.owed.values()) {
      // The first is the oldest.
      if (obligation.kind === "wait" && isOpen(obligation)) return since
    }
    return Number.POSITIVE_INFINITY
  }
}
