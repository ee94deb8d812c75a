import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PlatformError from "effect/PlatformError"
import * as Queue from "effect/Queue"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import { OutputClosed } from "../src/cli/Failures.ts"
import * as Screen from "../src/cli/Screen.ts"
import { Environment } from "../src/Environment.ts"

describe("Screen.canDraw", () => {
  it.each<readonly [string, boolean, Record<string, string>, boolean]>([
    ["a terminal", true, {}, true],
    ["no terminal", false, {}, false],
    ["NO_COLOR", true, { NO_COLOR: "1" }, false],
    ["an empty NO_COLOR is none", true, { NO_COLOR: "" }, true],
    ["CI", true, { CI: "true" }, false],
    ["CI=false", true, { CI: "false" }, true],
    ["a dumb terminal", true, { TERM: "dumb" }, false]
  ])("%s", (_, terminal, environment, expected) => {
    assert.strictEqual(Screen.canDraw(terminal, environment), expected)
  })
})

const closed = PlatformError.systemError({ _tag: "Unknown", module: "Terminal", method: "display" })

const fake = (written: Array<string>, open: () => boolean) =>
  Layer.mergeAll(
    Layer.succeed(
      Terminal.Terminal,
      Terminal.make({
        columns: Effect.succeed(20),
        rows: Effect.succeed(10),
        size: Queue.unbounded<Terminal.Size>(),
        readInput: Queue.unbounded<Terminal.UserInput>(),
        readLine: Effect.succeed(""),
        display: (text) =>
          open()
            ? Effect.sync(() => {
                written.push(text)
              })
            : Effect.fail(closed)
      })
    ),
    Stdio.layerTest({ stdoutIsTerminal: Effect.succeed(true) }),
    Layer.succeed(Environment, {})
  )

describe("Screen", () => {
  it.effect("a drawing is replaced in place, lines stay above it, and the cursor comes back", () =>
    Effect.gen(function* () {
      const written: Array<string> = []
      yield* Effect.gen(function* () {
        const screen = yield* Screen.Screen
        yield* screen.draw(["one", "two"])
        yield* screen.draw(["three"])
        yield* screen.print(["a line"])
      }).pipe(Effect.provide(Screen.layer.pipe(Layer.provide(fake(written, () => true)))))
      assert.deepStrictEqual(written, [
        "\u001B[?25lone\ntwo\n",
        "\u001B[2A\r\u001B[Jthree\n",
        "\u001B[1A\r\u001B[Ja line\nthree\n",
        "\u001B[?25h"
      ])
    })
  )

  it.effect("nobody reads any more: the command is told, one that must go on is not", () =>
    Effect.gen(function* () {
      const print = Effect.flatMap(Screen.Screen, (screen) => screen.print(["x"]))
      const gone = fake([], () => false)
      const told = yield* Effect.flip(print.pipe(Effect.provide(Screen.layer.pipe(Layer.provide(gone)))))
      assert.instanceOf(told, OutputClosed)
      const deaf = yield* Effect.option(print.pipe(Effect.provide(Screen.layerDeaf.pipe(Layer.provide(gone)))))
      assert.isTrue(Option.isSome(deaf))
    })
  )
})
