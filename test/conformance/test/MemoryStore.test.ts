import { SessionStore } from "@offshoot/core"
import * as StoreConformance from "../src/StoreConformance.ts"

StoreConformance.suite("memory", { layer: SessionStore.layerMemory })
