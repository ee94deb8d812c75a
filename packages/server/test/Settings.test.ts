import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import { Environment } from "../src/Environment.ts"
import * as Settings from "../src/Settings.ts"

interface Given {
  readonly flags?: Settings.Flags
  readonly environment?: Record<string, string>
  readonly file?: unknown
}

const resolve = ({ environment = {}, file, flags = {} }: Given) =>
  Settings.resolve({
    flags,
    environment,
    file:
      file === undefined
        ? Option.none()
        : Option.some({
            path: "/etc/app/offshoot.config.json",
            text: typeof file === "string" ? file : JSON.stringify(file)
          }),
    cwd: "/home/me"
  })

const accepted = (given: Given): Settings.Settings => {
  const result = resolve(given)
  if (Result.isFailure(result)) throw new Error(result.failure.message)
  return result.success
}

const refused = (given: Given): ReadonlyArray<Settings.Problem> => {
  const result = resolve(given)
  return Result.isFailure(result) ? result.failure.problems : []
}

const remote = { allowRemote: true }
const token = (settings: Settings.Settings) => Option.getOrUndefined(Option.map(settings.server.token, Redacted.value))

describe("Settings: precedence", () => {
  it("a recording is a file from the working directory, and there is none by default", () => {
    const { record } = accepted({ flags: { record: { path: "calls.jsonl", content: "shape" } } })
    assert.deepStrictEqual(record, Option.some({ path: "/home/me/calls.jsonl", content: "shape" }))
    assert.deepStrictEqual(accepted({}).record, Option.none())
  })

  const host = (given: Given) => accepted(given).server.host
  const port = (given: Given) => accepted(given).server.port
  const origins = (given: Given) => accepted(given).server.allowedOrigins.join(" ")
  const dataDir = (given: Given) => accepted(given).dataDir
  const demo = (given: Given) => accepted(given).demo

  it.each([
    ["host: the default", host, {}, "127.0.0.1"],
    ["host: the file over the default", host, { file: { server: { host: "localhost" } } }, "localhost"],
    [
      "host: the environment over the file",
      host,
      { environment: { OFFSHOOT_HOST: "::1" }, file: { server: { host: "localhost" } } },
      "::1"
    ],
    [
      "host: a flag over the environment",
      host,
      { flags: { host: "127.0.0.2" }, environment: { OFFSHOOT_HOST: "::1" } },
      "127.0.0.2"
    ],
    ["host: an empty variable is absent", host, { environment: { OFFSHOOT_HOST: "" } }, "127.0.0.1"],
    ["port: the default", port, {}, 4319],
    ["port: the file over the default", port, { file: { server: { port: 1 } } }, 1],
    [
      "port: the environment over the file",
      port,
      { environment: { OFFSHOOT_PORT: "2" }, file: { server: { port: 1 } } },
      2
    ],
    ["port: a flag over the environment", port, { flags: { port: 0 }, environment: { OFFSHOOT_PORT: "2" } }, 0],
    ["token: none by default", (given: Given) => token(accepted(given)), {}, undefined],
    ["origins: none by default", origins, {}, ""],
    [
      "origins: those of the file",
      origins,
      { file: { server: { allowedOrigins: ["https://app.example", "http://localhost:5173"] } } },
      "https://app.example http://localhost:5173"
    ],
    [
      "token: the file names a variable",
      (given: Given) => token(accepted(given)),
      { file: { server: { token: "MY_TOKEN" } }, environment: { MY_TOKEN: "from-file" } },
      "from-file"
    ],
    [
      "token: the environment over the file",
      (given: Given) => token(accepted(given)),
      { file: { server: { token: "MY_TOKEN" } }, environment: { MY_TOKEN: "from-file", OFFSHOOT_TOKEN: "own" } },
      "own"
    ],
    [
      "token: a flag over the environment",
      (given: Given) => token(accepted(given)),
      { flags: { token: Redacted.make("flag") }, environment: { OFFSHOOT_TOKEN: "own" } },
      "flag"
    ],
    ["dataDir: the default, from the working directory", dataDir, {}, "/home/me/.offshoot"],
    ["dataDir: of the file, from the file's folder", dataDir, { file: { dataDir: "data" } }, "/etc/app/data"],
    [
      "dataDir: of the environment, from the working directory",
      dataDir,
      { file: { dataDir: "data" }, environment: { OFFSHOOT_DATA_DIR: "e" } },
      "/home/me/e"
    ],
    ["dataDir: a flag, absolute", dataDir, { flags: { dataDir: "/d" }, environment: { OFFSHOOT_DATA_DIR: "e" } }, "/d"],
    ["demo: on by default", demo, {}, true],
    ["demo: 0 turns it off", demo, { environment: { OFFSHOOT_DEMO: "0" } }, false],
    ["demo: a flag over the environment", demo, { flags: { demo: true }, environment: { OFFSHOOT_DEMO: "0" } }, true]
  ])("%s", (_, read, given, expected) => {
    assert.strictEqual(read(given), expected)
  })

  it("one limit of the file leaves the others at their defaults", () => {
    assert.deepStrictEqual(accepted({ file: { limits: { depth: 5 } } }).limits, {
      concurrent: 256,
      perParent: 32,
      depth: 5,
      queue: 128,
      backlog: 10_000
    })
    assert.deepStrictEqual(accepted({ file: { watchdog: { idleSeconds: 7 } } }).watchdog, {
      checkSeconds: 15,
      totalSeconds: 3600,
      idleSeconds: 7
    })
  })
})

