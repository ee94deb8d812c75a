/**
 * A type of model provider: what the router needs to know of it, and how a model
 * of it is made. Knows no provider; each is one value in a file of its own, or
 * in an app.
 *
 * @stability unstable
 */
import type { ProviderRouter, Session } from "@offshoot/core"
import type * as Effect from "effect/Effect"
import type { LanguageModel } from "effect/ai"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import type { ModelSettings } from "./ProviderSettings.ts"

/** What a model does, as `LanguageModel.make` takes it: raw parts in, raw parts out. */
export type ModelCalls = Parameters<typeof LanguageModel.make>[0]

/** Everything that the configuration and the environment say of one model. */
export interface ModelRequest {
  /** `provider` is the name in the configuration, not the type. */
  readonly modelRef: Session.ModelRef
  readonly baseUrl: Option.Option<string>
  readonly apiKey: Option.Option<Redacted.Redacted>
  readonly headers: Readonly<Record<string, Redacted.Redacted>>
  readonly options: Readonly<Record<string, Schema.Json>>
  readonly settings: ModelSettings
}

export interface ProviderModel {
  readonly calls: ModelCalls
  readonly contextTokensMax: Option.Option<number>
  readonly outputTokensMax: Option.Option<number>
}

export interface ProviderKind {
  /** What `type` says in the configuration. */
  readonly type: string
  /** The environment variable that usually holds its key. None: it works without a key. */
  readonly keyVariable: Option.Option<string>
  /** Whether an address of its own is known. */
  readonly baseUrl: "known" | "required"
  readonly isScripted: boolean
  /** Called for each routed run: cheap, and nothing stays open. Checks no key with the provider. */
  readonly open: (request: ModelRequest) => Effect.Effect<ProviderModel, ProviderRouter.ModelUnroutable>
}
