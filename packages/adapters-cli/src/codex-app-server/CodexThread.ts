/**
 * How a thread is begun or gone on with: what the permission modes of the
 * configuration are to this program, and which tools it has not. Pure.
 *
 * | mode | asks | sandbox |
 * |---|---|---|
 * | `ask`, `accept_edits` | `untrusted`: before every command and change of a file | `workspace-write` |
 * | `deny` | `on-request`: before it leaves the sandbox, which is denied | `read-only` |
 * | `full` | `never` | `danger-full-access` |
 *
 * What is allowed still runs in the sandbox, unless the ask itself was to leave
 * it. Asks come here and not to a reviewer of the program's own, whatever its
 * configuration says. A refused change of a file in `read-only` is told as
 * refused under `on-request`, and not at all under `never` (0.169.0).
 *
 * @stability unstable
 */
import * as Option from "effect/Option"
import type { Opening, PermissionMode } from "../CliProtocol.ts"
import { type Frame, isRecord, recordIn, textIn } from "../Frames.ts"

interface Stance {
  readonly approvalPolicy: "untrusted" | "on-request" | "never"
  readonly sandbox: "read-only" | "workspace-write" | "danger-full-access"
}

const stances: Readonly<Record<PermissionMode, Stance>> = {
  ask: { approvalPolicy: "untrusted", sandbox: "workspace-write" },
  accept_edits: { approvalPolicy: "untrusted", sandbox: "workspace-write" },
  deny: { approvalPolicy: "on-request", sandbox: "read-only" },
  full: { approvalPolicy: "never", sandbox: "danger-full-access" }
}

/** Changes of files have no switch: a thread without them asks before each, and each is denied. */
const stanceOf = ({ disabledTools, permission }: Pick<Opening, "disabledTools" | "permission">): Stance => {
  const stance = stances[permission]
  return disabledTools.includes("fileChange") && stance.approvalPolicy === "never"
    ? { ...stance, approvalPolicy: "untrusted" }
    : stance
}

/** The switches of tools, by the names under which their calls are told. */
const switches: Readonly<Record<string, Frame>> = {
  commandExecution: { "features.shell_tool": false },
  webSearch: { web_search: "disabled" },
  imageView: { "features.view_image": false },
  imageGeneration: { "features.image_generation": false },
  spawnAgent: { "features.multi_agent": false }
}

const mcpName = /^mcp__(.+?)__(.+)$/

/** Whether the MCP servers of the program's own configuration must be known before a thread begins. */
export const needsServers = (disabledTools: ReadonlyArray<string>): boolean =>
  disabledTools.some((name) => mcpName.test(name))

/** The names of the MCP servers in the answer to `config/read`. */
export const serversIn = (answer: unknown): ReadonlyArray<string> => {
  const config = isRecord(answer) ? recordIn(answer, "config") : undefined
  return Object.keys((config && recordIn(config, "mcp_servers")) ?? {})
}

/** Settings that take these tools away; a name that means nothing to this program takes nothing. */
export const configWithout = (disabledTools: ReadonlyArray<string>, servers: ReadonlyArray<string>): Frame => {
  const config: Record<string, unknown> = {}
  const hidden = new Map<string, Array<string>>()
  for (const name of disabledTools) {
    if (Object.hasOwn(switches, name)) Object.assign(config, switches[name])
    const [, server, tool] = mcpName.exec(name) ?? []
    // A setting for a server that is not configured is refused with everything else.
    if (server === undefined || tool === undefined || !servers.includes(server)) continue
    hidden.set(server, [...(hidden.get(server) ?? []), tool])
  }
  for (const [server, tools] of hidden) config[`mcp_servers.${server}.disabled_tools`] = tools
  return config
}

export type ThreadOptions = Pick<Opening, "cwd" | "disabledTools" | "model" | "permission">

/** What `thread/start` and `thread/resume` have in common. */
export const paramsOf = (options: ThreadOptions, servers: ReadonlyArray<string>): Frame => {
  const config = configWithout(options.disabledTools, servers)
  return {
    cwd: options.cwd,
    ...stanceOf(options),
    approvalsReviewer: "user",
    ...Option.match(options.model, { onNone: () => ({}), onSome: (model) => ({ model }) }),
    ...(Object.keys(config).length === 0 ? {} : { config })
  }
}

/** How the program answers what it was asked for is its own: it may not be more than that. */
export const isLooser = (options: ThreadOptions, answer: Frame): boolean => {
  const { approvalPolicy, sandbox } = stanceOf(options)
  const granted = recordIn(answer, "sandbox")
  return (
    (approvalPolicy !== "never" && answer["approvalPolicy"] === "never") ||
    (sandbox !== "danger-full-access" && (granted && textIn(granted, "type")) === "dangerFullAccess")
  )
}
