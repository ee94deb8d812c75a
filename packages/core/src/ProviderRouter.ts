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

export interface ProviderRouterShape {
  readonly route: (ref: ModelRef) => Effect.Effect<Layer.Layer<LanguageModel.LanguageModel>, ModelUnroutable>
  /** The kind of provider behind a reference, when it is known. */
  readonly providerTypeFor: (ref: ModelRef) => Option.Option<string>
}

/** The router of this process, if it has one. */
export class ProviderRouter extends Context.Reference<Option.Option<ProviderRouterShape>>(
  "@offshoot/core/ProviderRouter",
  { defaultValue: () => Option.none() }
) {}

export const layer = (router: ProviderRouterShape): Layer.Layer<never> =>
  Layer.succeed(ProviderRouter, Option.some(router))

/** No router: sessions use the model their agent has by itself. */
export const layerNone: Layer.Layer<never> = Layer.succeed(ProviderRouter, Option.none())
