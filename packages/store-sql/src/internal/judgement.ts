/**
 * Whether a transition may stand: judged in memory, by what was read at the
 * start of its batch and what the transitions before it made of that.
 */
import { type Ids, Obligation, type Session, SessionStore } from "@offshoot/core"

/** A root has no parent: roots share one space of keys. */
export type RequestKey = readonly [parentId: Ids.SessionId | null, requestKey: string]
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

/** What is known of sessions. A key that is absent says nothing; `undefined` says that there is none any more. */
export interface Sessions {
  readonly versions: Map<string, number | undefined>
  readonly keyOwners: Map<string, string>
}

/** What is known of obligations, in the same way; `keys` name the session of the one that has the key. */
export interface Obligations {
  readonly owed: Map<string, Owed | undefined>
  readonly keys: Map<string, string | undefined>
}

/** A batch without obligations, as most are, keeps none in mind. */
export interface Known {
  readonly sessions: Sessions
  readonly obligations: Obligations | undefined
}

const noObligations = (): Obligations => ({ owed: new Map(), keys: new Map() })

/** What a batch has made so far: nothing of what `stored` knows of. */
export const nothing = (stored: Known): Known => ({
  sessions: { versions: new Map(), keyOwners: new Map() },
  obligations: stored.obligations === undefined ? undefined : noObligations()
})

export const keyText = (...parts: ReadonlyArray<string | null>): string => parts.join(" ")

const requestKeyOf = ({ parentId, requestKey }: Session.Session): RequestKey | undefined =>
  requestKey === undefined ? undefined : [parentId ?? null, requestKey]

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
const latest = <A>(
  own: ReadonlyMap<string, A>,
  batch: ReadonlyMap<string, A>,
  stored: ReadonlyMap<string, A>,
  key: string
): A | undefined => {
  if (own.has(key)) return own.get(key)
  return batch.has(key) ? batch.get(key) : stored.get(key)
}

const judgeSessions = (
  transition: SessionStore.Transition,
  own: Sessions,
  batch: Sessions,
  stored: Sessions
): SessionStore.StoreError | undefined => {
  const versionOf = (id: string) => latest(own.versions, batch.versions, stored.versions, id)
  /** The owner of a key need not be among the sessions that were asked for: only what is known to be gone is. */
  const isGone = (id: string): boolean =>
    (own.versions.has(id) || batch.versions.has(id)) && versionOf(id) === undefined
  for (const change of transition) {
    if (change._tag === "SessionDeleted") own.versions.set(change.sessionId, undefined)
    if (change._tag !== "SessionChanged" && change._tag !== "SessionCreated") continue
    const { id, version } = change.session
    const expected = change._tag === "SessionChanged" ? version - 1 : undefined
    if (versionOf(id) !== expected) {
      return refuse(new SessionStore.VersionConflict({ sessionId: id, expectedVersion: version - 1 }))
    }
    own.versions.set(id, version)
    const key = change._tag === "SessionCreated" ? requestKeyOf(change.session) : undefined
    if (key === undefined) continue
    const owner = latest(own.keyOwners, batch.keyOwners, stored.keyOwners, keyText(...key))
    if (owner !== undefined && !isGone(owner)) {
      const [parentSessionId, requestKey] = key
      return refuse(
        new SessionStore.RequestKeyTaken({ ...(parentSessionId === null ? {} : { parentSessionId }), requestKey })
      )
    }
    own.keyOwners.set(keyText(...key), id)
  }
  return undefined
}

/** Obligations go with their session. */
const forget = (sessionId: string, own: Obligations, batch: Obligations, stored: Obligations): void => {
  for (const id of [own, batch, stored].flatMap(({ owed }) => Array.from(owed.keys()))) {
    if (latest(own.owed, batch.owed, stored.owed, id)?.sessionId === sessionId) own.owed.set(id, undefined)
  }
  for (const key of [own, batch, stored].flatMap(({ keys }) => Array.from(keys.keys()))) {
    if (latest(own.keys, batch.keys, stored.keys, key) === sessionId) own.keys.set(key, undefined)
  }
}

const judgeObligations = (
  transition: SessionStore.Transition,
  own: Obligations,
  batch: Obligations,
  stored: Obligations
): SessionStore.StoreError | undefined => {
  for (const change of transition) {
    if (change._tag === "SessionDeleted") forget(change.sessionId, own, batch, stored)
    if (change._tag !== "ObligationOpened" && change._tag !== "ObligationChanged") continue
    const { id, sessionId, version } = change.obligation
    const known = latest(own.owed, batch.owed, stored.owed, id)
    if (known?.version !== (change._tag === "ObligationOpened" ? undefined : version - 1)) {
      return refuse(new SessionStore.ObligationConflict({ obligationId: id, expectedVersion: version - 1 }))
    }
    own.owed.set(id, { sessionId: known?.sessionId ?? sessionId, version })
    const key = change._tag === "ObligationOpened" ? obligationKeyOf(change.obligation) : undefined
    if (key === undefined) continue
    if (latest(own.keys, batch.keys, stored.keys, keyText(...key)) !== undefined) {
      return refuse(new SessionStore.ObligationKeyTaken({ sessionId, key: key[2] }))
    }
    own.keys.set(keyText(...key), sessionId)
  }
  return undefined
}

/** The first change that does not fit what is stored, with the changes before it applied; or what the transition makes. */
export const judge = (
  transition: SessionStore.Transition,
  batch: Known,
  stored: Known
): SessionStore.StoreError | Known => {
  const own = nothing(stored)
  const refused = judgeSessions(transition, own.sessions, batch.sessions, stored.sessions)
  if (refused !== undefined) return refused
  if (own.obligations === undefined || batch.obligations === undefined || stored.obligations === undefined) return own
  return judgeObligations(transition, own.obligations, batch.obligations, stored.obligations) ?? own
}

/** What a transition that stands made is what the next one finds. */
export const adopt = (batch: Known, own: Known): void => {
  for (const [id, version] of own.sessions.versions) batch.sessions.versions.set(id, version)
  for (const [key, owner] of own.sessions.keyOwners) batch.sessions.keyOwners.set(key, owner)
  if (own.obligations === undefined || batch.obligations === undefined) return
  for (const [id, owed] of own.obligations.owed) batch.obligations.owed.set(id, owed)
  for (const [key, sessionId] of own.obligations.keys) batch.obligations.keys.set(key, sessionId)
}
