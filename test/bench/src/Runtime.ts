/** The whole runtime with one runner, over the memory store or the embedded one, for the bench. */
import * as NodeFS from "node:fs"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import {
  AgentDirectory,
  ExternalChildRunner,
  Limits,
  Offshoot,
  Outcome,
  type SessionStore as Store,
  SessionStore,
  type SpawnScheduler,
  type SubAgents,
  Watchdog
} from "@offshoot/core"
import { DataDirectory } from "@offshoot/store-sql"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export type StoreKind = "memory" | "embedded"

export const agent = "bench"

export const runnerOf = (
  act: (context: ExternalChildRunner.RunContext) => Effect.Effect<void>
): ExternalChildRunner.ExternalChildRunner => ({
  name: agent,
  capabilities: { steer: false, requests: false, resume: false, usage: false, gracefulCancel: false },
  shouldHandle: () => true,
  run: (context) => Effect.as(act(context), ExternalChildRunner.ended(Outcome.done))
})

/** Says so many tokens, one after the other, then completes. */
export const talker = (events: number): ExternalChildRunner.ExternalChildRunner =>
  runnerOf(
    Effect.fnUntraced(function* (context) {
      for (let index = 0; index < events; index++) yield* context.emit({ type: "token", content: "word " })
    })
  )

const temporaryDirectory = Layer.unwrap(
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => NodeFS.mkdtempSync(NodePath.join(NodeOS.tmpdir(), "offshoot-bench-"))),
      (directory) => Effect.sync(() => NodeFS.rmSync(directory, { recursive: true, force: true }))
    ),
    (directory) => DataDirectory.layerEmbedded({ directory })
  )
)

/** In a directory of its own, which goes with it. */
export const embedded: Layer.Layer<Store.SessionStore> = Layer.orDie(temporaryDirectory)

const stores: Record<StoreKind, Layer.Layer<Store.SessionStore>> = {
  memory: SessionStore.layerMemory,
  embedded
}

export type Services = SubAgents.SubAgents | SpawnScheduler.SpawnScheduler | Store.SessionStore

/** The embedded store of a directory that stays. */
export const embeddedIn = (directory: string): Layer.Layer<Store.SessionStore> =>
  Layer.orDie(DataDirectory.layerEmbedded({ directory }))

/** `concurrent` runs at once; nothing else holds a child back. */
export const layer = (
  kind: StoreKind,
  runner: ExternalChildRunner.ExternalChildRunner,
  concurrent: number
): Layer.Layer<Services> => layerOver(stores[kind], runner, concurrent)

export const layerOver = (
  store: Layer.Layer<Store.SessionStore>,
  runner: ExternalChildRunner.ExternalChildRunner,
  concurrent: number
): Layer.Layer<Services> =>
  Offshoot.layer.pipe(
    Layer.orDie,
    Layer.provideMerge(store),
    Layer.provide(
      Layer.mergeAll(
        ExternalChildRunner.layer([runner]),
        AgentDirectory.layer([{ id: agent, protocol: agent, concurrentMax: Number.MAX_SAFE_INTEGER }]),
        Limits.layer({ concurrent, perParent: concurrent, depth: 3, queue: 128, backlog: 1_000_000 }),
        Watchdog.layer(Watchdog.defaults)
      )
    )
  )
