/**
 * Who is let in: decisions about `Host`, `Origin` and token, without effects.
 *
 * Against a page that the user's browser shows: its script cannot set `Host`
 * (so a rebound name is seen), cannot hide `Origin` (so another site is seen),
 * and does not know the token. Whether other machines may be bound at all is
 * decided by `Settings`.
 *
 * @stability unstable
 */
import * as NodeCrypto from "node:crypto"
import * as NodeNet from "node:net"
import * as Redacted from "effect/Redacted"
import { isLoopback } from "./Settings.ts"

/** What the operator serves: the address that is bound, and further names that lead to it. */
export interface Served {
  readonly host: string
  /** Names without a port, such as that of a reverse proxy. */
  readonly allowedHosts: ReadonlyArray<string>
  /** Origins of other people's pages, each with its scheme and, if it has one, its port. */
  readonly allowedOrigins: ReadonlyArray<string>
}

const unbracketed = (name: string): string => (name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name)

/** Characters of a host and its port, and of nothing else: no path, no user, no space. */
const hostCharacters = /^[A-Za-z0-9.\-_:[\]]+$/

const parseHost = (header: string): URL | undefined =>
  hostCharacters.test(header) && URL.canParse(`http://${header}`) ? new URL(`http://${header}`) : undefined

/**
 * Whether a `Host` header names this server. The port is not looked at: it
 * differs behind a port mapping, and rebinding needs a *name*.
 */
export const hostAllowed = (served: Served, header: string | undefined): boolean => {
  const host = header === undefined ? undefined : parseHost(header)
  if (host === undefined) {
    return false
  }
  const name = unbracketed(host.hostname).toLowerCase()
  const own = unbracketed(served.host).toLowerCase()
  if (isLoopback(name) || name === own || served.allowedHosts.some((allowed) => allowed.toLowerCase() === name)) {
    return true
  }
  // Bound for other machines: they write the address, and an address cannot be rebound.
  return !isLoopback(own) && NodeNet.isIP(name) !== 0
}

/** Whether an `Origin` header is one that the operator has named. It is compared as a whole, the scheme too. */
const isAllowedOrigin = ({ allowedOrigins }: Pick<Served, "allowedOrigins">, origin: string | undefined): boolean =>
  origin !== undefined && allowedOrigins.includes(origin)

/** Methods of the contract. */
const methods = "GET, POST, DELETE"
/** Headers that a page sets itself; a browser asks for those that are not simple. */
const requestHeaders = "authorization, content-type, accept, last-event-id"
/** Seconds for which a browser may keep the answer: its own limit is two hours. */
const preflightSeconds = 600

/** What lets a page of an origin that the operator has named read an answer. Every answer depends on who asks, when anybody is named. */
export const crossOriginHeaders = (
  served: Pick<Served, "allowedOrigins">,
  origin: string | undefined
): Readonly<Record<string, string>> => {
  if (served.allowedOrigins.length === 0) return {}
  return origin !== undefined && isAllowedOrigin(served, origin)
    ? { "access-control-allow-origin": origin, "access-control-expose-headers": "retry-after", vary: "origin" }
    : { vary: "origin" }
}

/** What a browser asks before it lets a page ask; it carries no token, and is answered for origins that are named alone. */
export const preflightHeaders: Readonly<Record<string, string>> = {
  "access-control-allow-methods": methods,
  "access-control-allow-headers": requestHeaders,
  "access-control-allow-private-network": "true",
  "access-control-max-age": String(preflightSeconds)
}

/** Whether a preflight is answered as one: it comes from a page that is named, to a name that is served. */
export const preflightAllowed = (served: Served, host: string | undefined, origin: string | undefined): boolean =>
  hostAllowed(served, host) && isAllowedOrigin(served, origin)

/**
 * Whether a request may come from where its `Origin` header says. Programs
 * send none; a page must be of this very origin, port included. The scheme is
 * not compared: behind a proxy only the proxy knows it.
 */
export const originAllowed = (hostHeader: string | undefined, origin: string | undefined): boolean => {
  if (origin === undefined) {
    return true
  }
  if (hostHeader === undefined || !/^https?:\/\//.test(origin) || !URL.canParse(origin)) {
    return false
  }
  const from = new URL(origin)
  // Read with the origin's scheme, so that the default port is left out on both sides.
  return (
    hostCharacters.test(hostHeader) &&
    URL.canParse(`${from.protocol}//${hostHeader}`) &&
    new URL(`${from.protocol}//${hostHeader}`).host === from.host
  )
}

const digest = (secret: string): Buffer => NodeCrypto.createHash("sha256").update(secret).digest()

const bearer = /^Bearer +(\S+)$/i

/**
 * Checks an `Authorization` header against the token, in a time that tells
 * nothing about either: hashes of equal length are compared.
 */
export const tokenCheck = (token: Redacted.Redacted): ((authorization: string | undefined) => boolean) => {
  const expected = digest(Redacted.value(token))
  return (authorization) => {
    const given = authorization === undefined ? undefined : bearer.exec(authorization)?.[1]
    const matches = NodeCrypto.timingSafeEqual(digest(given ?? ""), expected)
    return given !== undefined && matches
  }
}

/** Paths that carry nothing of this machine: two probes, and the contract itself. */
const openPaths: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/docs", "/openapi.json"])

export const needsToken = (path: string): boolean => !openPaths.has(path)

/** The path of a request target, without its query. */
export const pathOf = (target: string): string => {
  const end = target.search(/[?#]/)
  return end === -1 ? target : target.slice(0, end)
}

export type Verdict = "allowed" | "host" | "origin" | "token"

export interface Facts {
  readonly path: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
}

/** The first thing that is wrong with a request, in an order that tells a stranger least. */
export const judge =
  (served: Served, tokenMatches: (authorization: string | undefined) => boolean): ((facts: Facts) => Verdict) =>
  (facts) =>
    !hostAllowed(served, facts.host)
      ? "host"
      : !originAllowed(facts.host, facts.origin) && !isAllowedOrigin(served, facts.origin)
        ? "origin"
        : needsToken(facts.path) && !tokenMatches(facts.authorization)
          ? "token"
          : "allowed"
