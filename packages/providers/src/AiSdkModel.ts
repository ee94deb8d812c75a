/**
 * Any model of the AI SDK's provider interface (`LanguageModelV4`) as a model of
 * this package: one bridge for every `@ai-sdk/*` provider.
 *
 * It makes one call and streams one response. It runs no tool, tries nothing
 * again and keeps nothing between calls.
 *
 * I1 A response that did not say its end is a failure (`cut_off`), never a short success.
 * I2 An error carries no key, no header and no request.
 * I3 What a provider said of a part comes back to it in the next round.
 *
 * @stability unstable
 */
import type {
  JSONObject,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
  SharedV4Warning
} from "@ai-sdk/provider"
import { isJSONObject } from "@ai-sdk/provider"
import { CallSettings, ProviderRouter } from "@offshoot/core"
import { AiError, LanguageModel, type Response, Tool } from "effect/ai"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { bounded, responseBytesMax } from "./internal/boundedFetch.ts"
import { toCall } from "./internal/aiSdkPrompt.ts"
import * as Parts from "./internal/aiSdkParts.ts"
import * as ModelFault from "./ModelFault.ts"
import * as Pricing from "./Pricing.ts"
import type { ModelCalls, ModelRequest, ProviderKind } from "./ProviderKind.ts"

/** What is particular to one provider behind the common interface. */
export interface Dialect extends ModelFault.Recogniser {
  readonly codecTransformer: LanguageModel.CodecTransformer
  /** The last word on a call: what this provider should be asked in another way. */
  readonly prepare: (call: LanguageModelV4CallOptions) => LanguageModelV4CallOptions
  /** Its own figure for a response, in dollars. */
  readonly costUsd: (answer: Answer) => Option.Option<number>
  /** What is known of a model, by its id. */
  readonly facts: (model: string) => Pricing.ModelFacts
}

/** What came with a response besides its parts. */
export interface Answer {
  readonly usage: JSONObject
  readonly headers: Readonly<Record<string, string>>
}

/** A provider of which nothing particular is known. */
export const plain: Dialect = {
  kindOf: () => Option.none(),
  retryAfterSeconds: () => Option.none(),
  codecTransformer: LanguageModel.defaultCodecTransformer,
  prepare: (call) => call,
  costUsd: () => Option.none(),
  facts: () => Pricing.nothingKnown
}

/** How a provider's factory is called: as the factories of the AI SDK take it. */
export interface Connection {
  readonly name: string
  readonly baseURL?: string
  readonly apiKey?: string
  readonly headers: Record<string, string>
  readonly fetch: typeof globalThis.fetch
}

export interface Kind {
  readonly type: string
  /** The environment variable that usually holds its key. */
  readonly keyVariable: Option.Option<string>
  readonly baseUrl: ProviderKind["baseUrl"]
  readonly dialect: Dialect
  readonly model: (connection: Connection, request: ModelRequest) => LanguageModelV4
}

const factsOf = ({ facts }: Dialect, { modelRef, settings }: ModelRequest): Pricing.ModelFacts => {
  const known = facts(modelRef.model)
  if (settings.price === undefined) return known
  return { ...known, price: Option.some(settings.price), longPrice: Option.none() }
}

const connectionOf = (
  { apiKey, baseUrl, headers, modelRef }: ModelRequest,
  fetch: typeof globalThis.fetch
): Connection => ({
  name: modelRef.provider,
  fetch: bounded(fetch, responseBytesMax),
  ...(Option.isSome(baseUrl) ? { baseURL: baseUrl.value } : {}),
  ...(Option.isSome(apiKey) ? { apiKey: Redacted.value(apiKey.value) } : {}),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Redacted.value(value)]))
})

/** A type of provider whose models are AI SDK models. */
export const kind = ({ baseUrl, dialect, keyVariable, model, type }: Kind): ProviderKind => ({
  type,
  keyVariable,
  baseUrl,
  isScripted: false,
  open: Effect.fnUntraced(function* (request) {
    const fetch = yield* FetchHttpClient.Fetch
    const calls = yield* Effect.try({
      try: () => make({ model: model(connectionOf(request, fetch), request), request, dialect }),
      catch: (cause) =>
        new ProviderRouter.ModelUnroutable({
          modelRef: request.modelRef,
          missing: maskOf(request)(ModelFault.faultOf(cause).message)
        })
    })
    const { contextTokensMax, outputTokensMax } = factsOf(dialect, request)
    return { calls, contextTokensMax, outputTokensMax }
  })
})

