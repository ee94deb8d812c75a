/**
 * Makes the tool calls of one round: every call is answered, whatever happens.
 *
 * It holds what is true of all tools: who may use them, who is asked before,
 * how many run at once, how long, how much of a result the model reads, and
 * what is shown live. The loop says what a round is and records it.
 *
 * Invariants
 *   I8. What the session's scope does not permit is not called, whoever names it.
 *   T1. A call has exactly one answer; a failure of a tool is an answer too, and
 *       only an interruption ends the round without one.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Prompt } from "effect/ai"
import type { AgentLimitsShape } from "../AgentLimits.ts"
import type { AgentTool, ToolAnswer } from "../AgentTools.ts"
import type { Answer, RunContext } from "../ExternalChildRunner.ts"
import type { Session } from "../Session.ts"
import { jobIdOf } from "../SpawnJob.ts"
import * as ToolPolicy from "../ToolPolicy.ts"
import { boundedJson, jsonTextOf } from "./boundedJson.ts"
import { nearestNames } from "./nearestNames.ts"
import { howToRead, readResult, readResultName } from "./readResult.ts"
import { boundAnswer } from "./resultBounds.ts"
import { inToolSpan } from "./spans.ts"

export interface ToolEnv {
  readonly context: RunContext
  /** By name. */
  readonly tools: ReadonlyMap<string, AgentTool>
  readonly limits: AgentLimitsShape
}

/** What the model asked for. `params` is what it wrote, already parsed. */
export interface WantedCall {
  readonly id: string
  readonly name: string
  readonly params: unknown
}

export interface AnsweredCall {
  readonly id: string
  readonly name: string
  readonly answer: ToolAnswer
}

/** In the order of the calls. `rest`: the run ends with this round, because a tool said so. */
export interface ToolRound {
  readonly answers: ReadonlyArray<AnsweredCall>
  readonly rest: boolean
}

/** Calls of one round that are made; a model that writes more has lost its way, and is told. */
const callsMax = 128
/** A name that nobody has is quoted so far. */
const nameCharsMax = 128
/** Names that a refused call is told of: enough to find the right one. */
const namedMax = 8
/** What readers of the stream see of arguments and results: a screen or two. */
const shown = { charsMax: 16_384, headChars: 4_096 }
/** One line of progress. */
const progressCharsMax = 1_024
/** What is told of a defect: its first lines. */
const problemCharsMax = 2_048

