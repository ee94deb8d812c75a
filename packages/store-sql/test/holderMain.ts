/** Opens the store, says so, and keeps it until it is killed; or says why it was refused, and ends. */
import { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import { writeSync } from "node:fs"
import * as DataDirectory from "../src/DataDirectory.ts"

const program = Effect.gen(function* () {
  const store = yield* SessionStore.SessionStore
  yield* store.ready
  writeSync(1, "ready\n")
  // A pending timer keeps the process: the far end of the range of timers.
  yield* Effect.sleep("24 days")
})

const directory = process.argv[2]
if (directory === undefined) throw new Error("which directory?")
const refused = (error: DataDirectory.DataDirectoryUnavailable) =>
  Effect.sync(() => writeSync(1, `refused: ${error.condition}\n`))

await Effect.runPromise(
  Effect.catchTag(
    Effect.asVoid(Effect.provide(program, DataDirectory.layerEmbedded({ directory }))),
    "DataDirectoryUnavailable",
    (error) => Effect.asVoid(refused(error))
  )
)
