/**
 * What the tests of the real programs share: a look at a run, and the tests
 * whose body is the same whoever is tried. Each file names those that its
 * program passes.
 */
import { assert, it } from "@effect/vitest"
import type { ExternalChildRunner } from "@offshoot/core"
import type * as RunHarness from "@offshoot/core/testing/RunHarness"
import { ModelServer, type RealChild, Script, Waypoint } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as NodePath from "node:path"
import * as Json from "../src/Json.ts"

export type Home = RealChild.RealChild
type Needs = ModelServer.ModelServer | Scope.Scope

export interface Program {
  readonly atHome: (permission?: RealChild.Options["permission"]) => Effect.Effect<Home, never, Needs>
  /** Where its tests take longer than those of the others. */
  readonly testMillisMax?: number
}

export const approved: ExternalChildRunner.Answer = { _tag: "Approved", text: Option.none() }

/** A process that leaves its group and its session. */
export const daemon = "setsid sleep 100000 &"

export const fileIn = ({ place }: Home, name: string): string => NodePath.join(place.cwd, name)

export const nobodyAlive = Effect.fnUntraced(function* ({ alive }: Home) {
  assert.deepStrictEqual(yield* alive, [])
})

/** The name of the first call of this tool with these words in its arguments. */
export const callOf = Effect.fnUntraced(function* (
  { awaitEvent }: RunHarness.RunHarness,
  toolName: string,
  words = ""
) {
  const event = yield* awaitEvent(
    (event) =>
      event.type === "tool_start" && event.toolName === toolName && Json.encode(event.arguments).includes(words)
  )
  return event.type === "tool_start" ? event.toolCallId : ""
})

export const typesOf = (
  events: ReadonlyArray<{ readonly type: string }>,
  ...types: ReadonlyArray<string>
): ReadonlyArray<string> => events.map(({ type }) => type).filter((type) => types.includes(type))

export const test = (name: string, body: Effect.Effect<void, never, Needs>, limitMillis?: number): void =>
  it.live(name, () => Effect.provide(body, ModelServer.layer), limitMillis)

export const takesAMessageWhileACommandRuns = ({ atHome, testMillisMax }: Program): void =>
  test(
    "takes a message while a command runs",
    Effect.gen(function* () {
      const home = yield* atHome("full")
      const waypoint = yield* Waypoint.make(home.place)
      const { harness, started } = yield* home.start(`shell ${waypoint.command} ;; say not heard`)
      yield* waypoint.reached
      yield* harness.send("say heard", "queue")
      yield* harness.awaitTaken
      yield* waypoint.pass
      yield* Fiber.join(started.fiber)
      assert.strictEqual(yield* harness.answer, "heard")
      assert.deepStrictEqual(
        (yield* harness.receipts).map(({ status }) => status),
        ["delivered"]
      )
      yield* nobodyAlive(home)
    }),
    testMillisMax
  )

export const beginsAnewWithAMessage = ({ atHome, testMillisMax }: Program): void =>
  test(
    "begins anew with a message that interrupts",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { harness, started } = yield* home.start("hang")
      yield* harness.awaitAnswer("This takes a while.")
      yield* harness.send("say something else", "interrupt")
      const end = yield* Fiber.join(started.fiber)
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(yield* harness.answer, "This takes a while.\n\nsomething else")
      yield* nobodyAlive(home)
    }),
    testMillisMax
  )

export const stopsWhileItSpeaks = ({ atHome, testMillisMax }: Program): void =>
  test(
    "stops while it speaks, and has told how to go on with it",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { harness, started } = yield* home.start("hang")
      yield* harness.awaitAnswer("This takes a while.")
      yield* started.cancel
      yield* nobodyAlive(home)
      yield* home.server.awaitLeft("hang")
      assert.isDefined((yield* harness.report).resume)
    }),
    testMillisMax
  )

/** `unknown`: the handle of a conversation that it never had. */
export const saysThatAConversationIsLost = ({ atHome, testMillisMax }: Program, unknown: string): void =>
  test(
    "says that a conversation is lost instead of beginning another",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { end } = yield* home.run("say one", unknown)
      assert.strictEqual(end.outcome.reason, "lost")
      assert.deepStrictEqual(yield* home.server.requests, [])
      yield* nobodyAlive(home)
    }),
    testMillisMax
  )

export const saysALongAnswerWhole = ({ atHome, testMillisMax }: Program): void =>
  test(
    "says an answer of two megabytes whole",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { answer, end } = yield* home.run("big 2000000")
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(answer, Script.bigText(2_000_000))
    }),
    testMillisMax
  )

export const asksNobodyButItsProvider = ({ atHome, testMillisMax }: Program): void =>
  test(
    "asks nobody but its model's provider",
    Effect.gen(function* () {
      const home = yield* atHome()
      yield* home.run("say hello")
      assert.deepStrictEqual(yield* home.server.strays, [])
    }),
    testMillisMax
  )
