import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { SubagentProfile } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as Profiles from "../src/Profiles.ts"
import { page } from "./reading.ts"

const write = Effect.fnUntraced(function* (root: string, files: Readonly<Record<string, string>>) {
  const disk = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (const [name, text] of Object.entries(files)) {
    const place = path.join(root, name)
    yield* disk.makeDirectory(path.dirname(place), { recursive: true })
    yield* disk.writeFileString(place, text)
  }
})

/** A user with a home, a data directory and one workspace. */
const makeWorld = Effect.gen(function* () {
  const disk = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const root = yield* disk.makeTempDirectoryScoped()
  const [home, data, workspace] = [path.join(root, "home"), path.join(root, "data"), path.join(root, "workspace")]
  for (const folder of [home, data, workspace]) yield* disk.makeDirectory(folder)
  const file = path.join(root, "named.json")
  const list = (named: Option.Option<string> = Option.none()) =>
    Effect.flatMap(SubagentProfile.SubagentProfiles, (roles) => roles.list(Option.some(workspace))).pipe(
      Effect.provide(
        Profiles.layer({
          dataDirectory: data,
          home: Option.some(home),
          file: named,
          trusts: () => Effect.succeed(false),
          agentAt: () => Option.none()
        })
      )
    )
  return { root, home, data, workspace, file, list }
})

const role = (name: string, description: string): string => page(`name: ${name}\ndescription: ${description}`)
const json = (id: string, description: string): string =>
  JSON.stringify({ profiles: [{ id, description, system_prompt: "You do it." }] })

const find = (list: SubagentProfile.ProfileList, name: string) => Option.getOrThrow(SubagentProfile.find(list, name))

