/**
 * What one model call is limited to, whichever provider serves it.
 *
 * The agent loop sets it around a call; the bridge to a provider reads it there.
 * Settings that only some providers have are not here: they belong to the
 * configuration of a model.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"

export interface CallSettingsShape {
  /** Cut down to what the model can write at most, when that is known. */
  readonly maxOutputTokens?: number
  /** From 0, always the likeliest word, upwards. Models that take none ignore it. */
  readonly temperature?: number
}

/** Nothing by default: the configuration of the model counts, then the provider's own default. */
export class CallSettings extends Context.Reference<CallSettingsShape>("@offshoot/core/CallSettings", {
  defaultValue: () => ({})
}) {}
