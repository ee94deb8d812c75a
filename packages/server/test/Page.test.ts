/** The page's files over HTTP, and the way from a token to a cookie. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeFS from "node:fs"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import * as NodeZlib from "node:zlib"
import * as Effect from "effect/Effect"
import { answerOf, policy } from "../src/internal/pageCalls.ts"
import { cacheControlOf, fileOf, pathOf } from "../src/internal/pageFiles.ts"
import { ask, authorized, post, problem, rootId, serve } from "./serving.ts"

const script = `console.log("${"x".repeat(2_000)}")\n`

/** A folder as a build leaves it, and what else may lie there. */
const built = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = NodeFS.mkdtempSync(NodePath.join(NodeOS.tmpdir(), "offshoot-page-"))
    NodeFS.mkdirSync(NodePath.join(folder, "assets"))
    NodeFS.writeFileSync(NodePath.join(folder, "index.html"), "<!doctype html><title>Offshoot</title>")
    NodeFS.writeFileSync(NodePath.join(folder, "assets", "index-1.js"), script)
    NodeFS.writeFileSync(NodePath.join(folder, "secret.txt"), "no")
    return folder
  }),
  (folder) => Effect.sync(() => NodeFS.rmSync(folder, { recursive: true }))
)

const nobody = { authorization: undefined }

describe("a file of the page", () => {
  it.each([
    ["index.html", "/"],
    ["favicon.svg", "/favicon.svg"],
    ["assets/index-1.js", "/assets/index-1.js"],
    ["assets/deep/a.js", undefined],
    ["other.html", undefined],
    ["assets/index-1.js.map", undefined],
    ["package.json", undefined]
  ])("%s is served as %s", (place, path) => {
    assert.strictEqual(pathOf(place), path)
  })

  it("is kept for ever only when its name has a hash", () => {
    assert.strictEqual(cacheControlOf("/"), "no-cache")
    assert.strictEqual(cacheControlOf("/assets/a-1.js"), "public, max-age=31536000, immutable")
  })

  const file = fileOf("/assets/a.js", "assets/a.js", Buffer.from(script))
  it.each([
    [undefined, undefined, 200, false],
    ["gzip, deflate, br", undefined, 200, true],
    ["gzip;q=0", undefined, 200, false],
    ["br", undefined, 200, false],
    [undefined, file.etag, 304, false],
    ["gzip", file.etag, 200, true],
    ["gzip", `"other", W/${file.etag.slice(0, -1)}-gzip"`, 304, false],
    [undefined, "*", 304, false]
  ])("to a browser that takes %s and has %s: %s", (acceptEncoding, ifNoneMatch, status, isZipped) => {
    const answer = answerOf(file, { acceptEncoding, ifNoneMatch })
    assert.strictEqual(answer.status, status)
    assert.strictEqual(answer.headers["content-encoding"], isZipped ? "gzip" : undefined)
    assert.strictEqual(answer.headers["content-security-policy"], policy)
    if (isZipped) assert.strictEqual(NodeZlib.gunzipSync(answer.body ?? Buffer.of()).toString(), script)
  })
})

describe("the page", () => {
  it.live("is served to who has no token yet, with its files and nothing else of the folder", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ options: { pageFolder: yield* built } })
      const page = yield* ask(port, { path: "/?a=1", headers: nobody })
      assert.strictEqual(page.status, 200)
      assert.strictEqual(page.headers["content-type"], "text/html; charset=utf-8")
      assert.strictEqual(page.headers["content-security-policy"], policy)
      assert.notInclude(policy, "unsafe")
      assert.strictEqual(page.headers["referrer-policy"], "no-referrer")
      assert.strictEqual(page.headers["x-content-type-options"], "nosniff")
      assert.strictEqual(page.headers["cross-origin-opener-policy"], "same-origin")
      const asset = yield* ask(port, { path: "/assets/index-1.js", headers: nobody })
      assert.strictEqual(asset.text, script)
      assert.include(asset.headers["cache-control"] ?? "", "immutable")
      const head = yield* ask(port, { method: "HEAD", path: "/", headers: nobody })
      assert.deepStrictEqual([head.status, head.text], [200, ""])
      const put = yield* ask(port, { method: "PUT", path: "/", headers: nobody })
      assert.deepStrictEqual([put.status, put.headers["allow"]], [405, "GET, HEAD, OPTIONS"])
      for (const path of ["/secret.txt", "/assets/..%2fsecret.txt", "/assets/%2e%2e/secret.txt", "/assets/none.js"]) {
        const missing = yield* ask(port, { path, headers: nobody })
        assert.include([401, 404], missing.status, path)
        problem(missing)
      }
    })
  )

  it.live("says in words that it was not built", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ options: { pageFolder: "/nowhere/at/all" } })
      const page = yield* ask(port, { path: "/", headers: nobody })
      assert.strictEqual(page.status, 503)
      assert.include(page.text, "node tools/page.mjs")
    })
  )
})

describe("signing in", () => {
  it.live("trades the token for a cookie that reads, and changes only with the page's header", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const login = yield* ask(port, { method: "POST", path: "/v1/login", headers: authorized })
      assert.strictEqual(login.status, 204)
      assert.strictEqual(login.headers["cache-control"], "no-store")
      const [cookie = ""] = login.headers["set-cookie"]?.[0]?.split(";") ?? []
      assert.match(cookie, new RegExp(`^offshoot-${port}=`))
      const by = { authorization: undefined, cookie }
      assert.strictEqual((yield* ask(port, { path: `/v1/sessions/${rootId}`, headers: by })).status, 200)
      const bare = yield* post(port, "/v1/logout", "", by)
      assert.strictEqual(bare.status, 403)
      assert.strictEqual(problem(bare)["type"], "urn:offshoot:problem:page_header_missing")
      const logout = yield* ask(port, { method: "POST", path: "/v1/logout", headers: { ...by, "offshoot-page": "1" } })
      assert.strictEqual(logout.status, 204)
      assert.include(logout.headers["set-cookie"]?.[0] ?? "", "Max-Age=0")
      // Who kept it has nothing of it.
      assert.strictEqual((yield* ask(port, { path: `/v1/sessions/${rootId}`, headers: by })).status, 401)
      assert.strictEqual((yield* ask(port, { method: "POST", path: "/v1/login", headers: nobody })).status, 401)
    })
  )

  it.live("refuses the question that another site's browser asks before it would send the header", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const preflight = yield* ask(port, {
        method: "OPTIONS",
        path: "/v1/sessions",
        headers: {
          ...nobody,
          origin: "http://evil.example",
          "access-control-request-method": "POST",
          "access-control-request-headers": "offshoot-page"
        }
      })
      assert.strictEqual(preflight.status, 403)
      assert.isUndefined(preflight.headers["access-control-allow-origin"])
    })
  )
})
