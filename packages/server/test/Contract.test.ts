import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as OpenApi from "effect/http-api/OpenApi"
import { Api } from "../src/Api.ts"
import * as RouteTable from "../src/internal/routeTable.ts"
import { syntaxError, tooDeep } from "../src/internal/badRequests.ts"
import * as Problems from "../src/Problems.ts"
import { ask, json, serve } from "./serving.ts"

const calls = [
  "GET /healthz",
  "GET /readyz",
  "GET /v1/agents",
  "GET /v1/feed",
  "GET /v1/models",
  "GET /v1/profiles",
  "GET /v1/requests",
  "GET /v1/requests/{id}",
  "POST /v1/requests/{id}",
  "GET /v1/sessions",
  "POST /v1/sessions",
  "POST /v1/demo",
  "GET /v1/overview",
  "POST /v1/login",
  "POST /v1/logout",
  "DELETE /v1/sessions/{id}",
  "GET /v1/sessions/{id}",
  "POST /v1/sessions/{id}/cancel",
  "GET /v1/sessions/{id}/children",
  "POST /v1/sessions/{id}/children",
  "GET /v1/sessions/{id}/events",
  "GET /v1/sessions/{id}/inbox",
  "GET /v1/sessions/{id}/messages",
  "POST /v1/sessions/{id}/messages",
  "GET /v1/sessions/{id}/result",
  "GET /v1/sessions/{id}/artifacts/{artifactId}",
  "POST /v1/sessions/{id}/run",
  "GET /v1/sessions/{id}/tree",
  "GET /v1/sessions/{id}/usage",
  "GET /v1/snapshot",
  "POST /v1/sessions/{id}/wait",
  "POST /agui"
]

const operations = Object.entries(OpenApi.fromApi(Api).paths).flatMap(([path, item]) =>
  (["get", "post", "delete", "put", "patch"] as const).flatMap((method) => {
    const operation = item[method]
    return operation === undefined ? [] : [{ name: `${method.toUpperCase()} ${path}`, operation }]
  })
)

describe("the document", () => {
  it("has every call, and no call that does not exist", () => {
    assert.deepStrictEqual(operations.map(({ name }) => name).toSorted(), [...calls].toSorted())
  })

  it("has a summary and a token for each, but for the two probes", () => {
    for (const { name, operation } of operations) {
      assert.isString(operation.summary, name)
      assert.deepStrictEqual(operation.security, name.endsWith("z") ? [] : [{ token: [] }], name)
    }
  })

  it("has every refusal as a problem document", () => {
    for (const { name, operation } of operations) {
      for (const [status, response] of Object.entries(operation.responses)) {
        if (Number(status) >= 400) {
          assert.deepStrictEqual(Object.keys(response.content ?? {}), ["application/problem+json"], `${name} ${status}`)
        }
      }
    }
  })

  it.live("is served, and its page needs no other host", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const document = json(yield* ask(port, { path: "/openapi.json" }))
      assert.deepInclude(document as object, { openapi: "3.1.0" })
      const page = yield* ask(port, { path: "/docs" })
      assert.strictEqual(page.status, 200)
      assert.notMatch(page.text, /<(?:script|link|img)[^>]+(?:src|href)="https?:/)
      assert.include(page.headers["content-security-policy"], "default-src 'none'")
    })
  )
})

describe("problem types", () => {
  it("are these and keep their names", () => {
    const named = JSON.stringify(OpenApi.fromApi(Api)).match(/urn:offshoot:problem:[a-z_]+/g) ?? []
    assert.deepStrictEqual([...new Set(named)].map((type) => type.slice(Problems.typePrefix.length)).toSorted(), [
      "agent_not_configured",
      "agent_unknown",
      "already_running",
      "artifact_not_found",
      "body_too_large",
      "budget_exhausted",
      "conflict",
      "decision_mismatch",
      "demo_not_possible",
      "depth_exceeded",
      "host_not_allowed",
      "inbox_full",
      "internal",
      "invalid_request",
      "malformed_json",
      "not_in_flight",
      "not_ready",
      "not_settled",
      "origin_not_allowed",
      "page_header_missing",
      "parent_not_accepting",
      "profile_unknown",
      "queue_full",
      "request_closed",
      "request_not_found",
      "session_not_found",
      "shutting_down",
      "steer_refused",
      "storage_unavailable",
      "too_busy",
      "unauthorized",
      "unsupported_media_type",
      "wait_open"
    ])
  })
})

describe("paths", () => {
  it.each([
    ["/v1/sessions", ["GET", "HEAD", "OPTIONS", "POST"]],
    ["/v1/sessions?limit=1", ["GET", "HEAD", "OPTIONS", "POST"]],
    ["/v1/sessions/x", ["DELETE", "GET", "HEAD", "OPTIONS"]],
    ["/v1/sessions/x/messages", ["GET", "HEAD", "OPTIONS", "POST"]],
    ["/v1/sessions/x/inbox", ["GET", "HEAD", "OPTIONS"]],
    ["/v1/requests/x", ["GET", "HEAD", "OPTIONS", "POST"]],
    ["/metrics", ["GET", "HEAD", "OPTIONS"]],
    ["/v1/requests", ["GET", "HEAD", "OPTIONS"]],
    ["/v1/answers", undefined],
    ["/v1/sessions//run", undefined],
    ["/", ["GET", "HEAD", "OPTIONS"]],
    ["/assets/index-1.js", ["GET", "HEAD", "OPTIONS"]],
    ["/assets", undefined],
    ["/index.html", undefined]
  ])("%s allows %o", (target, methods) => {
    assert.deepStrictEqual(RouteTable.allowed(target), methods)
  })
})

describe("a body that is not JSON", () => {
  it.each([
    ["{", 1, 2],
    ['{"a":1,}', 1, 8],
    ["{\n\n x}", 3, 2],
    ["nonsense", 1, 1],
    ["{} {}", 1, 4],
    ["// no", 1, 1]
  ])("%s is wrong at line %i, column %i", (text, line, column) => {
    const found = syntaxError(text)
    assert.deepStrictEqual([found?.line, found?.column], [line, column])
  })

  it("one that is JSON has no such place", () => {
    assert.isUndefined(syntaxError('{"a":[1,2]}'))
  })

  it.each([
    ["[".repeat(64), false],
    ["[".repeat(65), true],
    ['{"a":'.repeat(65), true],
    [`"${"[".repeat(100)}"`, false],
    [`"\\"${"[".repeat(100)}"`, false],
    ["[]".repeat(100), false]
  ])("%s is too deep: %s", (text, deep) => {
    assert.strictEqual(tooDeep(text), deep)
  })
})
