import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Discovery from "../src/Discovery.ts"
import { jsonLine } from "../src/internal/jsonLine.ts"

/** Above what Linux and macOS give out by default, so that no process has it. */
const pidOfNobody = 99_999_999

const own = { url: "http://127.0.0.1:1", token: "t", pid: process.pid, version: "0.0.0" }

describe("Discovery", () => {
  it.live("the file is for its owner only, is found, and goes with the server", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const dataDir = yield* files.makeTempDirectoryScoped()
      const path = `${dataDir}/${Discovery.fileName}`
      const scope = yield* Scope.make()
      yield* Scope.provide(Discovery.publish(dataDir, own), scope)
      assert.strictEqual(Number((yield* files.stat(path)).mode) & 0o777, 0o600)
      assert.deepStrictEqual(yield* Discovery.find(dataDir), Option.some(own))
      assert.deepStrictEqual(yield* files.readDirectory(dataDir), [Discovery.fileName])
      yield* Scope.close(scope, Exit.void)
      assert.isFalse(yield* files.exists(path))
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("a server that stops leaves the file of its successor alone", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const dataDir = yield* files.makeTempDirectoryScoped()
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Discovery.publish(dataDir, own)
          yield* files.writeFileString(`${dataDir}/${Discovery.fileName}`, jsonLine({ ...own, token: "next" }))
        })
      )
      assert.isTrue(Option.isSome(yield* Discovery.find(dataDir)))
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live.each([
    ["of a process that is gone", jsonLine({ ...own, pid: pidOfNobody })],
    ["that is cut short", '{"url":'],
    ["with a process id that would reach a group", jsonLine({ ...own, pid: 0 })],
    ["without a token", jsonLine({ url: own.url, pid: own.pid, version: "" })]
  ] as const)("a file %s is none", ([, text]) =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const dataDir = yield* files.makeTempDirectoryScoped()
      yield* files.writeFileString(`${dataDir}/${Discovery.fileName}`, text)
      assert.isTrue(Option.isNone(yield* Discovery.find(dataDir)))
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
