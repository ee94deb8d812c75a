/**
 * One parent's stream to 1, 10 and 100 SSE clients over loopback: how many
 * events a second all of them get together, and whether one was missed.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodePath from "node:path"
import * as NodeReadline from "node:readline"
import { type ExternalChildRunner, SubAgents } from "@offshoot/core"
import { Server } from "@offshoot/server"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Measurement } from "./Measurement.ts"
import * as Runtime from "./Runtime.ts"

const token = "bench"

/** Events of the one child, said in bursts as a model's stream comes: 50, then a breath. */
const events = 20_000
const burst = 50

const runner: ExternalChildRunner.ExternalChildRunner = Runtime.runnerOf(
  Effect.fnUntraced(function* (context) {
    for (let index = 0; index < events; index++) {
      yield* context.emit({ type: "token", content: "word " })
      if (index % burst === burst - 1) yield* Effect.sleep(0)
    }
  })
)

const Seen = Schema.fromJsonString(Schema.Struct({ frames: Schema.Int, missed: Schema.Int }))

/** The client process, and its two lines. */
const startClients = Effect.fnUntraced(function* (url: string, clients: number) {
  const program = NodePath.join(import.meta.dirname, "fanOutClient.ts")
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      NodeChildProcess.spawn(process.execPath, [program, url, token, String(clients)], {
        stdio: ["ignore", "pipe", "inherit"]
      })
    ),
    (running) => Effect.sync(() => running.kill())
  )
  const lines = NodeReadline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = Effect.map(
    Effect.promise(() => lines.next()),
    ({ value }) => String(value)
  )
  return { opened: nextLine, seen: Effect.flatMap(nextLine, Schema.decodeEffect(Seen)) }
})

const round = Effect.fnUntraced(function* (clients: number) {
  const agents = yield* SubAgents.SubAgents
  const { address } = yield* HttpServer.HttpServer
  const port = address._tag === "UnixPathAddress" ? 0 : address.port
  const root = yield* agents.createRoot({ title: "bench" })
  const process = yield* startClients(`http://127.0.0.1:${port}/v1/sessions/${root.id}/events`, clients)
  yield* process.opened
  const startedAt = performance.now()
  yield* agents.spawn(root.id, { prompt: "go", agent: Runtime.agent })
  const seen = yield* process.seen
  return { ...seen, millis: performance.now() - startedAt }
}, Effect.scoped)

export const measure = async (clients: number): Promise<ReadonlyArray<Measurement>> => {
  const server = Server.layer({ ...Server.defaults, host: "127.0.0.1", port: 0, token: Redacted.make(token) })
  const { frames, millis, missed } = await Effect.runPromise(
    Effect.andThen(round(clients), round(clients)).pipe(
      Effect.provide(Layer.provideMerge(server, Runtime.layer("memory", runner, 256)))
    )
  )
  return [
    {
      name: `fan-out to ${clients} SSE ${clients === 1 ? "client" : "clients"}`,
      value: frames / (millis / 1_000),
      unit: "frames/s",
      sample: `one child, ${events.toLocaleString("en")} events, second of two rounds, ${missed} events missed by all clients together`,
      better: "more"
    }
  ]
}
