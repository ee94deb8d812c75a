/**
 * What is known of the agents of this machine: which programs there are, what
 * they lack and what mends it.
 *
 * A survey starts each program for its version, so it is made when somebody asks
 * and the last one is old, once for all who ask meanwhile, and never waited for
 * by who can be told an older one.
 */
import { type AgentDefinition, AgentSurvey, type CliHost, ProgramFinder } from "@offshoot/adapters-cli"
import type { AgentDirectory } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import type { Settings } from "../Settings.ts"
import type * as WireAgents from "../WireAgents.ts"
import { patientsOf } from "./patients.ts"

/** As old as a survey may be: who has just installed something looks again after a minute. */
const freshMillis = 60_000
/** Who asks first waits this long for something to be told; programs that are slow to say their version come later. */
const firstWait = Duration.seconds(2)
/** Each of them is a program with a start of its own, on a machine that has other things to do. */
const atOnce = 2

/** What is known of one agent. `isUsable` is unknown while its program was not looked at. */
export interface Seen {
  readonly id: string
  readonly title: string
  readonly protocol: string
  readonly program: "found" | "missing"
  readonly version: Option.Option<string>
  readonly lacks: ReadonlyArray<AgentSurvey.Lack>
}

/** None: there was no survey yet. */
export class Surveys extends Context.Reference<{ readonly seen: Effect.Effect<ReadonlyArray<Seen>> }>(
  "@offshoot/server/internal/surveys",
  { defaultValue: () => ({ seen: Effect.succeed([]) }) }
) {}

const seenOf = ({ id, lacks, program, protocol, title, version }: AgentSurvey.Surveyed): Seen => ({
  id,
  title,
  protocol,
  program: Option.isSome(program) ? "found" : "missing",
  version,
  lacks
})

type Command = Extract<AgentDefinition.AgentDefinition, { readonly _tag: "Command" }>

/** Of a plain command only its program is known. */
const seenOfCommand = (id: string, { agent, protocol }: Command, program: Option.Option<unknown>): Seen => {
  const [name = ""] = agent.command
  const lack = { weight: "blocks", what: `${name} is not on PATH`, mend: `install ${name}, or name another` } as const
  return {
    id,
    title: id,
    protocol,
    program: Option.isSome(program) ? "found" : "missing",
    version: Option.none(),
    lacks: Option.isSome(program) ? [] : [lack]
  }
}

const commandsOf = ({ agents }: Settings) =>
  agents.flatMap(({ definition, id }) => (definition._tag === "Command" ? [{ id, definition }] : []))

const surveyAll = Effect.fn("Surveys.survey")(function* (settings: Settings, searchPath: string | undefined) {
  const commands = yield* Effect.forEach(commandsOf(settings), ({ definition, id }) =>
    Effect.map(ProgramFinder.find(definition.agent.command.slice(0, 1), searchPath), (program) =>
      seenOfCommand(id, definition, program)
    )
  )
  const coding = yield* Effect.forEach(
    patientsOf(settings),
    ({ subject }) => Effect.map(AgentSurvey.survey(subject), seenOf),
    { concurrency: atOnce }
  )
  return [...commands, ...coding]
})

type Surveying = Effect.Services<ReturnType<typeof surveyAll>>

/** The surveys of this server's machine; programs that are being asked end with the layer. */
export const layer = (
  settings: Settings,
  searchPath: string | undefined
): Layer.Layer<never, never, Surveying | CliHost.CliHost | FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    Surveys,
    Effect.gen(function* () {
      const services = yield* Effect.context<Surveying>()
      const scope = yield* Effect.scope
      let last: { readonly seen: ReadonlyArray<Seen>; readonly atMillis: number } | undefined
      let underWay: Fiber.Fiber<ReadonlyArray<Seen>> | undefined
      const survey = surveyAll(settings, searchPath).pipe(
        Effect.tap((seen) =>
          Effect.map(Clock.currentTimeMillis, (atMillis) => {
            last = { seen, atMillis }
          })
        ),
        Effect.catchCause((cause) => Effect.as(Effect.logWarning("agents.not_surveyed", cause), last?.seen ?? [])),
        Effect.ensuring(
          Effect.sync(() => {
            underWay = undefined
          })
        ),
        Effect.provideContext(services)
      )
      const begin = Effect.suspend(() =>
        underWay === undefined
          ? Effect.tap(Effect.forkIn(survey, scope), (fiber) =>
              Effect.sync(() => {
                underWay = fiber
              })
            )
          : Effect.succeed(underWay)
      )
      return {
        seen: Effect.gen(function* () {
          const nowMillis = yield* Clock.currentTimeMillis
          if (last !== undefined && nowMillis - last.atMillis < freshMillis) return last.seen
          const fiber = yield* begin
          if (last !== undefined) return last.seen
          const told = yield* Effect.timeoutOption(Fiber.await(fiber), firstWait)
          return Option.isSome(told) && told.value._tag === "Success" ? told.value.value : []
        })
      }
    })
  )

const stateOf = ({ lacks, program }: Seen): WireAgents.Agent["state"] => {
  if (program === "missing") return "missing"
  return lacks.some(({ weight }) => weight === "blocks") ? "not_ready" : "ready"
}

const wireOf = (
  entry: Pick<AgentDirectory.AgentEntry, "id" | "protocol" | "concurrentMax">,
  seen: Seen | undefined,
  by: "configured" | "known"
): WireAgents.Agent => {
  const mend = seen?.lacks[0]?.mend
  return {
    id: entry.id,
    protocol: entry.protocol,
    concurrentMax: entry.concurrentMax,
    configured: by === "configured",
    state: seen === undefined ? "unknown" : stateOf(seen),
    ...(seen === undefined ? {} : { title: seen.title }),
    ...(seen === undefined || Option.isNone(seen.version) ? {} : { version: seen.version.value }),
    lacks: (seen?.lacks ?? []).map(({ what }) => what),
    ...(mend === undefined ? {} : { mend })
  }
}

/** Who can be run, then who could be if the configuration named it. Pure. */
export const agentsOf = (
  entries: ReadonlyArray<AgentDirectory.AgentEntry>,
  seen: ReadonlyArray<Seen>,
  concurrentMax: number
): ReadonlyArray<WireAgents.Agent> => {
  const byId = new Map(seen.map((one) => [one.id, one]))
  const configured = new Set(entries.map(({ id }) => id))
  return [
    ...entries.map((entry) => wireOf(entry, byId.get(entry.id), "configured")),
    ...seen
      .filter(({ id }) => !configured.has(id))
      .map((one) => wireOf({ id: one.id, protocol: one.protocol, concurrentMax }, one, "known"))
  ]
}
