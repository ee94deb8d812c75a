/** Opens the store, says so, and keeps it until it is killed. */
import { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import { writeSync } from "node:fs"
import * as DataDirectory from "../src/DataDirectory.ts"

const program = Effect.gen(function*() {
  const store = yield* SessionStore.SessionStore
  yield* store.ready
  writeSync(1, "ready\n")
  // A pending timer keeps the process: the far end of the range of timers.
  yield* Effect.sleep("24 days")
})

const directory = process.argv[2]
if (directory === undefined) throw new Error("which directory?")
await Effect.runPromise(Effect.provide(program, DataDirectory.layerEmbedded({ directory })))
