/** What an installation makes of a host's file, and what its undoing makes of it again. */
import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { opencode } from "../src/mcp/hosts/opencode.ts"
import { codex } from "../src/mcp/hosts/codex.ts"
import { claude } from "../src/mcp/hosts/claude.ts"
import * as Hosts from "../src/mcp/Hosts.ts"
import * as InstallPlan from "../src/mcp/InstallPlan.ts"
import { type InstallRecord, recordOf } from "../src/mcp/InstallRecord.ts"
import type { McpHost, Program, Surroundings } from "../src/mcp/McpHost.ts"

const program: Program = { command: "offshoot", args: ["mcp", "--data-dir", "/data"], environment: [] }
const newer: Program = { ...program, command: "/elsewhere/offshoot" }

const written = (host: McpHost, text: Option.Option<string>, what: Program) => {
  const plan = Result.getOrThrow(InstallPlan.install(host, text, what))
  if (plan._tag !== "Write") throw new Error("it is installed already")
  return plan
}

const installed = (
  host: McpHost,
  before: Option.Option<string>,
  what = program,
  earlier: Option.Option<InstallRecord> = Option.none()
) => {
  const plan = written(host, before, what)
  return { text: plan.after, record: recordOf({ ...plan, path: "/file", before, folders: [] }, earlier) }
}

/** What is left; a none: no file. */
const undone = (host: McpHost, text: string, record: Option.Option<InstallRecord>) => {
  const plan = Result.getOrThrow(InstallPlan.uninstall(host, text, record))
  return plan._tag === "Write" ? plan.after : plan._tag
}

const commented = '{\n  // mine\n  "mcp": { "a": { "type": "local", "command": ["a"] }, /* b */ },\n}'
const replacedJson = '{"numStartups": 3, "mcpServers": {"offshoot": {"url": "x"}, "b": {}}}'
const replacedToml = "# mine\n[mcp_servers.offshoot] # old\ncommand = 'old' # why\n\n[z]\n"

const cases: ReadonlyArray<readonly [name: string, host: McpHost, before: Option.Option<string>]> = [
  ["no file", claude, Option.none()],
  ["an empty file", claude, Option.some("")],
  ["a file of others", opencode, Option.some(commented)],
  ["another entry of the name", claude, Option.some(replacedJson)],
  ["another table of the name", codex, Option.some(replacedToml)],
  ["a table without a line end", codex, Option.some('model = "x"')]
]

describe("an installation", () => {
  it.each(cases)("is undone byte for byte: %s", (_, host, before) => {
    const { record, text } = installed(host, before)
    assert.deepStrictEqual(undone(host, text, Option.some(record)), before)
  })

  it.each(cases)("that follows another is undone to what stood there before both: %s", (_, host, before) => {
    const first = installed(host, before)
    const second = installed(host, Option.some(first.text), newer, Option.some(first.record))
    assert.notStrictEqual(second.text, first.text)
    assert.deepStrictEqual(undone(host, second.text, Option.some(second.record)), before)
  })

  it.each(cases)("that is there already has nothing to do: %s", (_, host, before) => {
    const { text } = installed(host, before)
    assert.deepStrictEqual(InstallPlan.install(host, Option.some(text), program), Result.succeed({ _tag: "Installed" }))
  })

  it("takes out the entry alone when somebody changed the file since", () => {
    const { record, text } = installed(claude, Option.some('{"numStartups": 3}'))
    const changed = text.replace("3", "4")
    assert.deepStrictEqual(undone(claude, changed, Option.some(record)), Option.some('{"numStartups": 4}'))
  })

  it("leaves the servers that somebody put beside the entry in an object that was made for it", () => {
    const { record, text } = installed(claude, Option.none())
    const changed = text.replace('"mcpServers": {', '"mcpServers": {\n    "b": {},')
    const left = Option.some('{\n  "mcpServers": {\n    "b": {}\n  }\n}\n')
    assert.deepStrictEqual(undone(claude, changed, Option.some(record)), left)
  })

  it("puts back the entry that stood there when somebody changed the file since", () => {
    const { record, text } = installed(claude, Option.some(replacedJson))
    assert.deepStrictEqual(
      undone(claude, text.replace("3", "4"), Option.some(record)),
      Option.some('{"numStartups": 4, "mcpServers": {"offshoot": {"url":"x"}, "b": {}}}')
    )
  })

  it("removes a file that it made and that holds nothing else", () => {
    const { record, text } = installed(claude, Option.none())
    assert.deepStrictEqual(undone(claude, `${text}\n`, Option.some(record)), Option.none())
  })

  it("is taken out without a record too, and what it replaced is not there any more", () => {
    const { text } = installed(claude, Option.some(replacedJson))
    assert.deepStrictEqual(
      undone(claude, text, Option.none()),
      Option.some('{"numStartups": 3, "mcpServers": { "b": {}}}')
    )
  })

  it("is not undone where somebody took the entry out", () => {
    const { record } = installed(claude, Option.none())
    assert.strictEqual(undone(claude, "{}", Option.some(record)), "NotInstalled")
  })

  it("that replaces an entry which somebody changed is undone to that one", () => {
    const first = installed(claude, Option.some(replacedJson))
    const changed = first.text.replace('"/data"', '"/mine"')
    const second = installed(claude, Option.some(changed), program, Option.some(first.record))
    assert.deepStrictEqual(undone(claude, second.text, Option.some(second.record)), Option.some(changed))
  })
})

