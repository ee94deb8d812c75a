/**
 * The HTTP server: the contract of `Api` on a Node server, guarded, bounded,
 * and stopped without hanging.
 *
 * Needs `SubAgents` and `SessionStore` and gives the bound `HttpServer`. It
 * owns the port and the open streams, never a run: when it stops, children go
 * on as long as their own layers live.
 *
 * How it stops: `/readyz` says no, from the moment in which the end is announced;
 * when it begins, new calls are refused, streams get a last
 * comment and end, waits end; no connection is accepted; calls in work get
 * `shutdownGrace`; what is still open then is cut.
 *
 * @stability unstable
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import type { SessionStore, SubAgents } from "@offshoot/core"
import * as ByteSize from "effect/ByteSize"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as AgUiCalls from "./agui/AgUiCalls.ts"
import { Api } from "./Api.ts"
import * as BadRequests from "./internal/badRequests.ts"
import * as InnerClient from "./internal/innerClient.ts"
import * as HttpDoor from "./mcp/HttpDoor.ts"
import * as Closing from "./internal/closing.ts"
import * as MessageCalls from "./internal/messageCalls.ts"
import * as NodeServer from "./internal/nodeServer.ts"
import * as OverviewCalls from "./internal/overviewCalls.ts"
import * as PageCalls from "./internal/pageCalls.ts"
import * as PageFiles from "./internal/pageFiles.ts"
import * as RequestCalls from "./internal/requestCalls.ts"
import * as RequestGuard from "./internal/requestGuard.ts"
import * as ServiceCalls from "./internal/serviceCalls.ts"
import * as SessionCalls from "./internal/sessionCalls.ts"
import * as SignInCalls from "./internal/signInCalls.ts"
import * as SignIns from "./internal/signIns.ts"
import * as StreamCalls from "./internal/streamCalls.ts"
import * as StreamPlaces from "./internal/streamPlaces.ts"
import * as Traffic from "./internal/traffic.ts"

export interface ServerOptions {
  readonly host: string
  /** 0: any free port; the layer's `HttpServer` has the address. */
  readonly port: number
  readonly token: Redacted.Redacted
  /** Names beside loopback and `host` that lead here, such as that of a reverse proxy. */
  readonly allowedHosts: ReadonlyArray<string>
  /** Origins of pages that may call this server, such as `https://app.example`. */
  readonly allowedOrigins: ReadonlyArray<string>
  /** Event streams open at once. */
  readonly streamsMax: number
  /** Requests in work at once, streams not counted. */
  readonly requestsMax: number
  readonly bodyBytesMax: number
  /** Of `POST /agui`: a thread of some thousand messages; larger ones are of agents that keep no history themselves. */
  readonly largeBodyBytesMax: number
  /** Between two comments on a stream. */
  readonly heartbeatEvery: Duration.Duration
  /** How long calls in work may take once the server stops. */
  readonly shutdownGrace: Duration.Duration
  /** Where the built page is. */
  readonly pageFolder: string
}

/** Everything but address and token. A heartbeat every 15 s is the contract's. */
export const defaults: Omit<ServerOptions, "host" | "port" | "token"> = {
  allowedHosts: [],
  allowedOrigins: [],
  streamsMax: 512,
  requestsMax: 1_024,
  bodyBytesMax: 1024 * 1024,
  largeBodyBytesMax: 8 * 1024 * 1024,
  heartbeatEvery: Duration.seconds(15),
  shutdownGrace: Duration.seconds(5),
  pageFolder: PageFiles.folder
}

/** The address could not be bound. The message says what to do. */
export class ListenFailed extends Schema.TaggedError<ListenFailed>()("ListenFailed", {
  host: Schema.String,
  port: Schema.Int,
  condition: Schema.Literals(["port_in_use", "not_permitted", "not_an_address_here", "other"]),
  cause: Schema.Defect()
}) {
  readonly retryable = false
  override readonly [Runtime.errorExitCode] = 2
  override get message(): string {
    const where = `port ${this.port} on ${this.host}`
    switch (this.condition) {
      case "port_in_use":
        return `${where} is in use: stop the other server, or choose another port with --port or OFFSHOOT_PORT`
      case "not_permitted":
        return `${where} may not be bound by this user: choose a port from 1024 on with --port or OFFSHOOT_PORT`
      case "not_an_address_here":
        return `${this.host} is not an address of this machine: choose another with --host or OFFSHOOT_HOST`
      case "other":
        return `${where} could not be bound`
    }
  }
}

