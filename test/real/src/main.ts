/**
 * `npm run test:real [-- PROGRAM…] [-t NAME…]`: the tests with real programs,
 * in a namespace without a network, and a table of what became of each program.
 *
 * Exit codes: 0 all is well, 1 something failed or did not run that had to,
 * 2 the arguments are wrong.
 */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Choice from "./Choice.ts"
import * as Run from "./Run.ts"
import * as Tally from "./Tally.ts"
import { variable as tallyVariable } from "./TallyReporter.ts"

/** All tests of all programs; a test that hangs has a limit of its own far below. */
const testsLimit = Duration.minutes(30)

const CountsByName = Schema.fromJsonString(
  Schema.Record(Schema.String, Schema.Struct({ passed: Schema.Number, failed: Schema.Number }))
)
const decodeCounts = Schema.decodeUnknownOption(CountsByName)

/** What the reporter counted; nothing, when the tests ended before it could. */
const countsIn = (file: string): Readonly<Record<string, Tally.Counts>> => {
  if (!NodeFS.existsSync(file)) return {}
  return Option.getOrElse(decodeCounts(NodeFS.readFileSync(file, "utf8")), () => ({}))
}

const tests = (choice: Choice.Choice) =>
  Effect.gen(function* () {
    const handover = yield* Run.prepare(choice.programs)
    const tallyFile = NodePath.join(handover.folder, "tally.json")
    const command = ["vitest", "run", "--config", "vitest.real.config.ts", ...choice.rest]
    const ended = yield* Run.enter(command, handover, testsLimit, { [tallyVariable]: tallyFile })
    const counts = countsIn(tallyFile)
    const rows = handover.programs.map((program) => Tally.rowOf(program, counts[program.id]))
    yield* Run.say(
      ["", "Real programs, without a network:", ...Tally.table(rows).map((line) => `  ${line}`)].join("\n")
    )
    if (ended.late) yield* Run.say(`The tests took longer than ${Duration.format(testsLimit)} and were ended.`)
    if (ended.left.length > 0) yield* Run.say(`Left alive, and killed now:\n  ${ended.left.join("\n  ")}`)
    return Option.contains(ended.code, 0) && ended.left.length === 0 && Tally.good(rows, choice.required)
  }).pipe(
    Effect.scoped,
    Effect.catchTag("NamespaceImpossible", (error) =>
      Effect.as(Run.say(`No program was run: ${error.message}.`), false)
    )
  )

const program = Effect.gen(function* () {
  const choice = Choice.parse(process.argv.slice(2), process.env)
  if (Result.isFailure(choice)) {
    yield* Run.say(`test:real: ${choice.failure}`)
    return 2
  }
  return (yield* tests(choice.success)) ? 0 : 1
})

NodeRuntime.runMain(
  Effect.tap(program, (code) =>
    Effect.sync(() => {
      process.exitCode = code
    })
  )
)
