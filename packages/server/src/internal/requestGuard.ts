/**
 * Around every request: who may ask, how many at once, and what comes back
 * when something fails. Every answer from 400 on is a problem document, but for
 * the words about a page that was not built.
 */
import { Ids } from "@offshoot/core"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Metric from "effect/Metric"
import type * as Redacted from "effect/Redacted"
import type * as Types from "effect/Types"
import * as Problems from "../Problems.ts"
import * as Security from "../Security.ts"
import { Closing } from "./closing.ts"
import * as Refusals from "./refusals.ts"
import { type Problem, render } from "./rendering.ts"
import * as RouteTable from "./routeTable.ts"
import { SignIns } from "./signIns.ts"
import { Traffic } from "./traffic.ts"

export interface GuardOptions extends Security.Served {
  readonly token: Redacted.Redacted
  readonly requestsMax: number
  readonly bodyBytesMax: number
  /** Of the calls that are sent more than others. */
  readonly largeBodyBytesMax: number
}

const requestCount = Metric.counter("offshoot_http_requests_total", {
  description: "Requests answered, by class of status",
  incremental: true
})

const forbidden: Record<Exclude<Security.Verdict, "allowed" | "token">, Problem> = {
  host: new Problems.HostNotAllowed({
    detail: "The Host header names neither this machine nor a name that is configured.",
    hint: "Use the address the server printed at its start."
  }),
  origin: new Problems.OriginNotAllowed({
    detail: "The request comes from a page of another origin.",
    hint: "Open the page from this server, or call it from a program."
  }),
  page: new Problems.PageHeaderMissing({
    detail: "A cookie alone changes nothing, and counts only for the page of this server.",
    hint: "Send `Offshoot-Page: 1` with a change, or `Authorization: Bearer <token>` instead of the cookie."
  })
}

const unauthorized = new Problems.Unauthorized({
  detail: "There is no valid token in the Authorization header.",
  hint: "Send `Authorization: Bearer <token>`; the token is printed at the server's start or set with OFFSHOOT_TOKEN."
})

const refuse = (verdict: Exclude<Security.Verdict, "allowed">): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  verdict === "token"
    ? Effect.map(render(unauthorized), HttpServerResponse.setHeader("www-authenticate", "Bearer"))
    : render(forbidden[verdict])

const tooLarge = (bodyBytesMax: number): Problem =>
  new Problems.BodyTooLarge({
    detail: `The body is larger than ${bodyBytesMax} bytes.`,
    hint: "Put large material into a file of the workspace and name it in the prompt.",
    bodyBytesMax
  })

const unsupported = new Problems.UnsupportedMediaType({
  detail: "The Content-Type of the body is not application/json.",
  hint: "Send `Content-Type: application/json`."
})

const noRoute = (
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const allow = RouteTable.allowed(request.url)
  // A path whose method is served can still have no route: a parameter is longer than any id.
  if (allow === undefined || (allow.includes(request.method) && request.method !== "OPTIONS")) {
    return render(
      new Problems.NotFound({ detail: "There is no such path.", hint: "The calls are at /docs and in /openapi.json." })
    )
  }
  if (request.method === "OPTIONS") {
    return Effect.succeed(HttpServerResponse.empty({ status: 204, headers: { allow: allow.join(", ") } }))
  }
  const problem = new Problems.MethodNotAllowed({
    detail: `${request.method} is not possible here.`,
    hint: `Possible are ${allow.join(", ")}.`,
    allow
  })
  return Effect.map(render(problem), HttpServerResponse.setHeader("allow", allow.join(", ")))
}

/** Parameters that a call does not have are refused where the contract has no schema that could do it. */
const surplus = (names: ReadonlyArray<string>): Problem => {
  const errors = names
    .slice(0, surplusMax)
    .map((name) => ({ path: ["query", name.slice(0, surplusLengthMax)], message: "Unexpected key" }))
  return new Problems.InvalidRequest({
    detail: "This call takes no query parameters.",
    hint: "The shapes are at /docs and in /openapi.json. Members that are not known are refused.",
    errors
  })
}

/** More than a person mends at once. */
const surplusMax = 16
/** No parameter of the contract is longer. */
const surplusLengthMax = 64

const isAllowedPreflight = (
  served: Security.Served,
  { headers, method }: HttpServerRequest.HttpServerRequest
): boolean =>
  method === "OPTIONS" &&
  headers["access-control-request-method"] !== undefined &&
  Security.preflightAllowed(served, headers["host"], headers["origin"])

const factsOf = ({ headers, method }: HttpServerRequest.HttpServerRequest, path: string): Security.Facts => ({
  method,
  path,
  host: headers["host"],
  origin: headers["origin"],
  authorization: headers["authorization"],
  cookie: headers["cookie"],
  page: headers["offshoot-page"],
  fetchSite: headers["sec-fetch-site"]
})

/** Bodies of some calls may be larger. */
const bodyMaxOf = (url: string, { bodyBytesMax, largeBodyBytesMax }: GuardOptions): number =>
  RouteTable.takesLargeBody(url) ? largeBodyBytesMax : bodyBytesMax

