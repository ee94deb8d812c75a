/** A problem as the response that says it. */
import * as Effect from "effect/Effect"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"

export type Problem = HttpServerRespondable.Respondable

export const render = (problem: Problem): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.orDie(HttpServerRespondable.toResponse(problem))
