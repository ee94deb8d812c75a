/**
 * What the configuration says of one A2A agent.
 *
 * Only the schema and the decisions that follow from it. Nothing in this
 * package connects to an agent yet, so the server does not offer this protocol.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"

export const protocol = "a2a"

/** The transports that A2A 1.0 names for HTTP, as an agent card spells them. */
export const Binding = Schema.Literals(["JSONRPC", "HTTP+JSON"])
export type Binding = typeof Binding.Type

/** Without `bindings`: the one that most agents serve comes first. */
export const bindingsDefault: ReadonlyArray<Binding> = ["JSONRPC", "HTTP+JSON"]

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

const Address = Schema.String.check(Schema.makeFilter(addressProblem))

const VariableName = Schema.String.check(
  Schema.isPattern(/^[A-Za-z_][A-Za-z0-9_]*$/, { expected: "a name of an environment variable" })
)

/**
 * One entry of `agents` with `protocol: "a2a"`.
 *
 * - `url`: where the agent lives. Its card is at `/.well-known/agent-card.json`
 *   there, unless `cardUrl` says otherwise.
 * - `authRef`: the environment variable that holds the bearer token. Never the
 *   token.
 * - `bindings`: the transports to use, the preferred one first.
 * - `tenant`, `skill`: sent with each task when they are given.
 * - `concurrent`: how many runs of this agent may hold a slot at once.
 */
export const A2aAgent = Schema.Struct({
  protocol: Schema.Literal(protocol),
  url: Address,
  cardUrl: Schema.optionalKey(Address),
  authRef: Schema.optionalKey(VariableName),
  bindings: Schema.optionalKey(Schema.NonEmptyArray(Binding)),
  tenant: Schema.optionalKey(Schema.NonEmptyString),
  skill: Schema.optionalKey(Schema.NonEmptyString),
  concurrent: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)))
})
export type A2aAgent = typeof A2aAgent.Type

/** The place that A2A gives to cards (1.0, section 8.2). */
const wellKnown = "/.well-known/agent-card.json"

/** Where the agent's card is. The place counts from the root of the host, whatever path `url` has. */
export const cardAddress = (agent: A2aAgent): string => agent.cardUrl ?? new URL(wellKnown, agent.url).href

/**
 * Whether the agent's token may be sent to `address`, which a card named.
 *
 * A card is foreign text and may point anywhere. Only the origins that the
 * operator wrote down get the credentials.
 */
export const trustsWithToken = (agent: A2aAgent, address: string): boolean => {
  if (!URL.canParse(address)) return false
  const { origin } = new URL(address)
  return [agent.url, agent.cardUrl].some((known) => known !== undefined && new URL(known).origin === origin)
}
