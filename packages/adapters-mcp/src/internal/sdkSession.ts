/**
 * One live connection to an MCP server, through the client of the official SDK.
 *
 * This module and the transports are all that know the SDK; they are loaded
 * with the first connection, because the SDK takes longer to load than the
 * rest of a command.
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { SseError } from "@modelcontextprotocol/sdk/client/sse.js"
import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js"
import {
  ErrorCode,
  ListRootsRequestSchema,
  McpError,
  ResultSchema,
  ToolListChangedNotificationSchema
} from "@modelcontextprotocol/sdk/types.js"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as NodeUrl from "node:url"
import { type ServerDefinition, placeOf } from "../ServerDefinition.ts"
import { ConnectFailed } from "./connectFailed.ts"
import * as HttpTransport from "./httpTransport.ts"
import { firstChars, maskOf } from "./secretText.ts"
import * as StdioTransport from "./stdioTransport.ts"

/** The server answered that it will not: `problem` in its own words. The connection is as good as before. */
export class CallRefused extends Schema.TaggedError<CallRefused>()("CallRefused", { problem: Schema.String }) {}

/** The connection ended before the answer. */
export class ConnectionLost extends Schema.TaggedError<ConnectionLost>()("ConnectionLost", {
  problem: Schema.String
}) {}

export interface Progress {
  readonly progress: number
  readonly total?: number | undefined
  readonly message?: string | undefined
}

export interface SdkSession {
  /** One page of `tools/list`, undecoded. */
  readonly listTools: (cursor: string | undefined) => Effect.Effect<unknown, CallRefused | ConnectionLost>
  /** **Interruption**: tells the server that the call is cancelled. */
  readonly callTool: (
    name: string,
    params: Readonly<Record<string, unknown>>,
    onProgress: (progress: Progress) => void
  ) => Effect.Effect<unknown, CallRefused | ConnectionLost>
  /** Whether the server has tools at all. */
  readonly hasTools: boolean
  /** Returns the words for the end of the connection. */
  readonly ended: Effect.Effect<string>
  readonly isOver: () => boolean
}

/** The SDK has a time limit of its own; ours are set around the requests. This is the longest it can have. */
const sdkTimeoutMillis = 2_147_483_647

/** What a server says of its own error, as far as it is shown. */
const refusalCharsMax = 2000

/** Why a request did not get through: the system's own word, `ECONNREFUSED` and the like, or the platform's. */
const unreachable = (error: unknown): string | undefined => {
  const cause = error instanceof TypeError ? error.cause : undefined
  if (!(cause instanceof Error)) return undefined
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message
}

/** What an HTTP status means for those who configured the server. */
const ofStatus = (status: number, place: string): ConnectFailed => {
  if (status === 401 || status === 403) {
    return new ConnectFailed({
      problem: `it refused access (HTTP ${status}). Check the headers of ${place}`,
      again: "later"
    })
  }
  return status === 404 || status === 405
    ? new ConnectFailed({
        problem: `there is no MCP server (HTTP ${status}). Check the url of ${place}`,
        again: "later"
      })
    : new ConnectFailed({ problem: `it answered HTTP ${status}`, again: "soon" })
}

const failureOf = (definition: ServerDefinition, error: unknown): ConnectFailed => {
  const place = placeOf(definition.name, definition.origin)
  if (error instanceof UnauthorizedError) return ofStatus(401, place)
  if (
    (error instanceof StreamableHTTPError || error instanceof SseError) &&
    error.code !== undefined &&
    error.code > 0
  ) {
    return ofStatus(error.code, place)
  }
  const why = unreachable(error)
  if (why !== undefined) {
    return new ConnectFailed({
      problem: `it could not be reached (${why}). Start it, or correct the url of ${place}`,
      again: "soon"
    })
  }
  const said = error instanceof Error ? error.message : "no reason given"
  return new ConnectFailed({
    problem: maskOf(definition.secrets)(firstChars(said, refusalCharsMax)),
    again: "soon"
  })
}

