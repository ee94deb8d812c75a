/** Every program that is an MCP host finds what `offshoot mcp install` writes, and nothing after its undoing. */
import { assert } from "@effect/vitest"
import { type ProgramList, RawProgram, RealProgram, describeProgram } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as NodePath from "node:path"
import { test } from "./everyProgram.ts"

type HostId = Extract<ProgramList.ProgramId, "claude" | "codex" | "gemini" | "opencode">

interface Listed {
  /** Lists its MCP servers, and starts them to see whether they answer, but for one. */
  readonly list: ReadonlyArray<string>
  /** Our server in that list. */
  readonly shows: RegExp
  /** Whether it reads those of a project that nobody has trusted. */
  readonly project: "read" | "not_read"
}

const hosts: Readonly<Record<HostId, Listed>> = {
  claude: { list: ["mcp", "list"], shows: /offshoot: .*bin\.ts mcp/, project: "read" },
  codex: {
    list: ["mcp", "list", "--json"],
    shows:
      /"name": "offshoot",\s+"enabled": true[^]*"mcp"[^]*"startup_timeout_sec": 60\.0,\s+"tool_timeout_sec": 120\.0/,
    project: "not_read"
  },
  gemini: { list: ["mcp", "list"], shows: /offshoot: .*bin\.ts mcp/, project: "read" },
  opencode: { list: ["mcp", "list"], shows: /offshoot [^]*bin\.ts mcp/, project: "read" }
}

const offshoot = [
  "--conditions=@offshoot/source",
  NodePath.resolve(import.meta.dirname, "../../../packages/server/src/bin.ts"),
  "mcp"
]

/** What a program says, once it has ended. */
const said = Effect.fnUntraced(function* (place: RealProgram.Place, args: ReadonlyArray<string>) {
  const program = yield* RawProgram.start(place, args)
  yield* program.closeInput
  const { code } = yield* program.ended
  const text = [...(yield* program.lines), yield* program.standardError].join("\n")
  return { code, text }
}, Effect.scoped)

const listsIt = (id: HostId) =>
  Effect.gen(function* () {
    const { list, project, shows } = hosts[id]
    const place = yield* RealProgram.place(id)
    const succeeds = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
      const { code, text } = yield* said({ ...place, program: process.execPath }, [...offshoot, ...args, "--yes"])
      assert.strictEqual(code, 0, text)
    })
    // The first start of some programs makes the file that ours goes into.
    assert.notMatch((yield* said(place, list)).text, shows)
    yield* succeeds("install", id)
    assert.match((yield* said(place, list)).text, shows)
    yield* succeeds("uninstall", id)
    if (project === "read") {
      yield* succeeds("install", id, "--project")
      assert.match((yield* said(place, list)).text, shows)
      yield* succeeds("uninstall", id, "--project")
    }
    assert.notMatch((yield* said(place, list)).text, shows)
  }).pipe(Effect.scoped)

/** The slowest starts five times and has needed a minute on a machine that was busy with other things. */
const testMillisMax = 240_000

for (const id of ["claude", "codex", "gemini", "opencode"] as const) {
  describeProgram(id, () => {
    test(
      "lists this server while it is installed, for the user and in a project, and not after",
      listsIt(id),
      testMillisMax
    )
  })
}
