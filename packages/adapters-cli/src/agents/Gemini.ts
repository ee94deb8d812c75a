/**
 * Gemini CLI, of `@google/gemini-cli`.
 *
 * @stability unstable
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { plain, chunkText } from "../acp/AcpDialect.ts"
import { acp } from "../acp/AcpProtocol.ts"
import type { AgentProfile } from "../AgentProfile.ts"
import { type Frame, isRecord, listIn, numberIn, recordIn, textIn } from "../Frames.ts"

const title = "Gemini CLI"

/** `run_shell_command__call_1`; the model's own name of a call comes behind. */
const toolNameOf = (call: Frame): string | undefined => {
  const [name, ...rest] = (textIn(call, "toolCallId") ?? "").split("__")
  return rest.length === 0 || name === "" ? undefined : name
}

/** Its file of a session is named after the minute, in UTC, in which the session began. */
const minuteOf = (millis: number): string => `${DateTime.formatIso(DateTime.makeUnsafe(millis)).slice(0, 16)}Z`

const minuteMillis = 60_000

/**
 * A session that is loaded in the minute in which it began is lost: its file
 * gets an empty state behind all that it holds. So its handle says when it
 * began, and the program is not started before that minute is over.
 */
const startDelay: NonNullable<AgentProfile["startDelay"]> = ({ nowMillis, resume }) => {
  const began = Option.match(resume, { onNone: () => "", onSome: (handle) => handle.split("@")[1] ?? "" })
  if (began !== minuteOf(nowMillis)) return Option.none()
  const left = Duration.millis(minuteMillis - (nowMillis % minuteMillis))
  return Option.some({ left, why: "a session that is gone on with in the minute in which it began would be lost" })
}

const cancelledWords = "Command cancelled by user."

const cancelledIn = (call: Frame): string | undefined => {
  const [first] = listIn(call, "content")
  const content = isRecord(first) ? recordIn(first, "content") : undefined
  return content !== undefined && textIn(content, "text") === cancelledWords ? cancelledWords : undefined
}

const quotaIn = (result: Frame) => {
  const quota = recordIn(recordIn(result, "_meta") ?? {}, "quota")
  const count = quota === undefined ? undefined : recordIn(quota, "token_count")
  const [inputTokens, outputTokens] = [numberIn(count ?? {}, "input_tokens"), numberIn(count ?? {}, "output_tokens")]
  // Thoughts are not counted.
  return inputTokens === undefined || outputTokens === undefined
    ? undefined
    : { inputTokens, outputTokens, atLeast: ["outputTokens"] as const }
}

const protocol = acp({
  ...plain(title),
  askingModes: ["default"],
  model: "arguments",
  toolNameOf,
  noticeIn: (update) => {
    const text = chunkText(update)
    return text !== undefined && /^\[MODE_UPDATE\] \w+$/.test(text) ? text : undefined
  },
  failureIn: cancelledIn,
  usageInResult: quotaIn,
  maxTokens: "context_full",
  replaysLate: true,
  handleOf: (sessionId, nowMillis) => `${sessionId}@${minuteOf(nowMillis)}`,
  sessionIdOf: (handle) => handle.split("@")[0] ?? handle
})

const seenIn = "0.61.0"
const quirk = (name: string, scenario: string) => ({ name, seenIn, fixture: `gemini-0.61.0/${scenario}.jsonl` })

/** A key, or that it is to use another way. Keys are given by reference: it never has one that nobody gave it. */
const signingVariables = ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA"]

export const profile: AgentProfile = {
  id: "gemini",
  title,
  protocol,
  programs: ["gemini"],
  version: { args: ["--version"], oldest: "0.61.0", newest: seenIn },
  install: "npm install -g @google/gemini-cli",
  args: ({ model }) => ["--acp", ...Option.match(model, { onNone: () => [], onSome: (id) => ["--model", id] })],
  environment: () => ({
    // Its first process would start a second one, and hand no signal on to it.
    GEMINI_CLI_NO_RELAUNCH: "1",
    GEMINI_TELEMETRY_ENABLED: "false",
    NO_BROWSER: "1"
  }),
  passes: [
    "GEMINI_CLI_HOME",
    "GEMINI_CLI_SYSTEM_SETTINGS_PATH",
    "GEMINI_CLI_TRUSTED_FOLDERS_PATH",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_LOCATION",
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_GEMINI_BASE_URL",
    "GOOGLE_GENAI_USE_GCA",
    "GOOGLE_GENAI_USE_VERTEXAI"
  ],
  signIn: ({ hasHomeFile, variables }) => {
    const variable = signingVariables.find((name) => (variables[name] ?? "") !== "")
    if (variable !== undefined) return { _tag: "SignedIn", by: variable }
    if (hasHomeFile(".gemini/oauth_creds.json")) return { _tag: "SignedIn", by: "its own login" }
    return hasHomeFile(".gemini/settings.json")
      ? { _tag: "Unknown", why: "its login or its key may be in the keychain" }
      : {
          _tag: "SignedOut",
          mend: 'gemini, and sign in there; or env: {"GEMINI_API_KEY": {"ref": "GEMINI_API_KEY"}}'
        }
  },
  startDelay,
  quirks: [
    quirk("asks-before-it-tells-of-a-call", "acp-allowed"),
    quirk("says-nothing-of-a-denied-call", "acp-denied"),
    quirk("tells-a-cancelled-call-as-completed", "acp-cancel-tool"),
    quirk("says-its-mode-as-its-answer", "acp-mode-update"),
    quirk("tells-a-full-context-as-max-tokens", "acp-context-full"),
    quirk("tells-a-cut-answer-as-a-whole-one", "acp-cut"),
    quirk("tells-history-after-the-load", "acp-load"),
    quirk("loses-a-session-that-is-loaded-in-its-first-minute", "acp-load-same-minute"),
    quirk("is-silent-while-its-model-makes-it-wait", "acp-rate-limited")
  ]
}
