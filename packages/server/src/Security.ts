/**
 * Who is let in: decisions about `Host`, `Origin`, token and sign-in, without effects.
 *
 * Against a page that the user's browser shows: its script cannot set `Host`
 * (so a rebound name is seen), cannot hide `Origin` (so another site is seen),
 * and does not know the token. Whether other machines may be bound at all is
 * decided by `Settings`.
 *
 * The page of this server has no token either: it gives it away once, for a
 * cookie that its own script cannot read. A browser sends a cookie also when
 * another site asks it to, so a cookie counts only where the browser says that
 * the request is this page's own, and for a change only with a header that no
 * other site can send without asking first, which is refused.
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

/** Paths that carry nothing of this machine: two probes, the contract itself, and the page before anybody signed in. */
const openPaths: ReadonlySet<string> = new Set(["/", "/favicon.svg", "/healthz", "/readyz", "/docs", "/openapi.json"])
const assetPrefix = "/assets/"

export const needsToken = (path: string): boolean => !openPaths.has(path) && !path.startsWith(assetPrefix)

/** Trades a token for a cookie; nothing else is good enough for it. */
const loginPath = "/v1/login"

/** The path of a request target, without its query. */
export const pathOf = (target: string): string => {
  const end = target.search(/[?#]/)
  return end === -1 ? target : target.slice(0, end)
}

/** Seven days: a page that is open for a week asks for the token again. */
export const signInSecondsMax = 7 * 24 * 60 * 60

/** The characters of a sign-in: when it ends, a random part, and their seal. */
const signInShape = /^(\d{1,16})\.([A-Za-z0-9_-]{8,64})\.([A-Za-z0-9_-]{43})$/

const sealKey = (token: Redacted.Redacted): Buffer =>
  NodeCrypto.createHash("sha256").update("offshoot sign-in ").update(Redacted.value(token)).digest()

const sealOf = (key: Buffer, text: string): Buffer => NodeCrypto.createHmac("sha256", key).update(text).digest()

/** Sign-ins of one token: how they are made and told from others. */
export interface SignIns {
  /** `nonce`: letters and digits that no two of them share. */
  readonly issue: (nonce: string, nowMillis: number) => string
  /** Its random part, by which it can be remembered as ended; nothing when it is none, or its time is over. */
  readonly read: (value: string, nowMillis: number) => string | undefined
}

/**
 * Sealed with a key that is made from the token: nothing has to be kept, it
 * outlives a restart with the same token, ends with another one, and says
 * nothing of it.
 */
export const signIns = (token: Redacted.Redacted): SignIns => {
  const key = sealKey(token)
  return {
    issue: (nonce, nowMillis) => {
      const text = `${nowMillis + signInSecondsMax * 1_000}.${nonce}`
      return `${text}.${sealOf(key, text).toString("base64url")}`
    },
    read: (value, nowMillis) => {
      const [, until = "", nonce = "", seal = ""] = signInShape.exec(value) ?? []
      const given = Buffer.from(seal, "base64url")
      const expected = sealOf(key, `${until}.${nonce}`)
      const isSealed = given.length === expected.length && NodeCrypto.timingSafeEqual(given, expected)
      return isSealed && Number(until) > nowMillis ? nonce : undefined
    }
  }
}

/** Browsers share cookies between the ports of a host: two servers of one machine have two names. */
const cookieName = (hostHeader: string | undefined): string => {
  const port = hostHeader === undefined ? "" : (parseHost(hostHeader)?.port ?? "")
  return port === "" ? "offshoot" : `offshoot-${port}`
}

/** The value of the cookie of this server, if the header has it once. */
export const cookieOf = (hostHeader: string | undefined, cookieHeader: string | undefined): string | undefined => {
  const prefix = `${cookieName(hostHeader)}=`
  const found = (cookieHeader ?? "")
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix))
  return found.length === 1 ? found[0]?.slice(prefix.length) : undefined
}

/** What the browser is to keep; an empty value is forgotten. Only a page that came over https knows that it did. */
export const setCookie = (
  value: string,
  facts: { readonly host: string | undefined; readonly origin: string | undefined }
): string =>
  [
    `${cookieName(facts.host)}=${value}`,
    "Path=/",
    `Max-Age=${value === "" ? 0 : signInSecondsMax}`,
    "HttpOnly",
    "SameSite=Strict",
    ...(facts.origin?.startsWith("https:") === true ? ["Secure"] : [])
  ].join("; ")

export type Verdict = "allowed" | "host" | "origin" | "token" | "page"

export interface Facts {
  readonly method: string
  readonly path: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
  readonly cookie: string | undefined
  /** The header `Offshoot-Page`. */
  readonly page: string | undefined
  /** The header `Sec-Fetch-Site`: what the browser says of who asks. */
  readonly fetchSite: string | undefined
}

/** What the server was given to know a caller by. */
export interface Known {
  readonly token: (authorization: string | undefined) => boolean
  readonly signIn: (value: string) => boolean
}

const reads: ReadonlySet<string> = new Set(["GET", "HEAD"])

/** A browser that says nothing of who asks is old, or no browser. */
const ownPage: ReadonlySet<string | undefined> = new Set([undefined, "same-origin", "none"])

const judgeCaller = (known: Known, facts: Facts): Verdict => {
  // Who sends a token is a program, or signs in: a wrong one is not mended by a cookie.
  if (facts.authorization !== undefined || facts.path === loginPath) {
    return known.token(facts.authorization) ? "allowed" : "token"
  }
  const value = cookieOf(facts.host, facts.cookie)
  if (value === undefined || !known.signIn(value)) return "token"
  return ownPage.has(facts.fetchSite) && (reads.has(facts.method) || facts.page === "1") ? "allowed" : "page"
}

/** The first thing that is wrong with a request, in an order that tells a stranger least. */
export const judge =
  (served: Served, known: Known): ((facts: Facts) => Verdict) =>
  (facts) => {
    if (!hostAllowed(served, facts.host)) return "host"
    if (originAllowed(facts.host, facts.origin)) return needsToken(facts.path) ? judgeCaller(known, facts) : "allowed"
    if (!isAllowedOrigin(served, facts.origin)) return "origin"
    // A sign-in is for the page of this server alone: browsers send its cookie from other ports of the same host too.
    return needsToken(facts.path) && !known.token(facts.authorization) ? "token" : "allowed"
  }