describe("Settings: agents", () => {
  const command = ["cat", "{prompt}"] as const
  it("a relative working directory counts from the file's folder", () => {
    const { agents } = accepted({
      file: { agents: { a: { protocol: "command", command, cwd: "work", concurrent: 2 } } }
    })
    assert.deepStrictEqual(agents, [
      {
        id: "a",
        concurrentMax: 2,
        definition: {
          _tag: "Command",
          protocol: "command",
          agent: { protocol: "command", command, cwd: "/etc/app/work", concurrent: 2 }
        }
      }
    ])
  })
  it("eight runs of an agent at once unless it says otherwise", () => {
    const settings = accepted({ file: { agents: { a: { protocol: "command", command } } } })
    assert.deepStrictEqual(Settings.directoryOf(settings), [{ id: "a", protocol: "command", concurrentMax: 8 }])
  })
})

describe("Settings: refusals", () => {
  it.each<readonly [string, Given, string, RegExp]>([
    ["an unknown key, near a known one", { file: { sever: {} } }, "sever", /did you mean server\?/],
    ["an unknown nested key", { file: { limits: { dept: 1 } } }, "limits.dept", /did you mean depth\?/],
    ["a key in another letter case", { file: { datadir: "x" } }, "datadir", /did you mean dataDir\?/],
    ["a key like nothing known", { file: { colour: 1 } }, "colour", /known here are server, dataDir/],
    [
      "an unknown key of a provider",
      { file: { providers: { p: { type: "t", apiKey: "x" } } } },
      "providers.p.apiKey",
      /did you mean|known here/
    ],
    ["a wrong type", { file: { server: { port: "80" } } }, "server.port", /expected number/],
    ["a port out of range", { file: { server: { port: 70_000 } } }, "server.port", /between 0 and 65535/],
    ...["*", "app.example", "https://app.example/", "https://app.example:443", "https://app.example/page", "null"].map(
      (origin): readonly [string, Given, string, RegExp] => [
        `${origin} as an origin`,
        { file: { server: { allowedOrigins: [origin] } } },
        "server.allowedOrigins.0",
        /expected an origin, such as https:\/\/app\.example/
      ]
    ),
    [
      "a limit below one",
      { file: { limits: { queue: 0 } } },
      "limits.queue",
      /expected a value greater than or equal to 1/
    ],
    ["a fraction", { file: { limits: { queue: 1.5 } } }, "limits.queue", /expected an integer/],
    ["a list for an object", { file: { agents: [] } }, "agents", /expected object/],
    ["a file that is a string", { file: '"x"' }, "the file", /expected object/],
    ["a provider without its type", { file: { providers: { p: {} } } }, "providers.p.type", /this key is required/],
    [
      "a key that looks like a secret",
      { file: { providers: { p: { type: "t", apiKeyRef: "sk-123" } } } },
      "providers.p.apiKeyRef",
      /the name of an environment variable/
    ],
    ["a token variable that is not set", { file: { server: { token: "abc123" } } }, "server.token", /is not set/],
    ["a token with a space", { environment: { OFFSHOOT_TOKEN: "a b" } }, "OFFSHOOT_TOKEN", /without a space/],
    ["not JSON", { file: '{"a": 1,\n "b": }' }, "line 2, column 7", /this is not JSON: value expected/],
    ["an empty file", { file: "" }, "line 1, column 1", /this is not JSON/],
    ["a comment", { file: "{\n  // port\n}" }, "line 2, column 3", /this is not JSON/],
    ["a file cut short", { file: '{"server": {' }, "line 1, column 13", /this is not JSON/],
    [
      "a port variable that is not a number",
      { environment: { OFFSHOOT_PORT: "http" } },
      "OFFSHOOT_PORT",
      /between 0 and 65535/
    ],
    [
      "a port variable out of range",
      { environment: { OFFSHOOT_PORT: "65536" } },
      "OFFSHOOT_PORT",
      /between 0 and 65535/
    ],
    [
      "a demo variable that is neither",
      { environment: { OFFSHOOT_DEMO: "maybe" } },
      "OFFSHOOT_DEMO",
      /expected 0 or 1/
    ],
    ["a misspelt variable", { environment: { OFFSHOOT_PROT: "1" } }, "OFFSHOOT_PROT", /did you mean OFFSHOOT_PORT\?/],
    ["a remote host by flag", { flags: { host: "0.0.0.0" } }, "--host", /--allow-remote/],
    ["a remote host by variable", { environment: { OFFSHOOT_HOST: "::" } }, "OFFSHOOT_HOST", /--allow-remote/],
    ["a remote host by file", { file: { server: { host: "example.org" } } }, "server.host", /--allow-remote/],
    ["Postgres by file", { file: { database: "postgres://u:p@h/d" } }, "database", /not available in this version/],
    [
      "Postgres by variable",
      { environment: { OFFSHOOT_DATABASE_URL: "postgresql://h/d" } },
      "OFFSHOOT_DATABASE_URL",
      /not available in this version/
    ],
    ["another database", { file: { database: "mysql://h/d" } }, "database", /expected nothing/],
    [
      "a protocol of a later version",
      { file: { agents: { a: { protocol: "a2a" } } } },
      "agents.a.protocol",
      /not one of those available in this version: command/
    ],
    [
      "a misspelt protocol",
      { file: { agents: { a: { protocol: "comand" } } } },
      "agents.a.protocol",
      /did you mean command\?/
    ],
    [
      "a command agent without its command",
      { file: { agents: { a: { protocol: "command" } } } },
      "agents.a.command",
      /this key is required/
    ],
    [
      "an unknown option of a command agent",
      { file: { agents: { a: { protocol: "command", command: ["true"], evn: {} } } } },
      "agents.a.evn",
      /did you mean env\?/
    ],
    [
      "an agent id that is none",
      { file: { agents: { "a b": { protocol: "command", command: ["true"] } } } },
      "agents.a b",
      /expected an id|not known/
    ],
    ["a recovery that there is not", { file: { recovery: "lost" } }, "recovery", /expected "resume"/],
    [
      "a restart that there is not",
      { file: { retry: { restart: "always" } } },
      "retry.restart",
      /expected "permanent"/
    ],
    ["a misspelt part of the feed", { file: { feed: { maxEvent: 5 } } }, "feed.maxEvent", /did you mean maxEvents\?/],
    [
      "a drain of a day",
      { file: { shutdown: { drainSeconds: 86_400 } } },
      "shutdown.drainSeconds",
      /between 0 and 3600/
    ],
    [
      "no run of an agent at once",
      { file: { agents: { a: { protocol: "command", concurrent: 0, command: ["true"] } } } },
      "agents.a.concurrent",
      /greater than or equal to 1/
    ]
  ])("%s", (_, given, path, message) => {
    const problems = refused(given)
    const found = problems.find((problem) => problem.path === path || problem.path.endsWith(`.json: ${path}`))
    assert.isDefined(found, JSON.stringify(problems))
    assert.match(found?.message ?? "", message)
  })

  it("every problem of every source is reported at once", () => {
    const problems = refused({
      environment: { OFFSHOOT_PORT: "x", OFFSHOOT_HOST: "0.0.0.0" },
      file: { limits: { dept: 1, queue: "2" }, database: 3 }
    })
    assert.strictEqual(problems.length, 5)
  })

  it("no value that was given is part of a problem", () => {
    const secret = "hunter2"
    const result = resolve({
      environment: {
        OFFSHOOT_DATABASE_URL: `postgres://${secret}@h`,
        OFFSHOOT_TOKEN: `${secret} x`,
        OFFSHOOT_PORT: secret
      },
      file: { server: { token: secret, port: secret }, providers: { p: { type: "t", apiKeyRef: `${secret}-` } } }
    })
    assert.isTrue(Result.isFailure(result))
    assert.notInclude(String(Result.isFailure(result) ? result.failure.message : secret), secret)
    assert.notInclude(JSON.stringify(refused({ file: `{"token": ${secret}}` })), secret)
  })

  it("a remote host with the explicit flag is accepted", () => {
    assert.strictEqual(accepted({ flags: { ...remote, host: "0.0.0.0" } }).server.host, "0.0.0.0")
  })

  it.each(["OFFSHOOT_SESSION_ID", "OFFSHOOT_BOOT", "OFFSHOOT_RUN_ID"])("the variable %s is let through", (name) => {
    assert.deepStrictEqual(refused({ environment: { [name]: "x" } }), [])
  })
})

