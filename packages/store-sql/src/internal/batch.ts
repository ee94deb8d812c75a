/**
 * What a batch of transitions writes: decided here, in memory, from what was
 * read at its start; each transition stands or falls alone.
 */
import { SessionStore } from "@offshoot/core"
import type { Ids, Session } from "@offshoot/core"
import * as Result from "effect/Result"

export type Cell = string | number | null
export type Row = ReadonlyArray<Cell>

/** A transition that waits to be written: `bodies` are its changes' records as JSON, one for each change. */
export interface Entry {
  readonly transition: SessionStore.Transition
  readonly bodies: ReadonlyArray<string>
  readonly atMillis: number
}

export type RequestKey = readonly [parentId: Ids.SessionId, requestKey: string]

/** What has to be known of the database to judge a batch. */
export interface Questions {
  readonly sessionIds: ReadonlySet<Ids.SessionId>
  readonly requestKeys: ReadonlyArray<RequestKey>
  readonly recordsEvents: boolean
}

/** The answers: absent means that there is none. `head` is the last feed number given. */
export interface Known {
  readonly versions: ReadonlyMap<string, number>
  readonly keyOwners: ReadonlyMap<string, string>
  readonly head: number
}

/** Rows that do not depend on each other's order; within a kind the order is kept. */
export interface Writes {
  readonly created: Map<Ids.SessionId, Row>
  readonly changed: Map<Ids.SessionId, Row>
  readonly childrenAdded: Map<Ids.SessionId, number>
  readonly messages: Array<Row>
  readonly accepted: Map<Ids.RunId, Row>
  readonly launched: Array<Ids.RunId>
  readonly settled: Array<Ids.RunId>
  readonly completions: Map<Ids.RunId, Row>
  readonly acknowledged: Array<Ids.RunId>
  readonly events: Array<Row>
}

/** A deletion stands between what was written before it and what comes after. */
export type Step =
  | { readonly _tag: "Write"; readonly writes: Writes }
  | { readonly _tag: "Delete"; readonly sessionId: Ids.SessionId }

export type Verdict = Result.Result<ReadonlyArray<number>, SessionStore.StoreError>

export interface Plan {
  readonly steps: ReadonlyArray<Step>
  /** One for each entry, in order: its feed numbers, or why it was refused. */
  readonly verdicts: ReadonlyArray<Verdict>
}

export const requestKeyText = (parentId: string, requestKey: string): string => `${parentId} ${requestKey}`

const requestKeyOf = ({ parentId, requestKey }: Session.Session): RequestKey | undefined =>
  parentId === undefined || requestKey === undefined ? undefined : [parentId, requestKey]

export const questions = (entries: ReadonlyArray<Entry>): Questions => {
  const sessionIds = new Set<Ids.SessionId>()
  const requestKeys: Array<RequestKey> = []
  let recordsEvents = false
  for (const { transition } of entries) {
    for (const change of transition) {
      if (change._tag === "EventRecorded") recordsEvents = true
      else if (change._tag === "SessionChanged") sessionIds.add(change.session.id)
      else if (change._tag === "SessionCreated") {
        sessionIds.add(change.session.id)
        const key = requestKeyOf(change.session)
        if (key !== undefined) requestKeys.push(key)
      }
    }
  }
  return { sessionIds, requestKeys, recordsEvents }
}

/** What the batch has made of the sessions so far; `undefined` is a session that is gone. */
interface Overlay {
  readonly versions: Map<string, number | undefined>
  readonly keyOwners: Map<string, string>
}

const refuse = (reason: SessionStore.VersionConflict | SessionStore.RequestKeyTaken) =>
  new SessionStore.StoreError({ operation: "commit", reason })

/** The first change that does not fit what is stored, with the changes before it applied. */
const judge = (
  transition: SessionStore.Transition,
  known: Known,
  batch: Overlay
): SessionStore.StoreError | Overlay => {
  const own: Overlay = { versions: new Map(), keyOwners: new Map() }
  const versionOf = (id: string): number | undefined => {
    if (own.versions.has(id)) return own.versions.get(id)
    return batch.versions.has(id) ? batch.versions.get(id) : known.versions.get(id)
  }
  const isGone = (id: string): boolean =>
    own.versions.has(id)
      ? own.versions.get(id) === undefined
      : batch.versions.has(id) && batch.versions.get(id) === undefined
  const keyTaken = (key: string): boolean => {
    const owner = own.keyOwners.get(key) ?? batch.keyOwners.get(key) ?? known.keyOwners.get(key)
    return owner !== undefined && !isGone(owner)
  }
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
    const text = requestKeyText(...key)
    if (keyTaken(text)) {
      return refuse(new SessionStore.RequestKeyTaken({ parentSessionId: key[0], requestKey: key[1] }))
    }
    own.keyOwners.set(text, id)
  }
  return own
}

