/**
 * A talk with a program in lines of JSON, remembered word for word in both
 * directions. A turn of it is heard once: each `hear` goes on after the message
 * that the last one took.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Json from "../Json.ts"
import * as RawProgram from "../RawProgram.ts"
import type { Place } from "../RealProgram.ts"

/** What the client said, and after how many lines of the program. */
export interface Said {
  readonly after: number
  readonly line: unknown
}

export interface Dialogue {
  readonly program: RawProgram.RawProgram
  readonly say: (message: unknown) => Effect.Effect<void>
  /** The next message that fits. */
  readonly hear: (fits: (message: unknown) => boolean) => Effect.Effect<unknown, RawProgram.LineNotPrinted>
  readonly said: Effect.Effect<ReadonlyArray<Said>>
}

/** Begins a talk; the end of the scope ends the program. */
export const start = (
  place: Place,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Effect.Effect<Dialogue, never, Scope.Scope> =>
  Effect.gen(function* () {
    const program = yield* RawProgram.start(place, args, env)
    const said: Array<Said> = []
    let heard = 0
    return {
      program,
      say: (line) =>
        Effect.flatMap(program.lines, ({ length }) => {
          said.push({ after: length, line })
          return program.write(Json.encode(line))
        }),
      hear: (fits) =>
        Effect.suspend(() => {
          const from = heard
          return program
            .line((line, index) => {
              const message = index < from ? Option.none() : Json.decode(line)
              if (Option.isNone(message) || !fits(message.value)) return false
              heard = index + 1
              return true
            })
            .pipe(Effect.map((line) => Option.getOrUndefined(Json.decode(line))))
        }),
      said: Effect.sync(() => [...said])
    }
  })
