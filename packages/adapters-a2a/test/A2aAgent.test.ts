import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as A2aAgent from "../src/A2aAgent.ts"

const decode = Schema.decodeUnknownResult(A2aAgent.A2aAgent, { errors: "all", onExcessProperty: "error" })

const written = { protocol: "a2a", cardUrl: "https://agents.example.com/writer" } as const

describe("an A2A agent of the configuration", () => {
  it.each([
    ["its card's address alone", written],
    ["an agent of this machine over plain http", { ...written, cardUrl: "http://127.0.0.1:8080" }],
    ["a token by its name", { ...written, authRef: "WRITER_TOKEN" }],
    ["a key in a header", { ...written, auth: { type: "apiKey", keyRef: "WRITER_KEY", header: "X-API-Key" } }],
    [
      "everything",
      {
        ...written,
        auth: {
          type: "clientCredentials",
          tokenUrl: "https://login.example.com/token",
          clientId: "offshoot",
          clientSecretRef: "SECRET"
        },
        credentialOrigins: ["https://rpc.example.com"],
        tls: { certFile: "cert.pem", keyFile: "key.pem" },
        bindings: ["HTTP+JSON", "GRPC"],
        tenant: "t",
        skill: "write",
        allowPrivate: true,
        signature: "require",
        trustedKeys: [{ keyFile: "writer.jwk" }],
        push: true,
        limits: { idleSeconds: 30, stalledSeconds: 3_600, unreachableSeconds: 300 },
        concurrent: 2
      }
    ]
  ])("is %s", (_, entry) => {
    assert.isTrue(Result.isSuccess(decode(entry)))
  })

  it.each([
    ["without an address", { protocol: "a2a" }],
    ["over plain http elsewhere", { ...written, cardUrl: "http://agents.example.com" }],
    ["with credentials in its address", { ...written, cardUrl: "https://me:secret@agents.example.com" }],
    ["with another scheme", { ...written, cardUrl: "file:///etc/passwd" }],
    ["with a token in place of its name", { ...written, authRef: "sk-123" }],
    ["with a header that is two", { ...written, auth: { type: "apiKey", keyRef: "K", header: "A: b\r\nC" } }],
    ["with an origin that has a path", { ...written, credentialOrigins: ["https://agents.example.com/x"] }],
    ["with a binding that nobody speaks", { ...written, bindings: ["SOAP"] }],
    ["with a key that is none of ours", { ...written, colour: "red" }]
  ])("is refused %s", (_, entry) => {
    assert.isTrue(Result.isFailure(decode(entry)))
  })

  it.each([
    ["https://agents.example.com", "https://agents.example.com/.well-known/agent-card.json"],
    ["https://agents.example.com/", "https://agents.example.com/.well-known/agent-card.json"],
    ["https://agents.example.com/a/card.json", "https://agents.example.com/a/card.json"],
    ["https://agents.example.com/?agent=a", "https://agents.example.com/?agent=a"]
  ])("has at %s its card at %s", (cardUrl, address) => {
    assert.strictEqual(A2aAgent.cardAddress({ cardUrl }), address)
  })

  it.each([
    ["https://agents.example.com/rpc", true],
    ["https://agents.example.com:443/rpc", true],
    ["https://agents.example.com:8443/rpc", false],
    ["http://agents.example.com/rpc", false],
    ["https://rpc.example.com/", true],
    ["https://agents.example.com.evil.example/rpc", false],
    ["https://agents.example.com@evil.example/rpc", false],
    ["not an address", false]
  ])("sends its credentials to %s: %s", (address, may) => {
    const agent = { ...written, credentialOrigins: ["https://rpc.example.com"] }
    assert.strictEqual(A2aAgent.trustsWithCredentials(agent, address), may)
  })

  it("is told who calls by a bearer token, unless it says otherwise", () => {
    assert.isUndefined(A2aAgent.authOf({}))
    assert.deepStrictEqual(A2aAgent.authOf({ authRef: "T" }), { type: "bearer", tokenRef: "T" })
    const auth = { type: "apiKey", keyRef: "K" } as const
    assert.deepStrictEqual(A2aAgent.authOf({ authRef: "T", auth }), auth)
  })
})