const noWrites = (): Writes => ({
  created: new Map(),
  changed: new Map(),
  childrenAdded: new Map(),
  messages: [],
  accepted: new Map(),
  launched: [],
  settled: [],
  completions: new Map(),
  acknowledged: [],
  events: []
})

const createdRow = (session: Session.Session, body: string): Row => [
  session.id,
  session.kind,
  session.parentId ?? null,
  session.rootId,
  session.requestKey ?? null,
  session.status,
  session.version,
  body
]

const jobRow = (job: { readonly runId: string; readonly childSessionId: string }, state: string, body: string): Row => [
  job.runId,
  job.childSessionId,
  state,
  body
]

/** What a change of anything but a session's existence or an event adds. */
const write = (writes: Writes, change: SessionStore.Change, body: string): void => {
  switch (change._tag) {
    case "SessionCreated": {
      const { session } = change
      writes.created.set(session.id, createdRow(session, body))
      if (session.parentId !== undefined) {
        writes.childrenAdded.set(session.parentId, (writes.childrenAdded.get(session.parentId) ?? 0) + 1)
      }
      return
    }
    case "SessionChanged": {
      const { session } = change
      const changed: Row = [session.id, session.status, session.version, body]
      const row = writes.created.get(session.id)
      if (row === undefined) writes.changed.set(session.id, changed)
      // Kind, place in the tree and request key stay those of the creation.
      else writes.created.set(session.id, [...row.slice(0, 5), ...changed.slice(1)])
      return
    }
    case "MessageAppended": {
      const { message } = change
      writes.messages.push([message.sessionId, message.runId ?? null, message.role, body])
      return
    }
    case "JobAccepted":
      if (!writes.accepted.has(change.job.runId)) {
        writes.accepted.set(change.job.runId, jobRow(change.job, "queued", body))
      }
      return
    case "JobLaunched": {
      const row = writes.accepted.get(change.runId)
      if (row !== undefined) writes.accepted.set(change.runId, row.with(2, "launched"))
      writes.launched.push(change.runId)
      return
    }
    case "JobSettled": {
      const { completion, handlers } = change
      const { runId } = completion
      writes.accepted.delete(runId)
      writes.settled.push(runId)
      if (writes.completions.has(runId)) return
      writes.completions.set(runId, [runId, completion.childSessionId, handlers === "pending" ? 1 : 0, body])
      return
    }
    case "CompletionAcknowledged": {
      const row = writes.completions.get(change.runId)
      if (row !== undefined) writes.completions.set(change.runId, row.with(2, 0))
      writes.acknowledged.push(change.runId)
    }
  }
}

/** Judges the entries in order, numbers the events of those that stand (I4), and gathers their rows. */
export const plan = (entries: ReadonlyArray<Entry>, known: Known): Plan => {
  const overlay: Overlay = { versions: new Map(), keyOwners: new Map() }
  const steps: Array<Step> = []
  let writes: Writes | undefined
  let head = known.head
  const verdicts = entries.map(({ atMillis, bodies, transition }): Verdict => {
    const judged = judge(transition, known, overlay)
    if (judged instanceof SessionStore.StoreError) return Result.fail(judged)
    for (const [id, version] of judged.versions) overlay.versions.set(id, version)
    for (const [key, owner] of judged.keyOwners) overlay.keyOwners.set(key, owner)
    const numbers: Array<number> = []
    for (const [index, change] of transition.entries()) {
      if (change._tag === "SessionDeleted") {
        steps.push({ _tag: "Delete", sessionId: change.sessionId })
        writes = undefined
        continue
      }
      if (writes === undefined) {
        writes = noWrites()
        steps.push({ _tag: "Write", writes })
      }
      const body = bodies[index] ?? ""
      if (change._tag === "EventRecorded") {
        head += 1
        numbers.push(head)
        writes.events.push([head, change.sessionId, change.event.type, atMillis, body])
      } else write(writes, change, body)
    }
    return Result.succeed(numbers)
  })
  return { steps, verdicts }
}
