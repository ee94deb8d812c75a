import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as Security from "../src/Security.ts"

const local: Security.Served = {
  host: "127.0.0.1",
  allowedHosts: ["offshoot.example"],
  allowedOrigins: ["https://app.example"]
}
const remote: Security.Served = { host: "0.0.0.0", allowedHosts: [], allowedOrigins: [] }
const named: Security.Served = { host: "box.lan", allowedHosts: [], allowedOrigins: [] }

describe("Host", () => {
  it.each([
    ["127.0.0.1", true],
    ["127.0.0.1:4319", true],
    ["127.8.9.1", true],
    ["localhost", true],
    ["LOCALHOST:1", true],
    ["[::1]:4319", true],
    ["offshoot.example", true],
    ["Offshoot.Example:443", true],
    ["evil.example", false],
    ["127.0.0.1.evil.example", false],
    ["localhost.evil.example", false],
    ["evil-localhost", false],
    ["offshoot.example.evil.example", false],
    ["192.168.1.9", false],
    ["0.0.0.0", false],
    ["user@127.0.0.1", false],
    ["127.0.0.1/evil", false],
    ["127.0.0.1 evil.example", false],
    ["[::1", false],
    ["127.0.0.1:99999", false],
    ["", false],
    [undefined, false]
  ])("%s on a loopback server: %s", (header, allowed) => {
    assert.strictEqual(Security.hostAllowed(local, header), allowed)
  })

  it.each([
    ["192.168.1.9:4319", true],
    ["[fe80::1]", true],
    ["localhost", true],
    ["evil.example", false]
  ])("%s on a server for other machines: %s", (header, allowed) => {
    assert.strictEqual(Security.hostAllowed(remote, header), allowed)
  })

  it("the name that is bound is served", () => {
    assert.isTrue(Security.hostAllowed(named, "box.lan:4319"))
    assert.isFalse(Security.hostAllowed(named, "other.lan"))
  })
})

describe("Origin", () => {
  it.each([
    ["127.0.0.1:4319", undefined, true],
    ["127.0.0.1:4319", "http://127.0.0.1:4319", true],
    ["localhost", "http://localhost", true],
    ["localhost:80", "http://localhost", true],
    ["offshoot.example", "https://offshoot.example", true],
    ["offshoot.example:443", "https://offshoot.example", true],
    ["127.0.0.1:4319", "http://localhost:4319", false],
    ["127.0.0.1:4319", "http://127.0.0.1:5173", false],
    ["127.0.0.1:4319", "http://127.0.0.1", false],
    ["127.0.0.1:4319", "https://evil.example", false],
    ["127.0.0.1:4319", "null", false],
    ["127.0.0.1:4319", "", false],
    ["127.0.0.1:4319", "file://", false],
    ["127.0.0.1:4319", "chrome-extension://abcdef", false],
    [undefined, "http://127.0.0.1:4319", false]
  ])("to %s from %s: %s", (host, origin, allowed) => {
    assert.strictEqual(Security.originAllowed(host, origin), allowed)
  })
})

describe("token", () => {
  const matches = Security.tokenCheck(Redacted.make("s3cret"))
  it.each([
    ["Bearer s3cret", true],
    ["bearer s3cret", true],
    ["Bearer  s3cret", true],
    ["Bearer s3cre", false],
    ["Bearer s3cret ", false],
    ["Bearer S3CRET", false],
    ["Bearer", false],
    ["Bearer ", false],
    ["s3cret", false],
    ["Basic s3cret", false],
    ["", false],
    [undefined, false]
  ])("%s: %s", (authorization, allowed) => {
    assert.strictEqual(matches(authorization), allowed)
  })
})

const asked: Security.Facts = {
  method: "GET",
  path: "/v1/sessions",
  host: "localhost",
  origin: undefined,
  authorization: undefined,
  cookie: undefined,
  page: undefined,
  fetchSite: undefined
}

