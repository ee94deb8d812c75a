import * as StoreConformance from "@offshoot/test-conformance/StoreConformance"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DataDirectory from "../src/DataDirectory.ts"
import * as TemporaryDirectory from "./TemporaryDirectory.ts"

const inNewDirectory = Layer.unwrap(
  Effect.map(TemporaryDirectory.make, (directory) => DataDirectory.layerEmbedded({ directory }))
)

StoreConformance.suite("embedded", { layer: inNewDirectory })
