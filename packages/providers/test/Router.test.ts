import { assert, describe, it } from "@effect/vitest"
import { ProviderRouter } from "@offshoot/core"
import { type ProviderKind, ProviderSettings, Router } from "@offshoot/providers"
import * as Effect from "effect/Effect"
import { AiError, type LanguageModel, type Response } from "effect/ai"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const usage = { inputTokens: {}, outputTokens: {} }
const parts = (text: string): ReadonlyArray<Response.StreamPartEncoded> => [
  { type: "response-metadata", id: "r", modelId: text },
  { type: "text-start", id: "t" },
  { type: "text-delta", id: "t", delta: text },
  { type: "text-end", id: "t" },
  { type: "finish", reason: "stop", usage }
]

const failure = (reason: AiError.AiErrorReason) => AiError.make({ module: "Test", method: "streamText", reason })
const limited = failure(new AiError.RateLimitError({}))
const invalid = failure(new AiError.InvalidRequestError({}))

/** Answers with its model's name and its key; models whose name begins with a fault have it. */
const answerOf = (model: string, key: string): Stream.Stream<Response.StreamPartEncoded, AiError.AiError> => {
  if (model === "limited") return Stream.fail(limited)
  if (model === "invalid") return Stream.fail(invalid)
  const all = Stream.fromIterable(parts(`${model} ${key}`))
  if (model === "cut") return Stream.concat(Stream.take(all, 3), Stream.fail(limited))
  if (model === "late") return Stream.concat(Stream.take(all, 1), Stream.fail(limited))
  return all
}

const kind = (type: string, fields: Partial<ProviderKind.ProviderKind> = {}): ProviderKind.ProviderKind => ({
  type,
  keyVariable: Option.none(),
  baseUrl: "known",
  isScripted: false,
  open: ({ apiKey, modelRef }) =>
    Effect.succeed({
      calls: {
        generateText: () => Effect.succeed([]),
        streamText: () => answerOf(modelRef.model, Option.match(apiKey, { onNone: () => "-", onSome: Redacted.value }))
      },
      contextTokensMax: Option.some(1_000),
      outputTokensMax: Option.none()
    }),
  ...fields
})
const kinds = [
  kind("plain"),
  kind("keyed", { keyVariable: Option.some("KEYED_API_KEY") }),
  kind("addressed", { baseUrl: "required" })
]

const settings = Schema.decodeUnknownSync(ProviderSettings.ProviderSettings, { onExcessProperty: "error" })({
  providers: {
    plain: { type: "plain" },
    work: { type: "keyed", apiKeyRef: "WORK_KEY" },
    keyed: { type: "keyed" },
    near: { type: "addressed" },
    headed: { type: "plain", headerRefs: { "X-Team": "TEAM" } }
  },
  models: {
    default: "fast",
    aliases: { fast: "plain:small" },
    fallbacks: {
      fast: ["work:big"],
      "plain:limited": ["keyed:no-key", "plain:limited", "plain:second"],
      "plain:late": ["plain:second"],
      "plain:cut": ["plain:second"],
      "plain:invalid": ["plain:second"]
    },
    settings: { fast: { contextTokensMax: 10, outputTokensMax: 5 } }
  }
})
const router = Router.make({ settings, kinds, environment: { WORK_KEY: "w", EMPTY: " " } })

const ask = (model: LanguageModel.LanguageModel) =>
  model.streamText({ prompt: "hello" }).pipe(
    Stream.runCollect,
    Effect.map((all) => all.flatMap((part) => (part.type === "text-delta" ? [part.delta] : [])).join(""))
  )
const answer = (text: string) =>
  Effect.gen(function* () {
    const ref = yield* Effect.fromOption(router.parse(text))
    return yield* ask((yield* router.route(ref)).model)
  })

