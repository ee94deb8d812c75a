/** By which command a host starts this program, and what is shown before that is written. */
import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Difference from "../src/mcp/Difference.ts"
import { scriptOf, startedBy, type Verdict, verdictOf } from "../src/mcp/InstallVerdict.ts"
import { type LaunchCommand, launchCommand, type LaunchShape, serverCommand } from "../src/mcp/LaunchCommand.ts"

const clone: LaunchShape = {
  node: "/node",
  options: ["--inspect", "--conditions=@offshoot/source"],
  script: "/clone/packages/server/src/bin.ts",
  platform: "linux",
  folder: "/here"
}
const package_: LaunchShape = { ...clone, options: [], script: "/lib/offshoot/dist/bin.js" }

describe("the command", () => {
  it.each<readonly [name: string, launch: LaunchShape, onPath: string | undefined, command: LaunchCommand]>([
    ["installed", package_, package_.script, { command: "offshoot", args: [] }],
    ["installed elsewhere than PATH says", package_, "/other/bin.js", { command: "/node", args: [package_.script] }],
    ["not on PATH", package_, undefined, { command: "/node", args: [package_.script] }],
    ["on Windows", { ...package_, platform: "win32" }, package_.script, { command: "/node", args: [package_.script] }],
    ["in a clone", clone, clone.script, { command: "/node", args: ["--conditions=@offshoot/source", clone.script] }],
    [
      "in a clone, with an option in two words",
      { ...clone, options: ["-C", "@offshoot/source", "--cpu-prof"] },
      undefined,
      { command: "/node", args: ["--conditions=@offshoot/source", clone.script] }
    ]
  ])("is one that holds from anywhere when the program is %s", (_, launch, onPath, command) => {
    assert.deepStrictEqual(launchCommand(launch, Option.fromUndefinedOr(onPath)), command)
  })

  it("of the server names its data and its configuration where they are named", () => {
    const command = { command: "offshoot", args: [] }
    const data = { dataDir: Option.some("/d"), config: Option.some("/c.json") }
    assert.deepStrictEqual(serverCommand(command, data).args, ["mcp", "--data-dir", "/d", "--config", "/c.json"])
    assert.deepStrictEqual(serverCommand(command, { dataDir: Option.none(), config: Option.none() }).args, ["mcp"])
  })
})

describe("an entry", () => {
  it.each<readonly [entry: unknown, started: unknown]>([
    [
      { command: "a", args: ["b", "c"] },
      { command: "a", args: ["b", "c"] }
    ],
    [{ command: ["a", "b"] }, { command: "a", args: ["b"] }],
    [{ command: "a" }, { command: "a", args: [] }],
    [{ url: "https://a.example" }, undefined],
    [{ command: [] }, undefined],
    ["a", undefined]
  ])("%j starts a program, or none", (entry, started) => {
    assert.deepStrictEqual(Option.getOrUndefined(startedBy(entry)), started)
  })

  it("that starts Node is judged by the script that Node runs", () => {
    const script = scriptOf({ command: "/bin/node", args: ["--conditions=x", "/a/bin.js", "mcp"] })
    assert.deepStrictEqual(script, Option.some("/a/bin.js"))
    assert.deepStrictEqual(scriptOf({ command: "offshoot", args: ["/a/bin.js"] }), Option.none())
    assert.deepStrictEqual(scriptOf({ command: "node", args: ["bin.js"] }), Option.none())
  })

  it.each<readonly [missing: string | undefined, version: string | undefined, verdict: Verdict]>([
    [undefined, "1.0.0", { _tag: "Ready" }],
    [undefined, "0.9.0", { _tag: "OtherVersion", version: "0.9.0" }],
    ["/a/bin.js", undefined, { _tag: "Gone", file: "/a/bin.js" }],
    [undefined, undefined, { _tag: "Unknown" }]
  ])("of which %s is missing and whose version is %s has its verdict", (missing, version, verdict) => {
    const found = { missing: Option.fromUndefinedOr(missing), version: Option.fromUndefinedOr(version) }
    assert.deepStrictEqual(verdictOf(found, "1.0.0"), verdict)
  })
})

describe("the difference", () => {
  it("has one hunk with three lines around it", () => {
    const before = "1\n2\n3\n4\n5\n6\n7\n8\n"
    const after = before.replace("4\n", "four\nand a half\n")
    assert.deepStrictEqual(Difference.unified("/f", before, after, "plain"), [
      "--- /f",
      "+++ /f",
      "@@ -1,7 +1,8 @@",
      " 1",
      " 2",
      " 3",
      "-4",
      "+four",
      "+and a half",
      " 5",
      " 6",
      " 7"
    ])
  })

  it.each<readonly [before: string, after: string, header: string]>([
    ["", "a\nb\n", "@@ -0,0 +1,2 @@"],
    ["a\nb\n", "", "@@ -1,2 +0,0 @@"],
    ["a\n", "a\nb\n", "@@ -1,1 +1,2 @@"]
  ])("of %j and %j counts as others do", (before, after, header) => {
    assert.strictEqual(Difference.unified("/f", before, after, "plain")[2], header)
  })

  it("shows of a line that is longer than the screen what is different in it", () => {
    const line = `{${'"a": 1, '.repeat(80)}`
    const shown = Difference.unified("/f", `${line}}\n`, `${line}"b": 2}\n`, "plain").slice(3)
    assert.deepStrictEqual(
      shown.map((text) => text.slice(0, 2)),
      ["-…", "+…"]
    )
    assert.include(shown[1], '"b": 2')
    for (const text of shown) assert.isAtMost(text.length, 401)
  })

  it("says how many lines it leaves out", () => {
    const shown = Difference.unified("/f", "", "a\n".repeat(500), "plain")
    assert.strictEqual(shown.at(-1), " (300 more lines)")
  })

  it("lets no text of a file near the terminal", () => {
    assert.deepStrictEqual(Difference.unified("/f", "", "\u001B[31m\ta\u0007\n", "plain").at(-1), "+  a")
  })

  it.each([
    ['  "GITHUB_TOKEN": "abc def",', '  "GITHUB_TOKEN": "…",'],
    ["  api_key = 'x' # mine", "  api_key = '…' # mine"],
    ['"headers": { "Authorization": "Bearer a" }, "b": "c"', '"headers": { "Authorization": "…" }, "b": "c"'],
    ['  "--key", "sk1234567890abcdefghijklmnopqrstuvwxyz"', '  "--key", "…"'],
    ['  "env_vars": [ "OFFSHOOT_TOKEN" ]', '  "env_vars": [ "OFFSHOOT_TOKEN" ]'],
    ['  "command": "/a/long/path/to/some/place/of/1/program"', '  "command": "/a/long/path/to/some/place/of/1/program"']
  ])("shows no secret of others: %s", (line, safe) => {
    assert.strictEqual(Difference.unified("/f", "", `${line}\n`, "plain").at(-1), `+${safe}`)
  })
})
