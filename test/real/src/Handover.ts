/**
 * What the process outside the namespace tells the one inside: which programs
 * this run has, and where their places are made. It travels in one variable of
 * the environment.
 */
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"

export const variable = "OFFSHOOT_REAL_RUN"

const Handover = Schema.Struct({
  /** Every program of the run, installed or not. */
  programs: Schema.Array(
    Schema.Union([
      Schema.Struct({
        type: Schema.Literal("installed"),
        id: Schema.String,
        bin: Schema.String,
        version: Schema.String
      }),
      Schema.Struct({
        type: Schema.Literal("not_installed"),
        id: Schema.String,
        version: Schema.String,
        reason: Schema.String
      })
    ])
  ),
  /** The folder for everything that does not outlive the run. */
  folder: Schema.String
})
export type Handover = typeof Handover.Type

const Text = Schema.fromJsonString(Handover)

export const encode = Schema.encodeSync(Text)

const decode = Schema.decodeUnknownOption(Text)

/** None outside a run. */
export const read = (env: Readonly<Record<string, string | undefined>>): Option.Option<Handover> =>
  decode(env[variable])
