/** What a runner under test is given to play, and the harness around one of its runs. */
import { assert } from "@effect/vitest"
import type { ExternalChildRunner, Outcome, Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { openCalls } from "./openCalls.ts"

/** How to make the agent play one part. */
export interface Part {
  readonly session: Session.Session
  readonly prompt: string
}

/** A part that goes on until it is stopped; its answer holds `ready` once the agent is at work. */
export interface LivePart extends Part {
  readonly ready: string
}

/**
 * The agent waits for a message. With `asks` it takes none in the middle of a
 * turn: its turn ends when that ask is answered, and a message begins the next.
 */
export interface ListeningPart extends LivePart {
  readonly asks?: string
}

/** The agent says what it calls the conversation that it goes on with: its handle, or the part of it that is told here. */
export interface ResumingPart extends Part {
  readonly nameIn?: (handle: string) => string
}

/** The agent asks one thing. Its answer holds the given words after each of the answers. */
export interface AskingPart extends Part {
  /** The key of the ask, when the agent chooses it. */
  readonly key: string
  readonly approved: string
  readonly denied: string
  readonly expired: string
}

/** An agent that breaks its word in one way. Its run ends all the same, with this outcome, and leaves nothing alive. */
export interface MisbehavingPart extends Part {
  /** Completes the sentence "though its agent …". */
  readonly name: string
  readonly expect: Pick<Outcome.RunnerOutcome, "status" | "reason">
  /** By the real clock, from the start of the run to its end. */
  readonly within: Duration.Duration
}

export interface Subject<R, E = never> {
  readonly layer: Layer.Layer<R, E>
  readonly runner: Effect.Effect<ExternalChildRunner.ExternalChildRunner, never, R>
  /** What the runner is expected to declare. */
  readonly capabilities: ExternalChildRunner.Capabilities
  /** How many processes, connections or fibers of this subject's agents are alive, seen from outside the runner. */
  readonly live: Effect.Effect<number, never, R>
  /** Sessions of other runners, as like its own as can be. */
  readonly foreign: ReadonlyArray<Session.Session>
  readonly completes: Part & { readonly answer: string }
  /** The agent itself fails at its task. */
  readonly fails: Part
  /** Many events as fast as the agent can. */
  readonly noisy: Part & { readonly answer: string }
  /** Goes on for ever; ends when it is asked to. */
  readonly hangs: LivePart
  /** Says `stopping` when it is asked to end, and ends. Needed with `gracefulCancel`. */
  readonly polite?: LivePart & { readonly stopping: string }
  /** Says `stopping` when it is asked to end, and goes on. Needed with `gracefulCancel`. */
  readonly stubborn?: LivePart & { readonly stopping: string }
  /** Asks for one permission and ends. Needed with `requests`. */
  readonly asks?: AskingPart
  /** Says `ready`, waits for a message, says its text and ends. Needed with `steer`. */
  readonly listens?: ListeningPart
  /** Tells its usage, says `ready` and goes on. Needed with `usage`. */
  readonly spends?: LivePart
  /** Tells its usage and how to go on with it, and ends. Needed with `resume` or `usage`. */
  readonly leaves?: Part
  /** Tells how to go on with it, says `ready` and goes on. Needed with `resume`. */
  readonly names?: LivePart
  /** Goes on with an earlier conversation; its answer holds what that one was called. Needed with `resume`. */
  readonly resumes?: ResumingPart
  /** Opens a tool call of its own, says `ready` and goes on in the middle of it. For an agent that tells of its tools. */
  readonly works?: LivePart
  /** Opens a tool call of its own, never closes it, and completes or fails. For an agent that tells of its tools. */
  readonly leavesOpen?: Part
  /** Says `said`, the end of which is `ready`, and goes on in the middle of its answer; tells its usage with `usage`. */
  readonly speaks?: LivePart & { readonly said: string }
  /** Ends without a word on how its work ended, as a program does that exits with 0 before its result. */
  readonly silentEnd?: Part
  /** Ways to misbehave, each with its own name. */
  readonly misbehaves?: ReadonlyArray<MisbehavingPart>
}

export const part = <P>(given: P | undefined, name: string): P => {
  if (given === undefined) throw new Error(`The subject declares the capability and does not say how to play "${name}"`)
  return given
}

let runs = 0

/**
 * A harness with a run id that no other test of this process has, and what that
 * run goes on from. However the run ends, it must have closed the tool calls that
 * it told of: the test fails otherwise.
 */
export const harnessOf = Effect.fnUntraced(function* (
  { prompt, session }: Part,
  from: Pick<RunHarness.Given, "resume" | "follows"> = {}
) {
  const harness = yield* RunHarness.make({ prompt, session, runId: `run_conformance_${++runs}`, ...from })
  // Made before its runs are started, so that they have ended when it is looked at.
  yield* Effect.addFinalizer(() =>
    Effect.map(harness.events, (events) => assert.deepStrictEqual(openCalls(events), [], "tool calls were left open"))
  )
  return harness
})

const nothingHeld: RunHarness.Counts = { running: 0, waiting: 0, late: 0 }

/** Nothing of a run is alive, and nothing came after its end. */
export const everythingEnded = Effect.fnUntraced(function* <R, E>(
  subject: Subject<R, E>,
  harness: RunHarness.RunHarness
) {
  assert.strictEqual(yield* subject.live, 0)
  assert.deepStrictEqual(yield* harness.counts, nothingHeld)
})
