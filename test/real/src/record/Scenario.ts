/**
 * A scenario: one talk with one program, small enough to be read, of which a
 * transcript is kept.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { ModelServerShape } from "../ModelServer.ts"
import type { Ended, LineNotPrinted } from "../RawProgram.ts"
import type { Place } from "../RealProgram.ts"
import * as Waypoint from "../Waypoint.ts"
import * as Dialogue from "./Dialogue.ts"

export interface Stage {
  readonly place: Place
  readonly server: ModelServerShape
}

/** What a scenario leaves, not yet redacted. */
export interface Recording {
  readonly args: ReadonlyArray<string>
  /** What the program said, line by line. */
  readonly lines: ReadonlyArray<string>
  readonly said: ReadonlyArray<Dialogue.Said>
  /** None: it did not end when its input was closed, and was stopped. */
  readonly ended: Option.Option<Ended>
  readonly pid: number
}

export interface Scenario {
  readonly name: string
  readonly play: (stage: Stage) => Effect.Effect<Recording, LineNotPrinted, Scope.Scope>
}

type Talk = (dialogue: Dialogue.Dialogue, stage: Stage) => Effect.Effect<void, LineNotPrinted, Scope.Scope>

/** How long a program may take to end by itself once its input is closed. */
const leaveLimit = Duration.seconds(5)

/** Has the talk, closes the input and waits for the end. */
export const talk = (
  stage: Stage,
  args: ReadonlyArray<string>,
  body: Talk,
  env: Readonly<Record<string, string>> = {}
): Effect.Effect<Recording, LineNotPrinted, Scope.Scope> =>
  Effect.gen(function* () {
    const dialogue = yield* Dialogue.start(stage.place, args, env)
    yield* body(dialogue, stage)
    yield* dialogue.program.closeInput
    const ended = yield* Effect.timeoutOption(dialogue.program.ended, leaveLimit)
    return {
      args,
      lines: yield* dialogue.program.lines,
      said: yield* dialogue.said,
      ended,
      pid: dialogue.program.pid
    }
  })

/** A waypoint of its own for a scenario in which a tool must be running. */
export const waypointOf = (stage: Stage): Effect.Effect<Waypoint.Waypoint, never, Scope.Scope> =>
  Waypoint.make(stage.place)
