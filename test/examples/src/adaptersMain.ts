import * as NodeServices from "@effect/platform-node/NodeServices"
import { CliHost, CommandRunner, ProcessTable, ProgramLauncher } from "@offshoot/adapters-cli"
import { AgentDirectory, ExternalChildRunner, Offshoot, SubAgents } from "@offshoot/core"
import { DataDirectory } from "@offshoot/store-sql"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

// The same runtime with other parts: a durable store, and a program as the child.
const agent = { protocol: "command", command: ["wc", "-w"] } as const
const Runners = Layer.unwrap(
  CommandRunner.make({ agentId: "words", agent }).pipe(Effect.map((runner) => ExternalChildRunner.layer([runner])))
)
const Programs = ProgramLauncher.layer.pipe(
  Layer.provideMerge(ProcessTable.layer),
  Layer.provideMerge(CliHost.layer({ instance: "example", environment: { PATH: "/usr/bin:/bin" } })),
  Layer.provideMerge(NodeServices.layer)
)
const Store = Layer.unwrap(
  Config.String("OFFSHOOT_DATA_DIR").pipe(Effect.map((directory) => DataDirectory.layerEmbedded({ directory })))
)
const Directory = AgentDirectory.layer([{ id: "words", protocol: "command", concurrentMax: 8 }])

const program = Effect.gen(function* () {
  const agents = yield* SubAgents.SubAgents
  const parent = yield* agents.createRoot({ title: "Count" })
  yield* agents.spawn(parent.id, { prompt: "three little words", agent: "words" })
  const { children } = yield* agents.wait(parent.id, { children: [], policy: "all", timeout: "1 minute" })
  yield* Console.log(children.map(({ session }) => session.status).join())
})

const Live = Offshoot.layer.pipe(Layer.provide([Store, Runners, Directory]), Layer.provide(Programs))

await Effect.runPromise(program.pipe(Effect.provide(Live)))
