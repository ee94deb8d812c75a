/**
 * The kinds of role files that are read besides our own, the one that wins first.
 * One more kind is one more module and one line here.
 *
 * @stability unstable
 */
import * as ClaudeAgents from "./ClaudeAgents.ts"
import * as CodexAgents from "./CodexAgents.ts"
import * as CursorAgents from "./CursorAgents.ts"
import * as GeminiAgents from "./GeminiAgents.ts"
import * as GithubAgents from "./GithubAgents.ts"
import type { RoleFormat } from "./internal/roleFormat.ts"
import * as OpencodeAgents from "./OpencodeAgents.ts"

export const formats: ReadonlyArray<RoleFormat> = [
  ClaudeAgents.format,
  OpencodeAgents.format,
  CodexAgents.format,
  GeminiAgents.format,
  GithubAgents.format,
  CursorAgents.format
]
