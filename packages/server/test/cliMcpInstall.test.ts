/** `offshoot mcp install` and `uninstall`, and what doctor says of them, on homes as people have them. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as NodeProcess from "node:process"
import * as Hosts from "../src/mcp/Hosts.ts"
import { version } from "../src/Version.ts"
import { callBy } from "./commandCall.ts"

/** A home, a project, and this program as an installed package. */
const makeWorld = Effect.gen(function* () {
  const disk = yield* FileSystem.FileSystem
  const root = yield* disk.realPath(yield* disk.makeTempDirectoryScoped())
  const write = Effect.fnUntraced(function* (place: string, text: string) {
    yield* disk.makeDirectory(`${root}/${place.slice(0, place.lastIndexOf("/"))}`, { recursive: true })
    yield* disk.writeFileString(`${root}/${place}`, text)
  })
  const read = (place: string) => disk.readFileString(`${root}/${place}`)
  yield* write("lib/offshoot/package.json", `{ "name": "offshoot", "version": "${version}" }`)
  yield* write("lib/offshoot/dist/bin.js", "")
  yield* disk.chmod(`${root}/lib/offshoot/dist/bin.js`, 0o755)
  yield* disk.makeDirectory(`${root}/bin`)
  yield* disk.makeDirectory(`${root}/home`)
  yield* disk.makeDirectory(`${root}/shop`)
  yield* disk.symlink(`${root}/lib/offshoot/dist/bin.js`, `${root}/bin/offshoot`)
  const environment = { HOME: `${root}/home`, PATH: `${root}/bin`, OFFSHOOT_DATA_DIR: `${root}/data` }
  const launch = {
    node: NodeProcess.execPath,
    options: [],
    script: `${root}/lib/offshoot/dist/bin.js`,
    platform: "linux",
    folder: `${root}/shop`
  }
  const namesIn = Effect.map(disk.readDirectory(`${root}/home`, { recursive: true }), (names) => names.toSorted())
  return {
    disk,
    root,
    write,
    read,
    namesIn,
    mcp: (...args: ReadonlyArray<string>) => callBy({ launch }, environment, "mcp", ...args),
    asked: (answer: Effect.Effect<string>, ...args: ReadonlyArray<string>) =>
      callBy({ launch, answer }, environment, "mcp", ...args),
    doctor: (...args: ReadonlyArray<string>) => callBy({ launch }, environment, "doctor", ...args)
  }
})

const Told = Schema.Struct({
  mcpHosts: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      scope: Schema.String,
      file: Schema.String,
      state: Schema.String,
      lack: Schema.optionalKey(Schema.String)
    })
  )
})
const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Told))

const places = Hosts.ids.flatMap((id) => [
  { id, scope: "user", args: [id] },
  { id, scope: "project", args: [id, "--project"] }
])

