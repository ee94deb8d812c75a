/**
 * One run of a coding agent: its program, its conversation, and the way out.
 * The recipe; its parts are in the modules beside this one.
 */
import { ExternalChildRunner, type Outcome } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { ArgumentsInput } from "../AgentProfile.ts"
import type { RunLimits } from "../CliAgent.ts"
import { brokenProtocol, type CliProtocol, type Conversation, type ProgramLink } from "../CliProtocol.ts"
import { ofFailedEnd } from "../command/CommandOutcome.ts"
import { Narrator } from "../Narrator.ts"
import type { ProgramEnd, ProgramNotStarted } from "../ProgramEnd.ts"
import type { ProgramLauncher } from "../ProgramLauncher.ts"
import type { RunMark } from "../RunMark.ts"
import { shownWithout } from "../Shown.ts"
import { makeAsks } from "./asks.ts"
import { firstPromptOf } from "./firstPrompt.ts"
import { makeInput, type ProgramInput } from "./programInput.ts"
import { makeOutput } from "./programOutput.ts"
import { Turns } from "./turns.ts"

/** What is known of a run before its program starts. */
export interface Prepared {
  readonly agentId: string
  readonly program: string
  readonly title: string
  readonly args: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string | Redacted.Redacted<string>>>
  readonly secrets: ReadonlyArray<string>
  readonly limits: RunLimits
  readonly mark: RunMark
  readonly nonce: string
  readonly input: ArgumentsInput
}

export interface Given {
  readonly launcher: ProgramLauncher["Service"]
  readonly context: ExternalChildRunner.RunContext
  readonly protocol: CliProtocol
  readonly prepared: Prepared
  /** From SIGTERM to SIGKILL. */
  readonly grace: Duration.Duration
  readonly notStarted: (error: ProgramNotStarted) => Outcome.RunnerOutcome
}

/** R1: whatever the exit code is. */
const endedEarly = (title: string, end: ProgramEnd, standardError: string): Outcome.RunnerOutcome =>
  ofFailedEnd(end, standardError, (howItEnded) => `${title} ${howItEnded} before it had ended its turn`)

interface Program {
  /** Returns when it says nothing more, whether it lives or not. */
  readonly silenced: Effect.Effect<void>
  /** How it ended, once everything it said was taken in; or why it never began. */
  readonly ended: Effect.Effect<ProgramEnd, ProgramNotStarted>
  /** Returns when nothing of it is alive. */
  readonly stop: Effect.Effect<void>
}

/** Starts the program in the caller's scope; whoever closes first, the scope or `stop`, has it stopped. */
const startProgram = Effect.fnUntraced(function* (
  { context, grace, launcher, prepared }: Given,
  input: Stream.Stream<Uint8Array>,
  output: ReturnType<typeof makeOutput>
) {
  const ended = Deferred.makeUnsafe<ProgramEnd, ProgramNotStarted>()
  const silenced = Deferred.makeUnsafe<void>()
  const scope = yield* Scope.Scope
  // Interrupted by `stop`, or by the caller's scope.
  const fiber = yield* launcher
    .run({
      program: prepared.program,
      args: prepared.args,
      cwd: prepared.input.cwd,
      env: prepared.environment,
      stdin: input,
      mark: prepared.mark,
      onStdout: output.onStdout,
      onStderr: output.onStderr,
      onStdoutEnd: Effect.asVoid(Deferred.succeed(silenced, undefined)),
      grace,
      stopMode: context.stopMode,
      aborted: context.aborted
    })
    .pipe(
      Effect.tap(output.flush),
      Effect.onExit((exit) => Deferred.done(ended, exit)),
      Effect.ignore,
      Effect.forkIn(scope, { startImmediately: true })
    )
  const program: Program = {
    silenced: Deferred.await(silenced),
    ended: Deferred.await(ended),
    stop: Fiber.interrupt(fiber)
  }
  return program
})

/** The conversation from its begin to the end of its last turn. */
const talk = Effect.fnUntraced(function* ({ context, prepared }: Given, conversation: Conversation, turns: Turns) {
  const { limits, title } = prepared
  yield* conversation.begin.pipe(
    Effect.timeoutOrElse({
      duration: limits.begin,
      orElse: () =>
        Effect.fail(brokenProtocol(`${title} was not ready for a prompt within ${Duration.toSeconds(limits.begin)} s`))
    })
  )
  let text = firstPromptOf(context)
  while (true) {
    const { next, outcome } = yield* turns.play(conversation, text)
    if (Option.isNone(next)) return outcome
    text = next.value
  }
})

