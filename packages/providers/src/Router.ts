/**
 * Model references to models, by the configuration: the `ProviderRouter`.
 *
 * Everything is decided from values that are given (settings, the kinds of
 * provider that the app has, the environment); nothing is opened before a
 * session is run. It does not call a model.
 *
 * @stability unstable
 */
import { ProviderRouter, type Session } from "@offshoot/core"
import * as Effect from "effect/Effect"
import { LanguageModel } from "effect/ai"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Fallback from "./Fallback.ts"
import type { ModelRequest, ProviderKind, ProviderModel } from "./ProviderKind.ts"
import type { ModelSettings, ProviderEntry, ProviderSettings } from "./ProviderSettings.ts"

export interface Options {
  readonly settings: ProviderSettings
  /** The types of provider that the configuration may name. */
  readonly kinds: ReadonlyArray<ProviderKind>
  /** Where keys are looked up by name. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** One thing that is wrong with the settings: where, and what is expected there. */
export interface Problem {
  readonly path: string
  readonly message: string
}

type ModelRef = Session.ModelRef
type Found<A> = Result.Result<A, string>

const written = ({ model, provider }: ModelRef): string => `${provider}:${model}`

const own = <A>(record: Readonly<Record<string, A>> | undefined, key: string): Option.Option<A> =>
  record !== undefined && Object.hasOwn(record, key) ? Option.fromUndefinedOr(record[key]) : Option.none()

/** `provider:model`; a model's own name may have colons too. */
const parseReference = (text: string): Option.Option<ModelRef> => {
  const colon = text.indexOf(":")
  const provider = text.slice(0, Math.max(colon, 0)).trim()
  const model = text.slice(colon + 1).trim()
  return provider === "" || model === "" ? Option.none() : Option.some({ provider, model })
}

const parse = (settings: ProviderSettings, text: string): Option.Option<ModelRef> =>
  parseReference(Option.getOrElse(own(settings.models?.aliases, text.trim()), () => text))

/** What `record` says of a model: its keys are references or aliases. */
const ofModel = <A>(
  settings: ProviderSettings,
  record: Readonly<Record<string, A>> | undefined,
  ref: ModelRef
): Option.Option<A> =>
  Option.orElse(own(record, written(ref)), () => {
    const alias = Object.entries(settings.models?.aliases ?? {}).find(([, target]) => target === written(ref))
    return alias === undefined ? Option.none() : own(record, alias[0])
  })

const list = (names: ReadonlyArray<string>): string => (names.length === 0 ? "none" : names.join(", "))

const kindOf = ({ kinds }: Options, type: string): Option.Option<ProviderKind> =>
  Option.fromUndefinedOr(kinds.find((kind) => kind.type === type))

const unknownType = ({ kinds }: Options, type: string): string =>
  `there is no provider type ${type}; there are ${list(kinds.map((kind) => kind.type))}`

const variable = ({ environment }: Options, name: string): Found<Redacted.Redacted> => {
  const value = environment[name]
  return value === undefined || value.trim() === ""
    ? Result.fail(`set the environment variable ${name}`)
    : Result.succeed(Redacted.make(value.trim(), { label: name }))
}

const entryOf = (options: Options, ref: ModelRef): Found<ProviderEntry> =>
  Result.fromOption(own(options.settings.providers, ref.provider), () => {
    const configured = list(Object.keys(options.settings.providers ?? {}))
    return Option.isSome(kindOf(options, ref.provider))
      ? `add "${ref.provider}": { "type": "${ref.provider}" } to providers in the configuration`
      : `there is no provider ${ref.provider} in the configuration; there are ${configured}`
  })

const keyOf = (options: Options, kind: ProviderKind, entry: ProviderEntry): Found<Option.Option<Redacted.Redacted>> => {
  const name = Option.orElse(Option.fromUndefinedOr(entry.apiKeyRef), () => kind.keyVariable)
  return Option.match(name, {
    onNone: () => Result.succeed(Option.none()),
    onSome: (name) => Result.map(variable(options, name), Option.some)
  })
}

const headersOf = (options: Options, entry: ProviderEntry): Found<Readonly<Record<string, Redacted.Redacted>>> => {
  const headers: Record<string, Redacted.Redacted> = {}
  for (const [name, value] of Object.entries(entry.headers ?? {})) headers[name] = Redacted.make(value)
  for (const [name, reference] of Object.entries(entry.headerRefs ?? {})) {
    const value = variable(options, reference)
    if (Result.isFailure(value)) return Result.fail(value.failure)
    headers[name] = value.success
  }
  return Result.succeed(headers)
}

interface Resolved {
  readonly kind: ProviderKind
  readonly request: ModelRequest
}

const settingsOf = ({ settings }: Options, ref: ModelRef): ModelSettings =>
  Option.getOrElse(ofModel(settings, settings.models?.settings, ref), () => ({}))

/** Everything but the opening: what is missing is the first thing that is. */
const resolve = (options: Options, modelRef: ModelRef): Found<Resolved> =>
  Result.gen(function* () {
    const entry = yield* entryOf(options, modelRef)
    const kind = yield* Result.fromOption(kindOf(options, entry.type), () => unknownType(options, entry.type))
    const apiKey = yield* keyOf(options, kind, entry)
    const headers = yield* headersOf(options, entry)
    const baseUrl = Option.fromUndefinedOr(entry.baseUrl)
    if (kind.baseUrl === "required" && Option.isNone(baseUrl)) {
      return yield* Result.fail(`set providers.${modelRef.provider}.baseUrl in the configuration`)
    }
    const settings = settingsOf(options, modelRef)
    return { kind, request: { modelRef, baseUrl, apiKey, headers, options: entry.options ?? {}, settings } }
  })

interface Opened {
  readonly kind: ProviderKind
  readonly model: ProviderModel
}

const open = (options: Options, modelRef: ModelRef): Effect.Effect<Opened, ProviderRouter.ModelUnroutable> =>
  Result.match(resolve(options, modelRef), {
    onFailure: (missing) => Effect.fail(new ProviderRouter.ModelUnroutable({ modelRef, missing })),
    onSuccess: ({ kind, request }) => Effect.map(kind.open(request), (model) => ({ kind, model }))
  })

const fallbacksOf = ({ settings }: Options, ref: ModelRef): ReadonlyArray<ModelRef> =>
  Option.getOrElse(ofModel(settings, settings.models?.fallbacks, ref), (): ReadonlyArray<string> => []).flatMap(
    (text) => Option.toArray(parse(settings, text))
  )

/** A fallback that cannot be opened is left out: the model itself still serves. */
const openFallback = (options: Options, ref: ModelRef): Effect.Effect<ReadonlyArray<Opened>> =>
  open(options, ref).pipe(
    Effect.map((opened) => [opened]),
    Effect.catch((error) =>
      Effect.logWarning("model.fallback.unroutable").pipe(
        Effect.annotateLogs({ model: written(ref), missing: error.missing }),
        Effect.as([])
      )
    )
  )

/** Aliases first; a reference that has an alias is not listed twice. */
const modelsOf = (settings: ProviderSettings): ReadonlyArray<ProviderRouter.ListedModel> => {
  const { aliases = {}, default: first, fallbacks = {}, settings: each = {} } = settings.models ?? {}
  const written = [first ?? [], Object.keys(each), Object.entries(fallbacks).flat(2)].flat()
  const hasAlias = new Set(Object.values(aliases))
  const names = new Set([...Object.keys(aliases), ...written.filter((name) => !hasAlias.has(name))])
  return [...names].flatMap((name) =>
    Option.toArray(Option.map(parse(settings, name), (modelRef) => ({ name, modelRef })))
  )
}

/** The router as a value. */
export const make = (options: Options): ProviderRouter.ProviderRouterShape => ({
  route: Effect.fn("ProviderRouter.route")(function* (modelRef: ModelRef) {
    const { kind, model } = yield* open(options, modelRef)
    const others = yield* Effect.forEach(fallbacksOf(options, modelRef), (ref) => openFallback(options, ref))
    const calls = Fallback.inOrder(
      model.calls,
      others.flat().map((opened) => opened.model.calls)
    )
    const { contextTokensMax, outputTokensMax } = settingsOf(options, modelRef)
    return {
      modelRef,
      providerType: kind.type,
      model: yield* LanguageModel.make(calls),
      isScripted: kind.isScripted,
      contextTokensMax: Option.orElse(Option.fromUndefinedOr(contextTokensMax), () => model.contextTokensMax),
      outputTokensMax: Option.orElse(Option.fromUndefinedOr(outputTokensMax), () => model.outputTokensMax)
    }
  }),
  defaultRef: Option.flatMap(Option.fromUndefinedOr(options.settings.models?.default), (text) =>
    parse(options.settings, text)
  ),
  providerTypeFor: (ref) => Option.map(own(options.settings.providers, ref.provider), (entry) => entry.type),
  parse: (text) => parse(options.settings, text),
  models: modelsOf(options.settings)
})

/** The router of this process. */
export const layer = (options: Options): Layer.Layer<never> => ProviderRouter.layer(make(options))

/** What is wrong with the settings before any model is asked for. A key that is not set is not: only who needs it, misses it. */
export const problems = (settings: ProviderSettings, kinds: ReadonlyArray<ProviderKind>): ReadonlyArray<Problem> => {
  const options: Options = { settings, kinds, environment: {} }
  const { aliases = {}, default: fallback, fallbacks = {}, settings: each = {} } = settings.models ?? {}
  const named = (path: string, text: string): ReadonlyArray<Problem> => {
    const ref = parse(settings, text)
    if (Option.isNone(ref)) return [{ path, message: "expected provider:model or an alias of models.aliases" }]
    return Result.match(entryOf(options, ref.value), {
      onFailure: (message) => [{ path, message }],
      onSuccess: () => []
    })
  }
  return [
    ...Object.entries(settings.providers ?? {}).flatMap(([name, { baseUrl, type }]) =>
      Option.match(kindOf(options, type), {
        onNone: () => [{ path: `providers.${name}.type`, message: unknownType(options, type) }],
        onSome: (kind) =>
          kind.baseUrl === "required" && baseUrl === undefined
            ? [{ path: `providers.${name}.baseUrl`, message: `this key is required for the type ${type}` }]
            : []
      })
    ),
    ...(fallback === undefined ? [] : named("models.default", fallback)),
    ...Object.entries(aliases).flatMap(([alias, text]) => named(`models.aliases.${alias}`, text)),
    ...Object.entries(fallbacks).flatMap(([text, others]) =>
      [text, ...others].flatMap((each) => named(`models.fallbacks.${text}`, each))
    ),
    ...Object.keys(each).flatMap((text) => named(`models.settings.${text}`, text))
  ]
}
