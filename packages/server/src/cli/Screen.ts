/**
 * The terminal as a command sees it: a drawing that is replaced in place, and
 * lines above it that stay.
 *
 * Without a terminal, or with `NO_COLOR` or `CI`, there is no drawing, only
 * lines. It decides nothing about what is shown; it fails with `OutputClosed`
 * when nobody reads any more.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import { Environment } from "../Environment.ts"
import { widthOf } from "../internal/terminalText.ts"
import { OutputClosed } from "./Failures.ts"

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface ScreenShape {
  /** Whether there is a drawing. Without one `draw` does nothing. */
  readonly live: boolean
  readonly colour: boolean
  readonly size: Effect.Effect<Size>
  /** Replaces the drawing. Lines must fit `size`. */
  readonly draw: (lines: ReadonlyArray<string>) => Effect.Effect<void, OutputClosed>
  /** Adds lines that stay, above the drawing if there is one. */
  readonly print: (lines: ReadonlyArray<string>) => Effect.Effect<void, OutputClosed>
  /** The drawing as it is stays on the screen, or goes. */
  readonly leave: (drawing: "kept" | "erased") => Effect.Effect<void, OutputClosed>
}

export class Screen extends Context.Service<Screen, ScreenShape>()("@offshoot/server/cli/Screen") {}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ""

/** `CI=false` is how some machines say that they are none. */
const isCi = (value: string | undefined): boolean => isSet(value) && value !== "false" && value !== "0"

/** Whether a drawing is wanted and possible. */
export const canDraw = (terminal: boolean, environment: Readonly<Record<string, string | undefined>>): boolean =>
  terminal && !isSet(environment["NO_COLOR"]) && !isCi(environment["CI"]) && environment["TERM"] !== "dumb"

/** For terminals that do not tell. */
const sizeDefault: Size = { columns: 80, rows: 24 }

/** Into a file or a pipe nothing is cut that anybody reads. */
const columnsElsewhere = 400

/** More lines than anybody takes in at a glance. */
const rowsMax = 60

const hideCursor = "\u001B[?25l"
const showCursor = "\u001B[?25h"
const clearBelow = "\u001B[J"
const up = (rows: number): string => (rows > 0 ? `\u001B[${rows}A` : "")

/** How many rows of the terminal the lines take now, which may be narrower than when they were drawn. */
const rowsOf = (lines: ReadonlyArray<string>, columns: number): number =>
  lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / Math.max(1, columns))), 0)

const make = Effect.gen(function* () {
  const terminal = yield* Terminal.Terminal
  const stdio = yield* Stdio.Stdio
  const environment = yield* Environment
  const onTerminal = yield* stdio.stdoutIsTerminal
  const live = canDraw(onTerminal, environment)
  const turn = yield* Semaphore.make(1)
  let drawn: ReadonlyArray<string> = []

  const write = (text: string): Effect.Effect<void, OutputClosed> =>
    text === "" ? Effect.void : Effect.mapError(terminal.display(text), () => new OutputClosed())

  const size: Effect.Effect<Size> = Effect.gen(function* () {
    const columns = onTerminal ? yield* terminal.columns : columnsElsewhere
    const rows = yield* terminal.rows
    return {
      columns: columns > 0 ? columns : sizeDefault.columns,
      rows: Math.min(rowsMax, rows > 0 ? rows : sizeDefault.rows)
    }
  })

  const back = Effect.map(size, ({ columns }) =>
    drawn.length === 0 ? "" : `${up(rowsOf(drawn, columns))}\r${clearBelow}`
  )
  const textOf = (lines: ReadonlyArray<string>): string => lines.map((line) => `${line}\n`).join("")

  const draw = (lines: ReadonlyArray<string>): Effect.Effect<void, OutputClosed> =>
    live
      ? turn.withPermit(
          Effect.gen(function* () {
            const start = yield* back
            const cursor = drawn.length === 0 ? hideCursor : ""
            drawn = lines
            yield* write(`${cursor}${start}${textOf(lines)}`)
          })
        )
      : Effect.void

  const print = (lines: ReadonlyArray<string>): Effect.Effect<void, OutputClosed> =>
    turn.withPermit(Effect.flatMap(back, (start) => write(`${start}${textOf(lines)}${textOf(drawn)}`)))

  const leave = (drawing: "kept" | "erased"): Effect.Effect<void, OutputClosed> =>
    turn.withPermit(
      Effect.gen(function* () {
        if (drawn.length === 0) return
        const start = drawing === "erased" ? yield* back : ""
        drawn = []
        yield* write(`${start}${showCursor}`)
      })
    )

  yield* Effect.addFinalizer(() => Effect.ignore(leave("kept")))
  return Screen.of({ live, colour: live, size, draw, print, leave })
})

/** The terminal of this process. Closing the layer gives the cursor back. */
export const layer: Layer.Layer<Screen, never, Terminal.Terminal | Stdio.Stdio> = Layer.effect(Screen, make)

/** The same for a command whose work goes on when nobody reads its output any more. */
export const layerDeaf: Layer.Layer<Screen, never, Terminal.Terminal | Stdio.Stdio> = Layer.effect(
  Screen,
  Effect.map(make, (screen) =>
    Screen.of({
      ...screen,
      draw: (lines) => Effect.ignore(screen.draw(lines)),
      print: (lines) => Effect.ignore(screen.print(lines)),
      leave: (drawing) => Effect.ignore(screen.leave(drawing))
    })
  )
)
