/** A whole process whose agents are scripted, with the tool by which they have children. */
import { AgentLoop, Offshoot, type SessionStore, type SubAgents, SubAgentTool } from "@offshoot/core"
import * as Layer from "effect/Layer"
import type * as Script from "../src/Script.ts"
import * as Scripted from "../src/Scripted.ts"

export const inProcess = (
  script: Script.Script,
  store: Layer.Layer<SessionStore.SessionStore>
): Layer.Layer<SubAgents.SubAgents | SessionStore.SessionStore, SessionStore.StoreError | Script.ScriptInvalid> =>
  Offshoot.layer.pipe(
    Layer.provide(AgentLoop.layer),
    Layer.provide(SubAgentTool.layer),
    Layer.provide(Scripted.layer([script])),
    Layer.provideMerge(store)
  )