const surroundings = (environment: Surroundings["environment"], platform = "linux"): Surroundings => ({
  home: "/h",
  folder: "/p",
  platform,
  environment
})

const fileOf = (id: Hosts.HostId, scope: "user" | "project", where: Surroundings): string =>
  Hosts.hostOf(id).files(scope, where)[0]

describe("a host", () => {
  it.each<readonly [id: Hosts.HostId, user: string, project: string]>([
    ["claude", "/h/.claude.json", "/p/.mcp.json"],
    ["codex", "/h/.codex/config.toml", "/p/.codex/config.toml"],
    ["cursor", "/h/.cursor/mcp.json", "/p/.cursor/mcp.json"],
    ["vscode", "/h/.config/Code/User/mcp.json", "/p/.vscode/mcp.json"],
    ["gemini", "/h/.gemini/settings.json", "/p/.gemini/settings.json"],
    ["opencode", "/h/.config/opencode/opencode.json", "/p/opencode.json"]
  ])("%s has its file in the home and in the project", (id, user, project) => {
    const where = surroundings({})
    assert.deepStrictEqual([fileOf(id, "user", where), fileOf(id, "project", where)], [user, project])
  })

  it.each<readonly [id: Hosts.HostId, name: string, file: string, platform: string]>([
    ["claude", "CLAUDE_CONFIG_DIR", "/x/.claude.json", "linux"],
    ["codex", "CODEX_HOME", "/x/config.toml", "linux"],
    ["vscode", "XDG_CONFIG_HOME", "/x/Code/User/mcp.json", "linux"],
    ["vscode", "APPDATA", "/x/Code/User/mcp.json", "win32"],
    ["vscode", "IGNORED", "/h/Library/Application Support/Code/User/mcp.json", "darwin"],
    ["gemini", "GEMINI_CLI_HOME", "/x/.gemini/settings.json", "linux"],
    ["opencode", "XDG_CONFIG_HOME", "/x/opencode/opencode.json", "linux"]
  ])("%s has its file where %s says", (id, name, file, platform) => {
    assert.strictEqual(fileOf(id, "user", surroundings({ [name]: "/x" }, platform)), file)
  })

  it.each<readonly [id: Hosts.HostId, entry: Readonly<Record<string, unknown>>]>([
    ["claude", { type: "stdio", command: "o", args: ["mcp"], env: { KEY: "${KEY}" }, timeout: 120_000 }],
    [
      "codex",
      {
        command: "o",
        args: ["mcp"],
        env_vars: ["OFFSHOOT_TOKEN", "OFFSHOOT_URL", "OFFSHOOT_SESSION_ID", "OFFSHOOT_SESSION_DATA_DIR", "KEY"],
        startup_timeout_sec: 60,
        tool_timeout_sec: 120
      }
    ],
    ["cursor", { type: "stdio", command: "o", args: ["mcp"], env: { KEY: "${env:KEY}" } }],
    ["vscode", { type: "stdio", command: "o", args: ["mcp"], env: { KEY: "${env:KEY}" } }],
    ["gemini", { command: "o", args: ["mcp"], env: { KEY: "$KEY" }, timeout: 120_000 }],
    ["opencode", { type: "local", command: ["o", "mcp"], environment: { KEY: "{env:KEY}" }, timeout: 120_000 }]
  ])("%s refers to a variable by its name, and is told how long things may take", (id, entry) => {
    const shape = Hosts.hostOf(id).shapeOf({})
    assert.deepStrictEqual(shape.entry({ command: "o", args: ["mcp"], environment: ["KEY"] }), entry)
  })

  it("whose file is of the second version of its configuration gets an entry of that", () => {
    const { text } = installed(opencode, Option.some('{"mcp": {"servers": {}}}'))
    const { path, entry } = Result.getOrThrow(InstallPlan.installedIn(opencode, text))
    assert.deepStrictEqual(path, ["mcp", "servers", "offshoot"])
    assert.deepStrictEqual(Option.getOrUndefined(entry), {
      type: "local",
      command: ["offshoot", "mcp", "--data-dir", "/data"],
      timeout: { startup: 60_000, request: 120_000 }
    })
  })
})
