/**
 * An external runner that does exactly what its prompt says, line by line.
 *
 * For tests and demonstrations; it starts nothing outside this process. The
 * lines it knows are the cases of `step` and `exchange`. A prompt without a
 * final `fail`, `die`, `hang` or `deaf` completes.
 *
 * @stability unstable
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as AgentDirectory from "../AgentDirectory.ts"
import type * as ExternalChildRunner from "../ExternalChildRunner.ts"
import * as Outcome from "../Outcome.ts"
import { metadataKeys, type NamedArtifact, type Usage } from "../Session.ts"

/** What it counts: runs that are open now, and runs that were started ever. */
export interface Census {
  open: number
  started: number
}

export interface Options {
  /** The agent id it answers to. */
  readonly agent: string
  readonly census: Census
  /** What it declares; what is left out is `false`. A script is held to it: a word that needs more is a defect. */
  readonly capabilities?: Partial<ExternalChildRunner.Capabilities>
}

/** What a script has said of itself, for its end. */
interface Said {
  usage: Option.Option<Usage>
  resume: Option.Option<string>
  artifacts: ReadonlyArray<NamedArtifact>
}

interface Stage {
  readonly context: ExternalChildRunner.RunContext
  readonly capabilities: ExternalChildRunner.Capabilities
  readonly said: Said
}

type Step = Effect.Effect<Outcome.RunnerOutcome | undefined>

const failed = (message: string): Outcome.RunnerOutcome => ({ status: "error", reason: "agent_failed", message })

const repeat = (text: string, emit: (round: number) => Effect.Effect<void>): Effect.Effect<void> =>
  Effect.gen(function* () {
    const times = Number(text)
    for (let round = 1; round <= times; round++) yield* emit(round)
  })

const goOn = (effect: Effect.Effect<unknown>): Step => Effect.as(effect, undefined)

const seconds = (text: string): Duration.Duration => Duration.seconds(Number(text))

const say = ({ context }: Stage, content: string): Effect.Effect<void> => context.emit({ type: "token", content })

/** `approved:`, `denied:` or `expired:` and what was asked, or the words of the answer. */
const sayAnswer = (stage: Stage, asked: string, answer: ExternalChildRunner.Answer): Effect.Effect<void> => {
  switch (answer._tag) {
    case "Approved":
      return say(stage, `approved:${asked}`)
    case "Denied":
      return say(stage, `denied:${asked}`)
    case "Answered":
      return say(stage, `answered:${answer.text}`)
    case "Expired":
      return say(stage, `expired:${asked}`)
  }
}

const ask = (stage: Stage, asking: ExternalChildRunner.Asking, asked: string): Effect.Effect<void> =>
  Effect.flatMap(stage.context.ask(asking), (answer) => sayAnswer(stage, asked, answer))

/** Says each message that waits, as `<text>`. One that is `no` is refused. */
const take = (stage: Stage): Effect.Effect<number> =>
  stage.context.inbox.take(({ text }) => (text === "no" ? Effect.fail("not that") : say(stage, `<${text}>`)))

const needs = (
  stage: Stage,
  capability: "steer" | "requests" | "resume" | "usage",
  effect: Effect.Effect<unknown>
): Step =>
  stage.capabilities[capability]
    ? goOn(effect)
    : Effect.die(new Error(`the script uses ${capability}, which its runner does not declare`))

const told = (stage: Stage, report: { readonly usage?: Usage; readonly resume?: string }): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (report.usage !== undefined) stage.said.usage = Option.some(report.usage)
    if (report.resume !== undefined) stage.said.resume = Option.some(report.resume)
    return stage.context.report(report)
  })

/** Keeps a text and names it in the run's end. */
const leave = ({ context, said }: Stage, name: string, text: string): Effect.Effect<void> =>
  Effect.map(context.keep(text, { mediaType: "text/plain" }), (kept) => {
    if (Option.isNone(kept)) return
    const bytes = new TextEncoder().encode(text).length
    said.artifacts = [...said.artifacts, { kind: "text", name, id: kept.value, mediaType: "text/plain", bytes }]
  })

