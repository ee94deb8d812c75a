/**
 * Codex as an MCP host: its command, its editor extension and its app read the
 * same file.
 *
 * Seen with 0.169.0: `codex mcp list --json` reads `mcp_servers` of `config.toml`
 * in `CODEX_HOME` or `~/.codex`, and of `.codex/config.toml` in a project that is
 * trusted; both time-outs are seconds. A start may take 10 s and a call 60 s where
 * nothing is said. The program gets a few variables only, and those that
 * `env_vars` names.
 */
import * as NodePath from "node:path"
import { SessionMark } from "@offshoot/adapters-cli"
import { type McpHost, startSeconds, toolSeconds, variable } from "../McpHost.ts"

/** What `offshoot` reads itself where it is set; nobody has to name them. */
const own = ["OFFSHOOT_TOKEN", "OFFSHOOT_URL", ...Object.values(SessionMark.keys)]

export const codex: McpHost = {
  id: "codex",
  title: "Codex",
  format: "toml",
  files: (scope, surroundings) =>
    scope === "project"
      ? [NodePath.join(surroundings.folder, ".codex", "config.toml")]
      : [
          NodePath.join(
            variable(surroundings, "CODEX_HOME") ?? NodePath.join(surroundings.home, ".codex"),
            "config.toml"
          )
        ],
  shapeOf: () => ({
    container: ["mcp_servers"],
    entry: ({ args, command, environment }) => ({
      command,
      args,
      env_vars: [...new Set([...own, ...environment])],
      startup_timeout_sec: startSeconds,
      tool_timeout_sec: toolSeconds
    })
  }),
  notes: {
    user: ["it hands on only the variables that env_vars names: name those of your providers' keys with --env"],
    project: [
      "it is read only in a project that is trusted",
      "it hands on only the variables that env_vars names: name those of your providers' keys with --env"
    ]
  }
}
