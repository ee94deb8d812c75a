/**
 * Claude Code as an MCP host.
 *
 * Seen with 2.1.330: `claude mcp add -s user` writes `mcpServers` of `~/.claude.json`,
 * or of `.claude.json` in `CLAUDE_CONFIG_DIR`; `claude mcp list` reads it, and
 * `.mcp.json` of the project, whose servers wait for an approval. `claude mcp get`
 * shows `timeout` in milliseconds: the limit of one call, which progress does not
 * extend, instead of `MCP_TOOL_TIMEOUT`. The time for a start is `MCP_TIMEOUT`,
 * 30 s, and no member of an entry. A variable is `${NAME}`
 * (code.claude.com/docs/en/mcp).
 */
import * as NodePath from "node:path"
import { type McpHost, references, toolSeconds, variable } from "../McpHost.ts"

export const claude: McpHost = {
  id: "claude",
  title: "Claude Code",
  format: "json",
  files: (scope, surroundings) =>
    scope === "project"
      ? [NodePath.join(surroundings.folder, ".mcp.json")]
      : [NodePath.join(variable(surroundings, "CLAUDE_CONFIG_DIR") ?? surroundings.home, ".claude.json")],
  shapeOf: () => ({
    container: ["mcpServers"],
    entry: ({ args, command, environment }) => ({
      type: "stdio",
      command,
      args,
      ...references("env", environment, (name) => `\${${name}}`),
      timeout: toolSeconds * 1_000
    })
  }),
  notes: {
    user: ["sessions that run already see it after a restart"],
    project: ["it asks once, at the next start in this folder, whether the servers of the project may be started"]
  }
}
