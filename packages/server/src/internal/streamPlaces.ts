/** The places for event streams that are open at once, of whatever kind. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import * as Problems from "../Problems.ts"

const openGauge = Metric.gauge("offshoot_http_streams_open", { description: "Event streams that are open" })

export interface StreamPlacesShape {
  /** A place among the open streams, given back when the request's scope closes: the reader is gone by then. */
  readonly take: Effect.Effect<void, Problems.TooBusy, Scope.Scope>
}

export class StreamPlaces extends Context.Service<StreamPlaces, StreamPlacesShape>()(
  "@offshoot/server/internal/streamPlaces"
) {}

export const layer = (streamsMax: number): Layer.Layer<StreamPlaces> =>
  Layer.sync(StreamPlaces, () => {
    let open = 0
    const count = (change: number) =>
      Effect.suspend(() => {
        open += change
        return Metric.update(openGauge, open)
      })
    const full = new Problems.TooBusy({
      detail: `${streamsMax} event streams are open, and this server carries no more.`,
      hint: "Close a stream that is not read, or follow several sessions with one /v1/feed.",
      what: "streams",
      openMax: streamsMax
    })
    const take = Effect.suspend(() =>
      open >= streamsMax ? Effect.fail(full) : Effect.acquireRelease(count(1), () => count(-1))
    )
    return { take }
  })
