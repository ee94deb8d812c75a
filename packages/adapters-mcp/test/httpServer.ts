/** The tools of `kit` behind an address, for as long as the scope is open. Written on the official SDK. */
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js"
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as NodeHttp from "node:http"
import { makeServer } from "./fixtures/kit.ts"

const faultless = { thousand: false, badSchemas: false, duplicates: false }

export interface HttpKit {
  readonly url: string
  /** The same server over the older transport. */
  readonly sseUrl: string
  /** The headers of every request so far. */
  readonly headers: ReadonlyArray<NodeHttp.IncomingHttpHeaders>
  /** Forgets every session, as a server that was started again. */
  readonly forget: Effect.Effect<void>
  /** Returns when a client has taken its leave. */
  readonly left: Effect.Effect<void>
}

/** `answer` may take a request away from the server: whoever returns a status has answered. */
export const httpKit = Effect.fnUntraced(function* (
  answer: (request: NodeHttp.IncomingMessage, response: NodeHttp.ServerResponse) => "answered" | "passed" = () =>
    "passed"
) {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const streams = new Map<string, SSEServerTransport>()
  const headers: Array<NodeHttp.IncomingHttpHeaders> = []
  const left = yield* Deferred.make<void>()
  let count = 0

  const begin = async (): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => `session-${++count}`,
      onsessioninitialized: (id) => {
        sessions.set(id, transport)
      },
      onsessionclosed: () => {
        Deferred.doneUnsafe(left, Effect.void)
      }
    })
    await makeServer(faultless).connect(transport as never)
    return transport
  }

  const handle = async (request: NodeHttp.IncomingMessage, response: NodeHttp.ServerResponse): Promise<void> => {
    headers.push(request.headers)
    if (answer(request, response) === "answered") return
    if (request.url === "/sse") {
      const transport = new SSEServerTransport("/sse-messages", response)
      streams.set(transport.sessionId, transport)
      await makeServer(faultless).connect(transport)
      return
    }
    if (request.url?.startsWith("/sse-messages") === true) {
      const stream = streams.get(new URL(request.url, "http://x").searchParams.get("sessionId") ?? "")
      await stream?.handlePostMessage(request, response)
      return
    }
    const id = request.headers["mcp-session-id"]
    const known = typeof id === "string" ? sessions.get(id) : undefined
    if (typeof id === "string" && known === undefined) {
      response.writeHead(404).end("no such session")
      return
    }
    await (known ?? (await begin())).handleRequest(request, response)
  }

  const server = NodeHttp.createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const kit: HttpKit = {
    url: `http://127.0.0.1:${port}/mcp`,
    sseUrl: `http://127.0.0.1:${port}/sse`,
    headers,
    forget: Effect.sync(() => sessions.clear()),
    left: Deferred.await(left)
  }
  return kit
})
