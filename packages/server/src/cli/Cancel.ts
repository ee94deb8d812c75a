/**
 * `offshoot cancel`: wishes that a session and everything below it stops.
 */
import type { Ids } from "@offshoot/core"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import { jsonLine } from "../internal/jsonLine.ts"
import { calling, connect, type Where } from "./Connect.ts"
import { untilSignal } from "./Signals.ts"

export interface CancelInput {
  readonly where: Where
  readonly id: Ids.SessionId
  readonly abort: boolean
  readonly json: boolean
}

const told = (count: number, abort: boolean): string =>
  count === 0
    ? "nothing of it was running"
    : `${abort ? "aborting" : "cancelling"} ${count} ${count === 1 ? "session" : "sessions"}`

/** Ends once the wish is recorded. Twice is harmless: a session that has no run is no failure. */
export const cancel = Effect.fn("Cli.cancel")(
  function* ({ abort, id, json, where }: CancelInput) {
    const { client, url } = yield* connect(where)
    const receipt = yield* calling(
      url,
      client.calls.sessions
        .cancel({
          params: { id },
          payload: { mode: abort ? "abort" : "graceful", cascade: true }
        })
        .pipe(Effect.catchTag("NotInFlight", () => Effect.succeed({ cancelled: [] })))
    )
    yield* Console.log(json ? jsonLine(receipt) : told(receipt.cancelled.length, abort))
  },
  untilSignal,
  Effect.provide(FetchHttpClient.layer)
)
