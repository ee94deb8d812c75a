/**
 * Claude Code, the coding agent of `@anthropic-ai/claude-code`.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"
import type { AgentProfile, ArgumentsInput } from "../AgentProfile.ts"
import { protocol } from "../claude-stream-json/ClaudeProtocol.ts"

/** Each of them signs a run in by itself. */
const keyNames = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"]
/** Each sends the calls to another cloud, with that one's sign-in. */
const cloudNames = ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"]

const mend = 'claude auth login; or env: {"ANTHROPIC_API_KEY": {"ref": "ANTHROPIC_API_KEY"}}'

/**
 * In every mode of ours the program's own is `default`, in which it asks:
 * its `acceptEdits` runs `rm` and other commands unasked (2.1.330), and
 * whatever the mode allows is allowed here, by the operator's word.
 */
const args = ({ disabledTools, model, resume }: ArgumentsInput): ReadonlyArray<string> => [
  "-p",
  "--input-format",
  "stream-json",
  "--output-format",
  "stream-json",
  "--verbose",
  "--include-partial-messages",
  "--permission-prompt-tool",
  "stdio",
  // Takes every argument up to the next option.
  ...(disabledTools.length === 0 ? [] : ["--disallowedTools", disabledTools.join(",")]),
  "--permission-mode",
  "default",
  ...Option.match(model, { onNone: () => [], onSome: (id) => ["--model", id] }),
  ...Option.match(resume, { onNone: () => [], onSome: (handle) => ["--resume", handle] })
]

export const profile: AgentProfile = {
  id: "claude",
  title: "Claude Code",
  protocol,
  programs: ["claude"],
  version: { args: ["--version"], oldest: "2.0.0", newest: "2.1.330" },
  install: "npm install -g @anthropic-ai/claude-code",
  args,
  environment: () => ({
    DISABLE_AUTOUPDATER: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    // It says when nothing is left to do, which a result does not mean while sub-agents go on.
    CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: "1",
    // A refusal to start has a reason, not only words.
    CLAUDE_CODE_STARTUP_FAILURE_RESULTS: "1"
  }),
  passes: ["CLAUDE_CONFIG_DIR"],
  signIn: ({ hasHomeFile, variables }) => {
    const by = [...keyNames, ...cloudNames].find((name) => (variables[name] ?? "") !== "")
    if (by !== undefined) return { _tag: "SignedIn", by }
    if (variables["CLAUDE_CONFIG_DIR"] !== undefined) {
      return { _tag: "Unknown", why: "its files are where CLAUDE_CONFIG_DIR says" }
    }
    if (hasHomeFile(".claude/.credentials.json")) return { _tag: "SignedIn", by: "its own login" }
    // On some systems its login is in the keychain.
    if (hasHomeFile(".claude.json"))
      return { _tag: "Unknown", why: "it was used here, and may keep its login elsewhere" }
    return { _tag: "SignedOut", mend }
  },
  quirks: [
    { name: "failure-as-success", seenIn: "2.1.330", fixture: "claude-2.1.330/error400.jsonl" },
    { name: "result-before-sub-agents", seenIn: "2.1.330", fixture: "claude-2.1.330/driven-sub-agent.jsonl" },
    { name: "interrupt-without-reason", seenIn: "2.1.0", fixture: "claude-2.1.0/interrupt.jsonl" },
    { name: "unknown-conversation-in-words", seenIn: "2.0.0", fixture: "claude-2.0.0/resume-unknown.stderr.txt" }
  ]
}
