/** The commands against a real server in this process, with real children. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import * as TestConsole from "effect/testing/TestConsole"
import { offshoot } from "../src/cli/Offshoot.ts"
import { Signals } from "../src/cli/Signals.ts"
import * as ServerRun from "../src/cli/ServerRun.ts"
import { Environment } from "../src/Environment.ts"
import { jsonLine } from "../src/internal/jsonLine.ts"
import * as Settings from "../src/Settings.ts"

const agents = {
  echo: { protocol: "command", command: ["cat"] },
  nap: { protocol: "command", command: ["sleep", "600"], stdin: "none" },
  fail: { protocol: "command", command: ["sh", "-c", "echo no good >&2; exit 3"], stdin: "none" }
}

interface Ran {
  readonly code: number
  readonly out: ReadonlyArray<string>
  readonly message: string
}

/** A terminal that keeps what it is given, and none that a drawing would be for. */
const output = (written: Array<string>) =>
  Layer.mergeAll(
    Layer.succeed(
      Terminal.Terminal,
      Terminal.make({
        columns: Effect.succeed(0),
        rows: Effect.succeed(0),
        size: Queue.unbounded<Terminal.Size>(),
        readInput: Queue.unbounded<Terminal.UserInput>(),
        readLine: Effect.succeed(""),
        display: (text) =>
          Effect.sync(() => {
            written.push(...text.split("\n").filter((line) => line !== ""))
          })
      })
    ),
    Stdio.layerTest({})
  )

/** What one call of the program would print and exit with. */
const call = (environment: Record<string, string>, ...args: ReadonlyArray<string>): Effect.Effect<Ran> =>
  Effect.gen(function* () {
    const written: Array<string> = []
    const exit = yield* Command.runWith(offshoot, { version: "1.2.3" })(args).pipe(
      Effect.provide(output(written)),
      Effect.provideService(Environment, environment),
      Effect.exit
    )
    const printed = yield* TestConsole.logLines
    const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
    return {
      code: error === undefined ? 0 : Runtime.getErrorExitCode(error),
      out: [...printed.map(String), ...written],
      message: error instanceof Error ? error.message : ""
    }
  }).pipe(Effect.provide(Layer.mergeAll(TestConsole.layer, NodeServices.layer)))

const settingsFor = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped()
  yield* files.writeFileString(`${folder}/offshoot.config.json`, jsonLine({ agents }))
  const environment = {
    OFFSHOOT_DATA_DIR: `${folder}/data`,
    OFFSHOOT_CONFIG: `${folder}/offshoot.config.json`,
    PATH: process.env["PATH"] ?? ""
  }
  const settings = yield* Settings.load({ port: 0, demo: false }).pipe(Effect.provideService(Environment, environment))
  return { environment, settings }
})

/** A running server, named to the commands by the environment. */
const running = Effect.gen(function* () {
  const { environment, settings } = yield* settingsFor
  const server = yield* ServerRun.start(settings).pipe(Effect.provideService(Environment, environment))
  return { ...environment, OFFSHOOT_URL: server.local, OFFSHOOT_TOKEN: Redacted.value(server.token) }
})

const live = <A, E>(name: string, effect: Effect.Effect<A, E, FileSystem.FileSystem | Scope.Scope>) =>
  it.live(name, () => effect.pipe(Effect.provide(NodeServices.layer)), 30_000)

const jsonOf = (line: string | undefined): Record<string, unknown> => JSON.parse(line ?? "{}")

