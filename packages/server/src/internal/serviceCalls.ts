/** Calls about the server itself: health, readiness, metrics, the document and its page. */
import { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiScalar from "effect/http-api/HttpApiScalar"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import { Api } from "../Api.ts"
import * as Problems from "../Problems.ts"
import { Closing } from "./closing.ts"

const notReady = (detail: string): Problems.NotReady =>
  new Problems.NotReady({ detail, hint: "Ask again in a moment; the server's log says more." })

const service = HttpApiBuilder.group(
  Api,
  "service",
  Effect.fn(function* (handlers) {
    const store = yield* SessionStore.SessionStore
    const closing = yield* Closing
    return handlers.handleAll({
      health: () => Effect.succeed({ status: "ok" as const }),
      ready: () =>
        Effect.suspend(() =>
          closing.announced()
            ? Effect.fail(notReady("the server is stopping"))
            : store.ready.pipe(
                Effect.mapError((error) => notReady(error.reason.message)),
                Effect.as({ status: "ready" as const })
              )
        )
    })
  })
)

const metrics = HttpRouter.add(
  "GET",
  "/metrics",
  Effect.map(PrometheusMetrics.format(), (text) =>
    HttpServerResponse.text(text, { contentType: "text/plain; version=0.0.4; charset=utf-8" })
  )
)

/** The page brings its script along. What it may reach is this server and nothing else. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  "img-src data: blob:",
  "font-src data:",
  "worker-src blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

const page = HttpApiScalar.layer(Api, { path: "/docs", scalar: { withDefaultFonts: false } })

const pageHeaders = HttpRouter.middleware((app) =>
  Effect.map(app, HttpServerResponse.setHeader("content-security-policy", pagePolicy))
).layer

export const layer = service

export const routes = Layer.mergeAll(metrics, Layer.provide(page, pageHeaders))
