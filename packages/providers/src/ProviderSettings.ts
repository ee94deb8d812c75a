/**
 * What the configuration says of model providers and of models.
 *
 * Only the shape. A secret is never written here: `apiKeyRef` and `headerRefs`
 * name environment variables. Which types of provider there are is not known
 * here; `Router.problems` compares the settings with those of the app.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"

/** What is before the colon of a reference. */
const Name = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
    expected: "a name of letters, digits, dots, dashes and underscores, at most 64"
  })
)

const EnvironmentName = Schema.String.check(
  Schema.isPattern(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    expected: "the name of an environment variable, never the secret itself"
  })
)

const Reference = Schema.String.check(Schema.isPattern(/^[^:\s]+:\S+$/, { expected: "a reference `provider:model`" }))

/** A reference or an alias; `Router.problems` tells whether it means something. */
const ReferenceOrAlias = Schema.NonEmptyString

const BaseUrl = Schema.String.check(
  Schema.isPattern(/^https?:\/\/[^\s/@]+(\/[^\s@]*)?$/, { expected: "an http or https address without a user name" })
)

const HeaderName = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9-]{1,64}$/, { expected: "the name of a header: letters, digits and dashes" })
)

const PlainHeaderName = HeaderName.check(
  Schema.isPattern(/^(?!.*(authorization|cookie|key|secret|token))/i, {
    expected: "a header without a secret; put this one into headerRefs, with the variable that holds it"
  })
)

const Json = Schema.Record(Schema.String, Schema.Json)

/** One account with one provider. */
export const ProviderEntry = Schema.Struct({
  type: Schema.NonEmptyString,
  baseUrl: Schema.optionalKey(BaseUrl),
  /** Names the environment variable that holds the key; absent: the usual one of this type. */
  apiKeyRef: Schema.optionalKey(EnvironmentName),
  headers: Schema.optionalKey(Schema.Record(PlainHeaderName, Schema.String)),
  /** Header to the environment variable that holds its value. */
  headerRefs: Schema.optionalKey(Schema.Record(HeaderName, EnvironmentName)),
  /** What only this type of provider has. */
  options: Schema.optionalKey(Json)
})
export type ProviderEntry = typeof ProviderEntry.Type

const Usd = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const Tokens = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/** Dollars per million tokens. A figure that is absent makes the cost of such tokens unknown. */
export const Price = Schema.Struct({
  inputUsd: Usd,
  outputUsd: Usd,
  cacheReadUsd: Schema.optionalKey(Usd),
  cacheWriteUsd: Schema.optionalKey(Usd)
})
export type Price = typeof Price.Type

/** What is particular to one model. What is absent is taken from what is known of it. */
export const ModelSettings = Schema.Struct({
  /** Input and output together. */
  contextTokensMax: Schema.optionalKey(Tokens),
  outputTokensMax: Schema.optionalKey(Tokens),
  temperature: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))),
  price: Schema.optionalKey(Price),
  /** By the provider's own names, handed to it as they are. */
  providerOptions: Schema.optionalKey(Schema.Record(Schema.String, Json))
})
export type ModelSettings = typeof ModelSettings.Type

/** More fallbacks only make a failure slower. */
const fallbacksMax = 8

export const Models = Schema.Struct({
  /** What serves sessions that name no model. */
  default: Schema.optionalKey(ReferenceOrAlias),
  /** Short name to reference. */
  aliases: Schema.optionalKey(Schema.Record(Name, Reference)),
  /** Who is asked, in order, when a model cannot answer now. */
  fallbacks: Schema.optionalKey(
    Schema.Record(ReferenceOrAlias, Schema.Array(ReferenceOrAlias).check(Schema.isMaxLength(fallbacksMax)))
  ),
  settings: Schema.optionalKey(Schema.Record(ReferenceOrAlias, ModelSettings))
})
export type Models = typeof Models.Type

/** The keys `providers` and `models` of the configuration. */
export const ProviderSettings = Schema.Struct({
  providers: Schema.optionalKey(Schema.Record(Name, ProviderEntry)),
  models: Schema.optionalKey(Models)
})
export type ProviderSettings = typeof ProviderSettings.Type