/**
 * A provider of an app, from the factory that its package exports.
 *
 * **Example**
 *
 * ```ts
 * AiSdkModel.provider("acme", "ACME_API_KEY", (connection, { modelRef }) => createAcme(connection)(modelRef.model))
 * ```
 */
export const provider = (type: string, keyVariable: string, model: Kind["model"]): ProviderKind =>
  kind({ type, keyVariable: Option.some(keyVariable), baseUrl: "known", dialect: plain, model })

const maskOf = ({ apiKey, headers }: ModelRequest): ((text: string) => string) =>
  ModelFault.masking([...Option.toArray(apiKey), ...Object.values(headers)])

interface Bridge {
  readonly model: LanguageModelV4
  readonly request: ModelRequest
  readonly dialect: Dialect
}

/** The smaller of two limits that may not be known. */
const least = (first: number | undefined, second: Option.Option<number>): number | undefined =>
  Option.match(second, {
    onNone: () => first,
    onSome: (max) => (first === undefined ? undefined : Math.min(first, max))
  })

const callOf = (
  { dialect, request }: Bridge,
  options: LanguageModel.ProviderOptions,
  settings: CallSettings.CallSettingsShape
): LanguageModelV4CallOptions => {
  const { outputTokensMax: configuredMax, providerOptions, temperature: configured } = request.settings
  const wanted = settings.maxOutputTokens ?? configuredMax
  const limit = Option.orElse(Option.fromUndefinedOr(configuredMax), () => factsOf(dialect, request).outputTokensMax)
  const maxOutputTokens = least(wanted, limit)
  const temperature = settings.temperature ?? configured
  const own = isProviderOptions(providerOptions) ? { providerOptions } : {}
  return dialect.prepare({
    ...toCall(options, dialect.codecTransformer),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...own
  })
}

const isProviderOptions = (value: unknown): value is Record<string, JSONObject> =>
  isJSONObject(value) && Object.values(value).every(isJSONObject)

const finishReasons: Record<
  Exclude<LanguageModelV4FinishReason["unified"], "error" | "interrupted">,
  typeof Response.FinishReason.Encoded
> = {
  stop: "stop",
  length: "length",
  "content-filter": "content-filter",
  "tool-calls": "tool-calls",
  other: "other"
}

/** The end of a response, streamed or not. */
interface End {
  readonly finishReason: LanguageModelV4FinishReason
  readonly usage: LanguageModelV4Usage
  readonly providerMetadata: SharedV4ProviderMetadata | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Which model said that it answered. */
  readonly answeredBy: string | undefined
}

const finishPart = (
  { dialect, request }: Bridge,
  end: End,
  reason: typeof Response.FinishReason.Encoded
): Response.FinishPartEncoded => {
  const usage = Parts.usage(end.usage)
  const told = dialect.costUsd({ usage: end.usage.raw ?? {}, headers: end.headers })
  const cost = Pricing.costOf(told, usage, factsOf(dialect, request))
  const facts: ProviderRouter.ResponseFacts = {
    provider: request.modelRef.provider,
    model: end.answeredBy ?? request.modelRef.model,
    ...Option.getOrElse(cost, () => ({}))
  }
  const { metadata = {} } = Parts.metadata(end.providerMetadata)
  return { type: "finish", reason, usage, metadata: { ...metadata, [ProviderRouter.responseFactsKey]: { ...facts } } }
}

/** The finish part, unless the response did not come to an end (I1). */
const endOf = (
  bridge: Bridge,
  failure: Failing,
  end: End
): Effect.Effect<Response.FinishPartEncoded, AiError.AiError> => {
  const { raw, unified } = end.finishReason
  if (unified === "interrupted") return Effect.fail(failure(ModelFault.cutOff))
  if (unified !== "error") return Effect.succeed(finishPart(bridge, end, finishReasons[unified]))
  const description = `the model ended its response with an error: ${raw ?? "it gave no reason"}`
  return Effect.fail(failureOf("finish", new AiError.InvalidOutputError({ description })))
}

const failureOf = (method: string, reason: AiError.AiErrorReason): AiError.AiError =>
  AiError.make({ module: "AiSdkModel", method, reason })

type Failing = (fault: ModelFault.Fault) => AiError.AiError

