/**
 * An external runner that does exactly what its prompt says, line by line.
 *
 * For tests and demonstrations; it starts nothing outside this process. The
 * lines it knows are the cases of `step`. A prompt without a final `fail`,
 * `die`, `hang` or `deaf` completes.
 *
 * @stability unstable
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as AgentDirectory from "../AgentDirectory.ts"
import * as ExternalChildRunner from "../ExternalChildRunner.ts"
import * as Outcome from "../Outcome.ts"
import { metadataKeys } from "../Session.ts"

/** What it counts: runs that are open now, and runs that were started ever. */
export interface Census {
  open: number
  started: number
}

export interface Options {
  /** The agent id it answers to. */
  readonly agent: string
  readonly census: Census
}

const failed = (message: string): Outcome.RunnerOutcome => ({ status: "error", reason: "agent_failed", message })

const repeat = (text: string, emit: (round: number) => Effect.Effect<void>): Effect.Effect<void> =>
  Effect.gen(function* () {
    const times = Number(text)
    for (let round = 1; round <= times; round++) yield* emit(round)
  })

/** Carries out one line; an outcome ends the script. */
const step = (
  context: ExternalChildRunner.RunContext,
  line: string
): Effect.Effect<Outcome.RunnerOutcome | undefined> => {
  const [word = "", ...rest] = line.trim().split(" ")
  const text = rest.join(" ")
  const goOn = (effect: Effect.Effect<unknown>) => Effect.as(effect, undefined)
  switch (word) {
    case "say":
      return goOn(context.emit({ type: "token", content: text }))
    case "count":
      return goOn(repeat(text, (round) => context.emit({ type: "token", content: `${round} ` })))
    case "round":
      return goOn(context.emit({ type: "runner_progress", round: Number(text) }))
    case "tool":
      return goOn(context.emit({ type: "tool_start", toolCallId: text, toolName: text, arguments: {} }))
    case "tool-done":
      return goOn(context.emit({ type: "tool_complete", toolCallId: text, toolName: text, result: {} }))
    case "tool-error":
      return goOn(context.emit({ type: "tool_error", toolCallId: text, toolName: text, error: "no" }))
    case "budget":
      return goOn(context.emit({ type: "token_budget_updated", usedTokens: Number(text) }))
    case "ask":
      return goOn(context.emit({ type: "clarification_needed", requestId: text, question: text }))
    case "append":
      return goOn(context.append({ role: "assistant", text, hidden: false }))
    case "sleep":
      return goOn(Effect.sleep(Duration.seconds(Number(text))))
    case "yield":
      return goOn(Effect.yieldNow)
    case "await-request":
      return goOn(context.whileWaiting("request", Effect.sleep(Duration.seconds(Number(text)))))
    case "await-children":
      return goOn(context.whileWaiting("children", Effect.sleep(Duration.seconds(Number(text)))))
    case "fail":
      return Effect.succeed(failed(text))
    case "refuse":
      return Effect.succeed({ status: "error", reason: "refused", message: text })
    case "die":
      return Effect.die(new Error(text))
    case "hang":
      return Effect.never
    case "deaf":
      return Effect.uninterruptible(Effect.never)
    default:
      return Effect.die(new Error(`the script has no word ${word}`))
  }
}

const play = Effect.fnUntraced(function* (options: Options, context: ExternalChildRunner.RunContext) {
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      options.census.open += 1
      options.census.started += 1
    }),
    () =>
      Effect.sync(() => {
        options.census.open -= 1
      })
  )
  for (const line of context.prompt.split("\n")) {
    const outcome = yield* step(context, line)
    if (outcome !== undefined) return ExternalChildRunner.ended(outcome)
  }
  return ExternalChildRunner.ended(Outcome.done)
})

/** The body is a fiber of the caller's scope: it ends with the run's own end, its interruption, or that scope. */
const playIn = (options: Options, context: ExternalChildRunner.RunContext) =>
  Effect.flatMap(Effect.forkScoped(Effect.scoped(play(options, context)), { startImmediately: true }), (body) =>
    Effect.onInterrupt(Fiber.join(body), () => Fiber.interrupt(body))
  )

/** A runner for sessions of `options.agent` that plays the prompt of each. */
export const make = (options: Options): ExternalChildRunner.ExternalChildRunner => ({
  name: "scripted",
  capabilities: { steer: false, requests: false, resume: false, usage: false, gracefulCancel: false },
  shouldHandle: ({ metadata }) =>
    metadata[metadataKeys.runtimeKind] === "external" &&
    metadata[metadataKeys.externalAgentId] === options.agent &&
    metadata[metadataKeys.externalProtocol] === protocol,
  run: (context) => playIn(options, context)
})

export const protocol = "scripted"

/** Names the agent in the directory, with room for any number of runs. */
export const directory = (agent: string): Layer.Layer<never> =>
  AgentDirectory.layer([{ id: agent, protocol, concurrentMax: Number.MAX_SAFE_INTEGER }])
