/**
 * opencode as an MCP host.
 *
 * Seen with 1.18.33: `opencode mcp list` reads `mcp` of `opencode.json` or
 * `opencode.jsonc`, with comments, in `opencode` of `XDG_CONFIG_HOME` or `~/.config`
 * and in the project or its `.opencode`; the command is one list; `timeout` is
 * milliseconds for each request, 5 s where nothing is said.
 *
 * Version 2 has its servers under `mcp.servers`, and two time-outs
 * (opencode.ai/docs/mcp-servers). It reads the shape of version 1 too
 * (opencode.ai/docs/migrate-v1), so that one is written unless the file is of
 * version 2 already. A variable is `{env:NAME}`.
 */
import * as NodePath from "node:path"
import * as Option from "effect/Option"
import {
  type McpHost,
  type Program,
  references,
  type Shape,
  startSeconds,
  type Surroundings,
  toolSeconds,
  variable
} from "../McpHost.ts"
import { isMembers, valueAt } from "../TreeValue.ts"

const started = ({ args, command, environment }: Program) => ({
  type: "local",
  command: [command, ...args],
  ...references("environment", environment, (name) => `{env:${name}}`)
})

const firstShape: Shape = {
  container: ["mcp"],
  entry: (program) => ({ ...started(program), timeout: toolSeconds * 1_000 })
}

const secondShape: Shape = {
  container: ["mcp", "servers"],
  entry: (program) => ({
    ...started(program),
    timeout: { startup: startSeconds * 1_000, request: toolSeconds * 1_000 }
  })
}

/** A server of version 1 that is called `servers` has a type. */
const isSecond = (document: unknown): boolean =>
  Option.exists(valueAt(document, ["mcp", "servers"]), (servers) => isMembers(servers) && !("type" in servers))

const configOf = (surroundings: Surroundings): string =>
  NodePath.join(variable(surroundings, "XDG_CONFIG_HOME") ?? NodePath.join(surroundings.home, ".config"), "opencode")

export const opencode: McpHost = {
  id: "opencode",
  title: "opencode",
  format: "jsonc",
  files: (scope, surroundings) => {
    const folder = scope === "project" ? surroundings.folder : configOf(surroundings)
    const inner = ["opencode.json", "opencode.jsonc"].map((name) => NodePath.join(folder, ".opencode", name))
    return [
      NodePath.join(folder, "opencode.json"),
      NodePath.join(folder, "opencode.jsonc"),
      ...(scope === "project" ? inner : [])
    ]
  },
  shapeOf: (document) => (isSecond(document) ? secondShape : firstShape),
  notes: { user: [], project: [] }
}
