/**
 * The coding agents that are known by name, in the order in which they are
 * offered. One line for each; everything else of an agent is in its file.
 *
 * @stability unstable
 */
import type { AgentProfile } from "./AgentProfile.ts"
import { profile as claude } from "./agents/Claude.ts"
import { profile as codex } from "./agents/Codex.ts"
import { profile as gemini } from "./agents/Gemini.ts"
import { profile as opencode } from "./agents/Opencode.ts"
import { profile as pi } from "./agents/Pi.ts"
import { profile as qwen } from "./agents/Qwen.ts"

export const profiles: ReadonlyArray<AgentProfile> = [claude, codex, opencode, gemini, qwen, pi]
