/**
 * pi, the coding agent of `@mariozechner/pi-coding-agent`.
 *
 * @stability unstable
 */
import * as NodeURL from "node:url"
import * as Option from "effect/Option"
import type { AgentProfile } from "../AgentProfile.ts"
import { protocol } from "../pi-rpc/PiProtocol.ts"

/** Beside this module, as source and as built. */
const gate = NodeURL.fileURLToPath(
  new URL(`../pi-rpc/PiGate${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`, import.meta.url)
)

/** What pi 0.73.1 brings; of an extension's tools only the gate keeps those that are disabled. */
const tools = ["read", "bash", "edit", "write", "grep", "find", "ls"]

/** A key of any provider; pi takes each from the environment. */
const keyNames = [
  "ANTHROPIC_API_KEY",
  "OPENAI_API_KEY",
  "GEMINI_API_KEY",
  "OPENROUTER_API_KEY",
  "GROQ_API_KEY",
  "XAI_API_KEY",
  "MISTRAL_API_KEY"
]

export const profile: AgentProfile = {
  id: "pi",
  title: "pi",
  protocol,
  programs: ["pi"],
  version: { args: ["--version"], oldest: "0.70.0", newest: "0.73.1" },
  install: "npm install -g @mariozechner/pi-coding-agent",
  args: ({ disabledTools, model, permission, resume }) => [
    "--mode",
    "rpc",
    ...(permission === "full" ? [] : ["--extension", gate]),
    ...(disabledTools.some((name) => tools.includes(name))
      ? ["--tools", tools.filter((name) => !disabledTools.includes(name)).join(",")]
      : []),
    ...Option.match(model, { onNone: () => [], onSome: (id) => ["--model", id] }),
    ...Option.match(resume, { onNone: () => [], onSome: (id) => ["--session", id] })
  ],
  environment: () => ({ PI_OFFLINE: "1", PI_TELEMETRY: "0" }),
  passes: ["PI_CODING_AGENT_DIR"],
  signIn: ({ hasHomeFile, variables }) => {
    const key = keyNames.find((name) => variables[name] !== undefined)
    if (key !== undefined) return { _tag: "SignedIn", by: key }
    if (hasHomeFile(".pi/agent/auth.json")) return { _tag: "SignedIn", by: "its own login" }
    if (hasHomeFile(".pi/agent/models.json")) return { _tag: "SignedIn", by: "its own models.json" }
    return {
      _tag: "SignedOut",
      mend: 'pi, then /login in it; or env: {"ANTHROPIC_API_KEY": {"ref": "ANTHROPIC_API_KEY"}}'
    }
  },
  quirks: [{ name: "status-in-message", seenIn: "0.73.1", fixture: "pi-0.73.1/error400.jsonl" }]
}
