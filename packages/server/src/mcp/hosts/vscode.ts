/**
 * Visual Studio Code as an MCP host.
 *
 * code.visualstudio.com/docs/agents/reference/mcp-configuration, read in November
 * 2026: `servers` of `.vscode/mcp.json` in the workspace and of `mcp.json` in the
 * user's profile, which is in the folder `Code/User` of where a system keeps the
 * settings of applications; `type` is `stdio`; a variable is `${env:NAME}`. No
 * time-out can be set. It was not tried with the program, which npm does not have.
 */
import * as NodePath from "node:path"
import { type McpHost, references, type Surroundings, variable } from "../McpHost.ts"

/** The default profile of the stable editor. */
const profileOf = (surroundings: Surroundings): string => {
  switch (surroundings.platform) {
    case "darwin":
      return NodePath.join(surroundings.home, "Library", "Application Support", "Code", "User")
    case "win32":
      return NodePath.join(
        variable(surroundings, "APPDATA") ?? NodePath.join(surroundings.home, "AppData", "Roaming"),
        "Code",
        "User"
      )
    default:
      return NodePath.join(
        variable(surroundings, "XDG_CONFIG_HOME") ?? NodePath.join(surroundings.home, ".config"),
        "Code",
        "User"
      )
  }
}

export const vscode: McpHost = {
  id: "vscode",
  title: "VS Code",
  format: "jsonc",
  files: (scope, surroundings) => [
    scope === "project"
      ? NodePath.join(surroundings.folder, ".vscode", "mcp.json")
      : NodePath.join(profileOf(surroundings), "mcp.json")
  ],
  shapeOf: () => ({
    container: ["servers"],
    entry: ({ args, command, environment }) => ({
      type: "stdio",
      command,
      args,
      ...references("env", environment, (name) => `\${env:${name}}`)
    })
  }),
  notes: {
    user: ["it is for the default profile; it asks once whether the server is trusted"],
    project: ["it asks once whether the server is trusted"]
  }
}