/** The words for what a run asks, is told and tells of itself; undefined: it is none of them. */
const exchange = (stage: Stage, word: string, text: string): Step | undefined => {
  const { context } = stage
  switch (word) {
    case "ask": {
      const [key = "", ...question] = text.split(" ")
      const asking = { key, ask: { type: "question", question: question.join(" ") } } as const
      return needs(stage, "requests", ask(stage, asking, key))
    }
    case "permit": {
      // A second word tells one call of a tool from another.
      const [toolName = ""] = text.split(" ")
      const permission = { type: "permission", toolCallId: text, toolName, arguments: { of: text } } as const
      return needs(stage, "requests", ask(stage, { key: `permit:${text}`, ask: permission }, text))
    }
    case "take":
      return needs(stage, "steer", take(stage))
    case "take-wait":
      return needs(stage, "steer", Effect.andThen(context.inbox.arrived("queue"), take(stage)))
    case "interruptible":
      return needs(stage, "steer", Effect.timeoutOption(context.inbox.arrived("interrupt"), seconds(text)))
    case "resume-handle":
      return needs(stage, "resume", told(stage, { resume: text }))
    case "usage":
      return needs(stage, "usage", told(stage, { usage: { outputTokens: Number(text) } }))
    case "leave": {
      const [name = "", ...kept] = text.split(" ")
      return goOn(leave(stage, name, kept.join(" ")))
    }
    case "once": {
      const [toolName = "", pause = "0"] = text.split(" ")
      return goOn(context.onceOnly({ toolCallId: toolName, toolName }, Effect.sleep(seconds(pause))))
    }
    case "resumed": {
      const handle = Option.flatMapNullishOr(context.resume, (resume) => resume.handle)
      return goOn(say(stage, Option.match(handle, { onNone: () => "fresh", onSome: (known) => `resumed:${known}` })))
    }
    default:
      return undefined
  }
}

const triesBefore = ({ context }: Stage): number => context.job.tries?.length ?? 0

/** `limited <seconds> <tries>`: so many tries of the job meet a rate limit that asks for this pause. */
const limited = (stage: Stage, text: string): Step => {
  const [pause = "1", tries = "1"] = text.split(" ")
  return Effect.succeed(
    triesBefore(stage) < Number(tries)
      ? { status: "error", reason: "rate_limited", message: "slow down", retryAfterSeconds: Number(pause) }
      : undefined
  )
}

/** Carries out one line; an outcome ends the script. */
const step = (stage: Stage, line: string): Step => {
  const { context } = stage
  const [word = "", ...rest] = line.trim().split(" ")
  const text = rest.join(" ")
  switch (word) {
    case "": // between two messages of one prompt
      return goOn(Effect.void)
    case "say":
      return goOn(say(stage, text))
    case "count":
      return goOn(repeat(text, (round) => say(stage, `${round} `)))
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
    case "append":
      return goOn(context.append({ role: "assistant", text, hidden: false }))
    case "sleep":
      return goOn(Effect.sleep(seconds(text)))
    case "yield":
      return goOn(Effect.yieldNow)
    case "await-request":
      return goOn(context.whileWaiting("request", Effect.sleep(seconds(text))))
    case "await-children":
      return goOn(context.whileWaiting("children", Effect.sleep(seconds(text))))
    case "fail":
      return Effect.succeed(failed(text))
    case "refuse":
      return Effect.succeed({ status: "error", reason: "refused", message: text })
    case "limited":
      return limited(stage, text)
    case "tries":
      return goOn(say(stage, `tries:${triesBefore(stage)}`))
    case "die":
      return Effect.die(new Error(text))
    case "hang":
      return Effect.never
    case "hang-first":
      return triesBefore(stage) === 0 ? Effect.never : goOn(Effect.void)
    case "deaf":
      return Effect.uninterruptible(Effect.never)
    default:
      return exchange(stage, word, text) ?? Effect.die(new Error(`the script has no word ${word}`))
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
  const said: Said = { usage: Option.none(), resume: Option.none(), artifacts: [] }
  const stage: Stage = { context, capabilities: capabilitiesOf(options), said }
  for (const line of context.prompt.split("\n")) {
    const outcome = yield* step(stage, line)
    if (outcome !== undefined) return { outcome, ...said } satisfies ExternalChildRunner.RunEnd
  }
  return { outcome: Outcome.done, ...said } satisfies ExternalChildRunner.RunEnd
})

const capabilitiesOf = ({ capabilities }: Options): ExternalChildRunner.Capabilities => ({
  steer: false,
  requests: false,
  resume: false,
  usage: false,
  gracefulCancel: false,
  ...capabilities
})

/** The body is a fiber of the caller's scope: it ends with the run's own end, its interruption, or that scope. */
const playIn = (options: Options, context: ExternalChildRunner.RunContext) =>
  Effect.flatMap(Effect.forkScoped(Effect.scoped(play(options, context)), { startImmediately: true }), (body) =>
    Effect.onInterrupt(Fiber.join(body), () => Fiber.interrupt(body))
  )

/** A runner for sessions of `options.agent` that plays the prompt of each. */
export const make = (options: Options): ExternalChildRunner.ExternalChildRunner => ({
  name: "scripted",
  capabilities: capabilitiesOf(options),
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
