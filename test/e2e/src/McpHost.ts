/**
 * A host of MCP servers: the official SDK's client, on a program's standard input
 * and output or at an address. It checks structured answers against the tools'
 * output schemas by itself.
 *
 * The SDK offers its newest version alone; another one is put in its place on the
 * way out, and the SDK speaks the one that the server agrees to.
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import type { JSONRPCMessage, Progress, Tool } from "@modelcontextprotocol/sdk/types.js"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Program from "./Program.ts"

/** The versions that begin with a handshake, newest first. */
export const versions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const
export type Version = (typeof versions)[number]

const key = Schema.optionalKey

const Written = Schema.Struct({
  written_by_agent: Schema.String,
  chars: Schema.Int,
  next_offset: key(Schema.Int)
})

const AgentShown = Schema.Struct({
  agent_id: key(Schema.String),
  title: key(Schema.String),
  status: key(Schema.String),
  reason: key(Schema.String),
  error: key(Schema.String),
  answer: key(Written),
  waits: key(
    Schema.Struct({
      for: Schema.String,
      request: key(
        Schema.Struct({
          request_id: Schema.String,
          type: Schema.String,
          written_by_agent: Schema.String,
          options: key(Schema.Array(Schema.String))
        })
      )
    })
  )
})
export type AgentShown = typeof AgentShown.Type

/** The members of all answers that tests look at. */
const Shown = Schema.Struct({
  ...AgentShown.fields,
  message: key(Schema.String),
  hint: key(Schema.String),
  state: key(Schema.Literals(["satisfied", "pending"])),
  settled: key(Schema.Int),
  total: key(Schema.Int),
  cursor: key(Schema.String),
  next_cursor: key(Schema.String),
  agents: key(Schema.Array(AgentShown)),
  roles: key(Schema.Array(Schema.Struct({ subagent_type: Schema.String }))),
  artifacts: key(Schema.Array(Schema.Struct({ name: Schema.String, artifact_id: key(Schema.String) }))),
  message_id: key(Schema.String),
  request_id: key(Schema.String),
  stopping: key(Schema.Array(Schema.String))
})

const Result = Schema.Struct({
  content: Schema.Array(
    Schema.Struct({ type: Schema.String, text: key(Schema.String), uri: key(Schema.String), size: key(Schema.Int) })
  ),
  structuredContent: key(Shown),
  isError: key(Schema.Boolean)
})

const decode = Schema.decodeUnknownSync(Result)

/** What a tool answered. */
export interface Answer {
  readonly text: string
  readonly data: typeof Shown.Type
  readonly links: ReadonlyArray<string>
  readonly outcome: "done" | "refused"
}

const answerOf = (result: unknown): Answer => {
  const { content, isError = false, structuredContent = {} } = decode(result)
  return {
    text: content.flatMap(({ text, type }) => (type === "text" && text !== undefined ? [text] : [])).join("\n"),
    data: structuredContent,
    links: content.flatMap(({ type, uri }) => (type === "resource_link" && uri !== undefined ? [uri] : [])),
    outcome: isError ? "refused" : "done"
  }
}

/** The protocol refused, or the connection is gone. */
export class Refused extends Data.TaggedError("Refused")<{ readonly code: number; readonly message: string }> {}

const refusedOf = (cause: unknown): Refused => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? Number(cause.code) : Number.NaN
  return new Refused({ code, message: cause instanceof Error ? cause.message : String(cause) })
}

export interface McpHost {
  /** Of the program, on standard input and output. */
  readonly pid: number
  readonly tools: ReadonlyArray<Tool>
  /** **Interruption**: tells the server that the answer is not wanted any more. */
  readonly call: (
    name: string,
    args?: Readonly<Record<string, unknown>>,
    onProgress?: (progress: Progress) => void
  ) => Effect.Effect<Answer, Refused>
  /** A call that waits, under way: returns once its first sign of life has come. */
  readonly waiting: (args?: Readonly<Record<string, unknown>>) => Effect.Effect<Waiting, never, Scope.Scope>
  readonly read: (uri: string) => Effect.Effect<string, Refused>
  readonly leave: Effect.Effect<void>
}

