import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ask, exchange, post, problem, rootId, serve, token } from "./serving.ts"

describe("who is let in", () => {
  it.live.each([
    ["no token", { authorization: "" }, 401, "unauthorized"],
    ["a wrong token", { authorization: "Bearer nope" }, 401, "unauthorized"],
    ["another scheme", { authorization: `Basic ${token}` }, 401, "unauthorized"],
    ["a token with a tail", { authorization: `Bearer ${token}x` }, 401, "unauthorized"],
    ["a rebound host", { host: "evil.example:80" }, 403, "host_not_allowed"],
    ["a host with a path", { host: "localhost/evil" }, 403, "host_not_allowed"],
    ["a foreign origin", { origin: "https://evil.example" }, 403, "origin_not_allowed"],
    ["an opaque origin", { origin: "null" }, 403, "origin_not_allowed"],
    ["the same machine, another port", { origin: "http://127.0.0.1:1" }, 403, "origin_not_allowed"]
  ] as const)("%s is refused on every path", ([_name, headers, status, code]) =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      for (const path of ["/v1/sessions", "/v1/feed", "/metrics", "/nowhere"]) {
        const answered = yield* ask(port, { path, headers })
        const document = problem(answered)
        assert.strictEqual(answered.status, status)
        assert.strictEqual(document["type"], `urn:offshoot:problem:${code}`)
        assert.strictEqual(document["status"], status)
        assert.isString(document["title"])
        assert.isString(document["hint"])
        assert.notInclude(answered.text, token)
      }
    })
  )

  it.live("a page of this very server, and a program, are let in", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      for (const headers of [
        {},
        { origin: `http://127.0.0.1:${port}` },
        { host: `localhost:${port}`, origin: `http://localhost:${port}` },
        { host: "[::1]" }
      ]) {
        assert.strictEqual((yield* ask(port, { path: `/v1/sessions/${rootId}`, headers })).status, 200)
      }
    })
  )

  it.live("an origin is refused on the open paths too", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const answered = yield* ask(port, { path: "/healthz", headers: { origin: "https://evil.example" } })
      assert.strictEqual(answered.status, 403)
    })
  )

  it.live("health, readiness, the document and its page need no token", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      for (const path of ["/healthz", "/readyz", "/openapi.json", "/docs"]) {
        assert.strictEqual((yield* ask(port, { path, headers: { authorization: "" } })).status, 200)
      }
    })
  )
})

describe("requests that do not fit", () => {
  it.live.each([
    ["a missing prompt", "/children", "{}", ["body", "prompt"]],
    ["an empty prompt", "/children", `{"prompt":""}`, ["body", "prompt"]],
    ["a number for a prompt", "/children", `{"prompt":1}`, ["body", "prompt"]],
    ["a list for a body", "/children", "[]", ["body"]],
    ["no body where one is needed", "/children", "", ["body"]],
    ["an unknown member", "/children", `{"prompt":"p","promt":"p"}`, ["body", "promt"]],
    ["metadata that is not text", "/children", `{"prompt":"p","metadata":{"a":1}}`, ["body", "metadata", "a"]],
    [
      "a title that is too long",
      "/children",
      JSON.stringify({ prompt: "p", title: "t".repeat(513) }),
      ["body", "title"]
    ],
    ["a prompt that is too long", "/children", JSON.stringify({ prompt: "p".repeat(500_001) }), ["body", "prompt"]],
    ["an unknown policy", "/wait", `{"policy":"most"}`, undefined],
    ["a negative time", "/wait", `{"timeoutSeconds":-1}`, undefined],
    ["a time without end", "/wait", `{"timeoutSeconds":1e999}`, undefined],
    ["an unknown mode", "/cancel", `{"mode":"softly"}`, undefined]
  ] as const)("%s is an invalid request that says where", ([_name, call, body, path]) =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const answered = yield* post(port, `/v1/sessions/${rootId}${call}`, body)
      const document = problem(answered)
      assert.strictEqual(answered.status, 400, answered.text)
      assert.strictEqual(document["type"], "urn:offshoot:problem:invalid_request")
      assert.isBelow(answered.text.length, 8_000)
      if (path !== undefined) {
        assert.deepInclude(
          (document["errors"] as ReadonlyArray<{ readonly path: unknown }>).map((error) => error.path),
          path
        )
      }
    })
  )

  it.live.each([
    ["a limit of nothing", "/v1/sessions?limit=0"],
    ["a limit beyond the page", "/v1/sessions?limit=201"],
    ["a limit that is no number", "/v1/sessions?limit=ten"],
    ["an unknown status", "/v1/sessions?status=happy"],
    ["an unknown parameter", "/v1/sessions?sttus=running"],
    ["a flag that is none", `/v1/sessions/${rootId}/events?subtree=perhaps`],
    ["a negative cursor", "/v1/feed?since=-1"],
    ["a type that the feed never has", "/v1/feed?types=token"],
    ["a filter that the feed does not have", "/v1/feed?parent=ses_1"],
    ["an id that is too long", `/v1/sessions/${"x".repeat(99)}${"y".repeat(99)}`]
  ] as const)("%s is refused", ([_name, path]) =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const answered = yield* ask(port, { path })
      assert.include([400, 404], answered.status)
      assert.isString(problem(answered)["hint"])
    })
  )

  it.live("a Last-Event-ID that is no number is refused", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const answered = yield* ask(port, { path: "/v1/feed", headers: { "last-event-id": "abc" } })
      assert.strictEqual(problem(answered)["type"], "urn:offshoot:problem:invalid_request")
    })
  )

  it.live("malformed JSON is refused with its line and column", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const answered = yield* post(port, `/v1/sessions/${rootId}/children`, `{\n  "prompt": "p",\n  oops\n}`)
      const document = problem(answered)
      assert.strictEqual(answered.status, 400)
      assert.strictEqual(document["type"], "urn:offshoot:problem:malformed_json")
      assert.strictEqual(document["line"], 3)
      assert.strictEqual(document["column"], 3)
    })
  )

  it.live("deep nesting is refused and harms nobody", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const deep = "[".repeat(400_000) + "]".repeat(400_000)
      for (const body of [deep, `{"prompt":${deep}}`, `{"prompt":"p","metadata":${deep}}`, "[".repeat(500_000)]) {
        const answered = yield* post(port, `/v1/sessions/${rootId}/children`, body)
        assert.strictEqual(answered.status, 400, answered.text)
        assert.isBelow(answered.text.length, 8_000)
      }
      assert.strictEqual((yield* ask(port, { path: "/healthz" })).status, 200)
    })
  )

  it.live("a body over the limit is refused, announced or not, and the server goes on", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const body = `{"prompt":"${"p".repeat(3 * 1024 * 1024)}"}`
      for (const headers of [{}, { "transfer-encoding": "chunked" }]) {
        const answered = yield* post(port, `/v1/sessions/${rootId}/children`, body, headers)
        assert.strictEqual(answered.status, 413)
        assert.strictEqual(problem(answered)["bodyBytesMax"], 1024 * 1024)
      }
      assert.strictEqual((yield* ask(port, { path: "/healthz" })).status, 200)
    })
  )

  it.live.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml"
  ])("a body of %s is refused", (contentType) =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const answered = yield* post(port, "/v1/sessions", "{}", { "content-type": contentType })
      assert.strictEqual(answered.status, 415)
      assert.strictEqual(problem(answered)["type"], "urn:offshoot:problem:unsupported_media_type")
    })
  )
})

