/**
 * Qwen Code, of `@qwen-code/qwen-code`.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"
import { chunkText, plain } from "../acp/AcpDialect.ts"
import type { Field, Form } from "../acp/AcpForm.ts"
import { acp } from "../acp/AcpProtocol.ts"
import * as AcpUsage from "../acp/AcpUsage.ts"
import * as AcpWire from "../acp/AcpWire.ts"
import type { AgentProfile } from "../AgentProfile.ts"
import { type Frame, isRecord, listIn, recordIn, textIn } from "../Frames.ts"
import type { RpcRefused } from "../JsonRpcPeer.ts"

const title = "Qwen Code"

const metaOf = (frame: Frame): Frame => recordIn(frame, "_meta") ?? {}

/** What its model's server said stands in words, with the status in front; so does that there is no room. */
const causeOf = ({ data }: RpcRefused): number | "context_full" | undefined => {
  const details = isRecord(data) ? (textIn(data, "details") ?? "") : ""
  if (details.startsWith("Context is too large to send safely")) return "context_full"
  const [, status] = /^([45]\d\d) /.exec(details) ?? []
  return status === undefined ? undefined : Number(status)
}

/** One question of several; its answer goes back under its place among them. */
const fieldOf = (question: unknown, index: number): ReadonlyArray<Field> => {
  if (!isRecord(question)) return []
  const options = listIn(question, "options").flatMap((option) =>
    isRecord(option) ? [textIn(option, "label") ?? ""] : []
  )
  return [{ key: String(index), question: textIn(question, "question") ?? "", options, valueOf: (words) => words }]
}

/** Its questions come as permissions: leave to go on is given together with the answers. */
const formIn = (permission: Frame): Form | undefined => {
  const call = recordIn(permission, "toolCall") ?? {}
  const meta = metaOf(call)
  if (meta["qwenInteractionKind"] !== "user_question") return undefined
  const option = (kind: string) => {
    const one = listIn(permission, "options").find((given) => isRecord(given) && given["kind"] === kind)
    const id = isRecord(one) ? textIn(one, "optionId") : undefined
    return id === undefined ? AcpWire.dismissed : AcpWire.selected(id)
  }
  return {
    name: `question:${textIn(call, "toolCallId") ?? ""}`,
    fields: listIn(meta, "qwenQuestions").flatMap(fieldOf),
    accepted: (answers) => ({ ...option("allow_once"), answers }),
    declined: option("reject_once"),
    cancelled: AcpWire.dismissed
  }
}

const protocol = acp({
  ...plain(title),
  askingModes: ["default"],
  model: "arguments",
  toolNameOf: (call) => textIn(metaOf(call), "toolName"),
  noticeIn: (update) => (metaOf(update)["qwenDiscreteMessage"] === true ? chunkText(update) : undefined),
  usageInUpdate: (update) => {
    const counts = recordIn(metaOf(update), "usage")
    return counts === undefined ? undefined : AcpUsage.ofCounts(counts)
  },
  usageInResult: () => undefined,
  causeOf,
  formIn
})

const seenIn = "0.24.4"
const quirk = (name: string, scenario: string) => ({ name, seenIn, fixture: `qwen-0.24.4/${scenario}.jsonl` })

const mend =
  'qwen, and sign in there; or env: {"OPENAI_API_KEY": {"ref": "OPENAI_API_KEY"}, "OPENAI_BASE_URL": …, "OPENAI_MODEL": …}'

export const profile: AgentProfile = {
  id: "qwen",
  title,
  protocol,
  programs: ["qwen"],
  version: { args: ["--version"], oldest: "0.24.4", newest: seenIn },
  install: "npm install -g @qwen-code/qwen-code",
  args: ({ disabledTools, model }) => [
    "--acp",
    ...Option.match(model, { onNone: () => [], onSome: (id) => ["--model", id] }),
    ...disabledTools.flatMap((name) => ["--exclude-tools", name])
  ],
  environment: () => ({ QWEN_TELEMETRY_ENABLED: "false", QWEN_USAGE_STATISTICS_ENABLED: "false", NO_BROWSER: "1" }),
  passes: ["QWEN_HOME", "QWEN_RUNTIME_DIR", "QWEN_CODE_SYSTEM_SETTINGS_PATH", "QWEN_CODE_TRUSTED_FOLDERS_PATH"],
  signIn: ({ hasHomeFile, variables }) => {
    if ((variables["OPENAI_API_KEY"] ?? "") !== "") return { _tag: "SignedIn", by: "OPENAI_API_KEY" }
    if (hasHomeFile(".qwen/oauth_creds.json")) return { _tag: "SignedIn", by: "its own login" }
    return hasHomeFile(".qwen/settings.json")
      ? { _tag: "Unknown", why: "its settings may hold a key of their own, or the name of a variable for it" }
      : { _tag: "SignedOut", mend }
  },
  quirks: [
    quirk("begins-in-a-mode-that-asks-nobody", "acp-ok"),
    quirk("ends-its-turn-after-a-denial", "acp-denied"),
    quirk("tells-the-status-of-its-model-in-words", "acp-error401"),
    quirk("tells-a-full-context-in-words", "acp-context-full"),
    quirk("asks-questions-as-permissions", "acp-question"),
    quirk("says-notices-as-its-answer", "acp-background-agent"),
    quirk("wants-to-drain-a-queue-that-no-client-has", "acp-ok")
  ]
}
