/**
 * Gemini CLI as an MCP host.
 *
 * Seen with 0.61.0: `gemini mcp list` reads `mcpServers` of `.gemini/settings.json`,
 * with comments, in `GEMINI_CLI_HOME` or the home and in the project; `timeout` is
 * milliseconds for a start and for each call, ten minutes where nothing is said.
 * The program gets the whole environment unless its redaction is on; a variable
 * is `$NAME` (geminicli.com/docs/reference/configuration).
 */
import * as NodePath from "node:path"
import { type McpHost, references, toolSeconds, variable } from "../McpHost.ts"

export const gemini: McpHost = {
  id: "gemini",
  title: "Gemini CLI",
  format: "jsonc",
  files: (scope, surroundings) => [
    NodePath.join(
      scope === "project" ? surroundings.folder : (variable(surroundings, "GEMINI_CLI_HOME") ?? surroundings.home),
      ".gemini",
      "settings.json"
    )
  ],
  shapeOf: () => ({
    container: ["mcpServers"],
    entry: ({ args, command, environment }) => ({
      command,
      args,
      ...references("env", environment, (name) => `$${name}`),
      timeout: toolSeconds * 1_000
    })
  }),
  notes: {
    user: [],
    project: ["it is read only in a folder that is trusted"]
  }
}
