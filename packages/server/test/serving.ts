/** A server on a free loopback port over a scripted `SubAgents`, and plain requests to it. */
import * as NodeHttp from "node:http"
import * as NodeNet from "node:net"
import { Ids, type Session, SessionStore, SubAgents } from "@offshoot/core"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Server from "../src/Server.ts"

export const token = "a-token-of-the-tests"

export const rootId = Ids.SessionId.make("ses_root")
export const childId = Ids.SessionId.make("ses_child")
export const runId = Ids.RunId.make("run_1")

export const session = (fields: Partial<Session.Session> = {}): Session.Session => ({
  id: rootId,
  kind: "root",
  rootId,
  depth: 0,
  title: "a root",
  status: "idle",
  metadata: {},
  createdAtMillis: 0,
  updatedAtMillis: 1_000,
  version: 1,
  ...fields
})

export const view = (fields: Partial<Session.Session> = {}): SubAgents.SessionView => ({
  session: session(fields),
  run: Option.none(),
  place: Option.none(),
  hold: Option.none()
})

/** Knows `rootId` only. Calls that a test does not script die. */
const scripted = (script: Partial<SubAgents.SubAgentsShape>) =>
  Layer.mock(SubAgents.SubAgents, {
    session: (id) =>
      id === rootId ? Effect.succeed(view()) : Effect.fail(new SubAgents.SessionNotFound({ sessionId: id })),
    feedBounds: Effect.succeed({ oldest: 1, head: 0 }),
    usages: () => Effect.succeed(new Map()),
    ...script
  })

export interface Setup {
  readonly script?: Partial<SubAgents.SubAgentsShape>
  readonly options?: Partial<Server.ServerOptions>
  readonly store?: Layer.Layer<SessionStore.SessionStore>
  /** References that the server is to find. */
  readonly around?: Layer.Layer<never>
}

/** Stops when the scope closes. */
export const serve = ({ around = Layer.empty, options, script = {}, store = SessionStore.layerMemory }: Setup = {}) =>
  Layer.build(
    Server.layer({
      ...Server.defaults,
      host: "127.0.0.1",
      port: 0,
      token: Redacted.make(token),
      shutdownGrace: Duration.millis(50),
      ...options
    }).pipe(Layer.provide([scripted(script), around]), Layer.provide(store))
  ).pipe(
    Effect.map((context) => {
      const address = Context.get(context, HttpServer.HttpServer).address
      if (address._tag === "UnixPathAddress") {
        throw new Error("the test server has no port")
      }
      return { port: address.port }
    })
  )

export interface Asked {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: string
}

export interface Answered {
  readonly status: number
  readonly headers: NodeHttp.IncomingHttpHeaders
  readonly text: string
}

export const authorized = { authorization: `Bearer ${token}` }

/** One request on its own connection, with the token unless `headers` says otherwise; `undefined` leaves one out. */
export const ask = (port: number, asked: Asked): Effect.Effect<Answered> =>
  Effect.callback<Answered>((resume) => {
    const request = NodeHttp.request(
      {
        host: "127.0.0.1",
        port,
        agent: false,
        method: asked.method ?? "GET",
        path: asked.path,
        headers: Object.fromEntries(
          Object.entries({
            ...(asked.body === undefined ? {} : { "content-type": "application/json" }),
            ...authorized,
            ...asked.headers
          }).filter(([, value]) => value !== undefined)
        )
      },
      (response) => {
        const parts: Array<Buffer> = []
        response.on("data", (part: Buffer) => parts.push(part))
        response.on("end", () =>
          resume(
            Effect.succeed({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(parts).toString("utf8")
            })
          )
        )
      }
    )
    request.on("error", (error) => resume(Effect.die(error)))
    request.end(asked.body)
    return Effect.sync(() => request.destroy())
  })

export const post = (port: number, path: string, body: string, headers: Asked["headers"] = {}) =>
  ask(port, { method: "POST", path, body, headers })

const Problem = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))

/** The members of a problem document; fails when the answer is none. */
export const problem = (answered: Answered) => {
  if (answered.headers["content-type"] !== "application/problem+json") {
    throw new Error(`${answered.status} is no problem document: ${answered.headers["content-type"]} ${answered.text}`)
  }
  return Schema.decodeSync(Problem)(answered.text)
}

export const json = (answered: Answered): unknown =>
  Schema.decodeSync(Schema.fromJsonString(Schema.Unknown))(answered.text)

/** A bare connection; the scope's end destroys it. */
export const connect = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<NodeNet.Socket>((resume) => {
      const socket = NodeNet.connect(port, "127.0.0.1", () => resume(Effect.succeed(socket)))
      socket.on("error", () => {})
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

/** Everything that comes back until the other side closes. */
export const exchangeOn = (socket: NodeNet.Socket, request: string) =>
  Effect.callback<string>((resume) => {
    let answered = ""
    socket.setEncoding("utf8")
    socket.on("data", (part: string) => {
      answered += part
    })
    socket.on("close", () => resume(Effect.succeed(answered)))
    socket.write(request)
  })

/** The same on a connection of its own. */
export const exchange = (port: number, request: string) =>
  Effect.scoped(Effect.flatMap(connect(port), (socket) => exchangeOn(socket, request)))
