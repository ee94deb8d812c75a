/** Commits lives without end, eight at a time, and says each commit that was acknowledged. */
import { SessionStore } from "@offshoot/core"
import * as Records from "@offshoot/test-conformance/StoreRecords"
import * as Effect from "effect/Effect"
import { writeSync } from "node:fs"
import * as DataDirectory from "../src/DataDirectory.ts"
import * as Lives from "./Lives.ts"

const lanes = Array.from({ length: 8 }, (_, lane) => lane)

const live = Effect.fnUntraced(function* (store: SessionStore.SessionStoreShape, number: number) {
  for (const [index, step] of Lives.steps(number).entries()) {
    const numbers = yield* store.commit(step)
    writeSync(1, `${number} ${index + 1} ${numbers.join(",")}\n`)
  }
})

const program = Effect.gen(function* () {
  const store = yield* SessionStore.SessionStore
  yield* store.commit([Records.created(Lives.parent)])
  yield* Effect.forEach(
    lanes,
    Effect.fnUntraced(function* (lane) {
      for (let life = 0; ; life++) yield* live(store, 10 + life * lanes.length + lane)
    }),
    { concurrency: "unbounded", discard: true }
  )
})

const directory = process.argv[2]
if (directory === undefined) throw new Error("which directory?")
await Effect.runPromise(Effect.provide(program, DataDirectory.layerEmbedded({ directory })))
