import type { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as SqlClient from "effect/sql/SqlClient"
import * as Asking from "./asking.ts"
import * as FeedReads from "./feedReads.ts"
import * as Records from "./records.ts"
import * as TreeUsage from "./treeUsage.ts"

type Shape = Omit<SessionStore.SessionStoreShape, "commit" | "trimFeed" | "ready">

/** The database uses the index over roots only when the kind stands in the text. */
const ofKind = (kind: "root" | "child" | undefined): ReadonlyArray<Asking.Condition> =>
  kind === undefined ? [] : [{ text: kind === "root" ? "kind = 'root'" : "kind = 'child'", params: [] }]

/** Most of all sessions ever made have completed, and most roots are idle; the other statuses are few. */
const isFew = ({ status }: SessionStore.SessionFilter): boolean =>
  status !== undefined && status !== "completed" && status !== "idle"

type Given = readonly [column: "parent_id" | "root_id" | "status", value: string | undefined]

/** The fields of a filter, the one that leaves the fewest sessions first. */
const bySelectivity = (filter: SessionStore.SessionFilter): ReadonlyArray<Given> => {
  const { parentId, rootId, status } = filter
  const place: ReadonlyArray<Given> = [
    ["parent_id", parentId],
    ["root_id", rootId]
  ]
  return isFew(filter) ? [["status", status], ...place] : [...place, ["status", status]]
}

/**
 * Only the first field may choose the index: without statistics the database
 * would take the status, and read every session that ever completed.
 */
const ofFilter = (filter: SessionStore.SessionFilter): ReadonlyArray<Asking.Condition> => {
  const given = bySelectivity(filter).filter(([, value]) => value !== undefined)
  // Then the index over the roots is to serve.
  const ofRoots = filter.kind === "root" && given[0]?.[0] === "status" && !isFew(filter)
  return given.flatMap(([column, value], rank) =>
    Asking.equals(rank === 0 && !ofRoots ? column : `COALESCE(${column}, '')`, value)
  )
}

const sessionsWhere = ({ before, filter }: SessionStore.SessionQuery): Asking.Condition =>
  Asking.where([
    ...ofKind(filter.kind),
    ...ofFilter(filter),
    ...Option.match(before, { onNone: () => [], onSome: (id) => [{ text: "id < ?", params: [id] }] })
  ])

const ofSessions = ({ many, one, rows }: Asking.Ask) =>
  ({
    session: (id) => one("session", Records.session, "SELECT body FROM sessions WHERE id = ?", [id]),
    sessionByRequestKey: (parentId, requestKey) =>
      one(
        "sessionByRequestKey",
        Records.session,
        "SELECT body FROM sessions WHERE parent_id IS ? AND request_key = ?",
        [Option.getOrNull(parentId), requestKey]
      ),
    sessions: (query) => {
      const { params, text } = sessionsWhere(query)
      const all = `SELECT body FROM sessions${text} ORDER BY id DESC LIMIT ?`
      return many("sessions", Records.session, all, [...params, query.limit])
    },
    childCount: (parentId) =>
      Effect.map(rows("childCount", "SELECT children FROM child_counts WHERE parent_id = ?", [parentId]), ([row]) =>
        Number(row?.["children"] ?? 0)
      )
  }) satisfies Partial<Shape>

const entries = "SELECT position, body FROM messages WHERE session_id = ?"

const ofMessages = ({ many, one }: Asking.Ask) =>
  ({
    messages: ({ after, limit, sessionId }) =>
      many("messages", Records.message, `${entries} AND position > ? ORDER BY position LIMIT ?`, [
        sessionId,
        after,
        limit
      ]),
    recentMessages: ({ before, limit, sessionId }) =>
      Effect.map(
        many("recentMessages", Records.message, `${entries} AND position < ? ORDER BY position DESC LIMIT ?`, [
          sessionId,
          Option.getOrElse(before, () => Number.MAX_SAFE_INTEGER),
          limit
        ]),
        (found) => found.toReversed()
      ),
    answer: (sessionId, runId) =>
      many("answer", Records.message, `${entries} AND run_id = ? AND role = 'assistant' ORDER BY position`, [
        sessionId,
        runId
      ]),
    artifact: (id) => one("artifact", Records.artifact, "SELECT body FROM artifacts WHERE id = ?", [id])
  }) satisfies Partial<Shape>

/** Jobs that need their session and what is above it come with both, however many they are. */
const openJobs = `SELECT jobs.state, jobs.report, jobs.body, sessions.body AS session,
    (SELECT json_group_array(ancestor_id ORDER BY distance) FROM lineage WHERE session_id = jobs.child_session_id)
      AS ancestors
  FROM jobs LEFT JOIN sessions ON sessions.id = jobs.child_session_id ORDER BY jobs.seq`

/** Whose handler has no name are for every handler: see the migration that made them. */
const undeliveredLines = `SELECT line AS id FROM deliveries WHERE handler IN (?, '')
  GROUP BY line ORDER BY MIN(seq)`

/** Two searches that are merged: one for both names would sort the whole line for each page. */
const undelivered = `SELECT body FROM (
    SELECT run_id, seq FROM deliveries WHERE handler = ? AND line = ?
    UNION ALL SELECT run_id, seq FROM deliveries WHERE handler = '' AND line = ?
    ORDER BY seq LIMIT ?
  ) AS found JOIN completions ON completions.run_id = found.run_id ORDER BY found.seq`

const ofJobs = ({ many, one }: Asking.Ask) =>
  ({
    openJobs: many("openJobs", Records.openJob, openJobs),
    completion: (runId) =>
      one("completion", Records.storedCompletion, "SELECT body, told FROM completions WHERE run_id = ?", [runId]),
    undeliveredLines: (handler) => many("undeliveredLines", Records.sessionId, undeliveredLines, [handler]),
    undelivered: ({ handler, limit, line }) =>
      many("undelivered", Records.completion, undelivered, [handler, line, line, limit])
  }) satisfies Partial<Shape>

const ofState: Record<SessionStore.ObligationQuery["state"], ReadonlyArray<Asking.Condition>> = {
  // The database uses the index over the open ones only when it is said so in the text.
  open: [{ text: "open = 1", params: [] }],
  closed: [{ text: "open = 0", params: [] }],
  any: []
}

const obligationsWhere = ({ after, kind, scope, state }: SessionStore.ObligationQuery): Asking.Condition =>
  Asking.where([
    ...Asking.equals("kind", kind),
    ...ofState[state],
    ...Asking.within(scope, "obligations.session_id"),
    ...Option.match(after, {
      onNone: () => [],
      onSome: (id) => [{ text: "seq > COALESCE((SELECT seq FROM obligations WHERE id = ?), 0)", params: [id] }]
    })
  ])

const ofObligations = ({ many, one }: Asking.Ask) =>
  ({
    obligation: (id) => one("obligation", Records.obligation, "SELECT body FROM obligations WHERE id = ?", [id]),
    obligationByKey: (kind, sessionId, key) =>
      one(
        "obligationByKey",
        Records.obligation,
        "SELECT body FROM obligations WHERE kind = ? AND session_id = ? AND key = ?",
        [kind, sessionId, key]
      ),
    obligations: (query) => {
      const { params, text } = obligationsWhere(query)
      const all = `SELECT body FROM obligations${text} ORDER BY seq LIMIT ?`
      return many("obligations", Records.obligation, all, [...params, query.limit])
    }
  }) satisfies Partial<Shape>

export const make = (sql: SqlClient.SqlClient): Shape => {
  const ask = Asking.make(sql)
  return {
    ...ofSessions(ask),
    ...ofMessages(ask),
    ...ofJobs(ask),
    ...ofObligations(ask),
    ...TreeUsage.make(ask),
    ...FeedReads.make(ask)
  }
}
