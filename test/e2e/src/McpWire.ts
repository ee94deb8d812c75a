/**
 * `offshoot mcp` by its bytes: what no client would write, and every line that
 * comes back.
 */
import * as NodeChildProcess from "node:child_process"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Program from "./Program.ts"

const Message = Schema.Struct({
  jsonrpc: Schema.Literal("2.0"),
  id: Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.Int, Schema.String]))),
  method: Schema.optionalKey(Schema.String),
  result: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  error: Schema.optionalKey(Schema.Struct({ code: Schema.Int, message: Schema.String }))
})
export type Message = typeof Message.Type

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Union([Message, Schema.Array(Message)])))
const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

export interface McpWire {
  readonly pid: number
  /** Bytes as they are; returns when the program has taken them. */
  readonly write: (text: string) => Effect.Effect<void>
  readonly send: (message: object) => Effect.Effect<void>
  /** The answer to a request of this id, come already or still to come. */
  readonly answer: (id: number | string) => Effect.Effect<Message>
  /** A request and its answer. */
  readonly ask: (id: number | string, method: string, params?: object) => Effect.Effect<Message>
  /** Everything that has come so far. Dies when a line was no message. */
  readonly come: () => ReadonlyArray<Message>
  readonly leave: Effect.Effect<{ readonly code: number | null; readonly err: string }>
}

const launch = (options: Program.Options): McpWire => {
  const child = NodeChildProcess.spawn(process.execPath, ["--conditions=@offshoot/source", Program.bin, "mcp"], {
    cwd: options.cwd,
    env: Program.environmentOf(options),
    stdio: ["pipe", "pipe", "pipe"]
  })
  const lines: Array<string> = []
  const watchers = new Set<() => void>()
  const ended = Deferred.makeUnsafe<{ readonly code: number | null; readonly err: string }>()
  let unfinished = ""
  let err = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text
  })
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (unfinished + text).split("\n")
    unfinished = parts.pop() ?? ""
    lines.push(...parts)
    for (const watcher of watchers) watcher()
  })
  child.stdin.on("error", () => undefined)
  child.on("close", (code) => Deferred.doneUnsafe(ended, Effect.succeed({ code, err })))
  const come = () => lines.flatMap((line) => decode(line))
  const write: McpWire["write"] = (text) =>
    Effect.callback((resume) => {
      child.stdin.write(text, () => resume(Effect.void))
    })
  const send: McpWire["send"] = (message) => write(`${toJson({ jsonrpc: "2.0", ...message })}\n`)
  const answer: McpWire["answer"] = (id) =>
    Effect.raceFirst(
      Effect.callback<Message>((resume) => {
        const look = () => {
          const found = come().find((message) => message.id === id && message.method === undefined)
          if (found !== undefined) resume(Effect.succeed(found))
        }
        watchers.add(look)
        look()
        return Effect.sync(() => watchers.delete(look))
      }),
      Effect.flatMap(Deferred.await(ended), (how) =>
        Effect.die(new Error(`it ended with ${how.code} before the answer to ${id} came\n${how.err}`))
      )
    )
  return {
    pid: child.pid ?? 0,
    write,
    send,
    answer,
    ask: (id, method, params = {}) => Effect.andThen(send({ id, method, params }), answer(id)),
    come,
    leave: Effect.suspend(() => {
      child.stdin.end()
      return Deferred.await(ended)
    })
  }
}

/** Starts the program; the end of the scope closes its input and waits for its end. */
export const start = (options: Program.Options): Effect.Effect<McpWire, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => launch(options)),
    ({ leave }) => leave
  )

/** The handshake in one version; the answer to it. */
export const hello = Effect.fnUntraced(function* (wire: McpWire, protocolVersion: string, name = "wire") {
  const answered = yield* wire.ask(0, "initialize", {
    protocolVersion,
    capabilities: {},
    clientInfo: { name, version: "1" }
  })
  yield* wire.send({ method: "notifications/initialized" })
  return answered
})