const conditions: Readonly<Record<string, ListenFailed["condition"]>> = {
  EADDRINUSE: "port_in_use",
  EACCES: "not_permitted",
  EADDRNOTAVAIL: "not_an_address_here",
  ENOTFOUND: "not_an_address_here",
  EAI_AGAIN: "not_an_address_here"
}

const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""

const listenFailed =
  (options: ServerOptions) =>
  (error: HttpServerError.ServeError): ListenFailed =>
    new ListenFailed({
      host: options.host,
      port: options.port,
      condition: conditions[codeOf(error.cause)] ?? "other",
      cause: error.cause
    })

/**
 * The bound port. Its release cuts every socket that is left: a client that
 * connected and never asked would hold the end of the process otherwise.
 */
const listening = (options: ServerOptions): Layer.Layer<HttpServer.HttpServer, ListenFailed> =>
  Layer.effect(
    HttpServer.HttpServer,
    Effect.gen(function* () {
      const node = NodeServer.make(options)
      const server = yield* NodeHttpServer.make(() => node, {
        host: options.host,
        port: options.port,
        gracefulShutdownTimeout: options.shutdownGrace
      }).pipe(Effect.mapError(listenFailed(options)))
      yield* Effect.addFinalizer(() => Effect.sync(() => node.closeAllConnections()))
      return server
    })
  )

const routes = (options: ServerOptions) =>
  Layer.mergeAll(
    HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }),
    ServiceCalls.routes,
    HttpDoor.routes.pipe(Layer.provide(InnerClient.layer)),
    PageCalls.routes(PageFiles.finder(options.pageFolder)),
    RequestGuard.layer(options)
  ).pipe(
    Layer.provide([
      SessionCalls.layer,
      MessageCalls.layer,
      RequestCalls.layer,
      StreamCalls.layer(options),
      AgUiCalls.layer(options),
      SignInCalls.layer,
      OverviewCalls.layer,
      ServiceCalls.layer
    ]),
    Layer.provide([SignIns.layer(options.token), StreamPlaces.layer(options.streamsMax)]),
    Layer.provide(BadRequests.layer),
    Layer.provide(Layer.succeed(HttpServerRequest.MaxBodySize, ByteSize.bytes(options.bodyBytesMax)))
  )

/** One spelling per path. A parameter may be twice the longest id: then the contract refuses it, not the router. */
const strictPaths = {
  caseSensitive: true,
  ignoreDuplicateSlashes: false,
  ignoreTrailingSlash: false,
  maxParamLength: 256
}

/** Built last, so released first: before a socket is closed, everybody hears that the end begins. */
const announced = Layer.effectDiscard(
  Effect.flatMap(Closing.Closing, (closing) => Effect.addFinalizer(() => closing.begin))
)

/**
 * Serves the contract.
 *
 * **Interruption**: closing the layer's scope stops the server as the header
 * says, within `shutdownGrace` and what the last writes take.
 */
export const layer = (
  options: ServerOptions
): Layer.Layer<
  HttpServer.HttpServer | Closing.Closing | Traffic.Traffic,
  ListenFailed,
  SubAgents.SubAgents | SessionStore.SessionStore
> =>
  announced.pipe(
    Layer.provideMerge(
      HttpRouter.serve(routes(options), {
        disableListenLog: true,
        disableLogger: true,
        routerConfig: strictPaths
      })
    ),
    Layer.provideMerge(listening(options)),
    Layer.provide(NodeHttpServer.layerHttpServices),
    Layer.provideMerge([Closing.layer, Traffic.layer])
  )
