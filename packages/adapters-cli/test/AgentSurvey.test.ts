import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { AgentSurvey, CliHost, ProgramFinder } from "@offshoot/adapters-cli"
import type { AgentProfile, SignIn } from "../src/AgentProfile.ts"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as StandInAgent from "./StandInAgent.ts"

const range = { oldest: "1.2.0", newest: "2.0.3" }

describe("a version", () => {
  it.each<[string, string | undefined]>([
    ["2.1.330 (Claude Code)", "2.1.330"],
    ["codex-cli 0.169.0", "0.169.0"],
    ["v1.2.3\n", "1.2.3"],
    ["warning 1.2\n1.18.33", "1.18.33"],
    ["version 2.0.0-beta.1", "2.0.0-beta.1"],
    ["10.0.1.7", "10.0.1"],
    ["no version here", undefined],
    ["", undefined]
  ])("in %s is %s", (text, version) => {
    assert.strictEqual(Option.getOrUndefined(ProgramFinder.versionIn(text)), version)
  })

  it.each<[string | undefined, ProgramFinder.VersionVerdict]>([
    ["1.2.0", "supported"],
    ["2.0.3", "supported"],
    ["1.10.0", "supported"],
    ["1.1.99", "older"],
    ["0.9.0", "older"],
    ["2.0.4", "newer"],
    ["10.0.0", "newer"],
    ["2.0.3-beta.1", "supported"],
    [undefined, "unknown"]
  ])("%s is %s in its range", (version, verdict) => {
    assert.strictEqual(ProgramFinder.judge(Option.fromUndefinedOr(version), range), verdict)
  })
})

/** A folder of its own with programs in two folders of a search path. */
const machine = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const root = yield* fs.realPath(yield* fs.makeTempDirectoryScoped())
  const program = Effect.fnUntraced(function* (file: string, script: string, mode = 0o755) {
    yield* fs.makeDirectory(`${root}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true })
    yield* fs.writeFileString(`${root}/${file}`, `#!/bin/sh\n${script}\n`)
    yield* fs.chmod(`${root}/${file}`, mode)
    return `${root}/${file}`
  })
  return { root, program, path: `${root}/one:relative:${root}/two:${root}/gone` }
})

const profileOf = (agent: StandInAgent.StandInAgent, signIn: AgentProfile["signIn"]): AgentProfile => ({
  ...StandInAgent.profileOf(agent),
  programs: ["agent"],
  version: { args: ["--version"], ...range },
  install: "npm install -g agent",
  passes: ["AGENT_HOME"],
  signIn
})

const signedIn: SignIn = { _tag: "SignedIn", by: "a key" }

