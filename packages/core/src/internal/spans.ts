/**
 * The spans of runs, model calls and tool calls, with the attributes of the
 * GenAI conventions (the registry of July 2026, `gen_ai.*`, status development).
 *
 * Invariants
 *   T1. A token stands in one `gen_ai.usage.*` attribute of one span: that of
 *       the model call that used it, or of the run when its model calls are not
 *       ours. Sums over spans are right; all other sums are `offshoot.usage.*`.
 *   T2. Nobody waits for a span, and no failure of a span is one of the run.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import type { Outcome } from "../Outcome.ts"
import type { RoutedModel } from "../ProviderRouter.ts"
import { type Figure, figures, type Session, type Usage } from "../Session.ts"
import type { SessionStoreShape } from "../SessionStore.ts"
import * as Telemetry from "../Telemetry.ts"
import { jsonTextOf } from "./boundedJson.ts"
import type { LiveRun } from "./liveRun.ts"

type Attributes = Record<string, unknown>

/** Content of one attribute: what backends keep of one, as a rule. */
const contentCharsMax = 16_384

const asContent = (value: unknown): string =>
  (typeof value === "string" ? value : Option.getOrElse(jsonTextOf(value), () => "")).slice(0, contentCharsMax)

const conventionOf: Record<Figure, string> = {
  inputTokens: "input_tokens",
  outputTokens: "output_tokens",
  cacheReadTokens: "cache_read.input_tokens",
  cacheWriteTokens: "cache_creation.input_tokens",
  reasoningTokens: "reasoning.output_tokens",
  costUsd: "cost_usd"
}

/** The figures that are known, under this prefix. The conventions have no cost. */
const usageAttributes = (prefix: "gen_ai.usage" | "offshoot.usage.own" | "offshoot.usage.subtree", usage: Usage) => {
  const found: Attributes = {}
  for (const figure of figures) {
    const value = usage[figure]
    if (value === undefined) continue
    const place = prefix === "gen_ai.usage" && figure === "costUsd" ? "offshoot.usage.call" : prefix
    found[`${place}.${conventionOf[figure]}`] = value
  }
  return found
}

/** What is known of a span when it ends. */
interface Ended {
  readonly attributes: Attributes
  /** A word for its kind of failure; none: it went well. */
  readonly error: Option.Option<string>
}

const annotate = (span: Tracer.Span, attributes: Attributes): void => {
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) span.attribute(key, value)
}

const endSpan = (span: Tracer.Span, { attributes, error }: Ended): Effect.Effect<void> =>
  Clock.clockWith((clock) =>
    Effect.sync(() => {
      annotate(span, attributes)
      if (Option.isSome(error)) span.attribute("error.type", error.value)
      span.end(clock.currentTimeNanosUnsafe(), Option.isSome(error) ? Exit.fail(error.value) : Exit.void)
    })
  )

interface Spanned<A> {
  readonly name: string
  /** Whether what is below it makes spans of its own. */
  readonly below: "spans" | "none"
  readonly kind: "client" | "internal"
  readonly attributes: Attributes
  /** None: it was interrupted, or failed. */
  readonly ended: (exit: Exit.Exit<A, unknown>) => Ended
}

/** Below the span, without the stack that the library would take for it. */
const within = <A, E, R>(effect: Effect.Effect<A, E, R>, span: Tracer.Span): Effect.Effect<A, E, R> =>
  Effect.updateContext(effect, (context: Context.Context<R>) => Context.add(context, Tracer.ParentSpan, span))

/** Runs the effect in a span; without a tracer as it is, at the price of one look. */
const inSpan = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  spanned: (isRecorded: boolean) => Spanned<A>
): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => {
    if (fiber.getRef(Tracer.Tracer) === Tracer.nativeTracer) return effect
    const { attributes, below, ended, kind, name } = spanned(fiber.getRef(Telemetry.Content) === "recorded")
    return Effect.flatMap(Effect.makeSpan(name, { kind, attributes }), (span) =>
      within(below === "none" ? Effect.withTracerEnabled(effect, false) : effect, span).pipe(
        Effect.onExit((exit) => endSpan(span, ended(exit)))
      )
    )
  })

const contentOf = (isRecorded: boolean, attributes: () => Attributes): Attributes => (isRecorded ? attributes() : {})

/** What a tool call and its answer are, as far as a span tells it. */
export interface ToolSpan {
  readonly session: Session
  readonly toolCallId: string
  readonly toolName: string
  readonly params: unknown
}

/** `execute_tool`: one call, without the time that somebody takes to permit it. */
export const inToolSpan = <E, R, A extends { readonly isFailure: boolean; readonly result: unknown }>(
  call: ToolSpan,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  inSpan(effect, (isRecorded) => ({
    name: `execute_tool ${call.toolName}`,
    below: "spans",
    kind: "internal",
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": call.toolName,
      "gen_ai.tool.call.id": call.toolCallId,
      "gen_ai.tool.type": "function",
      "gen_ai.conversation.id": call.session.id,
      ...contentOf(isRecorded, () => ({ "gen_ai.tool.call.arguments": asContent(call.params) }))
    },
    ended: (exit) =>
      Exit.isSuccess(exit)
        ? {
            attributes: contentOf(isRecorded, () => ({ "gen_ai.tool.call.result": asContent(exit.value.result) })),
            error: exit.value.isFailure ? Option.some("tool_error") : Option.none()
          }
        : { attributes: {}, error: Option.some("interrupted") }
  }))

