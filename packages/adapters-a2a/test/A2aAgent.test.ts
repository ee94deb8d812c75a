import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as A2aAgent from "../src/A2aAgent.ts"

const decode = Schema.decodeUnknownResult(A2aAgent.A2aAgent, { errors: "all", onExcessProperty: "error" })

const agent = (fields: object): A2aAgent.A2aAgent =>
  Result.getOrThrow(decode({ protocol: "a2a", url: "https://agents.example.com/rpc", ...fields }))

describe("A2aAgent", () => {
  it.each([
    {},
    { url: "http://127.0.0.1:4000" },
    { url: "http://localhost:4000/a" },
    { url: "http://[::1]:4000" },
    { cardUrl: "https://cards.example.com/one.json", authRef: "A2A_TOKEN", concurrent: 2 },
    { bindings: ["HTTP+JSON"], tenant: "acme", skill: "review" }
  ])("takes %j", (fields) => {
    assert.strictEqual(agent(fields).protocol, A2aAgent.protocol)
  })

  it.each([
    [{ url: "agents.example.com" }, "it must be an address"],
    [{ url: "http://agents.example.com" }, "plain http is only for this machine"],
    [{ url: "http://127.0.0.1.example.com" }, "plain http is only for this machine"],
    [{ url: "file:///etc/passwd" }, "it must begin with https://"],
    [{ url: "https://me:secret@agents.example.com" }, "name them with authRef"],
    [{ authRef: "Bearer abc" }, "a name of an environment variable"],
    [{ bindings: [] }, "bindings"],
    [{ bindings: ["GRPC"] }, "bindings"],
    [{ concurrent: 0 }, "concurrent"],
    [{ token: "abc" }, "token"]
  ])("refuses %j and says why", (fields, why) => {
    const decoded = decode({ protocol: "a2a", url: "https://agents.example.com", ...fields })
    assert.include(Result.isFailure(decoded) ? String(decoded.failure) : "accepted", why)
  })

  it.each([
    [{}, "https://agents.example.com/.well-known/agent-card.json"],
    [{ cardUrl: "https://cards.example.com/one.json" }, "https://cards.example.com/one.json"]
  ])("finds the card of %j at %s", (fields, address) => {
    assert.strictEqual(A2aAgent.cardAddress(agent(fields)), address)
  })

  it.each([
    ["https://agents.example.com/other/path", true],
    ["https://cards.example.com/rpc", true],
    ["https://agents.example.com:8443/rpc", false],
    ["http://agents.example.com/rpc", false],
    ["https://evil.example.com/rpc", false],
    ["not an address", false]
  ])("sends the token to %s: %s", (address, trusted) => {
    const known = agent({ cardUrl: "https://cards.example.com/one.json" })
    assert.strictEqual(A2aAgent.trustsWithToken(known, address), trusted)
  })
})
