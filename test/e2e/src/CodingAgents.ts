/**
 * Coding agents that are scripted: on each wire a program that plays the script
 * which its prompt is (`packages/adapters-cli/test/actor`). Like the agents of
 * `Agents`, each holds the workplace's pipe open, and so does whatever it starts.
 */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { repository } from "./Program.ts"

const actor = NodePath.join(repository, "packages/adapters-cli/test/actor/main.ts")
const compileCache = NodePath.join(repository, "node_modules/.cache/offshoot/actor")

/** The known agents, each with the voice that its program is played in. */
const voices = { claude: "claude", codex: "codex", opencode: "opencode", gemini: "acp-gemini", pi: "pi" } as const

export type CodingAgentId = keyof typeof voices

export const ids: ReadonlyArray<CodingAgentId> = ["claude", "codex", "opencode", "gemini", "pi"]

const program = (folder: string, id: CodingAgentId): string => {
  const path = NodePath.join(folder, `${id}-program`)
  NodeFS.writeFileSync(path, `#!/bin/sh\nexec 9<>"$HELD"\nexec '${process.execPath}' '${actor}' ${voices[id]} "$@"\n`)
  NodeFS.chmodSync(path, 0o755)
  return path
}

/** Their entries of a configuration, with their programs in the folder. */
export const settings = (
  folder: string,
  places: { readonly held: string },
  more: Readonly<Record<string, unknown>> = {}
): Record<string, unknown> =>
  Object.fromEntries(
    ids.map((id) => [
      id,
      {
        program: program(folder, id),
        profile: id,
        env: { HELD: places.held, NODE_COMPILE_CACHE: compileCache },
        roots: [folder],
        graceSeconds: 1,
        waits: { interruptSeconds: 1 },
        ...more
      }
    ])
  )