describe("judgement", () => {
  const judge = Security.judge(local, {
    token: (authorization) => authorization === "yes",
    signIn: (value) => value === "signed"
  })
  const signed = "offshoot=signed"
  const change = { method: "POST", cookie: signed, page: "1", fetchSite: "same-origin" }
  it.each<[Partial<Security.Facts>, Security.Verdict]>([
    [{ authorization: "yes" }, "allowed"],
    [{}, "token"],
    [{ origin: "https://app.example", authorization: "yes" }, "allowed"],
    [{ origin: "https://app.example" }, "token"],
    [{ origin: "https://app.example", cookie: signed }, "token"],
    [{ origin: "https://app.example", ...change }, "token"],
    [{ origin: "https://app.example", path: "/healthz" }, "allowed"],
    [{ origin: "https://other.example", authorization: "yes" }, "origin"],
    [{ path: "/healthz" }, "allowed"],
    [{ path: "/metrics" }, "token"],
    [{ path: "/healthz/" }, "token"],
    [{ host: "evil.example", origin: "http://evil.example", authorization: "yes" }, "host"],
    [{ path: "/healthz", origin: "http://evil.example", authorization: "yes" }, "origin"],
    // The page, before anybody signed in
    [{ path: "/" }, "allowed"],
    [{ path: "/favicon.svg" }, "allowed"],
    [{ path: "/assets/index-abc.js" }, "allowed"],
    [{ path: "/assets" }, "token"],
    [{ path: "/assets/a.js", host: "evil.example" }, "host"],
    // By cookie
    [{ cookie: signed }, "allowed"],
    [{ cookie: `other=1; ${signed}` }, "allowed"],
    [{ cookie: signed, method: "HEAD" }, "allowed"],
    [{ cookie: signed, fetchSite: "same-origin" }, "allowed"],
    [{ cookie: signed, fetchSite: "none" }, "allowed"],
    [{ cookie: signed, fetchSite: "same-site" }, "page"],
    [{ cookie: signed, fetchSite: "cross-site" }, "page"],
    [{ cookie: "offshoot=forged" }, "token"],
    [{ cookie: "offshoot=" }, "token"],
    [{ cookie: `${signed}; ${signed}` }, "token"],
    [{ cookie: "xoffshoot=signed" }, "token"],
    [{ cookie: signed, host: "localhost:4319" }, "token"],
    [{ cookie: "offshoot-4319=signed", host: "localhost:4319" }, "allowed"],
    [change, "allowed"],
    [{ ...change, fetchSite: undefined }, "allowed"],
    [{ ...change, page: undefined }, "page"],
    [{ ...change, page: "true" }, "page"],
    [{ ...change, fetchSite: "same-site" }, "page"],
    [{ ...change, method: "DELETE", page: undefined }, "page"],
    [{ ...change, method: "OPTIONS", page: undefined }, "page"],
    [{ ...change, origin: "https://evil.example" }, "origin"],
    [{ ...change, authorization: "no" }, "token"],
    [{ method: "POST", authorization: "yes" }, "allowed"],
    // Nobody trades one cookie for another
    [{ ...change, path: "/v1/login" }, "token"],
    [{ ...change, path: "/v1/login", authorization: "yes" }, "allowed"],
    [{ ...change, path: "/v1/logout" }, "allowed"]
  ])("%o is %s", (facts, verdict) => {
    assert.strictEqual(judge({ ...asked, ...facts }), verdict)
  })

  it.each([
    ["/a?b=/c", "/a"],
    ["/a#b", "/a"],
    ["/a", "/a"]
  ])("the path of %s is %s", (target, path) => {
    assert.strictEqual(Security.pathOf(target), path)
  })
})

describe("a sign-in", () => {
  const { issue, read } = Security.signIns(Redacted.make("s3cret"))
  const value = issue("abcdefgh12345678", 1_000)
  const last = 1_000 + Security.signInSecondsMax * 1_000 - 1
  it.each<[string, string, number, string | undefined]>([
    ["as it was given", value, 1_000, "abcdefgh12345678"],
    ["in its last moment", value, last, "abcdefgh12345678"],
    ["when its time is over", value, last + 1, undefined],
    ["made longer", value.replace(/^\d+/, (until) => `${until}9`), 1_000, undefined],
    ["of another random part", value.replace("abcdefgh", "abcdefgi"), 1_000, undefined],
    ["without its seal", value.replace(/\.[^.]+$/, ""), 1_000, undefined],
    ["with another seal", `${value.slice(0, -4)}AAAA`, 1_000, undefined],
    ["with more behind it", `${value}x`, 1_000, undefined],
    ["empty", "", 1_000, undefined]
  ])("%s", (_, given, nowMillis, nonce) => {
    assert.strictEqual(read(given, nowMillis), nonce)
  })

  it("is none of a server with another token, and does not carry the token", () => {
    assert.isUndefined(Security.signIns(Redacted.make("other")).read(value, 1_000))
    assert.notInclude(value, "s3cret")
  })

  it.each([
    [{ host: "localhost", origin: undefined }, "v", "offshoot=v; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict"],
    [
      { host: "127.0.0.1:4319", origin: "http://127.0.0.1:4319" },
      "v",
      "offshoot-4319=v; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict"
    ],
    [
      { host: "offshoot.example", origin: "https://offshoot.example" },
      "v",
      "offshoot=v; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure"
    ],
    [{ host: "localhost", origin: undefined }, "", "offshoot=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"]
  ] as const)("is kept by the browser of %o", (facts, kept, header) => {
    assert.strictEqual(Security.setCookie(kept, facts), header)
  })
})
