/** The demo with real children, in a repository and in a folder that is none. */
import * as NodeChildProcess from "node:child_process"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { SubAgents } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { OutputClosed } from "../src/cli/Failures.ts"
import { Screen } from "../src/cli/Screen.ts"
import * as ServerRun from "../src/cli/ServerRun.ts"
import * as Demo from "../src/Demo.ts"
import { Environment } from "../src/Environment.ts"
import * as Settings from "../src/Settings.ts"

const screen = (lines: Array<string>) =>
  Screen.of({
    live: false,
    colour: false,
    size: Effect.succeed({ columns: 200, rows: 24 }),
    draw: () => Effect.void,
    print: (printed) =>
      Effect.sync(() => {
        lines.push(...printed)
      }),
    leave: () => Effect.void
  })

/** A server whose demo agents run in `folder`. */
const server = Effect.fnUntraced(function* (folder: string) {
  const environment = { OFFSHOOT_DATA_DIR: `${folder}/.offshoot`, PATH: process.env["PATH"] ?? "", HOME: folder }
  const settings = yield* Settings.load({ port: 0 }).pipe(Effect.provideService(Environment, environment))
  const agents = Demo.agents.map(({ definition, ...rest }): Settings.AgentSetting => ({
    ...rest,
    definition:
      definition._tag === "Command" ? { ...definition, agent: { ...definition.agent, cwd: folder } } : definition
  }))
  const running = yield* ServerRun.start({ ...settings, agents }).pipe(Effect.provideService(Environment, environment))
  return running.context
})

const git = (folder: string, ...args: ReadonlyArray<string>) =>
  Effect.sync(() =>
    NodeChildProcess.execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.org", ...args], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" }
    })
  )

const statuses = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.filter((line) => /^[✔✖] /u.test(line)).map((line) => line.replace(/ {2,}.*/, ""))

describe("Demo", () => {
  it.live(
    "in a repository: two children complete, one is stopped for its silence, one fails and says why",
    () =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const folder = yield* files.makeTempDirectoryScoped()
        yield* git(folder, "init", "--quiet")
        yield* files.writeFileString(`${folder}/a b.txt`, "1\n2\n3\n")
        yield* git(folder, "add", "a b.txt")
        yield* git(folder, "commit", "--quiet", "-m", "First")
        const context = yield* server(folder)
        const lines: Array<string> = []
        yield* Demo.run((rootId) => [`look at ${rootId}`]).pipe(
          Effect.provideContext(context),
          Effect.provideService(Screen, screen(lines))
        )
        const text = lines.join("\n")
        const own = ["✔ completed", "✔ completed", "✔ completed", "✔ completed"]
        assert.deepStrictEqual(statuses(lines), ["✔ completed", "✔ completed", "✖ timeout", "✖ error", ...own], text)
        assert.match(text, /waits for 3 children/)
        assert.match(text, /3 lines in 1 tracked files/)
        assert.match(text, /1 commits, the last on/)
        assert.match(text, /max_idle_secs=3/)
        assert.match(text, /there-is-no-plan\.txt/)
        assert.match(text, /look at ses_/)
      }).pipe(Effect.provide(NodeServices.layer)),
    30_000
  )

  it.live(
    "in a folder that is no repository: those children fail and say so; a second demo at the same time does nothing",
    () =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const folder = yield* files.makeTempDirectoryScoped()
        const context = yield* server(folder)
        const lines: Array<string> = []
        const demo = Demo.run(() => []).pipe(
          Effect.provideContext(context),
          Effect.provideService(Screen, screen(lines))
        )
        yield* Effect.all([demo, demo], { concurrency: 2 })
        const text = lines.join("\n")
        const own = ["✔ completed", "✔ completed", "✔ completed", "✖ error"]
        assert.deepStrictEqual(statuses(lines), ["✖ error", "✖ error", "✖ timeout", "✖ error", ...own], text)
        assert.match(text, /not a git repository/)
        const roots = yield* SubAgents.SubAgents.use((offshoot) =>
          offshoot.sessions({ filter: { kind: "root" }, before: Option.none(), limit: 10 })
        ).pipe(Effect.provideContext(context))
        assert.strictEqual(roots.length, 1)
      }).pipe(Effect.provide(NodeServices.layer)),
    30_000
  )

  it.live("a terminal that is gone is no failure of the server", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const context = yield* server(yield* files.makeTempDirectoryScoped())
      const deaf = Screen.of({ ...screen([]), print: () => Effect.fail(new OutputClosed()) })
      yield* Demo.run(() => []).pipe(Effect.provideContext(context), Effect.provideService(Screen, deaf))
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
