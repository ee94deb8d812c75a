/** `offshoot mcp` and what is below it: its flags and arguments. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { client, load, whereOf } from "./CommandFlags.ts"

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
  Command.withExamples([{ command: "offshoot mcp", description: "What a host is configured to start" }])
)