/** The words of a defect are for the log; the answer only says where to look. */
const internalFailure = (cause: Cause.Cause<unknown>): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.gen(function* () {
    const logId = yield* Effect.flatten(Ids.Entropy)
    yield* Effect.logError("http.failed", cause).pipe(Effect.annotateLogs({ logId }))
    return yield* render(
      new Problems.InternalFailure({
        detail: `Something failed that should not. The log has it as ${logId}.`,
        hint: "Report it with the lines of the log that carry this id.",
        logId
      })
    )
  })

const serverErrorOf = (cause: Cause.Cause<unknown>): HttpServerError.HttpServerError | undefined =>
  cause.reasons
    .map((reason) =>
      Cause.isFailReason(reason) ? reason.error : Cause.isDieReason(reason) ? reason.defect : undefined
    )
    .find((failure) => failure instanceof HttpServerError.HttpServerError)

const answerFailure = (
  request: HttpServerRequest.HttpServerRequest,
  cause: Cause.Cause<unknown>,
  bodyBytesMax: number
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const reason = serverErrorOf(cause)?.reason
  switch (reason?._tag) {
    case "RouteNotFound":
      return noRoute(request)
    case "RequestParseError":
      return reason.reason === "BodyTooLarge"
        ? Effect.map(render(tooLarge(bodyBytesMax)), HttpServerResponse.setHeader("connection", "close"))
        : render(
            new Problems.InvalidRequest({
              detail: "The body ended early or could not be read.",
              hint: "Send the request again.",
              errors: [{ path: ["body"], message: "the body could not be read" }]
            })
          )
    default:
      return internalFailure(cause)
  }
}

/** The framework answers a wrong media type by itself, in plain text. */
const rewrite = (
  response: HttpServerResponse.HttpServerResponse
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  response.status === 415 ? render(unsupported) : Effect.succeed(response)

const counted = (response: HttpServerResponse.HttpServerResponse) =>
  Metric.update(Metric.withAttributes(requestCount, { status: `${Math.floor(response.status / 100)}xx` }), 1)

const busy = (requestsMax: number): Problem =>
  new Problems.TooBusy({
    detail: `${requestsMax} requests are in work, and this server carries no more.`,
    hint: "Try again in a moment.",
    what: "requests",
    openMax: requestsMax
  })

type App = Effect.Effect<HttpServerResponse.HttpServerResponse, Types.unhandled>

/** Installs the guard around every route and around what is no route. */
export const layer = (options: GuardOptions) =>
  HttpRouter.middleware(
    Effect.gen(function* () {
      const closing = yield* Closing
      const traffic = yield* Traffic
      const signIns = yield* SignIns
      const token = Security.tokenCheck(options.token)
      const judge = (facts: Security.Facts, nowMillis: number) =>
        Security.judge(options, { token, signIn: (value) => signIns.isKnown(value, nowMillis) })(facts)
      const full = busy(options.requestsMax)
      let inWork = 0

      const admitted = (request: HttpServerRequest.HttpServerRequest, app: App): App =>
        Effect.suspend(() => {
          if (inWork >= options.requestsMax) {
            return Effect.map(render(full), HttpServerResponse.setHeader("retry-after", "1"))
          }
          inWork++
          return Effect.andThen(traffic.enter, app).pipe(
            Effect.flatMap(rewrite),
            Effect.catchCauseIf(
              (cause) => !Cause.hasInterruptsOnly(cause),
              (cause) => answerFailure(request, cause, bodyMaxOf(request.url, options))
            ),
            Effect.ensuring(
              Effect.sync(() => {
                inWork--
              })
            )
          )
        })

      const guarded =
        (app: App) =>
        (request: HttpServerRequest.HttpServerRequest, nowMillis: number): App => {
          const path = Security.pathOf(request.url)
          if (isAllowedPreflight(options, request)) {
            return Effect.succeed(HttpServerResponse.empty({ status: 204, headers: Security.preflightHeaders }))
          }
          const verdict = judge(factsOf(request, path), nowMillis)
          if (verdict !== "allowed") {
            return refuse(verdict)
          }
          const unknown = Security.needsToken(path) ? RouteTable.surplusParameters(request.method, request.url) : []
          if (unknown.length > 0) {
            return render(surplus(unknown))
          }
          // A probe is answered to the end: it is what says that the server is stopping.
          return closing.begun() && Security.needsToken(path)
            ? Effect.map(render(Refusals.shuttingDown), HttpServerResponse.setHeader("connection", "close"))
            : admitted(request, app)
        }

      return (app: App) =>
        HttpServerRequest.HttpServerRequest.pipe(
          Effect.flatMap((request) =>
            Clock.currentTimeMillis.pipe(
              Effect.flatMap((nowMillis) => guarded(app)(request, nowMillis)),
              Effect.map(HttpServerResponse.setHeaders(Security.crossOriginHeaders(options, request.headers["origin"])))
            )
          ),
          Effect.map(HttpServerResponse.setHeader("x-content-type-options", "nosniff")),
          Effect.tap(counted)
        )
    }),
    { global: true }
  )
