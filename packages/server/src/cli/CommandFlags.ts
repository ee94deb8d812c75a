/** The flags and arguments that several commands have, and how their handlers are loaded. */
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Where } from "./Connect.ts"

/** A command's handler is a module of its own, which is loaded when it is called. */
export const load = <A>(module: () => Promise<A>): Effect.Effect<A> => Effect.promise(module)

/** Where a server's data and settings are. */
export const where = {
  dataDir: Flag.Path("data-dir").pipe(
    Flag.withDescription("Where the server keeps its data (OFFSHOOT_DATA_DIR; ./.offshoot)"),
    Flag.optional
  ),
  config: Flag.Path("config").pipe(
    Flag.withDescription("The configuration file (OFFSHOOT_CONFIG; ./offshoot.config.json)"),
    Flag.optional
  ),
  token: Flag.Redacted("token").pipe(
    Flag.withDescription("The server's token; OFFSHOOT_TOKEN keeps it out of the list of processes"),
    Flag.optional
  )
}

/** For the commands that talk to a server. */
export const client = {
  ...where,
  url: Flag.String("url").pipe(
    Flag.withDescription("The server's address (OFFSHOOT_URL; the one that runs on the data directory)"),
    Flag.optional
  )
}

export const json = Flag.Boolean("json").pipe(Flag.withDescription("Print JSON for machines"), Flag.withDefault(false))

export const SessionIdArgument = Argument.String("id").pipe(
  Argument.withDescription("The id of a session, as ls shows it"),
  Argument.withSchema(Schema.NonEmptyString.check(Schema.isMaxLength(128)))
)

export const whereOf = ({ config, dataDir, token, url }: Where): Where => ({ url, token, dataDir, config })

/** A member of an object, when the flag was given. */
export const optional = <Key extends string, Value>(
  key: Key,
  value: Option.Option<Value>
): { readonly [K in Key]?: Value } => {
  const member: { [K in Key]?: Value } = {}
  if (Option.isSome(value)) member[key] = value.value
  return member
}
