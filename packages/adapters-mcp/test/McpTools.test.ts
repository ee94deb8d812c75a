import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import type { AgentTools } from "@offshoot/core"
import { httpKit } from "./httpServer.ts"
import { makeTools, pidsWith, platform, program, settingsOf, signOf, toolsIn } from "./machine.ts"

const decodeEnvironment = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Record(Schema.String, Schema.String)))

/** One fixture server with these faults, and its tools. */
const kitOf = (
  sign: string,
  faults: ReadonlyArray<string> = [],
  fields: Parameters<typeof program>[2] = {},
  environment: Readonly<Record<string, string>> = {}
) =>
  Effect.flatMap(makeTools(settingsOf({ kit: program(sign, faults, fields) }), environment), (tools) => toolsIn(tools))

const treatment = (tool: AgentTools.AgentTool | undefined) => [tool?.repeatable, tool?.parallel, tool?.asksFirst]

describe("MCP servers that are programs", { timeout: 60_000 }, () => {
  it.live("give their tools under their server's name, and answer to calls", () =>
    Effect.gen(function* () {
      const { call, missing, named } = yield* kitOf(signOf("happy"))
      assert.deepStrictEqual(missing, [])
      assert.strictEqual(named.get("mcp__kit__echo")?.tool.description, "says it again")
      // The second page.
      assert.isTrue(named.has("mcp__kit__pid"))
      assert.deepStrictEqual(yield* call("mcp__kit__echo", { value: "hello" }), { isFailure: false, result: "hello" })
      assert.deepStrictEqual(yield* call("mcp__kit__fail"), { isFailure: true, result: "it did not work" })
      assert.deepStrictEqual((yield* call("mcp__kit__add")).result, { sum: 3 })
      const mixed = yield* call("mcp__kit__mixed")
      assert.deepStrictEqual(
        mixed.modelOutput?.map((part) => (part.type === "text" ? part.text : part.mediaType)),
        ["look", "image/png", "audio/wav", "memo://1:\na memo", "application/pdf", "third: memo://3"]
      )
      assert.include(String((yield* call("mcp__kit__echo", ["no", "object"])).result), "must be a JSON object")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("ask before what they do not declare harmless, and are believed by configuration only", () =>
    Effect.gen(function* () {
      const sign = signOf("annotations")
      const tools = yield* makeTools(
        settingsOf({ kit: program(sign), other: program(sign, [], { annotations: "ignored", approve: "destructive" }) })
      )
      const { named } = yield* toolsIn(tools)
      assert.deepStrictEqual(treatment(named.get("mcp__kit__echo")), [true, true, false])
      assert.deepStrictEqual(treatment(named.get("mcp__kit__add")), [true, false, false])
      assert.deepStrictEqual(treatment(named.get("mcp__kit__mixed")), [false, false, true])
      assert.deepStrictEqual(treatment(named.get("mcp__other__echo")), [false, false, true])
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("see the ordinary environment and what they were given, and their folder", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const workspace = yield* fs.realPath(yield* fs.makeTempDirectoryScoped())
      const tools = yield* makeTools(
        settingsOf({ kit: program(signOf("environment"), [], { env: { KEY: { ref: "GIVEN" } } }) }),
        { GIVEN: "given-0123456789", OTHER_SECRET: "other-0123456789", HOME: "/home/somebody" }
      )
      const { call } = yield* toolsIn(tools, workspace)
      const seen = yield* Effect.orDie(decodeEnvironment((yield* call("mcp__kit__environment")).result))
      assert.strictEqual(seen["KEY"], "<redacted>")
      assert.strictEqual(seen["HOME"], "/home/somebody")
      assert.strictEqual(seen["OFFSHOOT_RUN_ID"], "mcp")
      assert.notProperty(seen, "OTHER_SECRET")
      assert.include(String((yield* call("mcp__kit__roots")).result), `file://${workspace}`)
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("are shared by the sessions of a workspace, and not with another", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const sign = signOf("shared")
      const tools = yield* makeTools(settingsOf({ kit: program(sign) }))
      const here = yield* fs.makeTempDirectoryScoped()
      const there = yield* fs.makeTempDirectoryScoped()
      const pids = yield* Effect.forEach(
        [here, here, there],
        (workspace) => Effect.flatMap(toolsIn(tools, workspace), ({ call }) => call("mcp__kit__pid")),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(pids[0], pids[1])
      assert.notDeepEqual(pids[0], pids[2])
      assert.lengthOf(pidsWith(sign), 2)
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.effect("are kept for half a minute after the last run, and then let go", () =>
    Effect.gen(function* () {
      const tools = yield* makeTools(settingsOf({ kit: program(signOf("idle")) }))
      const pid = Effect.scoped(Effect.flatMap(toolsIn(tools), ({ call }) => call("mcp__kit__pid")))
      const first = yield* pid
      yield* TestClock.adjust("29 seconds")
      assert.deepStrictEqual(yield* pid, first)
      yield* TestClock.adjust("31 seconds")
      assert.notDeepEqual(yield* pid, first)
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("tell of progress, hear of a cancelled call, and answer the next", () =>
    Effect.gen(function* () {
      const { call } = yield* kitOf(signOf("progress"))
      const begun = yield* Deferred.make<string>()
      const slow = yield* Effect.forkChild(
        call("mcp__kit__slow", {}, (detail) => Effect.asVoid(Deferred.succeed(begun, detail)))
      )
      assert.strictEqual(yield* Deferred.await(begun), "1/4 begun")
      yield* Fiber.interrupt(slow)
      assert.strictEqual((yield* call("mcp__kit__cancelled")).result, "cancelled")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("flood with progress, and nobody who looks on holds up the call", () =>
    Effect.gen(function* () {
      const { call } = yield* kitOf(signOf("flood"))
      assert.strictEqual((yield* call("mcp__kit__flood", {}, () => Effect.never)).result, "flooded")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("get no more time for a call than they have", () =>
    Effect.gen(function* () {
      const { call } = yield* kitOf(signOf("limit"), [], { callSeconds: 0.2 })
      const answer = yield* call("mcp__kit__slow")
      assert.isTrue(answer.isFailure)
      assert.include(String(answer.result), "longer than 0.2 s")
      assert.strictEqual((yield* call("mcp__kit__cancelled")).result, "cancelled")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("that say their tools have changed are read again by the next run", () =>
    Effect.gen(function* () {
      const tools = yield* makeTools(settingsOf({ kit: program(signOf("changed")) }))
      const before = yield* toolsIn(tools)
      assert.isFalse(before.named.has("mcp__kit__grown"))
      yield* before.call("mcp__kit__grow")
      assert.isTrue((yield* toolsIn(tools)).named.has("mcp__kit__grown"))
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("that die in a call are a failure that says so, and the next call starts them again", () =>
    Effect.gen(function* () {
      const sign = signOf("dying")
      const { call } = yield* kitOf(sign)
      const first = yield* call("mcp__kit__pid")
      const died = yield* call("mcp__kit__die")
      assert.isTrue(died.isFailure)
      assert.include(String(died.result), "was lost during this call: it ended with code 7")
      assert.include(String(died.result), "cannot go on")
      const second = yield* call("mcp__kit__pid")
      assert.isFalse(second.isFailure)
      assert.notDeepEqual(first, second)
      assert.lengthOf(pidsWith(sign), 1)
    }).pipe(Effect.scoped, Effect.provide(platform))
  )
})

describe("MCP servers that cannot be used", { timeout: 60_000 }, () => {
  it.live("are missing with their command, their end and their last words, and hide no other", () =>
    Effect.gen(function* () {
      const sign = signOf("quits")
      const secret = "key-0123456789"
      const tools = yield* makeTools(
        settingsOf({
          quits: program(sign, ["quits"], { env: { KEY: { ref: "KEY" } } }),
          missing: { command: "no-such-program-here", args: ["--flag"] },
          folder: program(sign, [], { cwd: "/no/such/folder" }),
          unset: { command: "kit", env: { A: { ref: "NOT_SET" } } },
          silent: program(sign, ["silent"], { startSeconds: 0.5 }),
          kit: program(sign)
        }),
        { KEY: secret }
      )
      const { named, said } = yield* toolsIn(tools)
      const about = (words: string) => said.filter((line) => line.includes(words))
      assert.lengthOf(said, 5)
      assert.lengthOf(about("it ended with code 3. It said last:\nno database, key <redacted>"), 1)
      assert.lengthOf(
        about(
          "the program no-such-program-here --flag was not found. Install it, or correct the command of mcpServers.missing"
        ),
        1
      )
      assert.lengthOf(about("/no/such/folder, where it would run, is not a folder"), 1)
      assert.lengthOf(about("the environment does not have NOT_SET, which mcpServers.unset.env refers to"), 1)
      assert.lengthOf(about("it did not answer within 0.5 s"), 1)
      assert.notInclude(said.join("\n"), secret)
      assert.isTrue(named.has("mcp__kit__echo"))
      assert.deepStrictEqual(
        (yield* tools.servers(undefined)).map(({ name, state }) => [name, state.type]),
        [
          ["quits", "failed"],
          ["missing", "failed"],
          ["folder", "failed"],
          ["unset", "off"],
          ["silent", "failed"],
          ["kit", "connected"]
        ]
      )
      // Nothing of those that failed is still there.
      assert.lengthOf(pidsWith(sign), 1)
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("are not started again and again: soon after a failure the next run hears of it at once", () =>
    Effect.gen(function* () {
      const tools = yield* makeTools(settingsOf({ kit: program(signOf("again"), ["quits"]) }))
      yield* toolsIn(tools)
      // Three tries have failed: the second run may wait for one more, the third is told to come later.
      yield* toolsIn(tools)
      const { said } = yield* toolsIn(tools)
      assert.include(said[0], "it ended with code 3")
      assert.include(said[0], "It is tried again in")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("print what is no message, and work all the same", () =>
    Effect.gen(function* () {
      const { call } = yield* kitOf(signOf("garbage"), ["garbage"])
      assert.strictEqual((yield* call("mcp__kit__echo", { value: "a" })).result, "a")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("have a thousand tools and give them all", () =>
    Effect.gen(function* () {
      const { call, named } = yield* kitOf(signOf("thousand"), ["thousand"])
      assert.isAtLeast(named.size, 1000)
      assert.strictEqual((yield* call("mcp__kit__tool_999")).result, "called tool_999")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("name tools that no provider would take: those are left out, and the run is told", () =>
    Effect.gen(function* () {
      const { named, said } = yield* kitOf(signOf("bad"), ["badSchemas", "duplicates"])
      assert.isTrue([...named.keys()].every((name) => /^[A-Za-z0-9_-]{1,64}$/.test(name)))
      assert.lengthOf(
        [...named.keys()].filter((name) => /schema|required/.test(name)),
        0
      )
      assert.strictEqual(named.get("mcp__kit__echo")?.tool.description, "says it again")
      assert.lengthOf(
        [...named.keys()].filter((name) => /_cho_/.test(name)),
        1
      )
      assert.lengthOf(said, 1)
      assert.include(said[0], "no_schema: its name or schema is not one")
      assert.include(said[0], "and 3 more")
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("answer with more than can be read: the answer is bounded, or the server is let go", () =>
    Effect.gen(function* () {
      const sign = signOf("huge")
      const { call } = yield* kitOf(sign)
      const long = yield* call("mcp__kit__huge", { value: "3000000" })
      assert.include(String(long.result), "[1000000 more characters were left out]")
      const endless = yield* call("mcp__kit__huge", { value: "20000000" })
      assert.isTrue(endless.isFailure)
      assert.include(String(endless.result), "a message of more than 16 million characters")
      assert.strictEqual((yield* call("mcp__kit__echo", { value: "a" })).result, "a")
      assert.lengthOf(pidsWith(sign), 1)
    }).pipe(Effect.scoped, Effect.provide(platform))
  )
})

describe("nothing of a server is alive", { timeout: 60_000 }, () => {
  it.live.each([
    ["when its scope has closed", [], ""],
    ["when it ignores SIGTERM and the end of its input", ["ignoresTerm"], "stubborn"]
  ] as const)("%s, with what it started", ([, faults, value]) =>
    Effect.gen(function* () {
      const sign = signOf("closed")
      const scope = yield* Scope.make()
      const { call } = yield* Scope.provide(kitOf(sign, faults), scope)
      yield* call("mcp__kit__spawn", { value })
      assert.isAtLeast(pidsWith(sign).length, 2)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(pidsWith(sign), [])
    }).pipe(Effect.provide(platform))
  )

  it.live("when its scope closes in the middle of a call, and the call ends", () =>
    Effect.gen(function* () {
      const sign = signOf("middle")
      const scope = yield* Scope.make()
      const { call } = yield* Scope.provide(kitOf(sign), scope)
      const begun = yield* Deferred.make<void>()
      const slow = yield* Effect.forkChild(
        call("mcp__kit__slow", {}, () => Effect.asVoid(Deferred.succeed(begun, undefined)))
      )
      yield* Deferred.await(begun)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(pidsWith(sign), [])
      assert.isTrue((yield* Fiber.join(slow)).isFailure)
    }).pipe(Effect.provide(platform))
  )

  it.live("when it died with children of its own left behind", () =>
    Effect.gen(function* () {
      const sign = signOf("left")
      const { call } = yield* kitOf(sign)
      yield* call("mcp__kit__spawn")
      yield* call("mcp__kit__die")
      // Connects again, and only after what was left is gone.
      yield* call("mcp__kit__pid")
      assert.lengthOf(pidsWith(sign), 1)
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("when the one who starts it is interrupted meanwhile", () =>
    Effect.gen(function* () {
      const sign = signOf("interrupted")
      const ready = yield* Deferred.make<void>()
      const told = yield* httpKit((_, response) => {
        response.end()
        Deferred.doneUnsafe(ready, Effect.void)
        return "answered"
      })
      const tools = yield* makeTools(settingsOf({ kit: program(sign, ["silent"], { env: { TELL: told.url } }) }))
      const starting = yield* Effect.forkChild(Effect.scoped(toolsIn(tools)))
      yield* Deferred.await(ready)
      assert.lengthOf(pidsWith(sign), 1)
      yield* Fiber.interrupt(starting)
      assert.deepStrictEqual(pidsWith(sign), [])
    }).pipe(Effect.scoped, Effect.provide(platform))
  )
})
