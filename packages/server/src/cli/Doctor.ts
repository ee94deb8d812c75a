/**
 * `offshoot doctor`: each coding agent of this machine, what it lacks, and the
 * command that mends it; with `--probe`, whether it answers. And which MCP hosts
 * start this program.
 *
 * Asks no server. A probe is a run like any other, in a runtime in memory, in
 * an empty folder, with everything that the agent asks for denied. It may cost
 * what one short answer costs.
 */
import { AgentRunner, AgentSurvey, Guardian } from "@offshoot/adapters-cli"
import { AgentDirectory, ExternalChildRunner, Offshoot, Outcome, SessionStore, SubAgents } from "@offshoot/core"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as App from "../App.ts"
import { jsonLine } from "../internal/jsonLine.ts"
import { doctorJson, doctorLines, type Examined, type Probed } from "../internal/doctorLines.ts"
import { mcpHostJson, mcpHostLines } from "../internal/mcpHostLines.ts"
import { settingOf } from "../internal/agentSettings.ts"
import { type Coding, type Patient, patientsOf } from "../internal/patients.ts"
import * as InstallSurvey from "../mcp/InstallSurvey.ts"
import * as Settings from "../Settings.ts"
import { version } from "../Version.ts"
import { AgentsNotReady } from "./Failures.ts"
import { Invocation } from "./Invocation.ts"
import { surroundingsOf } from "./McpInstall.ts"
import * as Screen from "./Screen.ts"
import { untilSignal } from "./Signals.ts"

export interface DoctorInput {
  readonly flags: Settings.Flags
  /** Only these; none: all. */
  readonly agents: ReadonlyArray<string>
  readonly probe: "probe" | "look"
  readonly json: boolean
}

/** A turn that has nothing to do takes seconds; a model that must load, minutes. */
const probeTimeout = "2 minutes"

const probePrompt = "Reply with the one word: ready"

/** One turn of the agent, as it would run: only its place and its permissions are others. */
const probed = Effect.fnUntraced(function* (settings: Settings.Settings, id: string, definition: Coding) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.realPath(yield* fs.makeTempDirectoryScoped({ prefix: "offshoot-probe-" }))
  const agent = { ...definition.agent, cwd: folder, roots: [folder], permission: "deny", isolation: "none" } as const
  const setting = settingOf(id, { ...definition, agent })
  const runner = Layer.unwrap(
    Effect.map(AgentRunner.make(id, setting.definition), (made) => ExternalChildRunner.layer([made]))
  )
  const directory = AgentDirectory.layer([{ id, protocol: definition.protocol, concurrentMax: setting.concurrentMax }])
  const runtime = Offshoot.layer.pipe(
    Layer.provide([SessionStore.layerMemory, directory, runner]),
    Layer.provide(Guardian.layer),
    Layer.provide(App.processes(settings))
  )
  const turn = Effect.gen(function* () {
    const offshoot = yield* SubAgents.SubAgents
    const root = yield* offshoot.createRoot({ title: "Probe" })
    const { session } = yield* offshoot.spawn(root.id, { prompt: probePrompt, agent: id, title: "Probe" })
    yield* offshoot.wait(root.id, { children: [session.id], policy: "all", timeout: probeTimeout })
    return yield* offshoot.result(session.id)
  })
  return yield* Effect.provide(turn, runtime).pipe(
    Effect.map(
      Option.match({
        onNone: (): Probed => ({ status: "timeout", words: `no answer within ${probeTimeout}`, hint: "" }),
        onSome: ({ outcome, text }): Probed => ({
          status: outcome.status,
          words: Outcome.errorText(outcome) ?? text,
          hint: outcome.status === "completed" ? "" : Outcome.hint(outcome)
        })
      })
    ),
    // A runtime in memory that refuses a spawn is a fault of ours, told like any other failure of the probe.
    Effect.catch((error) => Effect.succeed<Probed>({ status: "error", words: error.message, hint: "" }))
  )
}, Effect.scoped)

const examine = (settings: Settings.Settings, input: DoctorInput) =>
  Effect.fnUntraced(function* ({ definition, subject }: Patient) {
    const surveyed = yield* Effect.provide(AgentSurvey.survey(subject), App.processes(settings))
    const mayRun = surveyed.lacks.every(({ weight }) => weight !== "blocks")
    const probe =
      input.probe === "probe" && mayRun ? Option.some(yield* probed(settings, subject.id, definition)) : Option.none()
    const examined: Examined = { ...surveyed, probe }
    return examined
  })

const isReady = ({ lacks, probe }: Examined): boolean =>
  lacks.every(({ weight }) => weight !== "blocks") &&
  Option.match(probe, { onNone: () => true, onSome: ({ status }) => status === "completed" })

/** Nobody's hosts are known where there is no home. */
const surveyed = surroundingsOf.pipe(
  Effect.flatMap((surroundings) => InstallSurvey.survey(surroundings, version)),
  Effect.catchTag("UsageRefused", () => Effect.succeed([]))
)

/** Prints what was found. Fails when an agent of the configuration, or one that was named, cannot run. */
export const doctor = Effect.fn("Cli.doctor")(
  function* (input: DoctorInput) {
    const settings = yield* Settings.load(input.flags)
    const all = patientsOf(settings)
    const chosen = input.agents.length === 0 ? all : all.filter(({ subject }) => input.agents.includes(subject.id))
    const unknown = input.agents.filter((id) => !all.some(({ subject }) => subject.id === id))
    // One after the other: each program is started, and what is slow is told by whom.
    const examined = yield* Effect.forEach(chosen, examine(settings, input))
    const hosts = input.agents.length === 0 ? yield* surveyed : []
    const told = { own: version, invocation: yield* Invocation }
    if (input.json) {
      const mcpHosts = hosts.map((one) => mcpHostJson(one, told))
      yield* Console.log(jsonLine({ agents: examined.map(doctorJson), unknown, mcpHosts }))
    } else {
      const screen = yield* Screen.Screen
      const { columns } = yield* screen.size
      const canvas = { columns, colour: screen.colour }
      yield* screen.print(doctorLines(examined, unknown, canvas))
      if (input.agents.length === 0) yield* screen.print(mcpHostLines(hosts, told, canvas))
    }
    const wanted = new Set(
      input.agents.length > 0 ? input.agents : settings.agentsBy === "found" ? [] : settings.agents.map(({ id }) => id)
    )
    const sick = examined.filter((one) => wanted.has(one.id) && !isReady(one)).map(({ id }) => id)
    if (sick.length + unknown.length > 0) return yield* new AgentsNotReady({ agents: [...sick, ...unknown] })
  },
  untilSignal,
  Effect.provide(Screen.layer)
)
