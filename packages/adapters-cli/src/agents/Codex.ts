/**
 * Codex, the coding agent of `@openai/codex`.
 *
 * @stability unstable
 */
import type { AgentProfile } from "../AgentProfile.ts"
import { inherited } from "../ChildEnvironment.ts"
import { protocol } from "../codex-app-server/CodexProtocol.ts"
import type { quirks } from "../codex-app-server/CodexOutcome.ts"
import { reservedPrefix } from "../RunMark.ts"

/**
 * What its commands get of its environment. Never a key of the agent's own;
 * always the mark of the run, without which a command that left its group
 * would not be found, and the place in the trace.
 */
const forCommands = [...inherited, "NO_COLOR", "TRACEPARENT", `${reservedPrefix}*`]

const mend = "codex login; or: printenv OPENAI_API_KEY | codex login --with-api-key"

const seenIn = "0.169.0"
const fixtures: Readonly<Record<keyof typeof quirks, string>> = {
  "cut-answer-in-words": "codex-0.169.0/app-server-cut.jsonl",
  "filtered-answer-in-words": "codex-0.169.0/app-server-filtered.jsonl"
}

export const profile: AgentProfile = {
  id: "codex",
  title: "Codex",
  protocol,
  programs: ["codex"],
  version: { args: ["--version"], oldest: "0.144.0", newest: seenIn },
  install: "npm install -g @openai/codex",
  args: () => [
    "app-server",
    // With it, its end takes five seconds more where nobody can be reached.
    "-c",
    "analytics.enabled=false",
    "-c",
    "shell_environment_policy.inherit=all",
    "-c",
    `shell_environment_policy.include_only=${JSON.stringify(forCommands)}`,
    // A snapshot of its own environment, keys and all, came into every command (0.144.0).
    "-c",
    "features.shell_snapshot=false"
  ],
  environment: () => ({}),
  passes: ["CODEX_HOME"],
  // A key in a variable signs nothing in: only its login, or a provider of its configuration, does.
  signIn: ({ hasHomeFile, variables }) => {
    if ((variables["CODEX_HOME"] ?? "") !== "") return { _tag: "Unknown", why: "its files are where CODEX_HOME says" }
    if (hasHomeFile(".codex/auth.json")) return { _tag: "SignedIn", by: "its own login" }
    return hasHomeFile(".codex/config.toml")
      ? { _tag: "Unknown", why: "its config.toml may name a provider with a key, or keep its login in the keychain" }
      : { _tag: "SignedOut", mend }
  },
  quirks: Object.entries(fixtures).map(([name, fixture]) => ({ name, seenIn, fixture }))
}
