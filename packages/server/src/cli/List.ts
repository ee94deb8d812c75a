/**
 * `offshoot ls`: the sessions, newest first.
 */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import type { Session } from "@offshoot/core"
import { duration } from "../internal/terminalText.ts"
import * as TreeLines from "../TreeLines.ts"
import type * as Wire from "../Wire.ts"
import { jsonLine } from "../internal/jsonLine.ts"
import { calling, connect, type Connected, type Where } from "./Connect.ts"
import * as Screen from "./Screen.ts"
import { untilSignal } from "./Signals.ts"

export interface ListInput {
  readonly where: Where
  readonly limit: number
  readonly status: Option.Option<Session.SessionStatus>
  readonly json: boolean
}

/** One page of children: past it the count says "more than". */
const countMax = 200

/** Questions open at once: enough to hide a round trip, few enough to be polite. */
const countConcurrency = 8

const countChildren = ({ client, url }: Connected, session: Wire.WireSession) =>
  Effect.map(
    calling(url, client.calls.sessions.children({ params: { id: session.id }, query: { limit: countMax } })),
    (page) => ({ count: page.items.length, more: page.nextCursor !== undefined })
  )

const row = (session: Wire.WireSession, children: string, nowMillis: number): ReadonlyArray<string> => {
  const created = Option.match(DateTime.make(session.createdAt), {
    onNone: () => nowMillis,
    onSome: DateTime.toEpochMillis
  })
  return [
    session.id,
    TreeLines.wordOf(session.status),
    session.reason ?? session.place?.reason ?? "",
    session.title,
    session.agent ?? session.model ?? "",
    duration(nowMillis - created, false),
    children
  ]
}

const heading = ["ID", "STATUS", "REASON", "TITLE", "AGENT", "AGE", "CHILDREN"]

/** Prints one page. Writes nothing and starts nothing. */
export const list = Effect.fn("Cli.list")(
  function* (input: ListInput) {
    const server = yield* connect(input.where)
    const page = yield* calling(
      server.url,
      server.client.calls.sessions.list({
        query: {
          limit: input.limit,
          ...Option.match(input.status, { onNone: () => ({}), onSome: (status) => ({ status }) })
        }
      })
    )
    const counts = yield* Effect.forEach(page.items, (session) => countChildren(server, session), {
      concurrency: countConcurrency
    })
    if (input.json) {
      const items = page.items.map((session, index) => ({ ...session, children: counts[index]?.count ?? 0 }))
      return yield* Console.log(jsonLine({ ...page, items }))
    }
    if (page.items.length === 0) return yield* Console.log("no sessions yet")
    const screen = yield* Screen.Screen
    const { columns } = yield* screen.size
    const nowMillis = yield* Clock.currentTimeMillis
    const rows = page.items.map((session, index) => {
      const { count, more } = counts[index] ?? { count: 0, more: false }
      return row(session, `${count}${more ? "+" : ""}`, nowMillis)
    })
    const lines = TreeLines.table(heading, rows, { columns, colour: screen.colour })
    yield* screen.print(page.nextCursor === undefined ? lines : [...lines, "… and more: use --limit"])
  },
  untilSignal,
  Effect.provide([FetchHttpClient.layer, Screen.layer])
)