const openTransport = (definition: ServerDefinition, ended: Deferred.Deferred<string>) =>
  definition.target.type === "stdio"
    ? StdioTransport.open(definition, definition.target, ended)
    : HttpTransport.open(definition, definition.target)

/** The folder of the session is the server's root. */
const rootsOf = (workspace: string | undefined) =>
  workspace === undefined ? [] : [{ uri: NodeUrl.pathToFileURL(workspace).href, name: "workspace" }]

/**
 * Connects and says hello. `onToolsChanged` is called whenever the server says
 * that its list is another now.
 *
 * **Interruption**: the scope ends the connection and its program.
 */
export const open = Effect.fnUntraced(function* (
  definition: ServerDefinition,
  clientVersion: string,
  onToolsChanged: () => void
) {
  const ended = yield* Deferred.make<string>()
  const { called, leave, transport } = yield* openTransport(definition, ended)
  const client = new Client({ name: "offshoot", version: clientVersion }, { capabilities: { roots: {} } })
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: rootsOf(definition.workspace) }))
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => onToolsChanged())
  yield* Effect.addFinalizer(() => Effect.andThen(leave, Effect.ignoreCause(Effect.tryPromise(() => client.close()))))
  const limit = Duration.seconds(definition.policy.startSeconds)
  yield* Effect.tryPromise({
    try: (signal) => client.connect(transport, { signal, timeout: sdkTimeoutMillis }),
    catch: (error) => failureOf(definition, error)
  }).pipe(
    // The end of a program says more than the client's "closed".
    Effect.catch((failure) =>
      Deferred.isDoneUnsafe(ended)
        ? Effect.flatMap(Deferred.await(ended), (words) =>
            Effect.fail(new ConnectFailed({ problem: words, again: "soon" }))
          )
        : Effect.fail(failure)
    ),
    Effect.timeoutOrElse({
      duration: limit,
      orElse: () =>
        Effect.fail(
          new ConnectFailed({
            problem: `it did not answer within ${definition.policy.startSeconds} s. Check that it speaks MCP, or set startSeconds`,
            again: "later"
          })
        )
    }),
    Effect.mapError((failure) => new ConnectFailed({ problem: `${called}: ${failure.problem}`, again: failure.again }))
  )
  const toProblem = (error: unknown) => {
    if (error instanceof McpError && error.code !== ErrorCode.ConnectionClosed) {
      return new CallRefused({ problem: maskOf(definition.secrets)(firstChars(error.message, refusalCharsMax)) })
    }
    // At an address the failed request is how one learns that the server or the session is gone.
    Deferred.doneUnsafe(ended, Exit.succeed(failureOf(definition, error).problem))
    return new ConnectionLost({ problem: "" })
  }
  const request = (
    method: string,
    params: Readonly<Record<string, unknown>>,
    onprogress?: (progress: Progress) => void
  ): Effect.Effect<unknown, CallRefused | ConnectionLost> =>
    Effect.tryPromise({
      try: (signal) =>
        client.request({ method, params: { ...params } }, ResultSchema, {
          signal,
          timeout: sdkTimeoutMillis,
          ...(onprogress === undefined ? {} : { onprogress })
        }),
      catch: toProblem
    }).pipe(
      Effect.catchTag("ConnectionLost", () =>
        Effect.flatMap(Deferred.await(ended), (problem) => Effect.fail(new ConnectionLost({ problem })))
      )
    )
  const session: SdkSession = {
    listTools: (cursor) => request("tools/list", cursor === undefined ? {} : { cursor }),
    callTool: (name, params, onProgress) => request("tools/call", { name, arguments: params }, onProgress),
    hasTools: client.getServerCapabilities()?.tools !== undefined,
    ended: Deferred.await(ended),
    isOver: () => Deferred.isDoneUnsafe(ended)
  }
  return session
})
