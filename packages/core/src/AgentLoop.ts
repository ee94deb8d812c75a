/**
 * The in-process agent: a model in a loop with tools.
 *
 * A round is one model call and the tool calls that it wants. What a round said
 * is recorded before its calls are made, and their answers before the next
 * round, so that a run whose process dies goes on from its transcript. Which
 * model, which tools and which role is said by the ports; what a response means
 * by `agentOutcome`; this module carries it out.
 *
 * Invariants
 *   A1. No call stands in the transcript without an answer when a run has ended,
 *       however it ended; what a dead process left is answered by the next run.
 *   A2. A limit or a budget is asked before the call that it may refuse.
 *   A3. Nothing of a run is alive when its scope has closed.
 *
 * @stability unstable
 */
import type { AiError } from "effect/ai"
import { Prompt } from "effect/ai"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { Agent } from "./Agent.ts"
import { AgentLimits, type AgentLimitsShape } from "./AgentLimits.ts"
import { ToolSources } from "./AgentTools.ts"
import { CallSettings } from "./CallSettings.ts"
import * as Compaction from "./Compaction.ts"
import { ended, type RunContext, type RunEnd } from "./ExternalChildRunner.ts"
import { afterResponse, ofError, ofFinish } from "./internal/agentOutcome.ts"
import {
  assistantEntry,
  promptOf,
  type Recorded,
  textMessage,
  toolEntry,
  type TranscriptEntry,
  withoutResult
} from "./internal/agentPrompt.ts"
import { AgentRun, type Refusal } from "./internal/agentRun.ts"
import { callModel } from "./internal/modelCall.ts"
import { type ChosenModel, chooseModel } from "./internal/modelChoice.ts"
import { type ModelResponse, ResponseReader, withoutCalls } from "./internal/readResponse.ts"
import { charsOf } from "./internal/promptSize.ts"
import { setup } from "./internal/runnerChoice.ts"
import { Steering } from "./internal/steering.ts"
import { systemPrompt } from "./internal/systemPrompt.ts"
import { type AnsweredCall, callTools, type ToolRound, type WantedCall } from "./internal/toolRound.ts"
import { type RunTools, toolsOfRun } from "./internal/toolsOfRun.ts"
import { readTranscript } from "./internal/transcriptReading.ts"
import * as ModelFailure from "./ModelFailure.ts"
import { done, type RunnerOutcome } from "./Outcome.ts"
import { ProviderRouter } from "./ProviderRouter.ts"
import { SessionStore, type SessionStoreShape } from "./SessionStore.ts"
import * as SubagentProfile from "./SubagentProfile.ts"

/** What stays the same for all rounds of a run. */
interface Stage {
  readonly context: RunContext
  readonly model: ChosenModel
  readonly tools: RunTools
  readonly limits: AgentLimitsShape
  readonly steering: Steering
  readonly run: AgentRun
}

/** How a round ended: with its run, or before the next one. */
type AfterRound = Option.Option<RunnerOutcome>
const goOn: AfterRound = Option.none()

/** Records what a round added, in one commit, and adds it to what the model is sent. A commit that has begun is waited for. */
const record = ({ context, run }: Stage, ...recorded: ReadonlyArray<Recorded>): Effect.Effect<void> =>
  Effect.suspend(() => {
    for (const { message } of recorded) run.add(message)
    return Effect.uninterruptible(context.appendRound(recorded.map(({ entry }) => entry)))
  })

/** Takes in the messages that wait. Returns how many. */
const takeMessages = ({ context, run, steering }: Stage): Effect.Effect<number> =>
  Effect.map(
    context.inbox.take(({ text }) => Effect.sync(() => run.add(textMessage("user", text)))),
    (count) => {
      steering.taken()
      return count
    }
  )

const refused = ({ context }: Stage, refusal: Refusal): Effect.Effect<AfterRound> =>
  Effect.as(
    context.emit({ type: "budget_exceeded", budget: refusal.budget, message: refusal.message }),
    Option.some(refusal)
  )

/** Makes what is sent shorter when it is time. The transcript keeps everything. */
const compactWhenDue = Effect.fnUntraced(function* ({ run }: Stage, contextTokensMax: number) {
  const usedTokens = run.contextTokens
  if (!Compaction.isDue(yield* Compaction.Compaction, { usedTokens, contextTokensMax })) return
  run.replace(yield* Compaction.compacted({ messages: run.messages, usedTokens, contextTokensMax }))
})

