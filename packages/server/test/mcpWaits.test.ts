/** How long `wait_agents` may take, whatever it is asked: by its table, and by the clock. */
import { assert, describe, it } from "@effect/vitest"
import { Ids } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as TestClock from "effect/testing/TestClock"
import { Api } from "../src/Api.ts"
import * as Actions from "../src/mcp/Actions.ts"
import * as Answers from "../src/mcp/Answers.ts"
import * as Caller from "../src/mcp/Caller.ts"
import * as ToolSpec from "../src/mcp/ToolSpec.ts"

describe("the time of a wait", () => {
  it.each([
    [undefined, 30],
    [0, 0],
    [0.5, 0.5],
    [44, 44],
    [45, 45],
    [46, 45],
    [3_600, 45],
    [Number.MAX_VALUE, 45]
  ])("asked as %s is %s seconds", (asked, seconds) => {
    assert.strictEqual(ToolSpec.waitSeconds(asked), seconds)
  })
})

const id = Ids.SessionId.make("ses_endless")

const endless = {
  id,
  kind: "child",
  parentId: "ses_own",
  rootId: "ses_own",
  depth: 1,
  title: "endless",
  status: "running",
  metadata: {},
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  version: 1
}

const secondsOf = /"timeoutSeconds":([\d.]+)/

/** A server whose one child never settles: it holds a wait for as long as it is asked to. */
const slowServer = HttpClient.make((request) =>
  Effect.gen(function* () {
    const asked = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
    yield* Effect.sleep(`${Number(secondsOf.exec(asked)?.[1] ?? 0)} seconds`)
    return HttpClientResponse.fromWeb(request, Response.json({ state: "pending", children: [endless] }))
  })
)

/** The same with a child that asks something from the fifth second on. */
const askingServer = HttpClient.make((request) =>
  Effect.gen(function* () {
    if (request.method === "GET") return HttpClientResponse.fromWeb(request, Response.json({ items: [] }))
    const asked = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
    yield* Effect.sleep(`${Number(secondsOf.exec(asked)?.[1] ?? 0)} seconds`)
    const now = yield* Clock.currentTimeMillis
    const hold = { hold: { type: "request", requestId: "req_1", since: endless.createdAt } }
    const child = now < 5_000 ? endless : { ...endless, status: "awaiting_request", ...hold }
    return HttpClientResponse.fromWeb(request, Response.json({ state: "pending", children: [child] }))
  })
)

describe("wait_agents on a child that asks something", () => {
  it.effect("answers when it asks, and waits on when that was told", () =>
    Effect.gen(function* () {
      const calls = yield* HttpApiClient.makeWith(Api, { httpClient: askingServer, baseUrl: "http://inside" })
      const caller = Caller.make(calls, { _tag: "Session", sessionId: Ids.SessionId.make("ses_own") }, 0)
      const waited = Effect.gen(function* () {
        const begun = yield* Clock.currentTimeMillis
        const answer = yield* Actions.actions.wait_agents(
          { calls, caller, tell: () => Effect.void },
          { agent_ids: [id], timeout_seconds: 45 }
        )
        return { answer, took: (yield* Clock.currentTimeMillis) - begun }
      })
      const waits = yield* Effect.forkChild(Effect.all([waited, waited]), { startImmediately: true })
      yield* TestClock.adjust("2 minutes")
      const [first, second] = yield* Fiber.join(waits)
      assert.strictEqual(first.took, 5_000)
      const { answer } = first
      assert.isFalse(Answers.isRefused(answer))
      if (!Answers.isRefused(answer)) assert.strictEqual(answer.data.agents[0]?.waits?.for, "an answer to its request")
      assert.strictEqual(second.took, 45_000)
    })
  )
})

describe("wait_agents on a child that never settles", () => {
  it.effect.each([0, 1, 30, 45, 46, 3_600])("answers pending in time when it is asked for %s seconds", (asked) =>
    Effect.gen(function* () {
      const calls = yield* HttpApiClient.makeWith(Api, { httpClient: slowServer, baseUrl: "http://inside" })
      const caller = Caller.make(calls, { _tag: "Session", sessionId: Ids.SessionId.make("ses_own") }, 0)
      const told: Array<string> = []
      const tell = ({ message }: Actions.Progress) => Effect.sync(() => told.push(message))
      const begun = yield* Clock.currentTimeMillis
      const waiting = yield* Effect.forkChild(
        Effect.flatMap(
          Actions.actions.wait_agents(
            { calls, caller, tell: (progress) => Effect.asVoid(tell(progress)) },
            { agent_ids: [id], timeout_seconds: asked }
          ),
          (answer) => Effect.map(Clock.currentTimeMillis, (now) => ({ answer, took: now - begun }))
        ),
        { startImmediately: true }
      )
      yield* TestClock.adjust("2 hours")
      const { answer, took } = yield* Fiber.join(waiting)
      assert.isFalse(Answers.isRefused(answer))
      assert.strictEqual(took, Math.min(asked, 45) * 1000)
      assert.lengthOf(told, Math.ceil(Math.min(asked, 45) / 5))
    })
  )
})
