import { ChildEnvironment, CommandAgent } from "@offshoot/adapters-cli"
import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const agent = (fields: Partial<CommandAgent.CommandAgent>): CommandAgent.CommandAgent => ({
  protocol: "command",
  command: ["prog"],
  ...fields
})

const decode = Schema.decodeUnknownResult(CommandAgent.CommandAgent, { errors: "all", onExcessProperty: "error" })

describe("CommandAgent", () => {
  it.each<[string, CommandAgent.CommandAgent]>([
    ["the least", { protocol: "command", command: ["prog"] }],
    [
      "everything",
      {
        protocol: "command",
        command: ["prog", "--say={prompt}"],
        cwd: "/srv",
        env: { MODE: "fast", KEY: { ref: "SERVER_KEY" } },
        stdin: "none",
        graceSeconds: 0.5,
        concurrent: 2
      }
    ]
  ])("accepts %s", (_, config) => {
    assert.deepStrictEqual(decode(config), Result.succeed(config))
  })

  it.each([
    ["another protocol", { protocol: "acp", command: ["prog"] }],
    ["no program", { protocol: "command", command: [] }],
    ["an empty program", { protocol: "command", command: [""] }],
    ["a prompt that names the program", { protocol: "command", command: ["{prompt}"] }],
    ["a command for a shell", { protocol: "command", command: "prog arg" }],
    ["a variable of the runtime's own", { protocol: "command", command: ["prog"], env: { OFFSHOOT_RUN_ID: "x" } }],
    ["a variable without a name", { protocol: "command", command: ["prog"], env: { "": "x" } }],
    ["a variable with = in its name", { protocol: "command", command: ["prog"], env: { "A=B": "x" } }],
    ["a reference to nothing", { protocol: "command", command: ["prog"], env: { A: { ref: "" } } }],
    ["a negative grace time", { protocol: "command", command: ["prog"], graceSeconds: -1 }],
    ["an unknown key", { protocol: "command", command: ["prog"], shell: true }]
  ])("refuses %s", (_, config) => {
    assert.isTrue(Result.isFailure(decode(config)))
  })

  it.each<[string, Partial<CommandAgent.CommandAgent>, string, CommandAgent.Invocation]>([
    [
      "standard input without a placeholder",
      { command: ["prog", "-x"] },
      "do it",
      {
        program: "prog",
        args: ["-x"],
        stdin: "do it"
      }
    ],
    [
      "one argument with it",
      { command: ["prog", "--", "{prompt}"] },
      "do it",
      {
        program: "prog",
        args: ["--", "do it"],
        stdin: undefined
      }
    ],
    [
      "a part of an argument",
      { command: ["prog", "--say={prompt}"] },
      "a b",
      {
        program: "prog",
        args: ["--say=a b"],
        stdin: undefined
      }
    ],
    [
      "text that a replacement would read",
      { command: ["prog", "{prompt}"] },
      "$& $1 $$ {prompt}",
      {
        program: "prog",
        args: ["$& $1 $$ {prompt}"],
        stdin: undefined
      }
    ],
    [
      "both, when it says so",
      { command: ["prog", "{prompt}"], stdin: "prompt" },
      "p",
      {
        program: "prog",
        args: ["p"],
        stdin: "p"
      }
    ],
    [
      "neither, when it says so",
      { command: ["prog"], stdin: "none" },
      "p",
      {
        program: "prog",
        args: [],
        stdin: undefined
      }
    ]
  ])("hands the prompt over as %s", (_, fields, prompt, expected) => {
    assert.deepStrictEqual(CommandAgent.invocation(agent(fields), prompt), Result.succeed(expected))
  })

  it.each([
    ["a NUL character", "a\0b"],
    ["more bytes than one argument may have", "x".repeat(CommandAgent.argumentBytesMax + 1)],
    ["more bytes, though fewer characters", "€".repeat(CommandAgent.argumentBytesMax / 3 + 1)]
  ])("refuses a prompt with %s as an argument and takes it as input", (_, prompt) => {
    assert.isTrue(Result.isFailure(CommandAgent.invocation(agent({ command: ["prog", "{prompt}"] }), prompt)))
    assert.isTrue(Result.isSuccess(CommandAgent.invocation(agent({}), prompt)))
  })

  it("lets through only what is allowed or named", () => {
    const parent = {
      PATH: "/bin",
      HOME: "/home/me",
      LC_ALL: "C",
      TERM: "xterm",
      TZ: undefined,
      AWS_SECRET_ACCESS_KEY: "secret-1",
      OFFSHOOT_TOKEN: "secret-2",
      SERVER_KEY: "secret-3",
      NODE_OPTIONS: "--inspect"
    }
    const config = agent({ env: { MODE: "fast", KEY: { ref: "SERVER_KEY" } } })
    const child = Result.getOrThrow(ChildEnvironment.environment(config.env, parent, { OFFSHOOT_RUN_ID: "run_1" }))
    const shown = Object.entries(child.variables).map(([name, value]) => [
      name,
      Redacted.isRedacted(value) ? `hidden ${Redacted.value(value)}` : value
    ])
    assert.deepStrictEqual(Object.fromEntries(shown), {
      PATH: "/bin",
      HOME: "/home/me",
      LC_ALL: "C",
      TERM: "dumb",
      NO_COLOR: "1",
      MODE: "fast",
      KEY: "hidden secret-3",
      OFFSHOOT_RUN_ID: "run_1"
    })
    assert.deepStrictEqual(child.secrets, ["secret-3"])
  })

  it("names every reference that leads nowhere", () => {
    const config = agent({ env: { A: { ref: "NO_A" }, B: { ref: "NO_B" }, C: "c" } })
    assert.deepStrictEqual(ChildEnvironment.environment(config.env, {}, {}), Result.fail(["NO_A", "NO_B"]))
  })

  it("lets the configuration replace what is allowed", () => {
    const config = agent({ env: { PATH: "/opt/bin", TERM: "xterm" } })
    const { variables } = Result.getOrThrow(ChildEnvironment.environment(config.env, { PATH: "/bin" }, {}))
    assert.strictEqual(variables["PATH"], "/opt/bin")
    assert.strictEqual(variables["TERM"], "xterm")
  })
})