/** Makes shorter what a provider has refused as too long, whatever was counted before. Returns whether it is shorter. */
const compactRefused = Effect.fnUntraced(function* ({ model, run }: Stage) {
  const { contextTokens, messages } = run
  const contextTokensMax = Option.getOrElse(model.contextTokensMax, () => contextTokens)
  const usedTokens = Math.max(contextTokens, contextTokensMax)
  const shorter = yield* Compaction.compacted({ messages, usedTokens, contextTokensMax })
  run.replace(shorter)
  return charsOf(shorter) < charsOf(messages)
})

/** Calls the model; none: a message cut it short, and what it had said is kept as text. */
const respond = Effect.fnUntraced(function* ({
  context,
  model,
  run,
  steering,
  tools
}: Stage): Effect.fn.Return<Option.Option<ModelResponse>, AiError.AiError> {
  const reader = new ResponseReader(run.usedIds)
  const { messages } = run
  const { emit, session } = context
  const call = callModel({ session, model, messages, toolkit: tools.toolkit, emit }, reader)
  const whole = yield* steering.cuttable(
    Option.match(run.tokensLeft, {
      onNone: () => call,
      onSome: (left) =>
        Effect.updateService(call, CallSettings, (settings) => ({
          ...settings,
          maxOutputTokens: Math.min(left, settings.maxOutputTokens ?? left)
        }))
    })
  )
  const response = reader.response()
  if (Option.isSome(whole)) return Option.some(response)
  if (response.text !== "") run.add(textMessage("assistant", response.text))
  return Option.none()
})

/** The same, and once more when the provider says that it was too long and it could be made shorter. */
const respondShortened = (stage: Stage): Effect.Effect<Option.Option<ModelResponse>, AiError.AiError> =>
  Effect.catchIf(respond(stage), ModelFailure.isContextFull, (error) =>
    Effect.flatMap(compactRefused(stage), (shorter) => (shorter ? respond(stage) : Effect.fail(error)))
  )

const toldUsage = Effect.fnUntraced(function* ({ context, model, run }: Stage, response: ModelResponse) {
  const { inputTokens, outputTokens } = response.usage
  if (run.usage !== undefined) yield* context.report({ usage: run.usage })
  if (inputTokens === undefined && outputTokens === undefined) return
  yield* context.emit({
    type: "token_budget_updated",
    usedTokens: (inputTokens ?? 0) + (outputTokens ?? 0),
    ...(Option.isNone(model.contextTokensMax) ? {} : { limitTokens: model.contextTokensMax.value })
  })
})

/** A call that ended without its figures used something all the same: what is known is less than all. */
const toldNothing = ({ context, run }: Stage): Effect.Effect<void> =>
  Effect.suspend(() => {
    run.countUntold()
    return run.usage === undefined ? Effect.void : context.report({ usage: run.usage })
  })

/** What the model said, for the transcript; nothing when it said nothing: reasoning alone is no message. */
const saidOf = (response: ModelResponse): ReadonlyArray<Recorded> => {
  const { content, finish, text } = response
  return content.every(({ type }) => type === "reasoning")
    ? []
    : [assistantEntry({ content, text, finish: Option.getOrElse(finish, () => "unknown" as const) })]
}

const recordSaid = (stage: Stage, response: ModelResponse): Effect.Effect<void> => {
  const said = saidOf(response)
  return said.length === 0 ? Effect.void : record(stage, ...said)
}

const stopped = withoutResult(
  "Cancelled: the run was stopped before this call was answered. It may have taken effect in part."
)
const cutShort = withoutResult(
  "Cancelled: a message came that is to be read before this call is answered. It may have taken effect in part."
)
const unknownOutcome = withoutResult(
  "The run was cut off during this call. Whether it took effect is not known: find out before you make it again."
)

/** Calls that stand in the transcript and are to be answered. */
interface Answering {
  readonly calls: ReadonlyArray<WantedCall>
  /** The answers of further calls, which are not made. */
  readonly known: ToolRound["answers"]
  readonly keep: (recorded: Recorded) => Effect.Effect<void>
}

/**
 * Makes calls and keeps their answers, also when the run is stopped meanwhile
 * (A1): only `restore` lets it be stopped. What was answered by then is kept.
 */
