/**
 * The tools of an app: a `Toolkit` of `effect/ai` with its handlers, as a source
 * of tools for in-process agents.
 *
 * It translates and no more: parameters are decoded and results encoded by the
 * toolkit, and who may call what, how long and how often is said elsewhere.
 *
 * @stability unstable
 */
import { AiError, Tool, Toolkit } from "effect/ai"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { AgentTool, ToolAnswer, ToolCall, ToolSource } from "./AgentTools.ts"
import { jsonTextOf } from "./internal/boundedJson.ts"

/** The call that a handler serves: its session, its run, and a word on its progress. None outside of one. */
export class CurrentToolCall extends Context.Reference<Option.Option<ToolCall>>("@offshoot/core/CurrentToolCall", {
  defaultValue: () => Option.none()
}) {}

/** Preliminary results that wait to be shown; a handler that is faster waits. */
const preliminaryMax = 16

interface Result {
  readonly encodedResult: unknown
  readonly modelOutput?: ToolAnswer["modelOutput"] | undefined
  readonly isFailure: boolean
  readonly preliminary: boolean
  readonly result: unknown
}

/** A toolkit whose handlers are there, whatever its tools are. */
interface Handled<R, F> {
  readonly tools: Readonly<Record<string, Tool.Any>>
  handle(name: string, params: unknown, toolCallId?: string): Effect.Effect<Stream.Stream<Result, F, R>, F, R>
}

/** What its author says of a tool; what the library assumes when nobody has said anything is not asked. */
const saysOf = ({ annotations, needsApproval }: Tool.Any): Pick<AgentTool, "repeatable" | "parallel" | "asksFirst"> => {
  const isReadonly = Context.get(annotations, Tool.Readonly)
  const isDestructive = Context.getOrUndefined(annotations, Tool.Destructive) === true
  return {
    repeatable: isReadonly || Context.get(annotations, Tool.Idempotent),
    parallel: isReadonly,
    // A tool that asks for some of its calls is asked for before each: a call too many is no harm.
    asksFirst: needsApproval === undefined ? isDestructive && !isReadonly : needsApproval !== false
  }
}

const failure = (result: unknown): ToolAnswer => ({ isFailure: true, result })

/** The words of an error of the library, and a failure of the app's own as the tool's schema encodes it. */
const failureOf = (tool: Tool.Any, error: unknown): ToolAnswer => {
  if (AiError.isAiError(error)) return failure(error.reason.message)
  const encoded = Schema.encodeUnknownOption(Schema.toCodecJson(Schema.toType(tool.failureSchema)))(error)
  return failure(Option.getOrElse(encoded, () => String(error)))
}

const answerOf = ({ encodedResult, isFailure, modelOutput, result }: Result, tool: Tool.Any): ToolAnswer => {
  if (isFailure) return AiError.isAiError(result) ? failureOf(tool, result) : failure(encodedResult)
  return { isFailure, result: encodedResult ?? null, ...(modelOutput === undefined ? {} : { modelOutput }) }
}

const detailOf = ({ encodedResult }: Result): string =>
  typeof encodedResult === "string" ? encodedResult : Option.getOrElse(jsonTextOf(encodedResult), () => "")

const nothing = failure("The tool ended without a result.")

const toolOf = <R, F>(handled: Handled<R, F>, services: Context.Context<R>, tool: Tool.Any): AgentTool => ({
  name: tool.name,
  tool,
  ...saysOf(tool),
  call: (call) =>
    Stream.unwrap(handled.handle(tool.name, call.params, call.toolCallId)).pipe(
      Stream.tap((result) => (result.preliminary ? call.progress(detailOf(result)) : Effect.void)),
      Stream.filter(({ preliminary }) => !preliminary),
      Stream.runLast,
      Effect.map(Option.match({ onNone: () => nothing, onSome: (result) => answerOf(result, tool) })),
      Effect.catch((error) => Effect.succeed(failureOf(tool, error))),
      Effect.provideService(Toolkit.PreliminaryBuffer, preliminaryMax),
      Effect.provideService(CurrentToolCall, Option.some(call)),
      // The caller's own services win over those that were there when the source was made.
      Effect.updateContext((caller: Context.Context<never>) => Context.merge(services, caller))
    )
})

/**
 * The tools of a toolkit, for every session. Tools that a provider runs itself
 * are left out: nobody here could call them.
 *
 * **Details**: a tool annotated as `Readonly` or `Idempotent` may be called
 * again after a crash, and a read-only one beside others; one that is annotated
 * as `Destructive`, or that needs approval, is asked for before each call.
 *
 * **Example**
 *
 * ```ts
 * const Search = Tool.make("search", { parameters: Schema.Struct({ text: Schema.String }), success: Schema.String })
 * const Kit = Toolkit.make(Search.annotate(Tool.Readonly, true))
 * const tools = Layer.effect(AgentTools.ToolSources, Effect.all([ToolkitTools.fromToolkit("app", Kit)])).pipe(
 *   Layer.provide(Kit.toLayer({ search: ({ text }) => Effect.succeed(`found ${text}`) }))
 * )
 * ```
 */
export const fromToolkit = <R, F, E, H>(
  name: string,
  toolkit: Effect.Effect<Handled<R, F>, E, H>
): Effect.Effect<ToolSource, E, H | R> =>
  Effect.gen(function* () {
    const handled = yield* toolkit
    const services = yield* Effect.context<R>()
    const tools = Object.values(handled.tools)
      .filter((tool) => !Tool.isProviderDefined(tool))
      .map((tool) => toolOf(handled, services, tool))
    return { name, toolsFor: () => Effect.succeed(tools) }
  })
