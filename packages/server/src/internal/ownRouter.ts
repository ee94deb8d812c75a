/** Routes in a router of their own, beside the server's: asked by other parts of the server. */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"

/**
 * What answers the routes, for as long as the scope lives. `HttpRouter.toHttpEffect`
 * would add them to the server's router, when it is built with the server.
 */
export const answering = <A, E, R>(routes: Layer.Layer<A, E, R>) =>
  Effect.gen(function* () {
    const router = yield* HttpRouter.make
    yield* Layer.build(Layer.provide(routes, Layer.succeed(HttpRouter.HttpRouter, router)))
    return router.asHttpEffect()
  })
