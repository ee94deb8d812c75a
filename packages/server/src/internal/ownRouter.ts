/** Routes in a router of their own, beside the server's: asked by other parts of the server. */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"

/**
 * What answers the routes, for as long as the scope lives.
 *
 * **Gotchas** Built with the server, the routes would share its router, which is
 * one layer: hence a memory of layers of their own.
 */
export const answering = <A, E, R>(routes: Layer.Layer<A, E, R>) =>
  Effect.flatMap(Layer.makeMemoMap, (memory) =>
    Effect.provideService(HttpRouter.toHttpEffect(routes), Layer.CurrentMemoMap, memory)
  )