const failing = ({ dialect, request }: Bridge, method: string, clock: Clock.Clock): Failing => {
  const mask = maskOf(request)
  const url = Option.getOrElse(request.baseUrl, () => request.modelRef.provider)
  return (fault) => {
    const nowMillis = clock.currentTimeMillisUnsafe()
    return failureOf(method, ModelFault.reasonOf(fault, { recogniser: dialect, mask, nowMillis, url }))
  }
}

/** What every call begins with. */
const begin = Effect.fnUntraced(function* (bridge: Bridge, method: string, options: LanguageModel.ProviderOptions) {
  const settings = yield* CallSettings.CallSettings
  const clock = yield* Clock.Clock
  const call = callOf(bridge, options, settings)
  const names = new Tool.NameMapper(options.tools)
  return { call, fail: failing(bridge, method, clock), named: (name: string) => names.getCustomName(name) }
})

const generateText = (bridge: Bridge): ModelCalls["generateText"] =>
  Effect.fnUntraced(function* (options) {
    const { call, fail, named } = yield* begin(bridge, "generateText", options)
    const result = yield* Effect.tryPromise({
      try: (abortSignal) => bridge.model.doGenerate({ ...call, abortSignal }),
      catch: (cause) => fail(ModelFault.faultOf(cause))
    })
    const finish = yield* endOf(bridge, fail, {
      finishReason: result.finishReason,
      usage: result.usage,
      providerMetadata: result.providerMetadata,
      headers: result.response?.headers ?? {},
      answeredBy: result.response?.modelId
    })
    return [
      Parts.responseMetadata(result.response),
      ...result.content.flatMap((part) => Parts.contentPart(part, named)),
      finish
    ]
  })

/** What the provider does not do of what it was asked, such as a temperature. */
const noteWarnings = (warnings: ReadonlyArray<SharedV4Warning>): Effect.Effect<void> =>
  Effect.logDebug("model.warnings").pipe(
    Effect.annotateLogs({
      warnings: warnings.map((warning) => ("feature" in warning ? warning.feature : warning.type))
    })
  )

/** One response as it comes: what is known of it so far, and the parts that each piece means. */
const reading = (bridge: Bridge, fail: Failing, named: (name: string) => string, headers: End["headers"]) => {
  let answeredBy: string | undefined
  let hasEnded = false
  const read = (
    part: LanguageModelV4StreamPart
  ): Effect.Effect<ReadonlyArray<Response.StreamPartEncoded>, AiError.AiError> => {
    switch (part.type) {
      case "error":
        return Effect.fail(fail(ModelFault.faultOf(part.error)))
      case "finish": {
        hasEnded = true
        const { finishReason, providerMetadata, usage } = part
        return Effect.map(
          endOf(bridge, fail, { finishReason, usage, providerMetadata, headers, answeredBy }),
          (finish) => [finish]
        )
      }
      case "stream-start":
        return part.warnings.length === 0 ? Effect.succeed([]) : Effect.as(noteWarnings(part.warnings), [])
      case "response-metadata":
        answeredBy = part.modelId ?? answeredBy
        return Effect.succeed(Parts.streamPart(part, named))
      default:
        return Effect.succeed(Parts.streamPart(part, named))
    }
  }
  const atEnd = Stream.suspend(() => (hasEnded ? Stream.empty : Stream.fail(fail(ModelFault.cutOff))))
  return { read, atEnd }
}

const streamText =
  (bridge: Bridge): ModelCalls["streamText"] =>
  (options) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { call, fail, named } = yield* begin(bridge, "streamText", options)
        // Of the stream's scope: whoever stops reading closes the connection.
        const abortSignal = yield* Effect.abortSignal
        const result = yield* Effect.tryPromise({
          try: () => bridge.model.doStream({ ...call, abortSignal }),
          catch: (cause) => fail(ModelFault.faultOf(cause))
        })
        const { atEnd, read } = reading(bridge, fail, named, result.response?.headers ?? {})
        return Stream.fromReadableStream({
          evaluate: () => result.stream,
          onError: (cause) => fail(ModelFault.brokenOff(cause))
        }).pipe(Stream.mapEffect(read), Stream.flattenIterable, Stream.concat(atEnd))
      })
    )

/**
 * The calls of one model.
 *
 * **Interruption**: aborts the request; what was streamed before is the caller's.
 */
export const make = (bridge: Bridge): ModelCalls => ({
  codecTransformer: bridge.dialect.codecTransformer,
  generateText: generateText(bridge),
  streamText: streamText(bridge)
})
