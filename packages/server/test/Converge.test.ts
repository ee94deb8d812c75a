/** A client that follows a tree over the restart of its server. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import type { FeedReader } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ServerRun from "../src/cli/ServerRun.ts"
import * as Client from "../src/Client.ts"
import { Environment } from "../src/Environment.ts"
import { jsonLine } from "../src/internal/jsonLine.ts"
import * as Settings from "../src/Settings.ts"
import type * as Wire from "../src/Wire.ts"

const token = "a-token-that-outlives-the-server"

/** A server on the data of the one before it, and its end. */
const start = (environment: Record<string, string>, port: number) =>
  Effect.gen(function* () {
    const scope = yield* Effect.acquireRelease(Scope.make(), (open) => Scope.close(open, Exit.void))
    const settings = yield* Settings.load({ port, demo: false })
    const server = yield* Scope.provide(ServerRun.start(settings), scope)
    return { url: server.local, stop: Scope.close(scope, Exit.void) }
  }).pipe(Effect.provideService(Environment, environment))

const workplace = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped()
  const agents = { echo: { protocol: "command", command: ["cat"] } }
  yield* files.writeFileString(`${folder}/offshoot.config.json`, jsonLine({ agents }))
  return {
    OFFSHOOT_DATA_DIR: `${folder}/data`,
    OFFSHOOT_CONFIG: `${folder}/offshoot.config.json`,
    OFFSHOOT_TOKEN: token,
    PATH: process.env["PATH"] ?? ""
  }
})

const isEnd = (told: FeedReader.Told<Wire.Snapshot>): boolean =>
  told._tag === "Entry" && told.entry.event.type === "sub_agent_completed"

describe("Client.converge", () => {
  it.live(
    "goes on where it was when the server comes back: every number once, and the truth",
    () =>
      Effect.gen(function* () {
        const environment = yield* workplace
        const first = yield* start(environment, 0)
        const client = yield* Client.make({ baseUrl: first.url, token: Redacted.make(token) })
        const root = yield* client.calls.sessions.create({ payload: {} })
        const spawn = client.calls.sessions.spawn({
          params: { id: root.id },
          payload: { prompt: "hello", agent: "echo" }
        })
        const told = yield* Queue.unbounded<FeedReader.Told<Wire.Snapshot>>()
        const seen: Array<FeedReader.Told<Wire.Snapshot>> = []
        const until = (wanted: (item: FeedReader.Told<Wire.Snapshot>) => boolean) =>
          Stream.fromQueue(told).pipe(
            Stream.tap((item) => Effect.sync(() => seen.push(item))),
            Stream.takeUntil(wanted),
            Stream.runDrain
          )
        const reader = yield* Effect.forkChild(
          Stream.runForEach(client.converge(root.id), (item) => Queue.offer(told, item)),
          { startImmediately: true }
        )
        yield* until(({ _tag }) => _tag === "Snapshot")
        yield* spawn
        yield* until(isEnd)
        yield* first.stop
        yield* until(({ _tag }) => _tag === "Lost")
        yield* start(environment, Number(new URL(first.url).port))
        yield* until(({ _tag }) => _tag === "Resumed")
        yield* spawn
        yield* until(isEnd)
        yield* Fiber.interrupt(reader)

        const numbers = seen.flatMap((item) => (item._tag === "Entry" ? Option.toArray(item.entry.number) : []))
        assert.deepStrictEqual(
          numbers,
          numbers.map((_, index) => (numbers[0] ?? 0) + index)
        )
        assert.lengthOf(
          seen.filter(({ _tag }) => _tag === "Snapshot"),
          1
        )
        const now = yield* client.calls.streams.snapshot({ query: { subtree: root.id } })
        assert.deepStrictEqual(
          now.sessions.map(({ status }) => status),
          ["completed", "completed", "idle"]
        )
      }).pipe(Effect.provide([NodeServices.layer, FetchHttpClient.layer])),
    30_000
  )
})
