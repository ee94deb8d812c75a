import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { httpKit } from "./httpServer.ts"
import { makeTools, platform, settingsOf, toolsIn } from "./machine.ts"

const token = "tok-0123456789abcdef"

describe("MCP servers at an address", { timeout: 60_000 }, () => {
  it.live("give their tools, get the headers that refer to the environment, and are left when nobody needs them", () =>
    Effect.gen(function* () {
      const kit = yield* httpKit()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const tools = yield* makeTools(
            settingsOf({ kit: { url: kit.url, headers: { Authorization: { ref: "TOKEN", prefix: "Bearer " } } } }),
            { TOKEN: token }
          )
          const { call, missing } = yield* toolsIn(tools)
          assert.deepStrictEqual(missing, [])
          assert.strictEqual((yield* call("mcp__kit__echo", { value: `is ${token}?` })).result, "is <redacted>?")
          assert.isTrue(kit.headers.every(({ authorization }) => authorization === `Bearer ${token}`))
        })
      )
      yield* kit.left
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("are reached over the older transport too", () =>
    Effect.gen(function* () {
      const kit = yield* httpKit()
      const { call } = yield* toolsIn(yield* makeTools(settingsOf({ kit: { type: "sse", url: kit.sseUrl } })))
      assert.strictEqual((yield* call("mcp__kit__echo", { value: "old" })).result, "old")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("hear of a cancelled call, and tell of progress", () =>
    Effect.gen(function* () {
      const kit = yield* httpKit()
      const { call } = yield* toolsIn(yield* makeTools(settingsOf({ kit: { url: kit.url } })))
      const begun = yield* Deferred.make<string>()
      const slow = yield* Effect.forkChild(
        call("mcp__kit__slow", {}, (detail) => Effect.asVoid(Deferred.succeed(begun, detail)))
      )
      assert.strictEqual(yield* Deferred.await(begun), "1/4 begun")
      yield* Fiber.interrupt(slow)
      assert.strictEqual((yield* call("mcp__kit__cancelled")).result, "cancelled")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("that lost their sessions are connected again by the next call", () =>
    Effect.gen(function* () {
      const kit = yield* httpKit()
      const { call } = yield* toolsIn(yield* makeTools(settingsOf({ kit: { url: kit.url } })))
      yield* kit.forget
      const lost = yield* call("mcp__kit__echo", { value: "a" })
      assert.isTrue(lost.isFailure)
      assert.include(String(lost.result), "was lost during this call")
      assert.strictEqual((yield* call("mcp__kit__echo", { value: "b" })).result, "b")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live.each([
    [401, "it refused access (HTTP 401). Check the headers of mcpServers.kit"],
    [404, "there is no MCP server (HTTP 404). Check the url of mcpServers.kit"],
    [503, "it answered HTTP 503"]
  ] as const)("that answer %i are missing, and why says what to do", ([status, words]) =>
    Effect.gen(function* () {
      const kit = yield* httpKit((_, response) => {
        response.writeHead(status).end(`your key ${token}`)
        return "answered"
      })
      const { said, tools } = yield* toolsIn(yield* makeTools(settingsOf({ kit: { url: `${kit.url}?key=${token}` } })))
      assert.deepStrictEqual(tools, [])
      assert.lengthOf(said, 1)
      assert.include(said[0], words)
      assert.include(said[0], kit.url)
      assert.notInclude(said[0], token)
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("that are not there are missing, and the others are not", () =>
    Effect.gen(function* () {
      const kit = yield* httpKit()
      const gone = yield* Effect.scoped(httpKit())
      const { named, said } = yield* toolsIn(
        yield* makeTools(settingsOf({ gone: { url: gone.url }, kit: { url: kit.url } }))
      )
      assert.lengthOf(said, 1)
      assert.include(said[0], "could not be reached (ECONNREFUSED)")
      assert.isTrue(named.has("mcp__kit__echo"))
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("beyond the 256th are missing, because no more are connected at once", () =>
    Effect.gen(function* () {
      const kit = yield* httpKit((_, response) => {
        response.writeHead(404).end()
        return "answered"
      })
      const servers = Array.from(
        { length: 258 },
        (_, index) => [`kit${index}`, { url: `${kit.url}/${index}` }] as const
      )
      const { said } = yield* toolsIn(yield* makeTools(settingsOf(Object.fromEntries(servers))))
      assert.lengthOf(said, 258)
      assert.lengthOf(
        said.filter((line) => line.includes("256 servers are connected already")),
        2
      )
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("whose answer has no end are cut off", () =>
    Effect.gen(function* () {
      const kit = yield* httpKit((request, response) => {
        if (request.method !== "POST") return "passed"
        const chunk = "x".repeat(1_000_000)
        response.writeHead(200, { "content-type": "application/json" })
        const more = (): void => {
          if (!response.destroyed) response.write(chunk, more)
        }
        more()
        return "answered"
      })
      const { said } = yield* toolsIn(yield* makeTools(settingsOf({ kit: { url: kit.url } })))
      assert.include(said[0], "more than 16 million")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )
})
