/**
 * The contract's client for parts of the server itself: every call goes to the
 * same handlers as over the network, without a socket, a token or the guard.
 * Whoever asks was let in before.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { Api } from "../Api.ts"
import type { ClientShape } from "../Client.ts"
import { answering } from "./ownRouter.ts"

export class InnerClient extends Context.Service<InnerClient, ClientShape["calls"]>()(
  "@offshoot/server/internal/innerClient"
) {}

/** Of the relative addresses of the contract only the path counts. */
const nowhere = "http://inside"

/**
 * Streams are not for it: a response is read whole, within the call.
 *
 * **Interruption**: of a call interrupts its handler, as a closed connection does.
 */
export const layer = Layer.effect(
  InnerClient,
  Effect.gen(function* () {
    const handler = yield* answering(HttpApiBuilder.layer(Api))
    const httpClient = HttpClient.make((request) =>
      handler.pipe(
        Effect.map((response) => HttpServerResponse.toClientResponse(response, { request })),
        Effect.provideService(HttpServerRequest.HttpServerRequest, HttpServerRequest.fromClientRequest(request)),
        Effect.scoped,
        Effect.orDie
      )
    )
    return yield* HttpApiClient.makeWith(Api, { httpClient, baseUrl: nowhere })
  })
)