/** Nobody hears from a program that has closed its output: it has its time to exit, and no more. */
const deaf = ({ prepared }: Given, program: Program): Effect.Effect<Outcome.RunnerOutcome> => {
  const message = `${prepared.title} closed its standard output in the middle of its work and goes on`
  return program.silenced.pipe(
    Effect.andThen(Effect.timeoutOption(Effect.exit(program.ended), prepared.limits.exit)),
    Effect.flatMap((exit) =>
      Option.isSome(exit) ? Effect.never : Effect.succeed({ status: "error", reason: "protocol", message })
    )
  )
}

/** By the protocol, as far as the grace time goes (R2). */
const askToStop = ({ context, prepared }: Given, conversation: Conversation, turns: Turns, program: Program) =>
  Effect.gen(function* () {
    if ((yield* context.stopMode) === "abort") return
    const stopped = Effect.raceFirst(Effect.andThen(conversation.interrupt, turns.over), Effect.exit(program.ended))
    yield* Effect.raceFirst(Effect.asVoid(stopped), context.aborted).pipe(
      Effect.timeoutOption(prepared.limits.interrupt),
      Effect.ignoreCause
    )
  })

/** Closes the input, gives the program its time to leave, and stops what is left of it. */
const leave = ({ context, prepared, protocol }: Given, input: ProgramInput, program: Program) =>
  Effect.gen(function* () {
    yield* input.close
    const mayLeave = protocol.leaves === "input_end" && (yield* context.stopMode) !== "abort"
    if (mayLeave) {
      yield* Effect.raceFirst(Effect.asVoid(Effect.exit(program.ended)), context.aborted).pipe(
        Effect.timeoutOption(prepared.limits.exit)
      )
    }
    yield* program.stop
  })

/** The narrator of a run and what it needs: the asks and turns that it tells of. */
const narrate = Effect.fnUntraced(function* (
  { context, prepared, protocol }: Given,
  send: ProgramLink["send"],
  turns: Turns
) {
  // Facts come only after the program has begun, and that begins after the conversation is there.
  const opened = Deferred.makeUnsafe<Conversation>()
  const asks = yield* makeAsks(context, prepared, (asked, verdict) =>
    Effect.flatMap(Deferred.await(opened), (conversation) => conversation.answer(asked, verdict))
  )
  const narrator = new Narrator(context, prepared.secrets, {
    asked: asks.take,
    withdrawn: asks.withdraw,
    turnEnded: (outcome) => Effect.andThen(asks.drop, turns.end(outcome))
  })
  const tell = turns.noting((facts) => narrator.tell(facts))
  const conversation = yield* protocol.open({ ...prepared.input, nonce: prepared.nonce, send, tell })
  yield* Deferred.succeed(opened, conversation)
  return { asks, conversation, narrator }
})

/** Runs the agent to the end of its work. Needs the run's scope; see `CliRunner` for what interruption does. */
export const converse = Effect.fnUntraced(function* (given: Given) {
  const { context, prepared } = given
  const input = yield* makeInput
  const turns = new Turns({ ...prepared, inbox: context.inbox, clock: yield* Clock.Clock })
  const { asks, conversation, narrator } = yield* narrate(given, input.send, turns)
  const output = makeOutput(
    context,
    prepared,
    (lines) => conversation.receive(lines),
    (outcome) => turns.breakOff(outcome)
  )
  const program = yield* startProgram(given, input.stream, output)

  const exited = Effect.match(program.ended, {
    onFailure: given.notStarted,
    onSuccess: (end) => {
      const standardError = output.standardError()
      return Option.getOrElse(
        Option.orElse(turns.lastOutcome, () => conversation.exited(end, standardError)),
        () => endedEarly(prepared.title, end, standardError)
      )
    }
  })
  const stalled = turns.stalled(() => narrator.hasOpenCall || asks.open() > 0)
  const outcome = yield* Effect.raceAllFirst([
    talk(given, conversation, turns),
    exited,
    stalled,
    turns.broken,
    deaf(given, program)
  ]).pipe(
    Effect.catchTag("TurnFailed", (failed) => Effect.succeed(failed.outcome)),
    Effect.onInterrupt(() => askToStop(given, conversation, turns, program)),
    Effect.onExit(() =>
      leave(given, input, program).pipe(
        Effect.andThen(asks.drop),
        Effect.andThen(narrator.close("The run was over before this call had ended")),
        Effect.uninterruptible
      )
    )
  )
  const end: ExternalChildRunner.RunEnd = {
    ...ExternalChildRunner.ended(shownWithout(prepared.secrets).outcome(outcome)),
    usage: Option.fromUndefinedOr(narrator.usage),
    resume: Option.fromUndefinedOr(narrator.handle)
  }
  return end
})
