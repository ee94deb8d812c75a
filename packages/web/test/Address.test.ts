import { assert, describe, it } from "@effect/vitest"
import * as Address from "../src/Address.ts"

const plain: Address.Address = { place: { _tag: "Tree" }, all: false, text: "", status: "", agent: "" }

describe("Address", () => {
  it.each<readonly [string, Address.Address]>([
    ["#/", plain],
    ["#/inbox", { ...plain, place: { _tag: "Inbox" } }],
    ["#/session/ses_1/log", { ...plain, place: { _tag: "Session", id: "ses_1", tab: "log", event: undefined } }],
    [
      "#/session/ses_1/events?event=12&all&q=a+b%26&status=failed&agent=x",
      {
        place: { _tag: "Session", id: "ses_1", tab: "events", event: 12 },
        all: true,
        text: "a b&",
        status: "failed",
        agent: "x"
      }
    ]
  ])("%s is a place and its address", (hash, address) => {
    assert.deepStrictEqual(Address.parse(hash), address)
    assert.strictEqual(Address.print(address), hash)
  })

  it.each(["", "#", "#/session", "#/session/%E0%A4%A", "#/nowhere/x", "#token=abc"])("%j is the tree", (hash) =>
    assert.deepStrictEqual(Address.parse(hash).place, { _tag: "Tree" })
  )

  it.each([
    ["#token=abc-1", "abc-1"],
    ["#token=", undefined],
    ["#/session/ses_1/log", undefined]
  ])("the token of %j is %s", (hash, token) => assert.strictEqual(Address.tokenOf(hash), token))
})
