/**
 * opencode, the coding agent of `opencode-ai`.
 *
 * @stability unstable
 */
import type { AgentProfile } from "../AgentProfile.ts"
import { protocol } from "../opencode-serve/OpencodeProtocol.ts"
import { configOf } from "../opencode-serve/OpencodeRules.ts"

/** A key of any provider; opencode takes each from the environment. */
const keyNames = [
  "OPENCODE_API_KEY",
  "ANTHROPIC_API_KEY",
  "OPENAI_API_KEY",
  "GEMINI_API_KEY",
  "OPENROUTER_API_KEY",
  "GROQ_API_KEY",
  "XAI_API_KEY",
  "MISTRAL_API_KEY"
]

const freeModels = "it has models of its own that need no sign-in"

export const profile: AgentProfile = {
  id: "opencode",
  title: "opencode",
  protocol,
  programs: ["opencode"],
  version: { args: ["--version"], oldest: "1.14.34", newest: "1.18.33" },
  install: "npm install -g opencode-ai",
  args: () => ["serve", "--hostname", "127.0.0.1", "--port", "0"],
  environment: ({ nonce, permission }) => ({
    OPENCODE_SERVER_PASSWORD: nonce,
    // Merged over the files of the user and of the folder, which stay in effect.
    OPENCODE_CONFIG_CONTENT: JSON.stringify(configOf(permission)),
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1"
  }),
  passes: [
    "OPENCODE_CONFIG",
    "OPENCODE_CONFIG_DIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME"
  ],
  signIn: ({ hasHomeFile, variables }) => {
    const by = keyNames.find((name) => (variables[name] ?? "") !== "")
    if (by !== undefined) return { _tag: "SignedIn", by }
    if (variables["XDG_DATA_HOME"] !== undefined) {
      return { _tag: "Unknown", why: "its sign-ins are where XDG_DATA_HOME says" }
    }
    if (hasHomeFile(".local/share/opencode/auth.json")) return { _tag: "SignedIn", by: "its own login" }
    return { _tag: "Unknown", why: freeModels }
  },
  quirks: [
    { name: "idle-twice", seenIn: "1.18.33", fixture: "opencode-1.18.33/serve-error401.jsonl" },
    { name: "retry-without-status", seenIn: "1.18.33", fixture: "opencode-1.18.33/serve-rate-limited.jsonl" }
  ]
}
