/** What is taken out of a recording. */
import { assert, describe, it } from "@effect/vitest"
import * as RecordedCall from "../src/internal/recordedCall.ts"
import { shapeOf } from "../src/internal/contentMask.ts"
import * as Redaction from "../src/internal/redaction.ts"

const known = "correct-horse-battery"
const redaction = Redaction.make([known, "short"])
const key = `sk-${"a1B2".repeat(8)}`

describe("a redaction", () => {
  it.each([
    [`Authorization: Bearer abcdef0123456789`, "abcdef0123456789"],
    [`authorization: basic dXNlcjpwYXNzd29yZA==`, "dXNlcjpwYXNzd29yZA"],
    [`my key is ${key}, keep it`, key],
    [`ghp_${"x9".repeat(12)}`, "x9x9x9"],
    ["AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"],
    [`AIza${"Sy".repeat(18)}`, "SySySy"],
    ["eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4", "eyJzdWIiOiIxMjM0"],
    ["https://host/x?api_key=12345&b=2", "12345"],
    ["postgres://me:hunter2@host/db", "hunter2"],
    ['{"password": "hunter2"}', "hunter2"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"],
    [`it is ${known}!`, known]
  ])("leaves no secret in %s", (text, secret) => {
    const once = redaction.text(text)
    assert.notInclude(once, secret)
    assert.include(once, Redaction.redacted)
    assert.strictEqual(redaction.text(once), once)
  })

  it.each([
    "a short text",
    "max_tokens: 100",
    "the token is missing",
    "see https://host/path?a=1",
    "sk-1",
    "basic training"
  ])("leaves %s as it is", (text) => {
    assert.strictEqual(redaction.text(text), text)
  })

  it("knows a secret by its name, wherever it stands in a value, and makes JSON of anything", () => {
    const value = {
      headers: { Authorization: "x", "x-api-key": "y", accept: "json" },
      params: [{ token: "z", tokens: 5, left: undefined, at: new URL("https://host/") }]
    }
    assert.deepStrictEqual(redaction.value(value), {
      headers: { Authorization: "[redacted]", "x-api-key": "[redacted]", accept: "json" },
      params: [{ token: "[redacted]", tokens: 5, at: "https://host/" }]
    })
  })

  it("finds a secret that is streamed in pieces, and keeps the number of pieces", () => {
    const deltas = ["my key ", key.slice(0, 9), key.slice(9), " is"]
    const parts = deltas.map((delta) => ({ type: "text-delta", id: "t", delta }) as const)
    assert.deepStrictEqual(
      RecordedCall.partsOf(parts, "whole", redaction),
      ["my key [redacted] is", "", "", ""].map((delta) => ({ type: "text-delta", id: "t", delta }))
    )
  })
})

describe("the shape of a message", () => {
  const message = {
    role: "assistant",
    content: [
      { type: "text", text: "hello", options: { vendor: { signature: "s" } } },
      {
        type: "tool-call",
        id: "c1",
        name: "read",
        params: { path: "/a", lines: 7, all: true },
        providerExecuted: false
      }
    ],
    options: {}
  }
  const shape = {
    role: "assistant",
    content: [
      { type: "text", text: "xxxxx", options: {} },
      {
        type: "tool-call",
        id: "c1",
        name: "read",
        params: { path: "xx", lines: 0, all: true },
        providerExecuted: false
      }
    ],
    options: {}
  }

  it("has no content, and is the same again", () => {
    assert.deepStrictEqual(shapeOf(message), shape)
    assert.deepStrictEqual(shapeOf(shape), shape)
  })
})