describe("a program", () => {
  it.live("is found where a shell finds it, with its other copies, and not where it may not be executed", () =>
    Effect.gen(function* () {
      const { path, program, root } = yield* machine
      const fs = yield* FileSystem.FileSystem
      const second = yield* program("two/agent", "")
      assert.deepStrictEqual(
        yield* ProgramFinder.find(["agent"], path),
        Option.some({ name: "agent", path: second, others: [] })
      )
      const first = yield* program("one/agent", "")
      assert.deepStrictEqual(
        yield* ProgramFinder.find(["agent"], path),
        Option.some({ name: "agent", path: first, others: [second] })
      )
      yield* fs.chmod(first, 0o644)
      assert.deepStrictEqual(
        yield* ProgramFinder.find(["agent"], path),
        Option.some({ name: "agent", path: second, others: [] })
      )
      yield* fs.symlink(second, `${root}/one/other`)
      assert.deepStrictEqual(
        yield* ProgramFinder.find(["missing", "other"], path),
        Option.some({ name: "other", path: `${root}/one/other`, others: [] })
      )
      assert.deepStrictEqual(yield* ProgramFinder.find(["one"], root), Option.none())
      assert.deepStrictEqual(yield* ProgramFinder.find(["agent"], undefined), Option.none())
      assert.deepStrictEqual(
        yield* ProgramFinder.find([second], ""),
        Option.some({ name: second, path: second, others: [] })
      )
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("is asked for its version without what the server keeps secret, and may say it anywhere or not at all", () =>
    Effect.gen(function* () {
      const { program } = yield* machine
      const versionOf = (file: string) =>
        ProgramFinder.versionOf(file, ["--version"], { PATH: "/bin", SECRET: "9.9.9" })
      const said = Effect.fnUntraced(function* (name: string, script: string) {
        return Option.getOrUndefined(yield* versionOf(yield* program(name, script)))
      })
      assert.strictEqual(yield* said("a", 'echo "agent $1 1.5.0"'), "1.5.0")
      assert.strictEqual(yield* said("b", "echo 1.6.0 >&2; exit 3"), "1.6.0")
      assert.strictEqual(yield* said("c", 'echo "$SECRET"'), undefined)
      assert.strictEqual(yield* said("d", "yes 1.7.0"), "1.7.0")
      assert.strictEqual(Option.getOrUndefined(yield* versionOf("/nowhere/agent")), undefined)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})

describe("a survey", () => {
  it.live("says what there is of an agent, what it lacks, and what mends it", () =>
    Effect.gen(function* () {
      const { path, program, root } = yield* machine
      const fs = yield* FileSystem.FileSystem
      const agent = yield* StandInAgent.make()
      const signIn: AgentProfile["signIn"] = ({ hasHomeFile, variables }) =>
        variables["AGENT_KEY"] !== undefined
          ? { _tag: "SignedIn", by: "AGENT_KEY" }
          : hasHomeFile("no/file") || hasHomeFile(".agent/login")
            ? { _tag: "SignedIn", by: "its own login" }
            : { _tag: "SignedOut", mend: "agent login" }
      const profile = profileOf(agent, signIn)
      const surveyed = (fields?: Partial<AgentSurvey.Subject>) =>
        AgentSurvey.survey({ id: "mine", profile, agent: {}, program: Option.none(), ...fields }).pipe(
          Effect.provideService(CliHost.CliHost, {
            instance: "survey",
            boot: "1",
            environment: { PATH: path, HOME: root, KEY: "k" }
          })
        )
      const lacks = (of: AgentSurvey.Surveyed) =>
        of.lacks.map(({ mend, weight, what }) => `${weight}: ${what}: ${mend}`)

      assert.deepStrictEqual(lacks(yield* surveyed()), ["blocks: agent is not on PATH: npm install -g agent"])

      const first = yield* program("one/agent", "echo 1.0.0")
      const old = yield* surveyed()
      assert.deepStrictEqual(old.signIn, { _tag: "SignedOut", mend: "agent login" })
      assert.deepStrictEqual(lacks(old), [
        "blocks: nobody is signed in: agent login",
        "blocks: version 1.0.0 is older than 1.2.0: npm install -g agent"
      ])

      const second = yield* program("two/agent", "echo 3.0.0")
      yield* program("one/agent", "echo 2.0.3")
      yield* fs.makeDirectory(`${root}/.agent`)
      yield* fs.writeFileString(`${root}/.agent/login`, "")
      const good = yield* surveyed()
      assert.deepStrictEqual(good.program, Option.some({ name: "agent", path: first, others: [second] }))
      assert.deepStrictEqual(good.signIn, { _tag: "SignedIn", by: "its own login" })
      assert.deepStrictEqual(lacks(good), [`warns: another copy is at ${second}: agents.mine.program names one`])

      const named = yield* surveyed({
        program: Option.some(second),
        agent: { env: { AGENT_KEY: { ref: "KEY" }, OTHER: { ref: "MISSING" } } }
      })
      assert.deepStrictEqual(named.signIn, { _tag: "SignedIn", by: "AGENT_KEY" })
      assert.deepStrictEqual(lacks(named), [
        "blocks: agents.mine.env refers to MISSING, which the server's environment does not have: export MISSING=…",
        "warns: version 3.0.0 is newer than 2.0.3, the newest that was tried: offshoot doctor --probe"
      ])
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("of a program that does not say its version says so", () =>
    Effect.gen(function* () {
      const { path, program } = yield* machine
      yield* program("one/agent", "exit 0")
      const agent = yield* StandInAgent.make()
      const { lacks } = yield* AgentSurvey.survey({
        id: "mine",
        profile: profileOf(agent, () => signedIn),
        agent: {},
        program: Option.none()
      }).pipe(Effect.provide(CliHost.layer({ instance: "survey", environment: { PATH: path } })))
      assert.deepStrictEqual(lacks, [
        { weight: "warns", what: "it did not say its version", mend: "offshoot doctor --probe" }
      ])
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
