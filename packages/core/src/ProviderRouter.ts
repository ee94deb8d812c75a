/**
 * Model references -> language models. Only the port: what a reference means
 * is the router's business, and no provider is known here.
 *
 * @stability unstable
 */
import type { LanguageModel } from "effect/ai"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ModelRef } from "./Session.ts"

/** The reference names no model that this router can reach; `missing` says what to add. */
export class ModelUnroutable extends Schema.TaggedError<ModelUnroutable>()("ModelUnroutable", {
  modelRef: ModelRef,
  missing: Schema.String
}) {
  readonly retryable = false
  override get message(): string {
    return `no model for ${this.modelRef.provider}:${this.modelRef.model}: ${this.missing}`
  }
}

/**
 * What a model says of a response in the `metadata.offshoot` of its `finish`
 * part: which model answered, and what the answer cost. A cost that nobody
 * knows is left out, never zero.
 */
export const ResponseFacts = Schema.Struct({
  provider: Schema.optionalKey(Schema.String),
  model: Schema.optionalKey(Schema.String),
  costUsd: Schema.optionalKey(Schema.Finite),
  costSource: Schema.optionalKey(Schema.Literals(["provider", "estimated"]))
})
export type ResponseFacts = typeof ResponseFacts.Type

/** The key of `ResponseFacts` in the metadata of a `finish` part. */
export const responseFactsKey = "offshoot"

/** A model that can be called now. */
export interface RoutedModel {
  /** What the reference came to, aliases resolved. */
  readonly modelRef: ModelRef
  readonly providerType: string
  readonly model: LanguageModel.LanguageModel
  /** Its answers are written beforehand: shown wherever they are shown. */
  readonly isScripted: boolean
  /** How much it can read at once, when that is known: input and output together, in tokens. */
  readonly contextTokensMax: Option.Option<number>
  /** What it writes at most in one response, when that is known or configured. */
  readonly outputTokensMax: Option.Option<number>
}

/** A model to choose from, under the name by which `parse` knows it. */
export interface ListedModel {
  readonly name: string
  readonly modelRef: ModelRef
}

export interface ProviderRouterShape {
  /** **Interruption**: leaves nothing open; models are shared and owned by the router. */
  readonly route: (ref: ModelRef) => Effect.Effect<RoutedModel, ModelUnroutable>
  /** What serves sessions that name no model, or one that cannot be routed (`S-override`). */
  readonly defaultRef: Option.Option<ModelRef>
  /** The kind of provider behind a reference, when it is known. */
  readonly providerTypeFor: (ref: ModelRef) => Option.Option<string>
  /** A reference as people write it: `provider:model`, or an alias of the configuration. */
  readonly parse: (text: string) => Option.Option<ModelRef>
  /** The models that the configuration names: what a parent may give its children, not all that can be routed. */
  readonly models: ReadonlyArray<ListedModel>
}

/** The router of this process, if it has one. */
export class ProviderRouter extends Context.Reference<Option.Option<ProviderRouterShape>>(
  "@offshoot/core/ProviderRouter",
  { defaultValue: () => Option.none() }
) {}

export const layer = (router: ProviderRouterShape): Layer.Layer<never> =>
  Layer.succeed(ProviderRouter, Option.some(router))

/** No router: no in-process session can be run. */
export const layerNone: Layer.Layer<never> = Layer.succeed(ProviderRouter, Option.none())