it.layer(NodeServices.layer)("Profiles", (it) => {
  it.effect("S-profiles: without any file the roles are the built-in ones", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld
      assert.deepStrictEqual(yield* world.list(), { profiles: SubagentProfile.builtin, problems: [] })
    })
  )

  it.effect("S-profiles: user < data directory < workspace < our file of the workspace < the named file", () =>
    Effect.gen(function* () {
      const { data, file, home, list, workspace } = yield* makeWorld
      const seen: Array<string> = []
      const look = Effect.gen(function* () {
        seen.push(find(yield* list(Option.some(file)), "coder").description)
      })
      yield* write("", { [file]: '{"profiles": []}' })
      yield* write(home, { ".cursor/agents/coder.md": role("coder", "user, the last kind") })
      yield* look
      yield* write(home, { ".claude/agents/coder.md": role("coder", "user, the first kind") })
      yield* look
      yield* write(data, { "subagent_profiles.json": json("coder", "data") })
      yield* look
      yield* write(workspace, { ".opencode/agents/coder.md": page("description: workspace") })
      yield* look
      yield* write(workspace, { ".offshoot/subagent_profiles.json": json("Coder", "ours") })
      yield* look
      yield* write("", { [file]: json("coder", "named") })
      yield* look
      assert.deepStrictEqual(seen, [
        "user, the last kind",
        "user, the first kind",
        "data",
        "workspace",
        "ours",
        "named"
      ])
      const { profiles } = yield* list(Option.some(file))
      assert.deepStrictEqual(
        profiles.map(({ name }) => name),
        SubagentProfile.builtin.map(({ name }) => name)
      )
    })
  )

  it.effect("every kind of file of a workspace is read", () =>
    Effect.gen(function* () {
      const { list, workspace } = yield* makeWorld
      yield* write(workspace, {
        ".claude/agents/deep/er/one.md": role("one", "first"),
        ".opencode/agent/two.md": page("description: '2'"),
        ".opencode/agents/sub/three.md": page("description: '3'"),
        ".codex/agents/four.toml": 'name = "four"\ndescription = "4"\ndeveloper_instructions = "x"',
        ".gemini/agents/five.md": role("five", "fifth"),
        ".github/agents/six.agent.md": page("description: '6'"),
        ".cursor/agents/seven.md": page("description: '7'"),
        ".claude/agents/README.md": "# Not a role",
        ".claude/agents/notes.txt": "nor this"
      })
      const { problems, profiles } = yield* list()
      assert.deepStrictEqual(problems, [])
      assert.deepStrictEqual(
        profiles.slice(SubagentProfile.builtin.length).map(({ name }) => name),
        ["five", "four", "one", "seven", "six", "sub/three", "two"]
      )
    })
  )

  it.effect("an edited file is effective a second later, without a restart", () =>
    Effect.gen(function* () {
      const { data, home, workspace } = yield* makeWorld
      const layer = Profiles.layer({
        dataDirectory: data,
        home: Option.some(home),
        file: Option.none(),
        trusts: () => Effect.succeed(false),
        agentAt: () => Option.none()
      })
      yield* Effect.gen(function* () {
        const roles = yield* SubagentProfile.SubagentProfiles
        const look = Effect.map(roles.list(Option.some(workspace)), (list) => find(list, "coder").description)
        yield* write(workspace, { ".claude/agents/coder.md": role("coder", "before") })
        assert.strictEqual(yield* look, "before")
        yield* write(workspace, { ".claude/agents/coder.md": role("coder", "after") })
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* look, "after")
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("a broken file leaves the rest, and its role is refused instead of replaced by a weaker one", () =>
    Effect.gen(function* () {
      const { data, list, workspace } = yield* makeWorld
      yield* write(data, { "subagent_profiles.json": json("auditor", "may do a lot") })
      yield* write(workspace, {
        ".claude/agents/auditor.md": "---\nname: auditor\ndescription: 'x\n---\n",
        ".claude/agents/other.md": role("other", "fine"),
        ".codex/agents/coder.toml": 'name = "coder"\ndescription = '
      })
      const found = yield* list()
      assert.strictEqual(find(found, "other").description, "fine")
      for (const [name, place] of [
        ["auditor", "auditor.md:3:16: this is not YAML"],
        ["coder", "coder.toml:2:15: this is not TOML"]
      ] as const) {
        const refused = SubagentProfile.resolve(found, name)
        assert.isTrue(Result.isFailure(refused))
        if (Result.isFailure(refused)) assert.include(refused.failure.message, place)
      }
    })
  )

  it.effect("a named file that is missing is a problem, any other that is missing is not", () =>
    Effect.gen(function* () {
      const { file, list } = yield* makeWorld
      const { problems } = yield* list(Option.some(file))
      assert.deepStrictEqual(problems, [
        { source: file, message: "there is no such file; OFFSHOOT_SUBAGENT_PROFILES_FILE names it" }
      ])
    })
  )

  it.effect("a link is followed within the workspace and not out of it", () =>
    Effect.gen(function* () {
      const { home, list, root, workspace } = yield* makeWorld
      const disk = yield* FileSystem.FileSystem
      yield* write(root, { "secret/key.md": role("thief", "out"), "secret/agents/b.md": role("burglar", "out") })
      yield* write(workspace, { "shared/in.md": role("inside", "in"), ".claude/agents/a.md": role("a", "a") })
      yield* disk.symlink(`${root}/secret/key.md`, `${workspace}/.claude/agents/key.md`)
      yield* disk.symlink(`${workspace}/shared/in.md`, `${workspace}/.claude/agents/in.md`)
      yield* disk.symlink(`${root}/secret`, `${workspace}/.claude/agents/all`)
      yield* disk.makeDirectory(`${workspace}/.gemini`)
      yield* disk.symlink(`${root}/secret/agents`, `${workspace}/.gemini/agents`)
      yield* disk.symlink(`${root}/secret/key.md`, `${workspace}/.cursor`)
      yield* disk.symlink(`${root}/secret`, `${home}/.claude`)
      const { problems, profiles } = yield* list()
      assert.deepStrictEqual(
        profiles.slice(SubagentProfile.builtin.length).map(({ name }) => name),
        ["a", "inside"]
      )
      assert.deepStrictEqual(
        problems.map(({ message, source }) => [source.slice(root.length), message.includes("leads out")]),
        [
          ["/home/.claude/agents", true],
          ["/workspace/.cursor/agents", false],
          ["/workspace/.gemini/agents", true],
          ["/workspace/.claude/agents/key.md", true]
        ]
      )
    })
  )

  it.effect("what is too large, too many or too deep is not read, and said", () =>
    Effect.gen(function* () {
      const { list, workspace } = yield* makeWorld
      yield* write(workspace, {
        ".claude/agents/large.md": role("large", "x".repeat(300_000)),
        ".claude/agents/1/2/3/4/deep.md": role("deep", "x"),
        ...Object.fromEntries(
          Array.from({ length: 201 }, (_, index) => [
            `.cursor/agents/${String(index).padStart(3, "0")}.md`,
            page("description: x")
          ])
        )
      })
      const { problems, profiles } = yield* list()
      assert.strictEqual(profiles.length, SubagentProfile.builtin.length + 200)
      assert.deepStrictEqual(
        problems.map(({ message }) => message),
        ["more than 200 roles: the rest is not read", "larger than 256 KiB: not read"]
      )
    })
  )
})