export interface Waiting {
  readonly answer: Effect.Effect<Answer, Refused>
  readonly giveUp: Effect.Effect<void>
}

export interface Hello {
  readonly name?: string
  readonly version?: Version
}

const offering = (transport: Transport, version: Version): void => {
  const send = transport.send.bind(transport)
  transport.send = (message: JSONRPCMessage, options) =>
    send(
      "method" in message && message.method === "initialize"
        ? { ...message, params: { ...message.params, protocolVersion: version } }
        : message,
      options
    )
}

const textsOf = (contents: ReadonlyArray<object>): string =>
  contents
    .map((one) => {
      if ("text" in one) return String(one.text)
      return "blob" in one ? Buffer.from(String(one.blob), "base64").toString("utf8") : ""
    })
    .join("")

const connect = Effect.fnUntraced(function* (transport: Transport, { name = "tests", version }: Hello) {
  if (version !== undefined) offering(transport, version)
  const client = new Client({ name, version: "1" })
  const leave = Effect.ignore(Effect.tryPromise(() => client.close()))
  yield* Effect.addFinalizer(() => leave)
  yield* Effect.tryPromise({ try: () => client.connect(transport), catch: refusedOf })
  const { tools } = yield* Effect.tryPromise({ try: () => client.listTools(), catch: refusedOf })
  const call: McpHost["call"] = (tool, args = {}, onProgress) =>
    Effect.map(
      Effect.tryPromise({
        try: (signal) =>
          client.callTool({ name: tool, arguments: { ...args } }, undefined, {
            signal,
            ...(onProgress === undefined ? {} : { onprogress: onProgress })
          }),
        catch: refusedOf
      }),
      answerOf
    )
  const waiting: McpHost["waiting"] = Effect.fnUntraced(function* (args = {}) {
    const begun = yield* Deferred.make<void>()
    const given = new AbortController()
    const answer = yield* Deferred.make<Answer, Refused>()
    const asked = Effect.tryPromise({
      try: () =>
        client.callTool({ name: "wait_agents", arguments: { ...args } }, undefined, {
          signal: given.signal,
          onprogress: () => Deferred.doneUnsafe(begun, Effect.void)
        }),
      catch: refusedOf
    })
    yield* Effect.forkScoped(Deferred.complete(answer, Effect.map(asked, answerOf)), { startImmediately: true })
    yield* Effect.raceFirst(Deferred.await(begun), Effect.ignore(Deferred.await(answer)))
    return { answer: Deferred.await(answer), giveUp: Effect.sync(() => given.abort()) }
  })
  const host: Omit<McpHost, "pid"> = {
    tools,
    call,
    waiting,
    read: (uri) =>
      Effect.map(Effect.tryPromise({ try: () => client.readResource({ uri }), catch: refusedOf }), ({ contents }) =>
        textsOf(contents)
      ),
    leave
  }
  return host
})

const defined = (environment: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  )

export interface Options extends Program.Options, Hello {
  readonly args?: ReadonlyArray<string>
  /** Where its standard error goes; nowhere when absent. */
  readonly errors?: "inherit"
}

/** Starts `offshoot mcp` as a host does; the end of the scope leaves it. */
export const start = (options: Options): Effect.Effect<McpHost, Refused, Scope.Scope> =>
  Effect.gen(function* () {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: ["--conditions=@offshoot/source", Program.bin, "mcp", ...(options.args ?? [])],
      cwd: options.cwd,
      env: defined(Program.environmentOf(options)),
      stderr: options.errors ?? "ignore"
    })
    const host = yield* connect(transport, options)
    return { ...host, pid: transport.pid ?? 0 }
  })

/** Where `/mcp` is, and what lets in. */
export interface Address extends Hello {
  readonly url: string
  readonly token: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The tools of a server that runs. */
export const at = ({ headers = {}, token, url, ...hello }: Address): Effect.Effect<McpHost, Refused, Scope.Scope> =>
  Effect.gen(function* () {
    const transport = new StreamableHTTPClientTransport(new URL("/mcp", url), {
      requestInit: { headers: { authorization: `Bearer ${token}`, ...headers } }
    })
    const host = yield* connect(transport, hello)
    return { ...host, pid: 0 }
  })
