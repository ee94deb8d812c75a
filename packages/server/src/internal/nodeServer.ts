/** The Node server below the contract: its limits, and answers to what is not even HTTP. */
import * as NodeHttp from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { typePrefix } from "../Problems.ts"

export interface ConnectionLimits {
  readonly requestsMax: number
  readonly streamsMax: number
}

/** Above the requests and streams in work: connections that are idle or being refused. */
const connectionsSpare = 256

/** Longer than the longest wait, which is silent; a stream that nobody reads is silent too, and is cut then. */
const silenceMillisMax = 3_660_000

/** After the end has begun: long enough for a request that is on its way. */
const unusedMillisMax = 250

interface Refusal {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly hint: string
}

const headersTooLarge: Refusal = {
  status: 431,
  code: "headers_too_large",
  title: "The headers are too large",
  hint: "Send less than 16 KiB of headers and address."
}
const tooSlow: Refusal = {
  status: 408,
  code: "request_too_slow",
  title: "The request did not arrive in time",
  hint: "Send the headers within 15 s and the whole request within a minute."
}
const notHttp: Refusal = {
  status: 400,
  code: "malformed_request",
  title: "This is not an HTTP request",
  hint: "Speak HTTP/1.1, with a method that it knows."
}

const refusalOf = (error: NodeJS.ErrnoException): Refusal =>
  error.code === "HPE_HEADER_OVERFLOW" ? headersTooLarge : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? tooSlow : notHttp

/** A whole response as text: there is no request that Node could answer. */
const rawProblem = (refusal: Refusal): string => {
  const { code, hint, status, title } = refusal
  const body = JSON.stringify({ type: `${typePrefix}${code}`, title, status, detail: title, hint })
  return [
    `HTTP/1.1 ${status} ${NodeHttp.STATUS_CODES[status] ?? ""}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
    "",
    body
  ].join("\r\n")
}

const onClientError = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code !== "ECONNRESET" && socket.writable) socket.end(rawProblem(refusalOf(error)))
  else socket.destroy()
}

/**
 * A server whose end is not held up by connections without a request. Browsers
 * and Node's own client open them ahead of need, and Node waits for them.
 */
class UnheldServer extends NodeHttp.Server {
  private readonly unused = new Set<Socket>()

  constructor(options: NodeHttp.ServerOptions) {
    super(options)
    this.on("connection", (socket: Socket) => {
      this.unused.add(socket)
      socket.once("close", () => this.unused.delete(socket))
    })
    this.on("request", ({ socket }: NodeHttp.IncomingMessage) => {
      if (this.unused.delete(socket)) socket.setTimeout(silenceMillisMax)
    })
  }

  override close(closed?: (error?: Error) => void): this {
    for (const socket of this.unused) socket.setTimeout(unusedMillisMax)
    return super.close(closed)
  }
}

/**
 * Against clients that send slowly: headers within 15 s, the whole request
 * within a minute. A missing `Host` is refused by the guard, as a wrong one is.
 */
export const make = (limits: ConnectionLimits): NodeHttp.Server => {
  const server = new UnheldServer({
    headersTimeout: 15_000,
    requestTimeout: 60_000,
    keepAliveTimeout: 5_000,
    maxHeaderSize: 16 * 1024,
    requireHostHeader: false
  })
  server.maxConnections = limits.requestsMax + limits.streamsMax + connectionsSpare
  server.timeout = silenceMillisMax
  server.on("clientError", onClientError)
  return server
}
