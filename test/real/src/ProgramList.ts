/** The programs that there are here. One more is a file under `programs/` and a line of this list. */
import type { ProgramSpec } from "./ProgramSpec.ts"
import { claude } from "./programs/claude.ts"
import { codex } from "./programs/codex.ts"
import { gemini } from "./programs/gemini.ts"
import { opencode } from "./programs/opencode.ts"
import { pi } from "./programs/pi.ts"
import { qwen } from "./programs/qwen.ts"

const specs = { claude, codex, gemini, opencode, pi, qwen } as const satisfies Record<string, ProgramSpec>

export type ProgramId = keyof typeof specs

export const isProgramId = (id: string): id is ProgramId => Object.hasOwn(specs, id)

/** In the order in which they are shown. */
export const programIds: ReadonlyArray<ProgramId> = Object.keys(specs).filter(isProgramId)

export const specOf = (id: ProgramId): ProgramSpec => specs[id]
