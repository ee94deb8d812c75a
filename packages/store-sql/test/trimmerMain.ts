/** Records events one by one without end, forgets each at once, and says its number. */
import { SessionStore } from "@offshoot/core"
import * as Records from "@offshoot/test-conformance/StoreRecords"
import * as Effect from "effect/Effect"
import { writeSync } from "node:fs"
import * as DataDirectory from "../src/DataDirectory.ts"
import * as Lives from "./Lives.ts"

const program = Effect.gen(function* () {
  const store = yield* SessionStore.SessionStore
  const event = Records.recorded(Lives.parent.id, Records.titled(Lives.parent.id, "t"))
  for (;;) {
    const [number] = yield* store.commit([event])
    writeSync(1, `${number}\n`)
    yield* store.trimFeed({ olderThanMillis: 0, keepMax: 0 })
  }
})

const directory = process.argv[2]
if (directory === undefined) throw new Error("which directory?")
await Effect.runPromise(Effect.provide(program, DataDirectory.layerEmbedded({ directory })))
