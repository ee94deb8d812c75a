/** The MCP hosts that are known. One more is a file under `hosts/` and a line of this list. */
import { claude } from "./hosts/claude.ts"
import { codex } from "./hosts/codex.ts"
import { cursor } from "./hosts/cursor.ts"
import { gemini } from "./hosts/gemini.ts"
import { opencode } from "./hosts/opencode.ts"
import { vscode } from "./hosts/vscode.ts"
import type { McpHost } from "./McpHost.ts"

const known = { claude, codex, cursor, vscode, gemini, opencode } as const satisfies Record<string, McpHost>

export type HostId = keyof typeof known

const isHostId = (id: string): id is HostId => Object.hasOwn(known, id)

/** In the order in which they are shown. */
export const ids: ReadonlyArray<HostId> = Object.keys(known).filter(isHostId)

export const hostOf = (id: HostId): McpHost => known[id]