describe("Settings: the file", () => {
  const platform = NodeServices.layer
  const load = (flags: Settings.Flags, environment: Record<string, string> = {}) =>
    Effect.result(Settings.load(flags)).pipe(Effect.provideService(Environment, environment))

  it.live("a default file that is not there is no error, one that somebody named is", () =>
    Effect.gen(function* () {
      assert.isTrue(Result.isSuccess(yield* load({})))
      const byVariable = yield* load({}, { OFFSHOOT_CONFIG: "/nowhere/c.json" })
      assert.match(
        String(Result.isFailure(byVariable) && byVariable.failure.message),
        /OFFSHOOT_CONFIG: there is no file \/nowhere\/c\.json/
      )
      const byFlag = yield* load({ config: "/nowhere/d.json" }, { OFFSHOOT_CONFIG: "/nowhere/c.json" })
      assert.match(
        String(Result.isFailure(byFlag) && byFlag.failure.message),
        /--config: there is no file \/nowhere\/d\.json/
      )
      assert.strictEqual(Result.isFailure(byFlag) ? Runtime.getErrorExitCode(byFlag.failure) : 0, 2)
    }).pipe(Effect.provide(platform))
  )

  it.live("a directory in the place of the file is an error that says so", () =>
    Effect.gen(function* () {
      const found = yield* load({ config: "/" })
      assert.match(String(Result.isFailure(found) && found.failure.message), /cannot be read/)
    }).pipe(Effect.provide(platform))
  )

  it.live("a file is read, and relative paths count from its folder", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const folder = yield* files.makeTempDirectoryScoped()
      yield* files.writeFileString(`${folder}/c.json`, '\uFEFF{"dataDir": "d"}')
      const found = yield* load({ config: `${folder}/c.json` })
      assert.strictEqual(Result.isSuccess(found) ? found.success.dataDir : "", `${folder}/d`)
    }).pipe(Effect.provide(Layer.fresh(platform)))
  )
})

