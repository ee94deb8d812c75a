import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { makeTools, pidsWith, platform, program, settingsOf, signOf, toolsIn } from "./machine.ts"

/** A folder of the test's own, and how things are put into it. */
const place = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const root = yield* fs.realPath(yield* fs.makeTempDirectoryScoped())
  const folder = Effect.fnUntraced(function* (...names: ReadonlyArray<string>) {
    const made = path.join(root, ...names)
    yield* fs.makeDirectory(made, { recursive: true })
    return made
  })
  /** A `.mcp.json` with these servers. */
  const project = (where: string, servers: unknown) =>
    fs.writeFileString(path.join(where, ".mcp.json"), JSON.stringify({ mcpServers: servers }))
  return { fs, path, folder, project }
})

const trusting = (...trust: ReadonlyArray<string>) => settingsOf({}, { trust })

describe("the servers of a project", { timeout: 60_000 }, () => {
  it.live("are off while nobody trusts the folder: none is started, and the run hears what to do", () =>
    Effect.gen(function* () {
      const { folder, project } = yield* place
      const sign = signOf("untrusted")
      const here = yield* folder("project")
      // The sibling's name begins like the trusted one's.
      const sibling = yield* folder("project-of-somebody")
      yield* project(sibling, { kit: program(sign), other: program(sign) })
      const tools = yield* makeTools(trusting(here))
      const found = yield* toolsIn(tools, sibling)
      assert.deepStrictEqual(found.tools, [])
      assert.lengthOf(found.said, 1)
      assert.include(found.said[0], `the MCP servers kit, other of ${sibling}/.mcp.json`)
      assert.include(found.said[0], `add "${sibling}" to "trust"`)
      assert.deepStrictEqual(
        (yield* tools.servers(sibling)).map(({ name, state }) => [name, state.type]),
        [
          ["kit", "off"],
          ["other", "off"]
        ]
      )
      assert.deepStrictEqual(pidsWith(sign), [])
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("of a folder below a trusted one run there, with variables, and their hints are not believed", () =>
    Effect.gen(function* () {
      const { folder, project } = yield* place
      const sign = signOf("trusted")
      const trusted = yield* folder("trusted")
      const workspace = yield* folder("trusted", "deep", "project")
      yield* project(workspace, { kit: { ...program("${SIGN_OF_TEST}"), command: "${NODE:-node}", type: "stdio" } })
      const tools = yield* makeTools(trusting(trusted), { SIGN_OF_TEST: sign })
      const { call, missing, named } = yield* toolsIn(tools, workspace)
      assert.deepStrictEqual(missing, [])
      assert.lengthOf(pidsWith(sign), 1)
      assert.include(String((yield* call("mcp__kit__roots")).result), workspace)
      assert.isTrue(named.get("mcp__kit__echo")?.asksFirst)
      assert.isFalse(named.get("mcp__kit__echo")?.parallel)
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("are not trusted through a link in a trusted folder, be it the workspace or the file", () =>
    Effect.gen(function* () {
      const { folder, fs, path, project } = yield* place
      const sign = signOf("linked")
      const trusted = yield* folder("trusted")
      const elsewhere = yield* folder("elsewhere")
      yield* project(elsewhere, { kit: program(sign) })
      const link = path.join(trusted, "link")
      yield* fs.symlink(elsewhere, link)
      const workspace = yield* folder("trusted", "workspace")
      yield* fs.symlink(path.join(elsewhere, ".mcp.json"), path.join(workspace, ".mcp.json"))
      const tools = yield* makeTools(trusting(trusted))
      for (const untrusted of [link, workspace]) {
        const { said, tools: found } = yield* toolsIn(tools, untrusted)
        assert.deepStrictEqual(found, [])
        assert.include(said[0], `the folder ${elsewhere} is not trusted`)
      }
      assert.deepStrictEqual(pidsWith(sign), [])
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("are trusted by the real path: a trusted link trusts what it led to at the start, and nothing later", () =>
    Effect.gen(function* () {
      const { folder, fs, path, project } = yield* place
      const sign = signOf("moved")
      const first = yield* folder("first")
      const second = yield* folder("second")
      yield* project(first, { kit: program(sign) })
      yield* project(second, { kit: program(sign) })
      const link = path.join(path.dirname(first), "link")
      yield* fs.symlink(first, link)
      const tools = yield* makeTools(trusting(link))
      assert.isTrue((yield* toolsIn(tools, first)).named.has("mcp__kit__echo"))
      yield* fs.remove(link)
      yield* fs.symlink(second, link)
      assert.include((yield* toolsIn(tools, link)).said[0], `the folder ${second} is not trusted`)
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("that are wrong, or named like one of the operator's, hide no other", () =>
    Effect.gen(function* () {
      const { folder, project } = yield* place
      const sign = signOf("mixed")
      const workspace = yield* folder("project")
      yield* project(workspace, {
        kit: program(sign),
        operators: program(sign),
        wrong: { command: 5 },
        unset: { command: "kit", args: ["${NOT_SET_ANYWHERE}"] }
      })
      const tools = yield* makeTools(settingsOf({ operators: program(sign) }, { trust: [workspace] }))
      const { named, said } = yield* toolsIn(tools, workspace)
      assert.isTrue(named.has("mcp__kit__echo"))
      assert.isTrue(named.has("mcp__operators__echo"))
      assert.lengthOf(said, 3)
      assert.isTrue(said.some((line) => line.includes("operators") && line.includes("which is used instead")))
      assert.isTrue(said.some((line) => line.includes("the MCP server wrong of") && line.includes("expected")))
      assert.isTrue(said.some((line) => line.includes("does not have NOT_SET_ANYWHERE")))
      assert.lengthOf(pidsWith(sign), 2)
    }).pipe(Effect.scoped, Effect.provide(platform))
  )

  it.live("are not there when the file is no such file, and the run hears of it", () =>
    Effect.gen(function* () {
      const { folder, fs, path } = yield* place
      const workspace = yield* folder("project")
      yield* fs.writeFileString(path.join(workspace, ".mcp.json"), "{")
      const tools = yield* makeTools(trusting(workspace))
      assert.include((yield* toolsIn(tools, workspace)).said[0], "expected JSON of the form")
      assert.deepStrictEqual((yield* toolsIn(tools, path.join(workspace, "not-there"))).said, [])
    }).pipe(Effect.scoped, Effect.provide(platform))
  )
})