describe("offshoot send, requests and answer", () => {
  live(
    "a message runs a session at rest again; one whose agent takes none while it runs is refused",
    Effect.gen(function* () {
      const environment = yield* running
      yield* call(environment, "run", "hello", "-a", "echo")
      const { items } = jsonOf((yield* call(environment, "ls", "--json", "--status", "completed")).out[0])
      const children = Array.isArray(items) ? items.filter((item) => item.kind === "child") : []
      const sent = yield* call(environment, "send", String(children[0]?.id), "again")
      assert.deepStrictEqual([sent.code, sent.out], [0, ["delivered: the session runs with it"]], sent.message)
      const unknown = yield* call(environment, "send", "ses_none", "hello")
      assert.strictEqual(unknown.code, 2)
      assert.include(unknown.message, "there is no session ses_none")
    })
  )

  live(
    "nothing is asked, and what was never asked is not answered",
    Effect.gen(function* () {
      const environment = yield* running
      assert.deepStrictEqual((yield* call(environment, "requests")).out, ["nothing is asked"])
      assert.deepStrictEqual(jsonOf((yield* call(environment, "requests", "--json")).out[0]), { items: [] })
      const unknown = yield* call(environment, "answer", "req_none", "approve")
      assert.strictEqual(unknown.code, 2)
      assert.include(unknown.message, "there is no request req_none")
      const wordless = yield* call(environment, "answer", "req_none", "answer")
      assert.strictEqual(wordless.code, 2)
      assert.include(wordless.message, "answer needs its text")
    })
  )
})

describe("offshoot with a server", () => {
  live(
    "run: every child completed",
    Effect.gen(function* () {
      const ran = yield* call(yield* running, "run", "hello", "-a", "echo", "-a", "echo")
      assert.strictEqual(ran.code, 0, ran.message)
      assert.strictEqual(ran.out.filter((line) => line.startsWith("✔ completed")).length, 2)
      assert.isTrue(
        ran.out.some((line) => line.includes("hello")),
        ran.out.join("\n")
      )
    })
  )

  live(
    "run: one child did not complete, and the table says why",
    Effect.gen(function* () {
      const ran = yield* call(yield* running, "run", "hello", "-a", "echo,fail")
      assert.strictEqual(ran.code, 1)
      assert.isTrue(
        ran.out.some((line) => line.startsWith("✖ error") && line.includes("agent_failed") && line.includes("no good")),
        ran.out.join("\n")
      )
    })
  )

  live(
    "run --json: one object a line, the summary last",
    Effect.gen(function* () {
      const ran = yield* call(yield* running, "run", "hello", "-a", "fail", "--json")
      const objects = ran.out.map(jsonOf)
      assert.strictEqual(ran.code, 1)
      assert.isTrue(objects.every((object) => typeof object["type"] === "string"))
      const summary = objects.at(-1)
      assert.strictEqual(summary?.["type"], "summary")
      assert.strictEqual(summary?.["exitCode"], 1)
    })
  )

  live(
    "run: an agent that is not configured starts nothing",
    Effect.gen(function* () {
      const environment = yield* running
      const ran = yield* call(environment, "run", "hello", "-a", "echo", "-a", "nobody")
      assert.strictEqual(ran.code, 2)
      assert.match(ran.message, /no agent nobody .* known are echo, nap, fail/)
      assert.deepStrictEqual((yield* call(environment, "ls")).out, ["no sessions yet"])
    })
  )

  live(
    "run: what it may use bounds all of its children, a role that nobody knows starts nothing, and somebody must play",
    Effect.gen(function* () {
      const environment = yield* running
      const ran = yield* call(environment, "run", "hello", "-a", "echo", "--max-tokens", "500", "--max-cost", "0.5")
      assert.strictEqual(ran.code, 0, ran.message)
      const { items } = jsonOf((yield* call(environment, "ls", "--json")).out[0])
      const budgets = Array.isArray(items) ? items.flatMap((item) => item.budget ?? []) : []
      assert.deepStrictEqual(budgets, [{ tokens: 500, costUsd: 0.5 }])
      const unknown = yield* call(environment, "run", "hello", "--profile", "reviewr")
      assert.strictEqual(unknown.code, 2)
      assert.include(unknown.message, "did you mean reviewer?")
      const nobody = yield* call(environment, "run", "hello")
      assert.strictEqual(nobody.code, 2)
      assert.include(nobody.message, "--profile")
    })
  )

  live(
    "ls and watch show what run left; cancelling it again is harmless",
    Effect.gen(function* () {
      const environment = yield* running
      yield* call(environment, "run", "hello", "-a", "fail")
      const table = yield* call(environment, "ls")
      assert.match(table.out[0] ?? "", /^ID +STATUS +REASON +TITLE +AGENT +AGE +CHILDREN$/)
      assert.strictEqual(table.out.length, 3)
      const { items } = jsonOf((yield* call(environment, "ls", "--json", "--status", "error")).out[0])
      const child = Array.isArray(items) ? String(items[0]?.id) : ""
      const watched = yield* call(environment, "watch", child)
      assert.strictEqual(watched.code, 0, watched.message)
      assert.isTrue(
        watched.out.some((line) => line.startsWith("✖ error")),
        watched.out.join("\n")
      )
      const cancelled = yield* call(environment, "cancel", child)
      assert.deepStrictEqual([cancelled.code, cancelled.out], [0, ["nothing of it was running"]])
    })
  )

  live(
    "a session that is not there, a wrong token, a wrong address",
    Effect.gen(function* () {
      const environment = yield* running
      const missing = yield* call(environment, "watch", "ses_none")
      assert.strictEqual(missing.code, 2)
      assert.match(missing.message, /ses_none/)
      const refused = yield* call(environment, "ls", "--token", "wrong")
      assert.strictEqual(refused.code, 2)
      assert.notInclude(refused.message, 'wrong"')
      const unreachable = yield* call({ ...environment, OFFSHOOT_URL: "http://127.0.0.1:1" }, "ls")
      assert.strictEqual(unreachable.code, 3)
      assert.match(unreachable.message, /does not answer/)
      assert.strictEqual((yield* call({ ...environment, OFFSHOOT_URL: "nonsense" }, "ls")).code, 2)
    })
  )
})

