/**
 * `offshoot watch`: the live tree of any session, until it has settled: nothing
 * of it is in flight. A root that never ran itself has settled with its
 * children; one without children is watched until some have come and gone.
 *
 * Looking only: ending it stops nothing.
 */
import { type Ids, Session } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Stream from "effect/Stream"
import * as TreeLines from "../TreeLines.ts"
import * as TreeView from "../TreeView.ts"
import type * as Client from "../Client.ts"
import { jsonLine } from "../internal/jsonLine.ts"
import { calling, connect, explain, type Where } from "./Connect.ts"
import * as LiveTree from "./LiveTree.ts"
import * as Screen from "./Screen.ts"
import { untilSignal } from "./Signals.ts"

export interface WatchInput {
  readonly where: Where
  readonly id: Ids.SessionId
  readonly json: boolean
}

/** The sessions of a tree as they are now; none when the server cannot be asked. */
export const readTree = (client: Client.ClientShape, id: Ids.SessionId) =>
  client.calls.sessions.tree({ params: { id } }).pipe(Effect.map(LiveTree.knownOfTree), Effect.option)

/** The subtree's events; goes on by itself after a lost connection. */
export const eventsOf = (client: Client.ClientShape, url: string, id: Ids.SessionId) =>
  client.events(id, { subtree: true }).pipe(
    Stream.map((followed) => followed.event),
    Stream.mapError((error) => explain(error, url))
  )

/** The stream of a root that never ran stays open: more children may come. */
const hasSettled = (state: TreeView.TreeState): boolean => {
  let nodes = 0
  for (const { status } of TreeView.walk(state)) {
    if (Session.isInFlight(status)) return false
    nodes += 1
  }
  return nodes > 1 && state.unseen === 0
}

/** Shows the session and everything below it. */
export const watch = Effect.fn("Cli.watch")(
  function* ({ id, json, where }: WatchInput) {
    const screen = yield* Screen.Screen
    const { client, url } = yield* connect(where)
    const session = yield* calling(url, client.calls.sessions.get({ params: { id } }))
    const state = yield* LiveTree.show({
      root: session,
      events: eventsOf(client, url, id),
      read: readTree(client, id),
      isOver: hasSettled,
      afterStream: "over",
      ...(json ? { onEvent: (event) => screen.print([jsonLine(event)]) } : {}),
      quiet: json
    })
    if (json) return
    const { columns } = yield* screen.size
    const nowMillis = yield* Clock.currentTimeMillis
    yield* screen.print(TreeLines.outcomes(state, { columns, colour: screen.colour, nowMillis }))
  },
  untilSignal,
  Effect.provide([FetchHttpClient.layer, Screen.layer])
)