const tests = (it: Vitest.MethodsNonLive<NodeServices.NodeServices>) => {
  it.effect.each(places)("leaves nothing behind where there was nothing: $id, $scope", ({ args }) =>
    Effect.gen(function* () {
      const { disk, mcp, namesIn, root } = yield* makeWorld
      const installed = yield* mcp("install", ...args, "--yes")
      assert.strictEqual(installed.code, 0, installed.failure)
      const again = yield* mcp("install", ...args, "--yes")
      assert.match(again.out.join("\n"), /^already installed: /)
      assert.strictEqual((yield* mcp("uninstall", ...args, "--yes")).code, 0)
      const kept = (yield* namesIn).filter((name) => !name.startsWith(".local"))
      assert.deepStrictEqual(kept, [])
      assert.deepStrictEqual(yield* disk.readDirectory(`${root}/shop`), [])
      assert.match((yield* mcp("uninstall", ...args, "--yes")).out.join("\n"), /^not installed: /)
    })
  )

  it.effect("shows the difference and writes nothing where nobody can be asked", () =>
    Effect.gen(function* () {
      const { mcp, read, write } = yield* makeWorld
      yield* write("home/.cursor/mcp.json", '{\n  // mine\n  "mcpServers": {}\n}\n')
      const { code, failure, out } = yield* mcp("install", "cursor")
      assert.strictEqual(code, 1)
      assert.include(failure, "add --yes")
      assert.include(out.join("\n"), '+    "offshoot": {\n+      "type": "stdio",\n+      "command": "offshoot",')
      assert.strictEqual(yield* read("home/.cursor/mcp.json"), '{\n  // mine\n  "mcpServers": {}\n}\n')
    })
  )

  it.effect("asks at a terminal, and takes only a yes for one", () =>
    Effect.gen(function* () {
      const { asked, disk, root } = yield* makeWorld
      const declined = yield* asked(Effect.succeed("n"), "install", "codex")
      assert.deepStrictEqual([declined.code, declined.failure], [1, "nothing was written"])
      assert.isFalse(yield* disk.exists(`${root}/home/.codex`))
      assert.strictEqual((yield* asked(Effect.succeed("Yes"), "install", "codex")).code, 0)
      assert.isTrue(yield* disk.exists(`${root}/home/.codex/config.toml`))
    })
  )

  it.effect("leaves a file alone that somebody changed while the question stood", () =>
    Effect.gen(function* () {
      const { asked, namesIn, read, write } = yield* makeWorld
      yield* write("home/.claude.json", "{}")
      const answer = Effect.as(Effect.orDie(write("home/.claude.json", '{"a": 1}')), "y")
      const { code, failure } = yield* asked(answer, "install", "claude")
      assert.strictEqual(code, 2)
      assert.match(failure, /was changed meanwhile: run this again; nothing was written$/)
      assert.strictEqual(yield* read("home/.claude.json"), '{"a": 1}')
      assert.deepStrictEqual(
        (yield* namesIn).filter((name) => name.endsWith(".json")),
        [".claude.json"]
      )
    })
  )

  it.effect("follows a link, and keeps the mode of the file", () =>
    Effect.gen(function* () {
      const { disk, mcp, read, root, write } = yield* makeWorld
      yield* write("dotfiles/settings.json", "{}")
      yield* disk.chmod(`${root}/dotfiles/settings.json`, 0o640)
      yield* disk.makeDirectory(`${root}/home/.gemini`)
      yield* disk.symlink(`${root}/dotfiles/settings.json`, `${root}/home/.gemini/settings.json`)
      assert.strictEqual((yield* mcp("install", "gemini", "--yes")).code, 0)
      assert.strictEqual(yield* disk.readLink(`${root}/home/.gemini/settings.json`), `${root}/dotfiles/settings.json`)
      assert.include(yield* read("dotfiles/settings.json"), '"offshoot"')
      assert.strictEqual((yield* disk.stat(`${root}/dotfiles/settings.json`)).mode & 0o777, 0o640)
      assert.deepStrictEqual(yield* disk.readDirectory(`${root}/dotfiles`), ["settings.json"])
      assert.strictEqual((yield* mcp("uninstall", "gemini", "--yes")).code, 0)
      assert.strictEqual(yield* read("dotfiles/settings.json"), "{}")
    })
  )

  it.effect("keeps for the undoing what the entry replaced and nothing else, for nobody but the user", () =>
    Effect.gen(function* () {
      const { disk, mcp, namesIn, read, root, write } = yield* makeWorld
      const text = '{"mcpServers": {"a": {"env": {"KEY": "of-another"}}, "offshoot": {"url": "the-old"}}}'
      yield* write("home/.gemini/settings.json", text)
      yield* mcp("install", "gemini", "--yes")
      const record = (yield* namesIn).find((name) => name.startsWith(".local") && name.endsWith(".json")) ?? ""
      const kept = yield* read(`home/${record}`)
      assert.include(kept, "the-old")
      assert.notInclude(kept, "of-another")
      assert.strictEqual((yield* disk.stat(`${root}/home/${record}`)).mode & 0o777, 0o600)
      yield* mcp("uninstall", "gemini", "--yes")
      assert.strictEqual(yield* read("home/.gemini/settings.json"), text)
      assert.isFalse(yield* disk.exists(`${root}/home/${record}`))
    })
  )

  it.effect("takes the file of several that is there, and the one that has the entry", () =>
    Effect.gen(function* () {
      const { mcp, read, write } = yield* makeWorld
      yield* write("home/.config/opencode/opencode.jsonc", "{} // mine")
      assert.strictEqual((yield* mcp("install", "opencode", "--yes")).code, 0)
      assert.include(yield* read("home/.config/opencode/opencode.jsonc"), '"offshoot"')
      yield* write("home/.config/opencode/opencode.json", "{}")
      assert.strictEqual((yield* mcp("uninstall", "opencode", "--yes")).code, 0)
      assert.strictEqual(yield* read("home/.config/opencode/opencode.jsonc"), "{} // mine")
      assert.strictEqual(yield* read("home/.config/opencode/opencode.json"), "{}")
    })
  )

  it.effect.each<readonly [what: string, text: string | Uint8Array, told: RegExp]>([
    ["that is not JSON", '{"a": }', /\.claude\.json:1:7: this is not JSON: value expected; nothing was written$/],
    ["with comments that its host cannot read", "{} // a", /\.claude\.json:1:4: this is not JSON/],
    ["that is no text", new Uint8Array([0x7b, 0xff, 0x7d]), /is not a text in UTF-8/],
    ["that is too large", new Uint8Array(33 * 1024 * 1024), /is larger than 32 MB/]
  ])("leaves a file alone %s, and says why and where", ([, text, told]) =>
    Effect.gen(function* () {
      const { disk, mcp, root } = yield* makeWorld
      const file = `${root}/home/.claude.json`
      const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text
      yield* disk.writeFile(file, bytes)
      const { code, failure } = yield* mcp("install", "claude", "--yes")
      assert.strictEqual(code, 2)
      assert.match(failure, told)
      assert.deepStrictEqual(yield* disk.readFile(file), bytes)
    })
  )

  it.effect("puts no file in the place of a folder or of a link that leads nowhere", () =>
    Effect.gen(function* () {
      const { disk, mcp, root } = yield* makeWorld
      yield* disk.makeDirectory(`${root}/home/.claude.json`)
      const folder = yield* mcp("install", "claude", "--yes")
      assert.deepStrictEqual([folder.code, folder.failure.includes("is not a file")], [2, true])
      yield* disk.remove(`${root}/home/.claude.json`, { recursive: true })
      yield* disk.symlink(`${root}/none`, `${root}/home/.claude.json`)
      const link = yield* mcp("install", "claude", "--yes")
      assert.deepStrictEqual([link.code, link.failure.includes("is a link that leads nowhere")], [2, true])
    })
  )

  it.effect("prints an entry that can be pasted, and writes nothing", () =>
    Effect.gen(function* () {
      const { mcp, namesIn, root } = yield* makeWorld
      const { code, out, told } = yield* mcp("install", "codex", "--print", "--env", "SOME_KEY", "--data-dir", "/d")
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(out, [
        "[mcp_servers.offshoot]",
        'command = "offshoot"',
        'args = [ "mcp", "--data-dir", "/d" ]',
        'env_vars = [ "OFFSHOOT_TOKEN", "OFFSHOOT_URL", "OFFSHOOT_SESSION_ID", "OFFSHOOT_SESSION_DATA_DIR", "SOME_KEY" ]',
        "startup_timeout_sec = 60",
        "tool_timeout_sec = 120"
      ])
      assert.deepStrictEqual(told, [`for ${root}/home/.codex/config.toml:`])
      assert.deepStrictEqual(yield* namesIn, [])
    })
  )

  it.effect("refuses a value where the name of a variable is expected, and a host that nobody knows", () =>
    Effect.gen(function* () {
      const { mcp } = yield* makeWorld
      assert.notStrictEqual((yield* mcp("install", "codex", "--env", "sk-1")).code, 0)
      assert.notStrictEqual((yield* mcp("install", "nobody")).code, 0)
    })
  )

  it.effect("is told by doctor, with what mends an entry that leads nowhere, elsewhere or to another version", () =>
    Effect.gen(function* () {
      const { disk, doctor, mcp, root, write } = yield* makeWorld
      const hosts = Effect.flatMap(doctor("--json"), ({ out }) =>
        Effect.map(decode(out[0]), ({ mcpHosts }) =>
          mcpHosts.map(({ id, lack, scope, state }) => [id, scope, state, lack])
        )
      )
      assert.deepStrictEqual(yield* hosts, [])
      assert.include((yield* doctor()).out.at(-1), "No MCP host starts offshoot")

      yield* mcp("install", "claude", "--yes")
      yield* mcp("install", "cursor", "--project", "--yes")
      yield* write("home/.gemini/settings.json", '{"mcpServers": {"offshoot": {"command": "/no/such/program"}}}')
      yield* write("home/.codex/config.toml", "[mcp_servers.offshoot]\nurl = 'https://a.example'\n")
      yield* write("home/.config/opencode/opencode.json", "{")
      const ready = [
        ["claude", "user", "installed", undefined],
        ["cursor", "project", "installed", undefined]
      ]
      const sick = [
        [
          "codex",
          "user",
          "another program",
          "it starts something that is not known to be offshoot. To replace it: offshoot mcp install codex"
        ],
        [
          "gemini",
          "user",
          "installed, program gone",
          "it starts /no/such/program, which is not there. To mend it: offshoot mcp install gemini"
        ],
        [
          "opencode",
          "user",
          "unreadable",
          `${root}/home/.config/opencode/opencode.json:1:2: this is not JSON: close brace expected. To mend it: edit the file by hand`
        ]
      ]
      const [claude, cursor] = ready
      const [codex, gemini, opencode] = sick
      assert.deepStrictEqual(yield* hosts, [claude, codex, cursor, gemini, opencode])
      const { code, out } = yield* doctor()
      assert.strictEqual(code, 0)
      assert.match(out.join("\n"), /^Claude Code +user +installed +\S+\.claude\.json$/m)
      assert.match(out.join("\n"), /^Gemini CLI \(user\): it starts .* To mend it: offshoot mcp install gemini$/m)

      yield* write("lib/offshoot/package.json", '{ "name": "offshoot", "version": "0.0.9" }')
      const [other] = yield* hosts
      assert.deepStrictEqual(other, [
        "claude",
        "user",
        "installed, another version",
        `it starts version 0.0.9, and this is ${version}. To mend it: offshoot mcp install claude`
      ])
      yield* disk.remove(`${root}/bin/offshoot`)
      assert.include((yield* hosts)[0]?.[3], "it starts offshoot, which is not there")
    })
  )
}

/** Each loads a part of the program, which takes seconds where much else runs. */
describe("offshoot mcp install", { timeout: 60_000 }, () => it.layer(NodeServices.layer)(tests))