describe("Router", () => {
  it.each([
    ["plain:small", { provider: "plain", model: "small" }],
    [" fast ", { provider: "plain", model: "small" }],
    ["near:llama3.2:3b", { provider: "near", model: "llama3.2:3b" }],
    ["nobody:knows", { provider: "nobody", model: "knows" }],
    ["slow", undefined],
    [":small", undefined],
    ["plain: ", undefined],
    ["", undefined],
    ["constructor", undefined]
  ])("reads %j as a reference or an alias", (text, ref) => {
    assert.deepStrictEqual(Option.getOrUndefined(router.parse(text)), ref)
  })

  it.each([
    ["keyed", "set the environment variable KEYED_API_KEY"],
    ["headed", "set the environment variable TEAM"],
    ["near", "set providers.near.baseUrl in the configuration"],
    ["addressed", 'add "addressed": { "type": "addressed" } to providers in the configuration'],
    ["other", "there is no provider other in the configuration; there are plain, work, keyed, near, headed"]
  ])("says what is missing for %s", (provider, missing) => {
    const refused = Effect.runSync(Effect.flip(router.route({ provider, model: "m" })))
    assert.instanceOf(refused, ProviderRouter.ModelUnroutable)
    assert.strictEqual(refused.missing, missing)
  })

  it.effect("routes to the provider of the reference with its own key (S-override)", () =>
    Effect.gen(function* () {
      const routed = yield* router.route({ provider: "work", model: "big" })
      assert.strictEqual(yield* ask(routed.model), "big w")
      assert.strictEqual(routed.providerType, "keyed")
      assert.deepStrictEqual(router.providerTypeFor(routed.modelRef), Option.some("keyed"))
      assert.deepStrictEqual(router.providerTypeFor({ provider: "other", model: "x" }), Option.none())
      assert.deepStrictEqual(router.defaultRef, Option.some({ provider: "plain", model: "small" }))
    })
  )

  it("lists the models that the configuration names, each once", () => {
    assert.deepStrictEqual(
      router.models.map(({ name }) => name),
      ["fast", "work:big", "plain:limited", "keyed:no-key", "plain:second", "plain:late", "plain:cut", "plain:invalid"]
    )
  })

  it.effect("takes what the configuration says of a model over what its provider knows", () =>
    Effect.gen(function* () {
      const small = yield* router.route({ provider: "plain", model: "small" })
      const big = yield* router.route({ provider: "plain", model: "big" })
      assert.deepStrictEqual([small.contextTokensMax, small.outputTokensMax], [Option.some(10), Option.some(5)])
      assert.deepStrictEqual([big.contextTokensMax, big.outputTokensMax], [Option.some(1_000), Option.none()])
    })
  )

  it.effect("asks the fallbacks in order until one answers, without those that have no key", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* answer("plain:limited"), "second -")
      assert.strictEqual(yield* answer("plain:late"), "second -")
    })
  )

  it.effect("asks no fallback once something was said, nor for a reason that it would share", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Effect.flip(answer("plain:cut")), limited)
      assert.deepStrictEqual(yield* Effect.flip(answer("plain:invalid")), invalid)
    })
  )

  it("finds every name in the settings that means nothing", () => {
    assert.deepStrictEqual(Router.problems(settings, kinds), [
      { path: "providers.near.baseUrl", message: "this key is required for the type addressed" }
    ])
    const wrong = {
      providers: { a: { type: "plane" } },
      models: { default: "b:c", aliases: { x: "d:e" }, fallbacks: { nothing: ["a:b"] } }
    }
    assert.deepStrictEqual(
      Router.problems(wrong, kinds).map(({ path }) => path),
      ["providers.a.type", "models.default", "models.aliases.x", "models.fallbacks.nothing"]
    )
  })

  it.each([
    { p: { type: "plain", apiKeyRef: "sk-123" } },
    { p: { type: "plain", headers: { Authorization: "Bearer x" } } },
    { p: { type: "plain", headers: { "X-Api-Key": "x" } } },
    { p: { type: "plain", baseUrl: "https://user:word@host" } },
    { p: { type: "plain", apiKey: "x" } }
  ])("has no place for a secret in %j", (providers) => {
    const decode = Schema.decodeUnknownResult(ProviderSettings.ProviderSettings, { onExcessProperty: "error" })
    assert.strictEqual(decode({ providers })._tag, "Failure")
  })
})