const cut = (text: string, charsMax: number): string =>
  text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`

const failure = (words: string): ToolAnswer => ({ isFailure: true, result: words })

/** What a call comes to before anything is done. */
export type Verdict =
  | { readonly _tag: "Make"; readonly tool: AgentTool; readonly params: unknown }
  | { readonly _tag: "Refuse"; readonly words: string }

const refuse = (words: string): Verdict => ({ _tag: "Refuse", words })

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value)

/** Models that call a tool without parameters write nothing, or an empty text. */
const paramsOf = (written: unknown): Option.Option<unknown> => {
  if (written === undefined || written === null || written === "") return Option.some({})
  return isObject(written) ? Option.some(written) : Option.none()
}

const namesOf = (permitted: ReadonlyArray<string>, wanted: string): string =>
  permitted.length === 0
    ? "You have no tools."
    : permitted.length <= namedMax
      ? `Your tools are: ${permitted.join(", ")}.`
      : `The nearest of your ${permitted.length} tools are: ${nearestNames(wanted, permitted, namedMax).join(", ")}.`

const permittedOf = (scope: ToolPolicy.ToolScope, tools: ReadonlyMap<string, AgentTool>): ReadonlyArray<AgentTool> =>
  Array.from(tools.values()).filter(({ name }) => name !== readResultName && ToolPolicy.permits(scope, name))

/** The tools of a run with the one that reads large results, which is ours whatever a source has of its name. */
const withOwn = (tools: ReadonlyMap<string, AgentTool>, own: AgentTool): ReadonlyMap<string, AgentTool> =>
  new Map(tools).set(readResultName, own)

/**
 * What the model is shown: the tools that its session may use, and the one that
 * reads the rest of a large result. Nothing when there are none: it would have
 * nothing to read.
 */
export const offeredTools = ({
  limits,
  session,
  tools
}: {
  readonly session: Session
  readonly tools: ReadonlyMap<string, AgentTool>
  readonly limits: AgentLimitsShape
}): ReadonlyMap<string, AgentTool> => {
  const permitted = permittedOf(session.tools ?? ToolPolicy.everything, tools)
  const offered = new Map(permitted.map((tool) => [tool.name, tool]))
  return offered.size === 0 ? offered : withOwn(offered, readResult(limits.toolResultBytes))
}

/** Whether a call is made. `earlier` are the ids of the calls before it in the round. */
export const decide = (
  scope: ToolPolicy.ToolScope,
  tools: ReadonlyMap<string, AgentTool>,
  call: WantedCall,
  earlier: ReadonlySet<string>
): Verdict => {
  if (earlier.size >= callsMax) {
    return refuse(`Not called: one round may have at most ${callsMax} tool calls. Make fewer at once.`)
  }
  if (earlier.has(call.id)) return refuse("Not called: an earlier call of this round has the same id.")
  const tool = tools.get(call.name)
  const isPermitted = call.name === readResultName || ToolPolicy.permits(scope, call.name)
  if (tool === undefined || !isPermitted) {
    const permitted = permittedOf(scope, tools).map(({ name }) => name)
    const why = tool === undefined ? "There is no tool" : "You are not allowed to use"
    return refuse(`${why} ${cut(call.name, nameCharsMax)}. ${namesOf(permitted, call.name)}`)
  }
  return Option.match(paramsOf(call.params), {
    onNone: () => refuse("Not called: the arguments must be one JSON object with the parameters of the tool."),
    onSome: (params) => ({ _tag: "Make", tool, params })
  })
}

/** Why a call that was asked for is not made; none: it is. */
const refusalOf = (answer: Answer): Option.Option<string> => {
  switch (answer._tag) {
    case "Approved":
      return Option.none()
    case "Denied":
      return Option.some(
        Option.match(answer.text, {
          onNone: () => "Not called: the call was not allowed.",
          onSome: (words) => `Not called: the call was not allowed. The reason: ${words}`
        })
      )
    case "Expired":
    case "Answered":
      return Option.some("Not called: nobody allowed the call in time.")
  }
}

/** Made twice, a call of this tool may do harm: then its state is said as it is. */
const timedOut = ({ repeatable }: AgentTool, seconds: number): ToolAnswer =>
  failure(
    `The call did not end within ${seconds} seconds and was stopped.${repeatable ? "" : " Whether it took effect is not known: find out before you make it again."}`
  )

/** Also when the tool interrupted itself: an interruption of the run never comes here. */
const crashed = (call: WantedCall, cause: Cause.Cause<never>): Effect.Effect<ToolAnswer> =>
  Effect.logError("tool.crashed", cause).pipe(
    Effect.annotateLogs({ toolName: call.name, toolCallId: call.id }),
    Effect.as(failure(`The tool failed: ${cut(String(Cause.squash(cause)), problemCharsMax)}`))
  )

type Make = Extract<Verdict, { readonly _tag: "Make" }>

const make = ({ context, limits }: ToolEnv, call: WantedCall, { params, tool }: Make): Effect.Effect<ToolAnswer> => {
  const named = { toolCallId: call.id, toolName: call.name }
  const made = Effect.suspend(() =>
    tool.call({
      toolCallId: call.id,
      params,
      run: context,
      progress: (detail) =>
        context.emit({ type: "tool_lifecycle", ...named, phase: "progress", detail: cut(detail, progressCharsMax) })
    })
  ).pipe(
    Effect.scoped,
    Effect.timeoutOrElse({
      duration: limits.toolSeconds * 1_000,
      orElse: () => Effect.succeed(timedOut(tool, limits.toolSeconds))
    }),
    Effect.catchCause((cause) => crashed(call, cause))
  )
  return tool.repeatable ? made : context.onceOnly(named, made)
}

/** What the model reads of an answer; what is too large for it is kept first. */
const bounded = (context: RunContext, bytesMax: number, answer: ToolAnswer): Effect.Effect<ToolAnswer> => {
  const known = boundAnswer(answer, bytesMax, () => "The rest is not kept.", textPart)
  if (Option.isNone(known.whole)) return Effect.succeed(known.answer)
  return Effect.map(
    context.keep(known.whole.value),
    Option.match({
      onNone: () => known.answer,
      onSome: (id) => boundAnswer(answer, bytesMax, (offset) => howToRead(id, offset), textPart).answer
    })
  )
}

const textPart = (text: string): Prompt.TextPart => Prompt.textPart({ text })

/** Shows the call and its end to readers, also when it is cut off, and bounds what the model reads of it. */
const shownAs = (
  { context, limits }: ToolEnv,
  call: WantedCall,
  answering: Effect.Effect<ToolAnswer>
): Effect.Effect<ToolAnswer> => {
  const named = { toolCallId: call.id, toolName: cut(call.name, nameCharsMax) }
  const failed = (error: string) => context.emit({ type: "tool_error", ...named, error })
  const ended = (answer: ToolAnswer) => {
    const result = boundedJson(answer.result, shown)
    if (!answer.isFailure) return context.emit({ type: "tool_complete", ...named, result })
    return failed(typeof result === "string" ? result : Option.getOrElse(jsonTextOf(result), () => ""))
  }
  const made = inToolSpan({ session: context.session, ...named, params: call.params }, answering).pipe(
    Effect.flatMap((answer) => bounded(context, limits.toolResultBytes, answer))
  )
  return Effect.uninterruptibleMask((restore) =>
    context
      .emit({ type: "tool_start", ...named, arguments: boundedJson(call.params ?? null, shown) })
      .pipe(
        Effect.andThen(Effect.onInterrupt(restore(made), () => failed("The call was stopped before it had ended."))),
        Effect.tap(ended)
      )
  )
}

/** Who is asked before the call is not waited for by the tool's own time limit. */
const answer = (env: ToolEnv, call: WantedCall, verdict: Verdict): Effect.Effect<ToolAnswer> => {
  if (verdict._tag === "Refuse") return shownAs(env, call, Effect.succeed(failure(verdict.words)))
  const making = make(env, call, verdict)
  if (!verdict.tool.asksFirst) return shownAs(env, call, making)
  const { context } = env
  // Ids are the model's, and some number them anew with each job.
  const key = `tool:${jobIdOf(context.job)}:${call.id}`
  const ask = { type: "permission", toolCallId: call.id, toolName: call.name, arguments: verdict.params } as const
  return Effect.flatMap(context.ask({ key, ask }), (given) => {
    const refused = refusalOf(given)
    return shownAs(env, call, Option.isSome(refused) ? Effect.succeed(failure(refused.value)) : making)
  })
}

interface Step {
  readonly call: WantedCall
  readonly verdict: Verdict
}

/** Calls that may run beside each other stand together; every other one alone. */
const grouped = (steps: ReadonlyArray<Step>): ReadonlyArray<ReadonlyArray<Step>> => {
  const groups: Array<Array<Step>> = []
  let open: Array<Step> | undefined
  for (const step of steps) {
    const beside = step.verdict._tag === "Refuse" || step.verdict.tool.parallel
    if (beside && open !== undefined) open.push(step)
    else groups.push([step])
    open = beside ? (open ?? groups.at(-1)) : undefined
  }
  return groups
}

const stepsOf = ({ context, limits, tools: given }: ToolEnv, calls: ReadonlyArray<WantedCall>): ReadonlyArray<Step> => {
  const scope = context.session.tools ?? ToolPolicy.everything
  const earlier = new Set<string>()
  const tools = calls.some(({ name }) => name === readResultName)
    ? withOwn(given, readResult(limits.toolResultBytes))
    : given
  return calls.map((call) => {
    const verdict = decide(scope, tools, call, earlier)
    earlier.add(call.id)
    return { call, verdict }
  })
}

const nobody = (): void => undefined

/**
 * Makes the calls of a round, in their order; those that the tools allow beside
 * each other.
 *
 * **Interruption**: ends the calls that run; nothing that they started is alive
 * when it returns. A call that must not be repeated stays recorded as open.
 * `told` has heard of each answer that came until then.
 */
export const callTools = (
  env: ToolEnv,
  calls: ReadonlyArray<WantedCall>,
  told: (answered: AnsweredCall) => void = nobody
): Effect.Effect<ToolRound> =>
  Effect.suspend(() =>
    Effect.forEach(
      grouped(stepsOf(env, calls)),
      (group) =>
        Effect.forEach(
          group,
          ({ call, verdict }) =>
            Effect.map(answer(env, call, verdict), (answer) => {
              const answered: AnsweredCall = { id: call.id, name: call.name, answer }
              told(answered)
              return answered
            }),
          { concurrency: group.length === 1 ? 1 : env.limits.parallelTools }
        ),
      { concurrency: 1 }
    )
  ).pipe(
    Effect.map((groups) => {
      const answers = groups.flat()
      return { answers, rest: answers.some(({ answer }) => answer.afterwards === "rest") }
    })
  )