/** What a model call said of itself. */
export interface ModelSaid {
  readonly usage: Usage
  readonly finish: Option.Option<string>
  readonly model: string | undefined
  readonly text: string
}

/** As the schema of the conventions has it. */
const messageOf = (text: string, finish: ModelSaid["finish"]): string => {
  const parts = [{ type: "text", content: text.slice(0, contentCharsMax) }]
  const message = { role: "assistant", parts, finish_reason: Option.getOrElse(finish, () => "error") }
  return Option.getOrElse(jsonTextOf([message]), () => "")
}

/** `chat`: one model call. The library's own span of it would say the same again, so there is none. */
export const inModelSpan = <A, E, R>(
  call: { readonly session: Session; readonly model: Pick<RoutedModel, "modelRef" | "providerType" | "isScripted"> },
  effect: Effect.Effect<A, E, R>,
  said: () => ModelSaid
): Effect.Effect<A, E, R> =>
  inSpan(effect, (isRecorded) => ({
    name: `chat ${call.model.modelRef.model}`,
    below: "none",
    kind: "client",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": call.model.providerType,
      "gen_ai.request.model": call.model.modelRef.model,
      "gen_ai.request.stream": true,
      "gen_ai.conversation.id": call.session.id,
      "offshoot.model.provider": call.model.modelRef.provider,
      ...(call.model.isScripted ? { "offshoot.model.scripted": true } : {})
    },
    ended: (exit) => {
      const { finish, model, text, usage } = said()
      return {
        attributes: {
          ...usageAttributes("gen_ai.usage", usage),
          "gen_ai.response.model": model,
          "gen_ai.response.finish_reasons": Option.isSome(finish) ? [finish.value] : undefined,
          ...contentOf(isRecorded, () => ({ "gen_ai.output.messages": messageOf(text, finish) }))
        },
        error: Exit.isSuccess(exit) ? Option.none() : Option.some("model_error")
      }
    }
  }))

/** The span of a run, which is open from its beginning until it is settled. */
export interface RunSpan {
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** After the settling, when the record has what the run used. */
  readonly end: (outcome: Outcome) => Effect.Effect<void>
}

const noSpan: RunSpan = { within: (effect) => effect, end: () => Effect.void }

const runAttributes = ({ job, session }: LiveRun, name: string): Attributes => ({
  "gen_ai.operation.name": "invoke_agent",
  "gen_ai.agent.name": name,
  "gen_ai.conversation.id": session.id,
  "offshoot.run.id": job.runId,
  "offshoot.session.root_id": session.rootId,
  ...(session.parentId === undefined ? {} : { "offshoot.session.parent_id": session.parentId }),
  "offshoot.session.depth": session.depth,
  "offshoot.run.earlier_tries": job.tries?.length ?? 0
})

/** What failed, for whoever counts: a cancel is nobody's failure. */
const errorOf = ({ reason, status }: Outcome): Option.Option<string> =>
  status === "error" || status === "timeout" ? Option.some(reason) : Option.none()

const runEnded = (live: LiveRun, outcome: Outcome, subtree: Usage): Ended => ({
  attributes: {
    "offshoot.runner": live.runner,
    "offshoot.outcome.status": outcome.status,
    "offshoot.outcome.reason": outcome.reason,
    "offshoot.rounds": live.rounds,
    ...usageAttributes("offshoot.usage.own", live.usage ?? {}),
    ...usageAttributes("offshoot.usage.subtree", subtree),
    // T1: an external agent's model calls have no spans of ours.
    ...(live.records === "rounds" ? {} : usageAttributes("gen_ai.usage", live.usage ?? {}))
  },
  error: errorOf(outcome)
})

/** `invoke_agent`: begins where whoever asked for the run was, in this process or in another. */
export const openRunSpan = (live: LiveRun, store: SessionStoreShape): Effect.Effect<RunSpan> =>
  Effect.flatMap(Telemetry.isOn, (on) => {
    if (!on) return Effect.succeed(noSpan)
    const { job, session } = live
    const name = session.profile ?? session.agent ?? "agent"
    const parent = Option.getOrUndefined(Option.flatMap(Option.fromUndefinedOr(job.traceparent), Telemetry.spanOf))
    const kind = session.agent === undefined ? "internal" : "client"
    const attributes = runAttributes(live, name)
    const options = { kind, attributes, ...(parent === undefined ? { root: true } : { parent }) } as const
    return Effect.map(Effect.makeSpan(`invoke_agent ${name}`, options), (span): RunSpan => ({
      within: (effect) => within(effect, span),
      end: (outcome) =>
        Effect.option(Effect.withTracerEnabled(store.treeUsage(session.id), false)).pipe(
          Effect.flatMap((used) => {
            const subtree = Option.match(used, { onNone: () => ({}), onSome: ({ tree }) => tree })
            return endSpan(span, runEnded(live, outcome, subtree))
          })
        )
    }))
  })