const answerCalls = (
  { context, limits, run, steering, tools }: Stage,
  { calls, keep, known }: Answering,
  restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
): Effect.Effect<AfterRound> => {
  run.toolCalls += calls.length
  const came = new Map<string, AnsweredCall>()
  const answered = (call: AnsweredCall): void => {
    came.set(call.id, call)
  }
  const keepAs = (why: typeof stopped) =>
    keep(toolEntry([...known, ...calls.map((call) => came.get(call.id) ?? why(call))]))
  return restore(steering.cuttable(callTools({ context, tools: tools.byName, limits }, calls, answered))).pipe(
    Effect.onInterrupt(() => keepAs(stopped)),
    Effect.flatMap(
      Option.match({
        onNone: () => Effect.as(keepAs(cutShort), goOn),
        onSome: ({ answers, rest }) =>
          Effect.as(
            keep(toolEntry([...known, ...answers], rest ? "rests" : "goes_on")),
            rest ? Option.some(done) : goOn
          )
      })
    )
  )
}

const makeCalls = (stage: Stage, response: ModelResponse): Effect.Effect<AfterRound> =>
  Effect.suspend(() => {
    const { calls } = response
    const refusal = stage.run.refusesCalls(calls.length)
    if (Option.isSome(refusal)) {
      const notMade = calls.map(withoutResult(`Not called: ${refusal.value.message}.`))
      return Effect.andThen(record(stage, ...saidOf(response), toolEntry(notMade)), refused(stage, refusal.value))
    }
    const answering: Answering = { calls, known: [], keep: (recorded) => record(stage, recorded) }
    return Effect.uninterruptibleMask((restore) =>
      Effect.andThen(recordSaid(stage, response), answerCalls(stage, answering, restore))
    )
  })

const round = Effect.fnUntraced(function* (stage: Stage): Effect.fn.Return<AfterRound> {
  const { context, model, run } = stage
  yield* takeMessages(stage)
  const refusal = run.refusesRound()
  if (Option.isSome(refusal)) return yield* refused(stage, refusal.value)
  const admitted = yield* Effect.result(context.admitCall)
  if (Result.isFailure(admitted)) return yield* refused(stage, admitted.failure.outcome)
  if (Option.isSome(model.contextTokensMax)) yield* compactWhenDue(stage, model.contextTokensMax.value)
  run.rounds += 1
  yield* context.emit({
    type: "runner_progress",
    round: run.rounds,
    ...(model.isScripted ? { detail: "scripted model" } : {})
  })
  const responded = yield* Effect.result(Effect.onInterrupt(respondShortened(stage), () => toldNothing(stage)))
  const nowMillis = yield* Clock.currentTimeMillis
  if (Result.isFailure(responded) || Option.isNone(responded.success)) {
    yield* toldNothing(stage)
    return Result.isFailure(responded) ? Option.some(ofError(responded.failure, nowMillis)) : goOn
  }
  const response = responded.success.value
  run.count(response)
  yield* toldUsage(stage, response)
  const next = afterResponse(response, nowMillis)
  if (next._tag === "Calls") return yield* makeCalls(stage, response)
  const kept = withoutCalls(response)
  yield* recordSaid(stage, kept)
  if (next._tag === "Again") return goOn
  // What was sent while the model said its last is not left lying.
  if (next.outcome.reason === "done" && (yield* takeMessages(stage)) > 0) return goOn
  return Option.some(next.outcome)
})

/** What a run begins with. */
interface Beginning {
  readonly stage: Stage
  readonly system: Prompt.Message
  readonly entries: ReadonlyArray<TranscriptEntry>
}

/**
 * Answers the calls that an earlier run left open. A run that goes on makes
 * those that may be made again, and those that were never begun: they waited
 * for each other, or for somebody to permit them.
 */
const answerLeftOver = (
  { entries, stage, system }: Beginning,
  unanswered: ReadonlyArray<WantedCall>
): Effect.Effect<AfterRound> => {
  const { context, run, tools } = stage
  const mayMake = ({ id, name }: WantedCall): boolean =>
    Option.exists(
      context.resume,
      ({ cutOff }) => cutOff?.includes(id) !== true || tools.byName.get(name)?.repeatable === true
    )
  const answering: Answering = {
    calls: unanswered.filter(mayMake),
    known: unanswered.filter((call) => !mayMake(call)).map(unknownOutcome),
    keep: ({ entry }) =>
      Effect.suspend(() => {
        run.replace([system, ...promptOf([...entries, entry]).messages])
        return Effect.uninterruptible(context.appendRound([entry]))
      })
  }
  return Effect.uninterruptibleMask((restore) => answerCalls(stage, answering, restore))
}

const cutOff = "You were cut off here. Go on where you were."

