/** The feed as it is read: each answer is one statement, so that all of it is true at one moment. */
import type { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Asking from "./asking.ts"
import * as Records from "./records.ts"
import * as Statements from "./statements.ts"

type Shape = Pick<SessionStore.SessionStoreShape, "events" | "recentEvents" | "feedBounds" | "snapshot">

/** Events that are looked at for one page: about 2 ms when none of them is asked for. */
const windowMax = 4096

const recorded = "SELECT number, session_id, at_millis, body FROM events"

const bounds = `SELECT forgotten + 1 AS oldest, ${Statements.head} AS head FROM feed`

const eventsWhere = ({ after, scope, types }: SessionStore.EventQuery): Asking.Condition =>
  Asking.where([
    { text: "number > ?", params: [after] },
    { text: `number <= MAX(?, (SELECT forgotten FROM feed)) + ${windowMax}`, params: [after] },
    ...Asking.within(scope, "events.session_id"),
    ...Option.match(types, {
      onNone: () => [],
      onSome: (types) => [
        types.length === 0
          ? { text: "1 = 0", params: [] }
          : { text: `type IN (${types.map(() => "?").join(", ")})`, params: types }
      ]
    })
  ])

/** Always at least one row: the bounds, with an event or without. */
const pageStatement = (query: SessionStore.EventQuery): Asking.Condition => {
  const { params, text } = eventsWhere(query)
  const found = `${recorded}${text} ORDER BY number LIMIT ?`
  return {
    text: `SELECT * FROM (${bounds}) AS bounds LEFT JOIN (${found}) AS found ON 1 = 1`,
    params: [...params, query.limit]
  }
}

const boundsOf = (row: Records.Stored | undefined): SessionStore.FeedBounds => ({
  oldest: Number(row?.["oldest"] ?? 1),
  head: Number(row?.["head"] ?? 0)
})

/** A full page ends at its last event; another one at the end of what was looked at. */
const upToOf = (
  { after, limit }: SessionStore.EventQuery,
  events: ReadonlyArray<SessionStore.RecordedEvent>,
  { head, oldest }: SessionStore.FeedBounds
): number => {
  const from = Math.max(after, oldest - 1)
  if (events.length >= limit) return events.at(-1)?.number ?? from
  return Math.max(from, Math.min(from + windowMax, head))
}

const everySession = "SELECT body FROM sessions ORDER BY id DESC LIMIT ?"

/** In the order of the index over what is below, so that a large tree is not sorted. */
const sessionsBelow = `SELECT body FROM (
    SELECT lineage.session_id AS id, body FROM lineage JOIN sessions ON sessions.id = lineage.session_id
      WHERE ancestor_id = ?
    UNION ALL SELECT id, body FROM sessions WHERE id = ?
    ORDER BY 1 DESC LIMIT ?
  )`

/** `part` says what a row is; the first one is the number at which all of it is true. */
const snapshotStatement = (within: Option.Option<Parameters<Shape["recentEvents"]>[0]>): Asking.Condition => {
  const scope: SessionStore.FeedScope = Option.match(within, {
    onNone: () => ({ _tag: "All" }),
    onSome: (sessionId) => ({ _tag: "Subtree", sessionId })
  })
  const requests = Asking.where([
    { text: "kind = 'request'", params: [] },
    { text: "open = 1", params: [] },
    ...Asking.within(scope, "obligations.session_id")
  ])
  return {
    text: `SELECT 'head' AS part, ${Statements.head} AS head, NULL AS body
      UNION ALL SELECT 'session', NULL, body FROM (${Option.isNone(within) ? everySession : sessionsBelow})
      UNION ALL SELECT 'request', NULL, body
        FROM (SELECT body FROM obligations${requests.text} ORDER BY seq LIMIT -1)`,
    params: requests.params
  }
}

const part = (rows: ReadonlyArray<Records.Stored>, name: string): ReadonlyArray<Records.Stored> =>
  rows.filter((row) => row["part"] === name)

const snapshotOf = (
  rows: ReadonlyArray<Records.Stored>,
  limit: number
): Result.Result<SessionStore.Snapshot, SessionStore.StoreError> =>
  Result.gen(function* () {
    const sessions = yield* Records.decodeAll("snapshot", Records.session, part(rows, "session"))
    const open = yield* Records.decodeAll("snapshot", Records.obligation, part(rows, "request"))
    return {
      number: boundsOf(rows[0]).head,
      sessions: sessions.slice(0, limit),
      truncated: sessions.length > limit,
      requests: open.flatMap((request) => (request.kind === "request" && request.status === "pending" ? [request] : []))
    }
  })

export const make = ({ many, rows }: Asking.Ask): Shape => ({
  events: (query) => {
    const { params, text } = pageStatement(query)
    return Effect.flatMap(rows("events", text, params), (found) => {
      const bounds = boundsOf(found[0])
      const events = Records.decodeAll(
        "events",
        Records.event,
        found.filter((row) => row["number"] !== null)
      )
      return Effect.fromResult(
        Result.map(events, (events) => ({ events, upTo: upToOf(query, events, bounds), ...bounds }))
      )
    })
  },
  recentEvents: (sessionId, limit) =>
    Effect.map(
      many("recentEvents", Records.event, `${recorded} WHERE session_id = ? ORDER BY number DESC LIMIT ?`, [
        sessionId,
        limit
      ]),
      (found) => found.toReversed()
    ),
  feedBounds: Effect.map(rows("feedBounds", bounds, []), ([row]) => boundsOf(row)),
  snapshot: ({ limit, within }) => {
    const { params, text } = snapshotStatement(within)
    const ofSessions = Option.match(within, { onNone: () => [], onSome: (id) => [id, id] })
    return Effect.flatMap(rows("snapshot", text, [...ofSessions, limit + 1, ...params]), (found) =>
      Effect.fromResult(snapshotOf(found, limit))
    )
  }
})
