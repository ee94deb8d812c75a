/** Which agents there are: those of the file, or those whose programs are found. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Environment } from "../src/Environment.ts"
import * as Settings from "../src/Settings.ts"

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

/** What is wrong with these entries of `agents`. */
const problemsOf = (agents: unknown): ReadonlyArray<Settings.Problem> => {
  const file = Option.some({ path: "/etc/app/c.json", text: toJson({ agents }) })
  const resolved = Settings.resolve({ flags: {}, environment: {}, file, cwd: "/etc/app" })
  return Result.isFailure(resolved) ? resolved.failure.problems : []
}

const load = (flags: Settings.Flags, environment: Record<string, string>) =>
  Effect.result(Settings.load(flags)).pipe(Effect.provideService(Environment, environment))

describe("a configuration", () => {
  it.live(
    "that says nothing of agents has those offered whose programs are on PATH, and one that does has them not",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = yield* fs.makeTempDirectoryScoped()
        yield* fs.writeFileString(`${folder}/pi`, "#!/bin/sh\n")
        yield* fs.chmod(`${folder}/pi`, 0o755)
        const agentsWith = Effect.fnUntraced(function* (config: unknown) {
          yield* fs.writeFileString(`${folder}/c.json`, toJson(config))
          const loaded = yield* load({ config: `${folder}/c.json` }, { PATH: `/nowhere:${folder}` })
          const agents = Result.isSuccess(loaded) ? loaded.success.agents : []
          return agents.map(({ definition, id }) => [
            id,
            definition.protocol,
            "program" in definition && definition.program
          ])
        })
        assert.deepStrictEqual(yield* agentsWith({}), [["pi", "pi-rpc", `${folder}/pi`]])
        assert.deepStrictEqual(yield* agentsWith({ agents: {} }), [])
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.each<[string, unknown, string, RegExp]>([
    ["an agent that nobody can tell who it is", { a: {} }, "agents.a.program", /say who the agent is/],
    [
      "a program that no profile is known for",
      { a: { program: "unheard-of" } },
      "agents.a.program",
      /no profile is known for this program/
    ],
    ["a misspelt profile", { a: { program: "x", profile: "pii" } }, "agents.a.profile", /did you mean pi\?/],
    [
      "a protocol that the program does not speak",
      { a: { program: "pi", protocol: "command" } },
      "agents.a.command",
      /this key is required/
    ],
    [
      "a misspelt option of a coding agent",
      { a: { program: "pi", permision: "ask" } },
      "agents.a.permision",
      /did you mean permission\?/
    ],
    ["an unknown permission mode", { a: { program: "pi", permission: "yes" } }, "agents.a.permission", /ask/]
  ])("with %s is refused at its place", (_, agents, path, message) => {
    const problem = problemsOf(agents).find((one) => one.path.includes(path))
    assert.match(problem?.message ?? "no problem there", message)
  })
})