/** Where the transcript leaves the run: with something to work on, or with its end. */
const takeUp = Effect.fnUntraced(function* (beginning: Beginning): Effect.fn.Return<AfterRound> {
  const { entries, stage } = beginning
  const { context, run } = stage
  const { messages, tail, unanswered } = promptOf(entries)
  if (unanswered.length > 0) return yield* answerLeftOver(beginning, unanswered)
  if (Option.isNone(context.resume)) {
    // A job that begins again is asked again.
    if (messages.at(-1)?.role !== "user") run.add(textMessage("user", context.prompt))
    return goOn
  }
  if (tail._tag === "Open") return goOn
  if ((yield* takeMessages(stage)) > 0) return goOn
  // Its process died between the round that was its last and its rest: no model is asked before something has come.
  if (tail._tag === "Resting") return Option.some(done)
  if (tail._tag === "Answered" && tail.finish !== "pause") {
    // Said and recorded by a run that lost its process before it settled: that is the answer.
    const answeredBy = entries.findLast(({ role }) => role === "assistant")?.runId
    if (answeredBy !== undefined) yield* context.report({ answeredBy })
    return Option.orElse(ofFinish(tail.finish), () => Option.some(done))
  }
  run.add(textMessage("user", cutOff))
  return goOn
})

const profileOf = Effect.fnUntraced(function* ({ session }: RunContext) {
  const { profile: name, workspace } = session
  if (name === undefined) return Result.succeed(Option.none<SubagentProfile.SubagentProfile>())
  const list = yield* (yield* SubagentProfile.SubagentProfiles).list(Option.fromUndefinedOr(workspace))
  return Result.mapBoth(SubagentProfile.resolve(list, name), {
    onSuccess: Option.some,
    onFailure: (unknown) => unknown.message
  })
})

const play = Effect.fnUntraced(function* (
  store: SessionStoreShape,
  context: RunContext
): Effect.fn.Return<RunEnd, never, Scope.Scope> {
  const profile = yield* profileOf(context)
  if (Result.isFailure(profile)) return ended(setup(profile.failure))
  const model = yield* Effect.result(chooseModel(context.session, profile.success))
  if (Result.isFailure(model)) return ended(setup(model.failure.message))
  const limits = yield* AgentLimits
  const tools = yield* toolsOfRun(context, yield* ToolSources, limits)
  const entries = yield* Effect.orDie(readTranscript(store, context.session.id))
  const roundsMax = Option.match(profile.success, {
    onNone: () => limits.roundsMax,
    onSome: (role) => Math.min(role.roundsMax ?? limits.roundsMax, limits.roundsMax)
  })
  const text = systemPrompt({ session: context.session, profile: profile.success, missing: tools.missing })
  const system = Prompt.makeMessage("system", { content: text })
  const run = new AgentRun([system, ...promptOf(entries).messages], { ...limits, roundsMax })
  const steering = new Steering()
  yield* steering.watch(context.inbox)
  const stage: Stage = { context, model: model.success, tools, limits, steering, run }
  let after = yield* takeUp({ stage, system, entries })
  while (Option.isNone(after)) after = yield* round(stage)
  return { ...ended(after.value), usage: Option.fromUndefinedOr(run.usage) }
})

/** The run is a fiber of the caller's scope: it ends with its own end, its interruption, or that scope (A3). */
const playIn = (store: SessionStoreShape, context: RunContext): Effect.Effect<RunEnd, never, Scope.Scope> =>
  Effect.flatMap(Effect.forkScoped(Effect.scoped(play(store, context)), { startImmediately: true }), (body) =>
    Effect.onInterrupt(Fiber.join(body), () => Fiber.interrupt(body))
  )

const make = Effect.gen(function* () {
  const store = yield* SessionStore
  const ports = Context.make(ProviderRouter, yield* ProviderRouter).pipe(
    Context.add(ToolSources, yield* ToolSources),
    Context.add(SubagentProfile.SubagentProfiles, yield* SubagentProfile.SubagentProfiles),
    Context.add(AgentLimits, yield* AgentLimits),
    Context.add(Compaction.Compaction, yield* Compaction.Compaction),
    Context.add(CallSettings, yield* CallSettings)
  )
  return Option.some({
    run: (context: RunContext) => Effect.provideContext(playIn(store, context), ports)
  })
})

/**
 * The agent of this process, on the models, tools, roles and limits that are
 * given to this layer as references: `ProviderRouter`, `AgentTools`,
 * `SubagentProfile`, `AgentLimits`, `Compaction`, `CallSettings`. Without a
 * router every run ends as `setup`.
 */
export const layer: Layer.Layer<never, never, SessionStore> = Layer.effect(Agent, make)
