import type { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import type { Cell } from "./batch.ts"
import * as Records from "./records.ts"
import { storeError } from "./storageCondition.ts"

type Shape = Omit<SessionStore.SessionStoreShape, "commit" | "ready">
type Read<A> = Effect.Effect<A, SessionStore.StoreError>

interface Condition {
  readonly text: string
  readonly params: ReadonlyArray<Cell>
}

const equals = (column: string, value: string | undefined): ReadonlyArray<Condition> =>
  value === undefined ? [] : [{ text: `${column} = ?`, params: [value] }]

/** The database uses the index over roots only when the kind stands in the text. */
const ofKind = (kind: "root" | "child" | undefined): ReadonlyArray<Condition> =>
  kind === undefined ? [] : [{ text: kind === "root" ? "kind = 'root'" : "kind = 'child'", params: [] }]

const where = (conditions: ReadonlyArray<Condition>): Condition => ({
  text: conditions.length === 0 ? "" : ` WHERE ${conditions.map((condition) => condition.text).join(" AND ")}`,
  params: conditions.flatMap((condition) => condition.params)
})

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
const ofFilter = (filter: SessionStore.SessionFilter): ReadonlyArray<Condition> => {
  const given = bySelectivity(filter).filter(([, value]) => value !== undefined)
  // Then the index over the roots is to serve.
  const ofRoots = filter.kind === "root" && given[0]?.[0] === "status" && !isFew(filter)
  return given.flatMap(([column, value], rank) =>
    equals(rank === 0 && !ofRoots ? column : `COALESCE(${column}, '')`, value)
  )
}

const sessionsWhere = ({ before, filter }: SessionStore.SessionQuery): Condition =>
  where([
    ...ofKind(filter.kind),
    ...ofFilter(filter),
    ...Option.match(before, { onNone: () => [], onSome: (id) => [{ text: "id < ?", params: [id] }] })
  ])

const eventsWhere = ({ after, sessionId, types }: SessionStore.EventQuery): Condition =>
  where([
    { text: "number > ?", params: [after] },
    ...equals("session_id", Option.getOrUndefined(sessionId)),
    ...Option.match(types, {
      onNone: () => [],
      onSome: (types) => [
        types.length === 0
          ? { text: "1 = 0", params: [] }
          : { text: `type IN (${types.map(() => "?").join(", ")})`, params: types }
      ]
    })
  ])

/** The two ways to ask: every row that is found, or the first. */
const makeAsk = (sql: SqlClient.SqlClient) => {
  const rows = (operation: string, text: string, params: ReadonlyArray<Cell>): Read<ReadonlyArray<Records.Stored>> =>
    Effect.mapError(sql.unsafe<Records.Stored>(text, params), storeError(operation))
  const many = <A>(
    operation: string,
    decode: (row: Records.Stored) => Result.Result<A, unknown>,
    text: string,
    params: ReadonlyArray<Cell> = []
  ): Read<ReadonlyArray<A>> =>
    Effect.flatMap(rows(operation, text, params), (found) =>
      Effect.fromResult(Records.decodeAll(operation, decode, found))
    )
  const one = <A>(
    operation: string,
    decode: (row: Records.Stored) => Result.Result<A, unknown>,
    text: string,
    params: ReadonlyArray<Cell>
  ): Read<Option.Option<A>> =>
    Effect.map(many(operation, decode, text, params), (found) => Option.fromUndefinedOr(found[0]))
  return { rows, many, one }
}
type Ask = ReturnType<typeof makeAsk>

const ofSessions = ({ many, one, rows }: Ask) =>
  ({
    session: (id) => one("session", Records.session, "SELECT body FROM sessions WHERE id = ?", [id]),
    sessionByRequestKey: (parentId, requestKey) =>
      one("sessionByRequestKey", Records.session, "SELECT body FROM sessions WHERE parent_id = ? AND request_key = ?", [
        parentId,
        requestKey
      ]),
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

const ofMessages = ({ many, one }: Ask) =>
  ({
    messages: ({ after, limit, sessionId }) =>
      many("messages", Records.message, `${entries} AND position > ? ORDER BY position LIMIT ?`, [
        sessionId,
        after,
        limit
      ]),
    lastMessage: (sessionId) =>
      one("lastMessage", Records.message, `${entries} ORDER BY position DESC LIMIT 1`, [sessionId]),
    answer: (sessionId, runId) =>
      many("answer", Records.message, `${entries} AND run_id = ? AND role = 'assistant' ORDER BY position`, [
        sessionId,
        runId
      ])
  }) satisfies Partial<Shape>

const ofJobs = ({ many, one }: Ask) =>
  ({
    openJobs: many("openJobs", Records.openJob, "SELECT state, body FROM jobs ORDER BY seq"),
    completion: (runId) =>
      one("completion", Records.completion, "SELECT body FROM completions WHERE run_id = ?", [runId]),
    unacknowledged: many(
      "unacknowledged",
      Records.completion,
      "SELECT body FROM completions WHERE pending = 1 ORDER BY seq"
    )
  }) satisfies Partial<Shape>

const recorded = "SELECT number, session_id, at_millis, body FROM events"

const ofEvents = ({ many, rows }: Ask) =>
  ({
    events: (query) => {
      const { params, text } = eventsWhere(query)
      return many("events", Records.event, `${recorded}${text} ORDER BY number LIMIT ?`, [...params, query.limit])
    },
    recentEvents: (sessionId, limit) =>
      Effect.map(
        many("recentEvents", Records.event, `${recorded} WHERE session_id = ? ORDER BY number DESC LIMIT ?`, [
          sessionId,
          limit
        ]),
        (found) => found.toReversed()
      ),
    feedBounds: Effect.map(
      rows(
        "feedBounds",
        "SELECT (SELECT MIN(number) FROM events) AS oldest, (SELECT MAX(number) FROM events) AS head",
        []
      ),
      ([row]) => {
        const head = Number(row?.["head"] ?? 0)
        return { oldest: Number(row?.["oldest"] ?? head + 1), head }
      }
    )
  }) satisfies Partial<Shape>

export const make = (sql: SqlClient.SqlClient): Shape => {
  const ask = makeAsk(sql)
  return { ...ofSessions(ask), ...ofMessages(ask), ...ofJobs(ask), ...ofEvents(ask) }
}
