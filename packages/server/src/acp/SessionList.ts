/**
 * The conversations that an editor can take up again: roots that work in a
 * folder, the newest first, each called by what was asked first.
 *
 * @stability unstable
 */
import type { ListSessionsResponse, SessionInfo } from "@agentclientprotocol/sdk/unstable"
import type { Ids } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Connected } from "../cli/Connect.ts"
import { cut, firstLine } from "../internal/terminalText.ts"
import type * as Wire from "../Wire.ts"
import { failed } from "./Failed.ts"

/** As many as the server gives at once. */
const pageSessions = 200

/** Pages of sessions that are looked at for one page of roots: most sessions are children. */
const pagesMax = 5

/** Roots of one page; each costs a look at its first message. */
const rootsMax = 50
const looksAtOnce = 8

const titleColumnsMax = 80

interface Asked {
  readonly cwd: string | undefined
  readonly cursor: Ids.SessionId | undefined
}

const fits = ({ kind, workspace }: Wire.WireSession, cwd: string | undefined): boolean =>
  kind === "root" && workspace !== undefined && (cwd === undefined || workspace === cwd)

const infoOf = Effect.fnUntraced(function* ({ client }: Connected, session: Wire.WireSession) {
  const { id, title, updatedAt, workspace = "" } = session
  const first = yield* Effect.option(client.calls.sessions.messages({ params: { id }, query: { limit: 1 } }))
  const entry = Option.getOrUndefined(first)?.items[0]
  const said = entry?.role === "user" ? firstLine(entry.text) : ""
  const info: SessionInfo = {
    sessionId: id,
    cwd: workspace,
    title: cut(said === "" ? title : said, titleColumnsMax),
    updatedAt
  }
  return info
})

/** One page; a short one may be followed by more. */
export const list = Effect.fnUntraced(function* (server: Connected, asked: Asked) {
  const roots: Array<Wire.WireSession> = []
  let { cursor } = asked
  let hasMore = true
  for (let pages = 0; pages < pagesMax && hasMore && roots.length < rootsMax; pages++) {
    const page: Wire.SessionList = yield* server.client.calls.sessions
      .list({ query: { limit: pageSessions, ...(cursor === undefined ? {} : { cursor }) } })
      .pipe(Effect.mapError((error) => failed(error, server.url)))
    hasMore = page.nextCursor !== undefined
    for (const session of page.items) {
      if (roots.length >= rootsMax) {
        hasMore = true
        break
      }
      cursor = session.id
      if (fits(session, asked.cwd)) roots.push(session)
    }
  }
  const sessions = yield* Effect.forEach(roots, (session) => infoOf(server, session), { concurrency: looksAtOnce })
  const response: ListSessionsResponse = {
    sessions,
    ...(hasMore && cursor !== undefined ? { nextCursor: cursor } : {})
  }
  return response
})
