/**
 * Cursor as an MCP host: the editor and its command read the same files.
 *
 * cursor.com/docs/mcp, read in November 2026: `mcpServers` of `~/.cursor/mcp.json`
 * and of `.cursor/mcp.json` in the project; `type` is `stdio`; a variable is
 * `${env:NAME}`. No time-out can be set. It was not tried with the program, which
 * npm does not have.
 */
import * as NodePath from "node:path"
import { type McpHost, references } from "../McpHost.ts"

export const cursor: McpHost = {
  id: "cursor",
  title: "Cursor",
  format: "jsonc",
  files: (scope, { folder, home }) => [NodePath.join(scope === "project" ? folder : home, ".cursor", "mcp.json")],
  shapeOf: () => ({
    container: ["mcpServers"],
    entry: ({ args, command, environment }) => ({
      type: "stdio",
      command,
      args,
      ...references("env", environment, (name) => `\${env:${name}}`)
    })
  }),
  notes: {
    user: ["it may have to be switched on in Cursor's list of MCP servers"],
    project: ["it may have to be switched on in Cursor's list of MCP servers"]
  }
}
