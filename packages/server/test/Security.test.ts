import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as Security from "../src/Security.ts"

const local: Security.Served = { host: "127.0.0.1", allowedHosts: ["offshoot.example"], allowedOrigins: [] }
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

describe("judgement", () => {
  const judge = Security.judge(local, (authorization) => authorization === "yes")
  it.each([
    [{ path: "/v1/sessions", host: "localhost", origin: undefined, authorization: "yes" }, "allowed"],
    [{ path: "/v1/sessions", host: "localhost", origin: undefined, authorization: undefined }, "token"],
    [{ path: "/healthz", host: "localhost", origin: undefined, authorization: undefined }, "allowed"],
    [{ path: "/metrics", host: "localhost", origin: undefined, authorization: undefined }, "token"],
    [{ path: "/healthz/", host: "localhost", origin: undefined, authorization: undefined }, "token"],
    [{ path: "/v1/sessions", host: "evil.example", origin: "http://evil.example", authorization: "yes" }, "host"],
    [{ path: "/healthz", host: "localhost", origin: "http://evil.example", authorization: "yes" }, "origin"]
  ] as const)("%o is %s", (facts, verdict) => {
    assert.strictEqual(judge(facts), verdict)
  })

  it.each([
    ["/a?b=/c", "/a"],
    ["/a#b", "/a"],
    ["/a", "/a"]
  ])("the path of %s is %s", (target, path) => {
    assert.strictEqual(Security.pathOf(target), path)
  })
})