describe("Settings: requests", () => {
  it("without them a person has half an hour, and no rule answers", () => {
    assert.deepStrictEqual(accepted({}).requests, { deadlineSeconds: 1_800, rules: [] })
  })

  it("rules keep their order; one without a name is called by its place", () => {
    const rules = [
      { tool: "read_*", decision: "allow" },
      { name: "no shell", tool: "shell", depthMin: 1, decision: "deny" }
    ]
    assert.deepStrictEqual(accepted({ file: { requests: { deadlineSeconds: 60, rules } } }).requests, {
      deadlineSeconds: 60,
      rules: [
        { name: "1", tool: "read_*", decision: "allow" },
        { name: "no shell", tool: "shell", depthMin: 1, decision: "deny" }
      ]
    })
  })

  it.each([
    ["a misspelt key", { deadlineSecond: 60 }, "requests.deadlineSecond", /deadlineSeconds/],
    ["a misspelt key of a rule", { rules: [{ tols: "x", decision: "deny" }] }, "requests.rules.0.tols", /tool/],
    ["no decision", { rules: [{ tool: "x" }] }, "requests.rules.0.decision", /required/],
    ["an unknown decision", { rules: [{ decision: "maybe" }] }, "requests.rules.0.decision", /allow/],
    ["a star inside a name", { rules: [{ tool: "a*b", decision: "deny" }] }, "requests.rules.0.tool", /final \*/],
    [
      "no depth at all",
      { rules: [{ depthMin: 2, depthMax: 1, decision: "deny" }] },
      "requests.rules.0.depthMax",
      /depthMin/
    ],
    ["a deadline past the watchdog's", { deadlineSeconds: 3_600 }, "requests.deadlineSeconds", /3500/]
  ])("%s is refused where it stands", (_, requests, path, message) => {
    const problems = refused({ file: { requests } })
    assert.lengthOf(problems, 1)
    assert.include(problems[0]?.path, path)
    assert.match(problems[0]?.message ?? "", message)
  })
})
