/**
 * The way to an MCP server at an address, as the SDK's client wants it, with
 * limits that the SDK does not have.
 */
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import type { FetchLike } from "@modelcontextprotocol/sdk/shared/transport.js"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Fetch } from "effect/http/FetchHttpClient"
import * as Redacted from "effect/Redacted"
import { type ServerDefinition, type Target, placeOf } from "../ServerDefinition.ts"
import { ConnectFailed } from "./connectFailed.ts"

type Address = Exclude<Target, { readonly type: "stdio" }>

/** One message, or the time between two of a stream, as on a pipe. */
const messageBytesMax = 16_000_000

/** A server that does not take its leave is left: nothing of it runs here. */
const farewellWait = Duration.seconds(2)

/** The stream that a server keeps open for its own messages is opened again this often in a row. */
const streamRetriesMax = 5

const lineFeed = 10

/** Ends a body in an error when one message of it is too long. In a stream an empty line ends a message. */
const bounded = (isStream: boolean): TransformStream<Uint8Array, Uint8Array> => {
  let bytes = 0
  return new TransformStream({
    transform: (chunk, controller) => {
      bytes += chunk.length
      if (bytes > messageBytesMax) {
        controller.error(new Error("the server sent a message of more than 16 million bytes"))
        return
      }
      // A line feed is at the end of every message; one inside of it only makes the limit softer.
      if (isStream && chunk.includes(lineFeed)) bytes = 0
      controller.enqueue(chunk)
    }
  })
}

const boundedFetch =
  (fetch: typeof globalThis.fetch): FetchLike =>
  async (url, init) => {
    const response = await fetch(url, init)
    if (response.body === null) return response
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true
    return new Response(response.body.pipeThrough(bounded(isStream)), response)
  }

/** What may be shown of an address: a query often holds a key. */
const shownAddress = (target: Address): string => {
  const url = URL.parse(Redacted.value(target.url))
  return url === null ? "its address" : `${url.origin}${url.pathname}`
}

/** `leave` is for the time before the client closes: afterwards it could send nothing. */
export const open = Effect.fnUntraced(function* (definition: ServerDefinition, target: Address) {
  const url = URL.parse(Redacted.value(target.url))
  if (url === null) {
    return yield* new ConnectFailed({
      problem: `its address is none. Correct the url of ${placeOf(definition.name, definition.origin)}`,
      again: "later"
    })
  }
  const headers = Object.fromEntries(
    Object.entries(target.headers).map(([name, value]) => [name, Redacted.value(value)])
  )
  const options = { requestInit: { headers }, fetch: boundedFetch(yield* Fetch) }
  if (target.type === "sse") {
    return { transport: new SSEClientTransport(url, options), leave: Effect.void, called: shownAddress(target) }
  }
  const transport = new StreamableHTTPClientTransport(url, {
    ...options,
    reconnectionOptions: {
      initialReconnectionDelay: 1000,
      maxReconnectionDelay: 30_000,
      reconnectionDelayGrowFactor: 1.5,
      maxRetries: streamRetriesMax
    }
  })
  const leave = Effect.asVoid(
    Effect.timeoutOption(Effect.ignoreCause(Effect.tryPromise(() => transport.terminateSession())), farewellWait)
  )
  return { transport, leave, called: shownAddress(target) }
})
