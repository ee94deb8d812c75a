/**
 * Finds the server that a command talks to.
 *
 * `--url` and `--token`, else `OFFSHOOT_URL` and `OFFSHOOT_TOKEN`, else the file
 * that the server of the data directory left there.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Cause from "effect/Cause"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Client from "../Client.ts"
import * as Discovery from "../Discovery.ts"
import { Environment } from "../Environment.ts"
import * as Settings from "../Settings.ts"
import { ServerUnreachable, UsageRefused } from "./Failures.ts"

/** Where the command line says that the server is. */
export interface Where {
  readonly url: Option.Option<string>
  readonly token: Option.Option<Redacted.Redacted>
  readonly dataDir: Option.Option<string>
  readonly config: Option.Option<string>
}

/** A server on this machine that does not answer by then is gone or stuck. */
const probeTimeout = Duration.seconds(2)

const checkUrl = (url: string): Effect.Effect<string, UsageRefused> => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  return parsed !== undefined && (parsed.protocol === "http:" || parsed.protocol === "https:")
    ? Effect.succeed(parsed.origin)
    : Effect.fail(new UsageRefused({ told: "--url: expected an address like http://127.0.0.1:4319" }))
}

/** The settings as far as a client needs them: whether the server's bind is remote is the server's business. */
export const settingsOf = (where: Where) =>
  Settings.load({
    ...Option.match(where.dataDir, { onNone: () => ({}), onSome: (dataDir) => ({ dataDir }) }),
    ...Option.match(where.config, { onNone: () => ({}), onSome: (config) => ({ config }) }),
    allowRemote: true
  })

const named = Effect.fnUntraced(function* (where: Where) {
  const environment = yield* Environment
  return {
    url: Option.getOrElse(where.url, () => Settings.variable(environment, "OFFSHOOT_URL")),
    token: Option.getOrElse(where.token, () => {
      const token = Settings.variable(environment, "OFFSHOOT_TOKEN")
      return token === undefined ? undefined : Redacted.make(token)
    })
  }
})

/** Whether the server that the file names answers. */
const answers = (client: Client.ClientShape): Effect.Effect<boolean> =>
  client.calls.service.health().pipe(
    Effect.timeout(probeTimeout),
    Effect.as(true),
    Effect.catchCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.succeed(false)))
  )

/** The server of the data directory, if one is running and answers. */
const local = Effect.fnUntraced(function* (dataDir: string, token: Redacted.Redacted | undefined) {
  const found = yield* Discovery.find(dataDir)
  if (Option.isNone(found)) return Option.none()
  const client = yield* Client.make({
    baseUrl: found.value.url,
    token: token ?? Redacted.make(found.value.token)
  })
  return (yield* answers(client)) ? Option.some({ client, url: found.value.url }) : Option.none()
})

export interface Connected {
  readonly client: Client.ClientShape
  readonly url: string
}

/** The server that is running, or none. A server that somebody named counts as running. */
export const find = Effect.fn("Connect.find")(function* (where: Where) {
  const { token, url } = yield* named(where)
  if (url === undefined) {
    const settings = yield* settingsOf(where)
    return yield* local(settings.dataDir, token)
  }
  const baseUrl = yield* checkUrl(url)
  const known = token ?? (yield* tokenOf(where, baseUrl))
  if (known === undefined) {
    return yield* new UsageRefused({ told: `--url needs a token: add --token or set OFFSHOOT_TOKEN for ${baseUrl}` })
  }
  return Option.some<Connected>({ client: yield* Client.make({ baseUrl, token: known }), url: baseUrl })
})

/** The token of a server of this machine that was named by its address alone. */
const tokenOf = Effect.fnUntraced(function* (where: Where, baseUrl: string) {
  const settings = yield* settingsOf(where)
  const found = yield* Discovery.find(settings.dataDir)
  return Option.isSome(found) && found.value.url === baseUrl ? Redacted.make(found.value.token) : undefined
})

/** The server, which must be running. */
export const connect = Effect.fn("Connect.connect")(function* (where: Where) {
  const found = yield* find(where)
  if (Option.isSome(found)) return found.value
  const { dataDir } = yield* settingsOf(where)
  return yield* new ServerUnreachable({ where: dataDir, why: "none_running" })
})

const Told = Schema.Struct({ detail: Schema.String, hint: Schema.optionalKey(Schema.String) })
const isTold = Schema.is(Told)

/** What a failed call means for the command that made it. */
export const explain = (error: unknown, url: string): ServerUnreachable | UsageRefused => {
  if (error instanceof ServerUnreachable || error instanceof UsageRefused) return error
  if (HttpClientError.isHttpClientError(error) && error.response === undefined) {
    return new ServerUnreachable({ where: url, why: "no_answer" })
  }
  if (error instanceof Client.StreamRefused) return new UsageRefused({ told: error.message })
  if (isTold(error))
    return new UsageRefused({ told: error.hint === undefined ? error.detail : `${error.detail}. ${error.hint}` })
  return new UsageRefused({
    told: `the server at ${url} gave an answer that this command cannot read: are they of the same version?`
  })
}

/** A call whose failure ends the command. */
export const calling = <A, E, R>(url: string, effect: Effect.Effect<A, E, R>) =>
  Effect.mapError(effect, (error) => explain(error, url))
