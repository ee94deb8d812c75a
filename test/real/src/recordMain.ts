/**
 * `pnpm record [PROGRAM [SCENARIO…]]`: has the talks of the scenarios with the
 * real programs, without a network, and keeps the transcripts for the tests of
 * the adapters. Without arguments it lists the scenarios.
 *
 * The process that is called installs what is missing; a second one, where
 * there is no network, has the talks.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Handover from "./Handover.ts"
import { ModelServer, layer as modelServerLayer } from "./ModelServer.ts"
import { type ProgramId, isProgramId, programIds } from "./ProgramList.ts"
import * as RealProgram from "./RealProgram.ts"
import * as Run from "./Run.ts"
import { gemini, qwen } from "./record/acp.ts"
import { claude } from "./record/claude.ts"
import { claudeDriven } from "./record/claudeDriven.ts"
import { codex } from "./record/codex.ts"
import { opencode } from "./record/opencode.ts"
import { pi } from "./record/pi.ts"
import type { Scenario } from "./record/Scenario.ts"
import * as Transcript from "./record/Transcript.ts"

const scenarios: Readonly<Record<ProgramId, ReadonlyArray<Scenario>>> = {
  claude: [...claude, ...claudeDriven],
  codex,
  gemini,
  opencode,
  pi,
  qwen
}

/** All scenarios of one program. */
const recordingLimit = Duration.minutes(20)

/** A talk that goes as it should takes seconds. */
const scenarioLimit = Duration.minutes(2)

/** Has one talk and keeps it; says so, or says why not. True: it is kept. */
const record = (id: ProgramId, scenario: Scenario): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const server = yield* ModelServer
    const place = yield* RealProgram.place(id)
    const stage = { place, server }
    const recording = yield* Effect.scoped(scenario.play(stage))
    const { bytes, file, lines } = yield* Effect.sync(() => Transcript.write(scenario.name, stage, recording))
    yield* Run.say(`${file}: ${lines} lines, ${bytes} bytes`)
    return true
  }).pipe(
    Effect.scoped,
    Effect.provide(modelServerLayer),
    Effect.timeout(scenarioLimit),
    Effect.catchCause((cause) =>
      Effect.as(Run.say(`${id} ${scenario.name}: NOT RECORDED: ${Cause.pretty(cause)}`), false)
    )
  )

const outside = (id: ProgramId, names: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const handover = yield* Run.prepare([id])
    const command = [process.execPath, "--conditions=@offshoot/source", import.meta.filename, id, ...names]
    const ended = yield* Run.enter(command, handover, recordingLimit)
    return Option.contains(ended.code, 0)
  }).pipe(
    Effect.scoped,
    Effect.catchTag("NamespaceImpossible", (error) =>
      Effect.as(Run.say(`Nothing was recorded: ${error.message}.`), false)
    )
  )

const inside = (id: ProgramId, names: ReadonlyArray<string>) =>
  Effect.map(
    Effect.forEach(
      scenarios[id].filter(({ name }) => names.length === 0 || names.includes(name)),
      (scenario) => record(id, scenario)
    ),
    (kept) => kept.length > 0 && kept.every((one) => one)
  )

const list = Run.say(
  programIds.map((id) => `${id}\n${scenarios[id].map(({ name }) => `  ${name}\n`).join("")}`).join("")
)

const program = Effect.gen(function* () {
  const [id, ...names] = process.argv.slice(2)
  if (id === undefined) return yield* Effect.as(list, true)
  if (!isProgramId(id))
    return yield* Effect.as(Run.say(`there is no program "${id}" here; there are ${programIds.join(", ")}`), false)
  const unknown = names.find((name) => !scenarios[id].some((scenario) => scenario.name === name))
  if (unknown !== undefined) return yield* Effect.as(Run.say(`${id} has no scenario "${unknown}"`), false)
  return yield* Option.isSome(Handover.read(process.env)) ? inside(id, names) : outside(id, names)
})

NodeRuntime.runMain(
  Effect.tap(program, (good) =>
    Effect.sync(() => {
      process.exitCode = good ? 0 : 1
    })
  )
)