describe("offshoot without a server", () => {
  live(
    "ls: says how to start one",
    Effect.gen(function* () {
      const { environment } = yield* settingsFor
      const ran = yield* call(environment, "ls")
      assert.strictEqual(ran.code, 3)
      assert.match(ran.message, /offshoot serve/)
    })
  )

  live(
    "run: is the server itself, and gives the data directory free",
    Effect.gen(function* () {
      const { environment } = yield* settingsFor
      for (const text of ["first", "second"]) {
        const ran = yield* call(environment, "run", text, "-a", "echo", "--text")
        assert.strictEqual(ran.code, 0, ran.message)
        assert.isTrue(ran.out.includes(text), ran.out.join("\n"))
      }
    })
  )

  live(
    "run: a signal cancels the tree, and the command ends when the children are gone",
    Effect.gen(function* () {
      const { environment } = yield* settingsFor
      const pressed = {
        nth: (count: number) => (count === 1 ? Effect.succeed("SIGINT" as const) : Effect.never),
        dealWith: () => Effect.void
      }
      const ran = yield* Effect.provideService(
        call(environment, "run", "x", "-a", "nap", "-a", "nap"),
        Signals,
        pressed
      )
      assert.strictEqual(ran.code, 130)
      assert.strictEqual(ran.out.filter((line) => line.startsWith("⊘ cancelled")).length, 2, ran.out.join("\n"))
    })
  )

  live(
    "run: a configuration that is wrong is told before anything starts",
    Effect.gen(function* () {
      const { environment } = yield* settingsFor
      const ran = yield* call({ ...environment, OFFSHOOT_PROT: "1" }, "run", "x", "-a", "echo")
      assert.strictEqual(ran.code, 2)
      assert.match(ran.message, /did you mean OFFSHOOT_PORT\?/)
    })
  )

  it.live.each([
    [["--version"], /1\.2\.3/],
    [["--completions", "bash"], /complete -F/],
    [["run", "--help"], /one child per agent/]
  ] as const)("%s is answered without one", ([args, expected]) =>
    Effect.gen(function* () {
      const ran = yield* call({}, ...args)
      assert.match(ran.out.join("\n"), expected)
    })
  )

  it.live.each([
    [["run"]],
    [["run", "x"]],
    [["ls", "--limit", "0"]],
    [["serve", "--port", "70000"]],
    [["nonsense"]]
  ] as const)("%s is a usage error", ([args]) =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(call({}, ...args))
      assert.isTrue(Exit.isSuccess(exit) && exit.value.code !== 0)
    })
  )
})
