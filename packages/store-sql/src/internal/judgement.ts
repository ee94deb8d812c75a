/**
 * Whether a transition may stand: judged in memory, by what was read at the
 * start of its batch and what the transitions before it made of that.
 */
import { type Ids, Obligation, type Session, SessionStore } from "@offshoot/core"

export type RequestKey = readonly [parentId: Ids.SessionId, requestKey: string]
export type ObligationKey = readonly [kind: Obligation.Kind, sessionId: Ids.SessionId, key: string]

/** What has to be known of the database to judge a batch. */
export interface Questions {
  readonly sessionIds: Set<Ids.SessionId>
  readonly requestKeys: Array<RequestKey>
  readonly obligationIds: Set<Obligation.Obligation["id"]>
  readonly obligationKeys: Array<ObligationKey>
}

export const noQuestions = (): Questions => ({
  sessionIds: new Set(),
  requestKeys: [],
  obligationIds: new Set(),
  obligationKeys: []
})

/** An obligation as far as it is judged. */
export interface Owed {
  readonly sessionId: string
  readonly version: number
}

/**
 * What is known of sessions and obligations, by id or by key. A key that is
 * absent says nothing; `undefined` says that there is none any more.
 */
export interface Known {
  readonly versions: Map<string, number | undefined>
  readonly keyOwners: Map<string, string>
  readonly owed: Map<string, Owed | undefined>
  /** The session of the obligation that has this key. */
  readonly owedKeys: Map<string, string | undefined>
}

export const nothing = (): Known => ({
  versions: new Map(),
  keyOwners: new Map(),
  owed: new Map(),
  owedKeys: new Map()
})

export const keyText = (...parts: ReadonlyArray<string>): string => parts.join(" ")

const requestKeyOf = ({ parentId, requestKey }: Session.Session): RequestKey | undefined =>
  parentId === undefined || requestKey === undefined ? undefined : [parentId, requestKey]

const obligationKeyOf = (obligation: Obligation.Obligation): ObligationKey | undefined => {
  const key = Obligation.keyOf(obligation)
  return key === undefined ? undefined : [obligation.kind, obligation.sessionId, key]
}

export const ask = (questions: Questions, change: SessionStore.Change): void => {
  switch (change._tag) {
    case "SessionChanged":
      questions.sessionIds.add(change.session.id)
      return
    case "SessionCreated": {
      questions.sessionIds.add(change.session.id)
      const key = requestKeyOf(change.session)
      if (key !== undefined) questions.requestKeys.push(key)
      return
    }
    case "ObligationChanged":
      questions.obligationIds.add(change.obligation.id)
      return
    case "ObligationOpened": {
      questions.obligationIds.add(change.obligation.id)
      const key = obligationKeyOf(change.obligation)
      if (key !== undefined) questions.obligationKeys.push(key)
    }
  }
}

const refuse = (reason: SessionStore.StoreError["reason"]): SessionStore.StoreError =>
  new SessionStore.StoreError({ operation: "commit", reason })

/** The first answer, newest first. */
const latest = <A>(maps: ReadonlyArray<ReadonlyMap<string, A>>, key: string): A | undefined =>
  maps.find((map) => map.has(key))?.get(key)

const judgeSessions = (
  transition: SessionStore.Transition,
  own: Known,
  before: ReadonlyArray<Known>
): SessionStore.StoreError | undefined => {
  const versions = [own, ...before].map((known) => known.versions)
  const keyOwners = [own, ...before].map((known) => known.keyOwners)
  /** The owner of a key need not be among the sessions that were asked for: only what is known to be gone is. */
  const isGone = (id: string): boolean => versions.some((map) => map.has(id)) && latest(versions, id) === undefined
  for (const change of transition) {
    if (change._tag === "SessionDeleted") own.versions.set(change.sessionId, undefined)
    if (change._tag !== "SessionChanged" && change._tag !== "SessionCreated") continue
    const { id, version } = change.session
    const expected = change._tag === "SessionChanged" ? version - 1 : undefined
    if (latest(versions, id) !== expected) {
      return refuse(new SessionStore.VersionConflict({ sessionId: id, expectedVersion: version - 1 }))
    }
    own.versions.set(id, version)
    const key = change._tag === "SessionCreated" ? requestKeyOf(change.session) : undefined
    if (key === undefined) continue
    const owner = latest(keyOwners, keyText(...key))
    if (owner !== undefined && !isGone(owner)) {
      return refuse(new SessionStore.RequestKeyTaken({ parentSessionId: key[0], requestKey: key[1] }))
    }
    own.keyOwners.set(keyText(...key), id)
  }
  return undefined
}

/** Obligations go with their session. */
const forgetOwed = (sessionId: string, own: Known, before: ReadonlyArray<Known>): void => {
  const owed = [own, ...before].map((known) => known.owed)
  const keys = [own, ...before].map((known) => known.owedKeys)
  for (const id of owed.flatMap((map) => Array.from(map.keys()))) {
    if (latest(owed, id)?.sessionId === sessionId) own.owed.set(id, undefined)
  }
  for (const key of keys.flatMap((map) => Array.from(map.keys()))) {
    if (latest(keys, key) === sessionId) own.owedKeys.set(key, undefined)
  }
}

const judgeObligations = (
  transition: SessionStore.Transition,
  own: Known,
  before: ReadonlyArray<Known>
): SessionStore.StoreError | undefined => {
  for (const change of transition) {
    if (change._tag === "SessionDeleted") forgetOwed(change.sessionId, own, before)
    if (change._tag !== "ObligationOpened" && change._tag !== "ObligationChanged") continue
    const { id, sessionId, version } = change.obligation
    const known = latest(
      [own, ...before].map(({ owed }) => owed),
      id
    )
    if (known?.version !== (change._tag === "ObligationOpened" ? undefined : version - 1)) {
      return refuse(new SessionStore.ObligationConflict({ obligationId: id, expectedVersion: version - 1 }))
    }
    own.owed.set(id, { sessionId: known?.sessionId ?? sessionId, version })
    const key = change._tag === "ObligationOpened" ? obligationKeyOf(change.obligation) : undefined
    if (key === undefined) continue
    if (
      latest(
        [own, ...before].map(({ owedKeys }) => owedKeys),
        keyText(...key)
      ) !== undefined
    ) {
      return refuse(new SessionStore.ObligationKeyTaken({ sessionId, key: key[2] }))
    }
    own.owedKeys.set(keyText(...key), sessionId)
  }
  return undefined
}

/** The first change that does not fit what is stored, with the changes before it applied; or what the transition makes. */
export const judge = (
  transition: SessionStore.Transition,
  batch: Known,
  stored: Known
): SessionStore.StoreError | Known => {
  const own = nothing()
  const before = [batch, stored]
  return judgeSessions(transition, own, before) ?? judgeObligations(transition, own, before) ?? own
}

/** What a transition that stands made is what the next one finds. */
export const adopt = (batch: Known, own: Known): void => {
  for (const [id, version] of own.versions) batch.versions.set(id, version)
  for (const [key, owner] of own.keyOwners) batch.keyOwners.set(key, owner)
  for (const [id, owed] of own.owed) batch.owed.set(id, owed)
  for (const [key, of] of own.owedKeys) batch.owedKeys.set(key, of)
}
