/**
 * Language models that say what a script declares: for demonstrations and
 * tests, always badged as scripted.
 *
 * A scripted model remembers nothing. Which step comes next is read from the
 * prompt alone, so that a run which is resumed in another process goes on where
 * it was, and a call that is made again is answered, or fails, in the same way.
 * Pauses are those of Effect's clock. It calls no tool: it only asks for it.
 *
 * When no conversation is for a prompt, the call fails and names those that
 * there are. When a conversation has no step left, it says so and stops, unless
 * its `atEnd` wants otherwise.
 *
 * @stability unstable
 */
import { ProviderRouter, type Session } from "@offshoot/core"
import { AiError, LanguageModel } from "effect/ai"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as ScriptPlan from "./internal/scriptPlan.ts"
import * as ScriptRound from "./internal/scriptRound.ts"
import type { ModelCalls, ProviderKind, ProviderModel } from "./ProviderKind.ts"
import * as Script from "./Script.ts"

/** The provider of every scripted model, and its type. */
const provider = ScriptRound.provider

const failed = (method: string, reason: AiError.AiErrorReason): AiError.AiError =>
  AiError.make({ module: "Scripted", method, reason })

const streamOf = (round: ScriptRound.Round) => {
  const { end } = round
  const isInstant = round.pauseMillis === 0 && round.pieceMillis === 0
  const moments = ScriptRound.moments(round)
  const said = isInstant
    ? Stream.fromArray(moments.flatMap(({ parts }) => parts))
    : Stream.fromArray(moments).pipe(
        Stream.mapEffect(({ afterMillis, parts }) =>
          afterMillis === 0 ? Effect.succeed(parts) : Effect.as(Effect.sleep(afterMillis), parts)
        ),
        Stream.flattenIterable
      )
  switch (end._tag) {
    case "Finish":
      return said
    case "Fail":
      return Stream.concat(said, Stream.fail(failed("streamText", end.reason)))
    case "Hang":
      return Stream.concat(said, Stream.never)
  }
}

const answerOf = (round: ScriptRound.Round) => {
  const { end } = round
  const said = Effect.as(Effect.sleep(ScriptRound.durationMillis(round)), ScriptRound.parts(round))
  switch (end._tag) {
    case "Finish":
      return said
    case "Fail":
      return Effect.andThen(said, Effect.fail(failed("generateText", end.reason)))
    case "Hang":
      return Effect.andThen(said, Effect.never)
  }
}

/** **Interruption**: ends a pause or a hang at once; nothing is left behind. */
const callsOf = (script: Script.Script): ModelCalls => {
  const plan = ScriptPlan.plan(script)
  return {
    streamText: ({ prompt }) => Stream.suspend(() => streamOf(ScriptRound.round(plan, prompt.content))),
    generateText: ({ prompt }) => Effect.suspend(() => answerOf(ScriptRound.round(plan, prompt.content)))
  }
}

type Scripts = readonly [Script.Script, ...ReadonlyArray<Script.Script>]

interface ScriptedModel extends ProviderModel {
  readonly modelRef: Session.ModelRef
}

const modelOf = (script: Script.Script): ScriptedModel => ({
  modelRef: { provider, model: script.name },
  calls: callsOf(script),
  contextTokensMax: Option.fromUndefinedOr(script.contextTokensMax),
  outputTokensMax: Option.fromUndefinedOr(script.outputTokensMax)
})

const valid = (value: Script.Script): Result.Result<Script.Script, Script.ScriptInvalid> =>
  Script.decode(value, `the script ${value.name}`)

/** By the script's name. A value that is no script is refused with the place of what is wrong, and so is a second one of a name. */
const modelsOf = Effect.fnUntraced(function* (
  scripts: Scripts
): Effect.fn.Return<ReadonlyMap<string, ScriptedModel>, Script.ScriptInvalid> {
  const models = new Map<string, ScriptedModel>()
  for (const value of scripts) {
    const script = yield* Effect.fromResult(valid(value))
    if (models.has(script.name)) {
      const problems = ["name: there is another script of this name"]
      return yield* new Script.ScriptInvalid({ source: `the script ${script.name}`, problems })
    }
    models.set(script.name, modelOf(script))
  }
  return models
})

const routed = ({ calls, contextTokensMax, modelRef, outputTokensMax }: ScriptedModel) =>
  Effect.map(LanguageModel.make(calls), (model): ProviderRouter.RoutedModel => ({
    modelRef,
    providerType: provider,
    model,
    isScripted: true,
    contextTokensMax,
    outputTokensMax
  }))

/** The model of one script, as a router would give it. */
export const make = Effect.fn("Scripted.make")(function* (
  value: Script.Script
): Effect.fn.Return<ProviderRouter.RoutedModel, Script.ScriptInvalid> {
  return yield* routed(modelOf(yield* Effect.fromResult(valid(value))))
})

const found = <A>(
  models: ReadonlyMap<string, A>,
  modelRef: Session.ModelRef
): Effect.Effect<A, ProviderRouter.ModelUnroutable> =>
  Option.match(Option.fromUndefinedOr(models.get(modelRef.model)), {
    onNone: () => {
      const missing = `there are the scripts ${[...models.keys()].join(", ")}`
      return Effect.fail(new ProviderRouter.ModelUnroutable({ modelRef, missing }))
    },
    onSome: Effect.succeed
  })

/** The scripts as a type of provider, beside others: a model of it is named after its script. */
export const kind = (scripts: Scripts): Effect.Effect<ProviderKind, Script.ScriptInvalid> =>
  Effect.map(modelsOf(scripts), (models): ProviderKind => ({
    type: provider,
    keyVariable: Option.none(),
    baseUrl: "known",
    isScripted: true,
    open: ({ modelRef }) => found(models, modelRef)
  }))

/**
 * A router of scripts and nothing else. The first of them serves who names no
 * model; `scripted:<name>`, or the name alone, is a reference.
 */
export const router = Effect.fn("Scripted.router")(function* (
  scripts: Scripts
): Effect.fn.Return<ProviderRouter.ProviderRouterShape, Script.ScriptInvalid> {
  const models = new Map<string, ProviderRouter.RoutedModel>()
  for (const [name, model] of yield* modelsOf(scripts)) models.set(name, yield* routed(model))
  return {
    route: (modelRef) =>
      modelRef.provider === provider
        ? found(models, modelRef)
        : Effect.fail(new ProviderRouter.ModelUnroutable({ modelRef, missing: `the only provider is ${provider}` })),
    defaultRef: Option.some({ provider, model: scripts[0].name }),
    providerTypeFor: (ref) => (ref.provider === provider ? Option.some(provider) : Option.none()),
    parse: (text) => {
      const name = text.startsWith(`${provider}:`) ? text.slice(provider.length + 1) : text
      return models.has(name) ? Option.some({ provider, model: name }) : Option.none()
    },
    models: [...models].map(([name, { modelRef }]) => ({ name, modelRef }))
  }
})

/** `router` as the router of this process. */
export const layer = (scripts: Scripts): Layer.Layer<never, Script.ScriptInvalid> =>
  Layer.unwrap(Effect.map(router(scripts), ProviderRouter.layer))
