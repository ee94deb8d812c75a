/** `offshoot mcp` and what is below it: its flags and arguments. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Hosts from "../mcp/Hosts.ts"
import { client, load, optional, where, whereOf } from "./CommandFlags.ts"

const host = Argument.Literals("host", Hosts.ids).pipe(
  Argument.withDescription("The program that is to start offshoot")
)

const project = Flag.Boolean("project").pipe(
  Flag.withDescription("In the working directory, for whoever works there; without it for this user, everywhere"),
  Flag.withDefault(false)
)

const yes = Flag.Boolean("yes").pipe(
  Flag.withAlias("y"),
  Flag.withDescription("Write without a question; without a terminal nothing is written otherwise"),
  Flag.withDefault(false)
)

const VariableName = Schema.String.check(
  Schema.isPattern(/^[A-Za-z_][A-Za-z0-9_]*$/, { expected: "the name of an environment variable, never its value" })
)

const install = Command.make(
  "install",
  {
    host,
    project,
    yes,
    dataDir: where.dataDir,
    config: where.config,
    environment: Flag.String("env").pipe(
      Flag.withDescription("A variable that the host is to hand on, by its name; once for each"),
      Flag.withMetavar("<name>"),
      Flag.withSchema(VariableName),
      Flag.atLeast(0)
    ),
    print: Flag.Boolean("print").pipe(
      Flag.withDescription("Print the entry, and write nothing"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* (input) {
    const McpInstall = yield* load(() => import("./McpInstall.ts"))
    yield* McpInstall.install({
      host: input.host,
      scope: input.project ? "project" : "user",
      flags: { allowRemote: true, ...optional("dataDir", input.dataDir), ...optional("config", input.config) },
      environment: input.environment,
      consent: input.yes ? "given" : "asked",
      output: input.print ? "snippet" : "file"
    })
  })
).pipe(
  Command.withDescription("Have a coding agent or an editor start offshoot as its MCP server"),
  Command.withExamples([
    { command: "offshoot mcp install cursor", description: "Show what changes, ask, and write it" },
    { command: "offshoot mcp install vscode --project --yes", description: "For this folder, without a question" },
    { command: "offshoot mcp install cursor --print", description: "Only show the entry" }
  ])
)

const uninstall = Command.make(
  "uninstall",
  { host, project, yes },
  Effect.fn(function* (input) {
    const McpInstall = yield* load(() => import("./McpInstall.ts"))
    yield* McpInstall.uninstall({
      host: input.host,
      scope: input.project ? "project" : "user",
      consent: input.yes ? "given" : "asked"
    })
  })
).pipe(Command.withDescription("Undo an installation: what stood there before is there again"))

/** The MCP server, and the programs that start it. */
export const mcp = Command.make(
  "mcp",
  client,
  Effect.fn(function* (input) {
    const Mcp = yield* load(() => import("./Mcp.ts"))
    yield* Mcp.mcp(whereOf(input))
  })
).pipe(
  Command.withDescription("Have another program run sub-agents here, over standard input and output (MCP)"),
  Command.withExamples([{ command: "offshoot mcp", description: "What a host is configured to start" }]),
  Command.withSubcommands([install, uninstall])
)
