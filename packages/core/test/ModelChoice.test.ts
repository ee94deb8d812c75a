import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { LanguageModel } from "effect/ai"
import { chooseModel, modelRefOf } from "../src/internal/modelChoice.ts"
import { ModelUnroutable, ProviderRouter, type ProviderRouterShape } from "../src/ProviderRouter.ts"
import { metadataKeys, type ModelRef, type Session } from "../src/Session.ts"
import type { SubagentProfile } from "../src/SubagentProfile.ts"
import { externalSession } from "../src/testing/RunHarness.ts"

const session = (fields: Partial<Session>): Session => {
  const { model: _model, modelRef: _modelRef, ...plain } = externalSession("none", "none")
  return { ...plain, metadata: {}, ...fields }
}

const ref = (provider: string, model: string): ModelRef => ({ provider, model })
const named = (provider: string) => ({ [metadataKeys.providerName]: provider })

const profile = (model: string): Option.Option<SubagentProfile> =>
  Option.some({
    name: "coder",
    description: "",
    systemPrompt: "",
    tools: { type: "inherit" },
    model,
    source: "builtin",
    ignored: []
  })

/** Routes every model of the providers `alpha` and `beta`; `fast` is an alias. */
const router = (model: LanguageModel.LanguageModel, defaultRef: Option.Option<ModelRef>): ProviderRouterShape => ({
  defaultRef,
  models: [],
  providerTypeFor: ({ provider }) => (provider === "alpha" ? Option.some("compatible") : Option.none()),
  parse: (text) => {
    if (text === "fast") return Option.some(ref("beta", "small"))
    const [provider = "", name = ""] = text.split(":")
    return name === "" ? Option.none() : Option.some(ref(provider, name))
  },
  route: (modelRef) =>
    modelRef.provider === "alpha" || modelRef.provider === "beta"
      ? Effect.succeed({
          modelRef,
          providerType: "compatible",
          model,
          isScripted: true,
          contextTokensMax: Option.none(),
          outputTokensMax: Option.none()
        })
      : Effect.fail(new ModelUnroutable({ modelRef, missing: `the provider ${modelRef.provider}` }))
})

const silent = LanguageModel.make({ generateText: () => Effect.succeed([]), streamText: () => Stream.empty })

const choose = (
  fields: Partial<Session>,
  role: Option.Option<SubagentProfile> = Option.none(),
  defaultRef: Option.Option<ModelRef> = Option.some(ref("alpha", "default"))
) =>
  Effect.gen(function* () {
    const found = Option.some(router(yield* silent, defaultRef))
    return yield* Effect.provideService(chooseModel(session(fields), role), ProviderRouter, found)
  })

const served = (...given: Parameters<typeof choose>) =>
  Effect.map(choose(...given), ({ modelRef }) => `${modelRef.provider}:${modelRef.model}`)

describe("which model a session names", () => {
  it.each([
    ["both halves of the reference", { modelRef: ref(" alpha ", " m ") }, ref("alpha", "m")],
    [
      "the reference before the metadata",
      { modelRef: ref("alpha", "m"), metadata: named("beta"), model: "n" },
      ref("alpha", "m")
    ],
    [
      "half a reference falls through",
      { modelRef: ref("alpha", "  "), metadata: named(" beta "), model: " n " },
      ref("beta", "n")
    ],
    ["half a reference and no more is none", { modelRef: ref(" ", "m"), model: "n" }, undefined],
    ["a provider without a model is none", { metadata: named("beta"), model: "  " }, undefined],
    ["an empty provider is none", { metadata: named("  "), model: "n" }, undefined],
    ["a model alone is none", { model: "n" }, undefined]
  ] as const)("S-modelref: %s", (_, fields, expected) => {
    assert.deepStrictEqual(modelRefOf(session(fields)), Option.fromUndefinedOr(expected))
  })
})

describe("which model serves a session", () => {
  it.effect("its reference, then its model as it is written, then its role's, then the default", () =>
    Effect.gen(function* () {
      const role = profile("beta:large")
      assert.strictEqual(yield* served({ modelRef: ref("alpha", "m"), model: "beta:n" }, role), "alpha:m")
      assert.strictEqual(yield* served({ model: "beta:n" }, role), "beta:n")
      assert.strictEqual(yield* served({ model: "fast" }, role), "beta:small")
      assert.strictEqual(yield* served({}, role), "beta:large")
      assert.strictEqual(yield* served({}), "alpha:default")
      // S-setmodel: a model alone is one of the provider that serves by default
      assert.strictEqual(yield* served({ model: "n" }, role), "alpha:n")
    })
  )

  it.effect("S-override: what cannot be routed is served by the default, and its name and type stay", () =>
    Effect.gen(function* () {
      const gone = yield* choose({ modelRef: ref("gone", "m") })
      assert.deepStrictEqual(gone.modelRef, ref("alpha", "default"))
      assert.deepStrictEqual(gone.named, Option.some({ name: "gone", type: Option.none() }))
      assert.deepStrictEqual(Option.getOrThrow(gone.unroutable).modelRef, ref("gone", "m"))
      const there = yield* choose({ metadata: named("alpha"), model: "m" })
      assert.deepStrictEqual(there.named, Option.some({ name: "alpha", type: Option.some("compatible") }))
      assert.isTrue(Option.isNone(there.unroutable))
    })
  )

  it.effect("fails with what is missing, of the model that was named, when nothing serves", () =>
    Effect.gen(function* () {
      const none = Option.none<ModelRef>()
      const gone = yield* Effect.flip(choose({ modelRef: ref("gone", "m") }, undefined, none))
      assert.strictEqual(gone.message, "no model for gone:m: the provider gone")
      const both = yield* Effect.flip(choose({ modelRef: ref("gone", "m") }, undefined, Option.some(ref("away", "x"))))
      assert.deepStrictEqual(both.modelRef, ref("gone", "m"))
      assert.include((yield* Effect.flip(choose({}, undefined, none))).message, "no default")
      const alone = Effect.flip(chooseModel(session({ model: "alpha:m" }), Option.none()))
      assert.include((yield* alone).message, "no model provider is configured")
    })
  )
})
