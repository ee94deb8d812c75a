/**
 * What the configuration says of one A2A agent. Only the schema and the
 * decisions that follow from it.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"

export const protocol = "a2a"

/** The transports that A2A 1.0 names, as an agent card spells them. */
export const Binding = Schema.Literals(["JSONRPC", "HTTP+JSON", "GRPC"])
export type Binding = typeof Binding.Type

/** Without `bindings`: the one that most agents serve comes first. */
export const bindingsDefault: ReadonlyArray<Binding> = ["JSONRPC", "HTTP+JSON", "GRPC"]

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Credentials go to this address: anything but this machine must be reached over TLS. */
const addressProblem = (text: string): true | string => {
  if (!URL.canParse(text)) return "it must be an address, as in https://agents.example.com"
  const url = new URL(text)
  if (url.username !== "" || url.password !== "") return "it must not hold credentials: name them with authRef"
  if (url.protocol === "https:") return true
  if (url.protocol !== "http:") return "it must begin with https://"
  return loopback.test(url.hostname) || "plain http is only for this machine: use https"
}

export const Address = Schema.String.check(Schema.makeFilter(addressProblem))

const originProblem = (text: string): true | string => {
  const problem = addressProblem(text)
  if (problem !== true) return problem
  return new URL(text).origin === text || "it must be an origin without a path, as in https://agents.example.com"
}

const Origin = Schema.String.check(Schema.makeFilter(originProblem))

export const VariableName = Schema.String.check(
  Schema.isPattern(/^[A-Za-z_][A-Za-z0-9_]*$/, { expected: "a name of an environment variable" })
)

/**
 * How this agent is told who calls. Every secret is the name of an environment
 * variable. `apiKey`: in the header that the card names, or `header`;
 * `clientCredentials`: OAuth 2.0, section 4.4 of RFC 6749.
 */
export const Auth = Schema.Union([
  Schema.Struct({ type: Schema.Literal("bearer"), tokenRef: VariableName }),
  Schema.Struct({
    type: Schema.Literal("apiKey"),
    keyRef: VariableName,
    header: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)))
  }),
  Schema.Struct({
    type: Schema.Literal("clientCredentials"),
    tokenUrl: Address,
    clientId: Schema.NonEmptyString,
    clientSecretRef: VariableName,
    scopes: Schema.optionalKey(Schema.Array(Schema.NonEmptyString))
  })
])
export type Auth = typeof Auth.Type

/** A certificate of ours (mutual TLS), or an authority that the agent's is of. Paths of PEM files. */
export const Tls = Schema.Struct({
  certFile: Schema.optionalKey(Schema.NonEmptyString),
  keyFile: Schema.optionalKey(Schema.NonEmptyString),
  caFile: Schema.optionalKey(Schema.NonEmptyString)
})
export type Tls = typeof Tls.Type

/** A key that may have signed the card: a file with a JSON Web Key, public. */
export const TrustedKey = Schema.Struct({
  keyFile: Schema.NonEmptyString,
  keyId: Schema.optionalKey(Schema.NonEmptyString)
})
export type TrustedKey = typeof TrustedKey.Type

const Seconds = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 86_400 }))

/**
 * - `idle`: no byte on an open stream for so long, and the connection is taken for broken.
 * - `stalled`: no change of the task for so long, and it is given up.
 * - `unreachable`: no answer of the agent for so long, and its task is lost.
 */
export const RemoteLimits = Schema.Struct({
  idleSeconds: Schema.optionalKey(Seconds),
  stalledSeconds: Schema.optionalKey(Seconds),
  unreachableSeconds: Schema.optionalKey(Seconds)
})

/**
 * One entry of `agents` with `protocol: "a2a"`.
 *
 * - `cardUrl`: the address of the agent's card. One without a path is a host:
 *   its card is at `/.well-known/agent-card.json`.
 * - `authRef`: the environment variable that holds the token. Never the token.
 *   `auth` says it for agents that want something else than a bearer token.
 * - `credentialOrigins`: beside the origin of `cardUrl`, who may be sent the credentials.
 * - `bindings`: the transports to use, the preferred one first.
 * - `tenant`, `skill`: used with each task when they are given; a skill must be on the card.
 * - `allowPrivate`: the agent may be on this machine or in a private network.
 * - `signature`: what becomes of a card without a signature of one of `trustedKeys`.
 *   `prefer` (the default with keys) refuses only one that is wrong.
 * - `push`: the agent tells us of changes at the address of this server, instead of over an open stream.
 * - `concurrent`: how many runs of this agent may hold a slot at once.
 */
export const A2aAgent = Schema.Struct({
  protocol: Schema.Literal(protocol),
  cardUrl: Address,
  authRef: Schema.optionalKey(VariableName),
  auth: Schema.optionalKey(Auth),
  credentialOrigins: Schema.optionalKey(Schema.Array(Origin)),
  tls: Schema.optionalKey(Tls),
  bindings: Schema.optionalKey(Schema.NonEmptyArray(Binding)),
  tenant: Schema.optionalKey(Schema.NonEmptyString),
  skill: Schema.optionalKey(Schema.NonEmptyString),
  allowPrivate: Schema.optionalKey(Schema.Boolean),
  signature: Schema.optionalKey(Schema.Literals(["ignore", "prefer", "require"])),
  trustedKeys: Schema.optionalKey(Schema.Array(TrustedKey)),
  push: Schema.optionalKey(Schema.Boolean),
  limits: Schema.optionalKey(RemoteLimits),
  concurrent: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)))
})
export type A2aAgent = typeof A2aAgent.Type

/** The place that A2A gives to cards (1.0, section 8.2). */
export const wellKnown = "/.well-known/agent-card.json"

/** Where the agent's card is. */
export const cardAddress = ({ cardUrl }: Pick<A2aAgent, "cardUrl">): string => {
  const url = new URL(cardUrl)
  return url.pathname === "/" && url.search === "" ? new URL(wellKnown, url).href : url.href
}

/**
 * Whether the agent's credentials may be sent to `address`, which a card named.
 *
 * A card is foreign text and may point anywhere. Only the origins that the
 * operator wrote down get the credentials.
 */
export const trustsWithCredentials = (
  { cardUrl, credentialOrigins = [] }: Pick<A2aAgent, "cardUrl" | "credentialOrigins">,
  address: string
): boolean => {
  if (!URL.canParse(address)) return false
  const { origin } = new URL(address)
  return [new URL(cardUrl).origin, ...credentialOrigins].includes(origin)
}

/** The secret that the agent wants from us; none: it wants none. */
export const authOf = ({ auth, authRef }: Pick<A2aAgent, "auth" | "authRef">): Auth | undefined =>
  auth ?? (authRef === undefined ? undefined : { type: "bearer", tokenRef: authRef })
