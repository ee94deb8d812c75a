/**
 * An old conversation told to an editor: the end of its transcript, entry by entry.
 *
 * @stability unstable
 */
import type { Ids } from "@offshoot/core"
import * as Effect from "effect/Effect"
import type { Connected } from "../cli/Connect.ts"
import type * as Wire from "../Wire.ts"
import { failed } from "./Failed.ts"
import type { RpcError } from "./JsonRpc.ts"
import { textChunk } from "./OwnUpdates.ts"
import type { Peer } from "./Peer.ts"
import { replayed } from "./Transcript.ts"

const pageEntries = 200

/** What an editor is told of the past: more than anybody scrolls through. */
const entriesMax = 2_000
const charsMax = 8_000_000

interface Past {
  readonly entries: Array<Wire.WireMessage>
  chars: number
  leftOut: number
}

const keep = (past: Past, entry: Wire.WireMessage): void => {
  past.entries.push(entry)
  past.chars += entry.text.length
  while (past.entries.length > entriesMax || (past.chars > charsMax && past.entries.length > 1)) {
    past.chars -= past.entries.shift()?.text.length ?? 0
    past.leftOut += 1
  }
}

/** Reads the transcript from its beginning, and returns the place of its last entry. */
const readAll = Effect.fnUntraced(function* (
  { client, url }: Connected,
  id: Ids.SessionId,
  take: (entry: Wire.WireMessage) => void
) {
  let position = 0
  for (let hasMore = true; hasMore;) {
    const page = yield* client.calls.sessions
      .messages({ params: { id }, query: { after: position, limit: pageEntries } })
      .pipe(Effect.mapError((error) => failed(error, url)))
    page.items.forEach(take)
    position = page.items.at(-1)?.position ?? position
    hasMore = page.nextCursor !== undefined && page.items.length > 0
  }
  return position
})

/** Tells the past of a session, and returns the place of its last entry. */
export const replay = Effect.fnUntraced(function* (server: Connected, peer: Peer, id: Ids.SessionId) {
  const past: Past = { entries: [], chars: 0, leftOut: 0 }
  const position = yield* readAll(server, id, (entry) => {
    if (!entry.hidden) keep(past, entry)
  })
  if (past.leftOut > 0) {
    yield* peer.update(id, textChunk("agent_message_chunk", `(${past.leftOut} earlier entries are left out here)\n\n`))
  }
  for (const entry of past.entries) {
    const update = replayed(entry)
    if (update !== undefined) yield* peer.update(id, update)
  }
  return position
})

/** Where a transcript ends now, for an editor that knows what is in it. */
export const endOf = (server: Connected, id: Ids.SessionId): Effect.Effect<number, RpcError> =>
  readAll(server, id, () => undefined)
