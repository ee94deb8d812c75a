/**
 * Branded identifiers, and where new ones come from.
 *
 * An id is a prefix, nine base-36 digits of the clock in milliseconds, and
 * thirteen base-32 digits of randomness (65 bits), so that ids sort by age and
 * cannot be guessed when `Entropy` is cryptographic.
 *
 * @stability unstable
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"

/** Ids are short; anything longer on the wire is garbage. */
const idLengthMax = 128

const Id = Schema.NonEmptyString.check(Schema.isMaxLength(idLengthMax))

/** Names one conversation, root or child. Stable across runs and restarts. */
export const SessionId = Id.pipe(Schema.brand("SessionId"))
export type SessionId = typeof SessionId.Type

/**
 * Names one physical try of a session. Never reused: acting on a `RunId`
 * cannot reach the run that replaced it.
 */
export const RunId = Id.pipe(Schema.brand("RunId"))
export type RunId = typeof RunId.Type

/** Names one wait of a parent. */
export const WaitId = Id.pipe(Schema.brand("WaitId"))
export type WaitId = typeof WaitId.Type

/** Names one question or permission ask of a child. */
export const RequestId = Id.pipe(Schema.brand("RequestId"))
export type RequestId = typeof RequestId.Type

/** Names one entry of a transcript, also while it is still a message on its way there. */
export const MessageId = Id.pipe(Schema.brand("MessageId"))
export type MessageId = typeof MessageId.Type

/** Names one text that is kept beside a transcript. */
export const ArtifactId = Id.pipe(Schema.brand("ArtifactId"))
export type ArtifactId = typeof ArtifactId.Type

/**
 * Thirteen base-32 digits of randomness per call.
 *
 * The default draws from Effect's `Random`, so that a seed replays; a server
 * that strangers can reach gives a cryptographic one.
 */
export class Entropy extends Context.Reference<Effect.Effect<string>>("@offshoot/core/Entropy", {
  defaultValue: () => Random.Random.pipe(Effect.map((random) => digits(() => random.nextDoubleUnsafe())))
}) {}

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

/** A number below 32^6 as six digits, the low ones when it is larger. */
const sixDigits = (value: number): string => {
  let rest = value
  let text = ""
  for (let index = 0; index < 6; index++) {
    text += alphabet.charAt(rest % 32)
    rest = Math.floor(rest / 32)
  }
  return text
}

/** Three draws: six, six and one digit. */
const digits = (next: () => number): string => {
  const draw = (): string => sixDigits(Math.floor(next() * 32 ** 6))
  return draw() + draw() + alphabet.charAt(Math.floor(next() * 32))
}

/** Thirteen base-32 digits from at least twelve random bytes. */
export const digitsFromBytes = (bytes: Uint8Array): string => {
  let at = 0
  const byte = (): number => bytes[at++] ?? 0
  return digits(() => (((byte() * 256 + byte()) * 256 + byte()) * 256 + byte()) / 2 ** 32)
}

/** Ids of one millisecond that are told apart by their order; about fifty times what a process makes. */
const orderMax = 32 ** 2 - 1

/**
 * The same entropy with its first two digits counting the ids of a millisecond,
 * so that ids sort in the order in which they were made, also within it. Leaves
 * 55 bits of chance.
 */
export const ordered = (entropy: Effect.Effect<string>): Effect.Effect<string> => {
  let lastMillis = -1
  let order = 0
  return Effect.flatMap(entropy, (chance) =>
    Clock.clockWith((clock) => {
      const millis = clock.currentTimeMillisUnsafe()
      order = millis === lastMillis ? Math.min(order + 1, orderMax) : 0
      lastMillis = millis
      const digit = (value: number): string => alphabet.charAt(value)
      return Effect.succeed(digit(Math.floor(order / 32)) + digit(order % 32) + chance.slice(2))
    })
  )
}

const fresh = (prefix: string): Effect.Effect<string> =>
  Effect.flatMap(Entropy, (entropy) =>
    Effect.flatMap(entropy, (random) =>
      Clock.clockWith((clock) =>
        Effect.succeed(`${prefix}_${clock.currentTimeMillisUnsafe().toString(36).padStart(9, "0")}${random}`)
      )
    )
  )

export const makeSessionId: Effect.Effect<SessionId> = Effect.map(fresh("ses"), (id) => SessionId.make(id))
export const makeRunId: Effect.Effect<RunId> = Effect.map(fresh("run"), (id) => RunId.make(id))
export const makeWaitId: Effect.Effect<WaitId> = Effect.map(fresh("wai"), (id) => WaitId.make(id))
export const makeRequestId: Effect.Effect<RequestId> = Effect.map(fresh("req"), (id) => RequestId.make(id))
export const makeMessageId: Effect.Effect<MessageId> = Effect.map(fresh("msg"), (id) => MessageId.make(id))
export const makeArtifactId: Effect.Effect<ArtifactId> = Effect.map(fresh("art"), (id) => ArtifactId.make(id))
