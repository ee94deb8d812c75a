/** A token for a cookie, and back. The guard has looked at the token already. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Api } from "../Api.ts"
import * as Security from "../Security.ts"
import { SignIns } from "./signIns.ts"

const answer = (request: HttpServerRequest.HttpServerRequest, value: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.empty({
    status: 204,
    headers: {
      "cache-control": "no-store",
      "set-cookie": Security.setCookie(value, { host: request.headers["host"], origin: request.headers["origin"] })
    }
  })

export const layer = HttpApiBuilder.group(
  Api,
  "signIn",
  Effect.fn(function* (handlers) {
    const signIns = yield* SignIns
    return handlers.handleAll({
      login: ({ request }) => Effect.map(signIns.issue, (value) => answer(request, value)),
      logout: ({ request }) =>
        Effect.as(
          signIns.end(Security.cookieOf(request.headers["host"], request.headers["cookie"]) ?? ""),
          answer(request, "")
        )
    })
  })
)
