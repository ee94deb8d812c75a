/**
 * A real program as a child: a place for it, its runner with the platform, and
 * runs of it in harnesses. What a test expects of it is the test's to say.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Agents, type CliAgent, CliHost, CliRunner, ProcessTable, ProgramLauncher } from "@offshoot/adapters-cli"
import { type ExternalChildRunner, Ids } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { ModelServer } from "./ModelServer.ts"
import type { ProgramId } from "./ProgramList.ts"
import * as RealProgram from "./RealProgram.ts"

export interface Options {
  readonly permission?: CliAgent.AgentOptions["permission"]
  readonly waits?: CliAgent.AgentOptions["waits"]
  readonly model?: string
  readonly args?: CliAgent.AgentOptions["args"]
  /** Variables of the place that the configuration of an agent would give it. */
  readonly given: ReadonlyArray<string>
  /** Of those, the secrets: they are given by reference. */
  readonly secret: ReadonlyArray<string>
}

export interface Ended {
  readonly harness: RunHarness.RunHarness
  readonly end: ExternalChildRunner.RunEnd
  readonly answer: string
  readonly events: Effect.Success<RunHarness.RunHarness["events"]>
}

export interface Running {
  readonly harness: RunHarness.RunHarness
  readonly started: RunHarness.Started
}

export interface RealChild {
  readonly server: ModelServer["Service"]
  readonly place: RealProgram.Place
  /** Runs it to its end. */
  readonly run: (prompt: string, resume?: string) => Effect.Effect<Ended>
  /** Runs it while the test looks on. */
  readonly start: (prompt: string) => Effect.Effect<Running, never, Scope.Scope>
  /** Who of it is alive now. */
  readonly alive: Effect.Effect<ReadonlyArray<string>>
}

let runs = 0

const variablesOf = (place: RealProgram.Place, { given, secret }: Options): CliAgent.AgentOptions["env"] => ({
  ...Object.fromEntries(given.map((name) => [name, place.env[name] ?? ""])),
  ...Object.fromEntries(secret.map((name) => [name, { ref: name }]))
})

/** The runner ends with the scope, and the place after it: then nobody of it may be alive. */
export const make = Effect.fnUntraced(function* (id: ProgramId, options: Options) {
  const server = yield* ModelServer
  const place = yield* RealProgram.place(id)
  const profile = Agents.profiles.find((known) => known.id === id)
  if (profile === undefined) return yield* Effect.die(new Error(`${id} is not in the list of agents`))
  const context = yield* Layer.build(
    ProgramLauncher.layer.pipe(
      Layer.provideMerge(ProcessTable.layer),
      Layer.provideMerge(CliHost.layer({ instance: place.folder, environment: place.env })),
      Layer.provideMerge(NodeServices.layer)
    )
  )
  const agent: CliAgent.AgentOptions = {
    permission: options.permission ?? "ask",
    ...(options.waits === undefined ? {} : { waits: options.waits }),
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(options.args === undefined ? {} : { args: options.args }),
    cwd: place.cwd,
    env: { ...variablesOf(place, options), [RealProgram.markVariable]: place.folder }
  }
  const runner = yield* Effect.provideContext(
    CliRunner.make({ agentId: id, agent, profile, program: place.program }),
    context
  )
  const harnessOf = (prompt: string, resume?: string) =>
    RunHarness.make({
      session: RunHarness.externalSession(id, profile.protocol.name, { workspace: place.cwd }),
      runId: `run_real_${++runs}`,
      prompt,
      ...(resume === undefined ? {} : { resume: { runId: Ids.RunId.make("run_before"), handle: resume } })
    })
  const child: RealChild = {
    server,
    place,
    run: Effect.fnUntraced(function* (prompt: string, resume?: string) {
      const harness = yield* harnessOf(prompt, resume)
      const end = yield* harness.run(runner)
      return { harness, end, answer: yield* harness.answer, events: yield* harness.events }
    }),
    start: Effect.fnUntraced(function* (prompt: string) {
      const harness = yield* harnessOf(prompt)
      const started = yield* harness.start(runner)
      return { harness, started }
    }),
    alive: RealProgram.alive(place)
  }
  return child
})
