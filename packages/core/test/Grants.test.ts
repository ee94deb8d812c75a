/** What a person allowed a session, read from the record once and kept up with the answers. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ids from "../src/Ids.ts"
import { Grants, grantedBy } from "../src/internal/grants.ts"
import type { Request } from "../src/Obligation.ts"

const sessionId = Ids.SessionId.make("ses_1")

const request = (number: number, fields: Partial<Request> = {}): Request => ({
  kind: "request",
  id: Ids.RequestId.make(`req_${number}`),
  sessionId,
  version: 2,
  openedAtMillis: 0,
  expiresAtMillis: 1,
  runId: Ids.RunId.make("run_1"),
  key: `${number}`,
  ask: { type: "permission", toolCallId: "1", toolName: "shell", arguments: {} },
  status: "approved",
  scope: "session",
  ...fields
})

describe("a grant", () => {
  it.each<[string, Partial<Request>, string | undefined]>([
    ["an approval for the session", {}, "shell"],
    ["whose run did not hear it", { status: "delivery_failed" }, "shell"],
    ["an approval for once", { scope: "once" }, undefined],
    ["a denial", { status: "denied" }, undefined],
    ["an answer that did not come", { status: "expired" }, undefined],
    ["an answer to a question", { ask: { type: "question", question: "?" } }, undefined]
  ])("%s", (_, fields, tool) => {
    assert.strictEqual(grantedBy(request(1, fields)), tool)
  })

  it.effect("is read from the record once, page by page, and known from then on", () =>
    Effect.gen(function* () {
      const recorded = Array.from({ length: 501 }, (_, number) => request(number, { status: "denied" }))
      recorded[500] = request(500)
      let reads = 0
      const grants = new Grants({
        obligations: ({ after, limit }) => {
          reads += 1
          const from = after._tag === "None" ? 0 : recorded.findIndex(({ id }) => id === after.value) + 1
          return Effect.succeed(recorded.slice(from, from + limit))
        }
      })
      assert.deepStrictEqual([...(yield* grants.of(sessionId))], [["shell", "req_500"]])
      grants.note(request(600, { ask: { type: "permission", toolCallId: "1", toolName: "web", arguments: {} } }))
      assert.deepStrictEqual([...(yield* grants.of(sessionId)).keys()], ["shell", "web"])
      assert.strictEqual(reads, 2)
    })
  )
})