describe("paths and methods", () => {
  it.live.each([
    ["POST", `/v1/sessions/${rootId}/inbox`, "GET, HEAD, OPTIONS"],
    ["PUT", "/v1/sessions", "GET, HEAD, OPTIONS, POST"],
    ["DELETE", "/v1/feed", "GET, HEAD, OPTIONS"],
    ["POST", "/healthz", "GET, HEAD, OPTIONS"],
    ["PATCH", `/v1/sessions/${rootId}`, "DELETE, GET, HEAD, OPTIONS"]
  ] as const)("%s %s is not allowed, and Allow says what is", ([method, path, allow]) =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const answered = yield* ask(port, { method, path })
      assert.strictEqual(answered.status, 405)
      assert.strictEqual(answered.headers["allow"], allow)
      assert.strictEqual(problem(answered)["type"], "urn:offshoot:problem:method_not_allowed")
    })
  )

  it.live.each([
    "/v1",
    "/v1/answers",
    "/V1/sessions",
    "/v1//sessions",
    `/v1/sessions/${rootId}/nothing`,
    "/v1/../etc/passwd"
  ])("%s is not there", (path) =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const answered = yield* ask(port, { path })
      assert.strictEqual(answered.status, 404)
      assert.strictEqual(problem(answered)["type"], "urn:offshoot:problem:not_found")
    })
  )

  it.live("HEAD answers as GET without a body, OPTIONS with the methods and no grant to other origins", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const head = yield* ask(port, { method: "HEAD", path: `/v1/sessions/${rootId}` })
      assert.strictEqual(head.status, 200)
      assert.strictEqual(head.text, "")
      const options = yield* ask(port, { method: "OPTIONS", path: "/v1/sessions" })
      assert.strictEqual(options.status, 204)
      assert.strictEqual(options.headers["allow"], "GET, HEAD, OPTIONS, POST")
      assert.isUndefined(options.headers["access-control-allow-origin"])
    })
  )

  it.live("HEAD of a stream ends at once and leaves no stream open", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ options: { streamsMax: 1 }, script: { feed: () => Stream.never } })
      for (let turn = 0; turn < 3; turn++) {
        assert.strictEqual((yield* ask(port, { method: "HEAD", path: "/v1/feed" })).status, 200)
      }
    })
  )
})

describe("what is not even a request", () => {
  const header = `Host: localhost\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n`
  it.live.each([
    ["garbage", "garbage\r\n\r\n", 400, "malformed_request"],
    ["an unknown method", `FETCH /healthz HTTP/1.1\r\n${header}\r\n`, 400, "malformed_request"],
    [
      "two lengths",
      `POST /v1/sessions HTTP/1.1\r\n${header}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
      400,
      "malformed_request"
    ],
    ["an endless address", `GET /${"x".repeat(20_000)} HTTP/1.1\r\n${header}\r\n`, 431, "headers_too_large"],
    ["no Host", `GET /v1/sessions HTTP/1.1\r\nConnection: close\r\n\r\n`, 403, "host_not_allowed"],
    [
      "a foreign address in the request line",
      `GET http://evil.example/healthz HTTP/1.1\r\n${header}\r\n`,
      403,
      "host_not_allowed"
    ]
  ] as const)("%s is answered with a problem document", ([_name, text, status, code]) =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const answered = yield* exchange(port, text)
      assert.isTrue(answered.startsWith(`HTTP/1.1 ${status} `), answered)
      assert.include(answered.toLowerCase(), "content-type: application/problem+json")
      assert.include(answered, `urn:offshoot:problem:${code}`)
    })
  )
})
