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
import * as TreeView from "@offshoot/core/TreeView"
import * as Wire from "../Wire.ts"
import { jsonLine } from "../internal/jsonLine.ts"
import { calling, connect, type Connected, explain, type Where } from "./Connect.ts"
import * as LiveTree from "./LiveTree.ts"
import * as Screen from "./Screen.ts"
import { untilSignal } from "./Signals.ts"

export interface WatchInput {
  readonly where: Where
  readonly id: Ids.SessionId
  readonly json: boolean
}

/**
 * What a tree is shown from: the record, which converges after a lost connection
 * and a server's restart, and the live stream, which goes on by itself.
 */
export const sourceOf = (
  { client, url }: Connected,
  root: Wire.WireSession
): Pick<LiveTree.Source<ReturnType<typeof explain>, never>, "root" | "told" | "events" | "read"> => ({
  root,
  told: Stream.mapError(client.converge(root.id), (error) => explain(error, url)),
  events: Stream.mapError(client.events(root.id, { subtree: true }), (error) => explain(error, url)),
  read: Effect.option(client.calls.streams.snapshot({ query: { subtree: root.id, limit: Wire.snapshotMax } }))
})

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
      ...sourceOf({ client, url }, session),
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
