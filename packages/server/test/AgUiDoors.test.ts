/** Who may call `POST /agui`, from which pages, and with what. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { input, thread } from "./aguiServing.ts"
import { ask, authorized, json, post, problem, serve } from "./serving.ts"

describe("what is refused before a run begins", () => {
  it.live.each<readonly [string, string, number, string]>([
    ["no JSON", "{", 400, "malformed_json"],
    ["nothing", "", 400, "invalid_request"],
    ["a list", "[]", 400, "invalid_request"],
    ["a wrong type", input({ messages: "hello" }), 400, "invalid_request"],
    ["a thread's name that is a book", input({ threadId: "x".repeat(1_000) }), 400, "invalid_request"],
    ["a misspelt wish", input({ forwardedProps: { offshoot: { agnet: "a" } } }), 400, "invalid_request"],
    ["a body that nests without end", `${"[".repeat(5_000)}${"]".repeat(5_000)}`, 400, "invalid_request"]
  ])("%s", ([_name, body, status, code]) =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}))
      const answered = yield* post(port, "/agui", body)
      assert.strictEqual(answered.status, status)
      assert.strictEqual(problem(answered)["type"], `urn:offshoot:problem:${code}`)
    })
  )

  it.live("a body may be larger than elsewhere, and not without end", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}, { options: { bodyBytesMax: 1_000, largeBodyBytesMax: 10_000 } }))
      const large = input({ state: "x".repeat(5_000) })
      assert.strictEqual((yield* post(port, "/agui", large)).status, 200)
      assert.strictEqual((yield* post(port, "/v1/sessions", large)).status, 413)
      const larger = yield* post(port, "/agui", input({ state: "x".repeat(20_000) }))
      assert.strictEqual(larger.status, 413)
      assert.strictEqual(problem(larger)["bodyBytesMax"], 10_000)
    })
  )

  it.live("a stream too many, a missing token, another method, another media type, a query", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}, { options: { streamsMax: 0 } }))
      assert.strictEqual(problem(yield* post(port, "/agui", input()))["what"], "streams")
      assert.strictEqual((yield* post(port, "/agui", input(), { authorization: "" })).status, 401)
      assert.strictEqual((yield* ask(port, { path: "/agui" })).headers.allow, "OPTIONS, POST")
      assert.strictEqual((yield* post(port, "/agui", input(), { "content-type": "text/plain" })).status, 415)
      assert.strictEqual((yield* post(port, "/agui?thread=t", input())).status, 400)
    })
  )
})

describe("pages of other origins", () => {
  const page = "https://app.example"
  const preflight = (port: number, origin: string, headers: Record<string, string> = {}) =>
    ask(port, {
      method: "OPTIONS",
      path: "/agui",
      headers: { authorization: "", origin, "access-control-request-method": "POST", ...headers }
    })

  it.live("are refused unless the configuration names them", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}))
      const asked = yield* preflight(port, page)
      assert.strictEqual(asked.status, 403)
      assert.isUndefined(asked.headers["access-control-allow-origin"])
      const refused = yield* post(port, "/agui", input(), { origin: page })
      assert.strictEqual(problem(refused)["type"], "urn:offshoot:problem:origin_not_allowed")
      assert.isUndefined(refused.headers.vary)
    })
  )

  it.live("that are named may ask, with their token, and read every answer", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}, { options: { allowedOrigins: [page] } }))
      const asked = yield* preflight(port, page)
      assert.strictEqual(asked.status, 204)
      assert.deepInclude(asked.headers, {
        "access-control-allow-origin": page,
        vary: "origin",
        "access-control-allow-headers": "authorization, content-type, accept, last-event-id"
      })
      const answered = yield* post(port, "/agui", input(), { origin: page })
      assert.strictEqual(answered.headers["access-control-allow-origin"], page)
      assert.strictEqual(answered.headers["content-type"], "text/event-stream; charset=utf-8")
      const without = yield* post(port, "/agui", input(), { origin: page, authorization: "" })
      assert.strictEqual(without.status, 401)
      assert.strictEqual(without.headers["access-control-allow-origin"], page)
      assert.strictEqual(
        (yield* post(port, "/agui", "{", { origin: page })).headers["access-control-allow-origin"],
        page
      )
    })
  )

  it.live.each([
    "http://app.example",
    "https://app.example:8443",
    "https://app.example.evil.example",
    "https://evil.example",
    "null",
    "*"
  ])("%s is not the one that is named", (origin) =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}, { options: { allowedOrigins: [page] } }))
      for (const answered of [yield* preflight(port, origin), yield* post(port, "/agui", input(), { origin })]) {
        assert.strictEqual(answered.status, 403)
        assert.isUndefined(answered.headers["access-control-allow-origin"])
      }
      const rebound = yield* preflight(port, page, { host: "evil.example" })
      assert.strictEqual(rebound.status, 403)
    })
  )

  it.live("no page is named by what a program sends", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}, { options: { allowedOrigins: [page] } }))
      const answered = yield* ask(port, { path: "/v1/agents", headers: authorized })
      assert.isUndefined(answered.headers["access-control-allow-origin"])
      assert.strictEqual(answered.headers.vary, "origin")
      assert.deepInclude(json(answered) as object, { inProcess: false })
    })
  )
})
