/**
 * What opencode asks, how it is answered, and whether it was answered by us.
 * Pure.
 *
 * A tool of the program has the password of the program's own server in its
 * environment, and could answer for the person who is asked. opencode tells
 * every answer to everybody: one that allows something and is not ours says
 * that this has happened.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"
import type { Verdict } from "../CliProtocol.ts"
import type { Asked, AskedKind, AskWithdrawn } from "../Fact.ts"
import { type Frame, isRecord, listIn, recordIn, textIn } from "../Frames.ts"

/** An ask that waits for its answer. Questions are answered together. */
type Open =
  | { readonly type: "permission" }
  | { readonly type: "questions"; readonly ids: ReadonlyArray<string>; readonly verdicts: Map<string, Verdict> }

/** A call of opencode's server that answers. */
export interface Reply {
  readonly path: string
  readonly body: Frame
}

/** What was told of an answer. `forged`: it is not ours, and allows something. */
export type Replied = "ours" | "forged" | ReadonlyArray<AskWithdrawn>

/** Far more than an agent has tools for at once. */
const openMax = 256

const kinds: Readonly<Record<string, AskedKind>> = {
  bash: "execute",
  edit: "edit",
  read: "read",
  glob: "read",
  grep: "read",
  list: "read",
  lsp: "read"
}

/** What opencode reads at its next start, and runs in part: to change it is more than an edit. */
const ownFiles = /(^|[\\/])(\.opencode[\\/]|opencode\.jsonc?$)/

const kindOf = (permission: string, patterns: ReadonlyArray<string>): AskedKind => {
  const kind = kinds[permission] ?? "other"
  return kind === "edit" && patterns.some((path) => ownFiles.test(path)) ? "other" : kind
}

/** The call that a permission is for. */
export const callIn = (properties: Frame): string | undefined => textIn(recordIn(properties, "tool") ?? {}, "callID")

/** Whether an ask says nothing of what is to be done, as for the tools of an MCP server: the call's arguments do. */
export const isBare = (properties: Frame): boolean => Object.keys(recordIn(properties, "metadata") ?? {}).length === 0

const textsIn = (frame: Frame, key: string): ReadonlyArray<string> =>
  listIn(frame, key).filter((text) => typeof text === "string")

const deniedWords = "This is not allowed. Go on without it, or say that you cannot."
const nobodyWords = "Nobody answered in time: it is not allowed. Go on without it, or say that you cannot."

/** With words opencode goes on after a rejection. */
const rejection = (verdict: Verdict): Frame => ({
  reply: "reject",
  message: verdict._tag === "Denied" ? Option.getOrElse(verdict.text, () => deniedWords) : nobodyWords
})

/** A question as a person reads it: with what its choices mean. */
const shownQuestion = (question: Frame, text: string): string => {
  const choices = listIn(question, "options").flatMap((option) => {
    const label = isRecord(option) ? textIn(option, "label") : undefined
    const description = isRecord(option) ? textIn(option, "description") : undefined
    return label === undefined || description === undefined || description === label ? [] : [`${label}: ${description}`]
  })
  const several = question["multiple"] === true ? ["Several are possible, with commas between them."] : []
  return [text, ...choices, ...several].join("\n")
}

const labelsOf = (question: Frame): ReadonlyArray<string> =>
  listIn(question, "options").flatMap((option) => (isRecord(option) ? (textIn(option, "label") ?? []) : []))

const saidBy = (verdict: Verdict | undefined): string | undefined => {
  if (verdict?._tag === "Answered") return verdict.text
  return verdict?._tag === "Approved" ? Option.getOrUndefined(verdict.text) : undefined
}

export class OpencodeAsks {
  private readonly open = new Map<string, Open>()
  /** Asks that were allowed or answered from here. */
  private readonly granted = new Set<string>()

  /** A permission, for a call of `tool` with `input`. Nothing: it is known, or cannot be answered. */
  permission(properties: Frame, tool: string | undefined, input: Frame): ReadonlyArray<Asked> {
    const id = textIn(properties, "id")
    const permission = textIn(properties, "permission")
    if (id === undefined || permission === undefined || !this.opened(id, { type: "permission" })) return []
    const patterns = textsIn(properties, "patterns")
    const toolName = tool ?? permission
    return [
      {
        type: "permission_asked",
        id,
        kind: kindOf(permission, patterns),
        toolCallId: callIn(properties) ?? id,
        toolName,
        arguments: {
          // A call may need more than its own permission: that of a folder outside.
          ...(permission === toolName || permission === "edit" ? {} : { permission, patterns }),
          ...(isBare(properties) ? input : recordIn(properties, "metadata"))
        }
      }
    ]
  }

  /** Each question is put by itself, the first under the name of its call; they are answered together. */
  questions(properties: Frame): ReadonlyArray<Asked> {
    const id = textIn(properties, "id")
    if (id === undefined) return []
    const name = callIn(properties) ?? id
    const asked = listIn(properties, "questions").flatMap((question, index): ReadonlyArray<Asked> => {
      const text = isRecord(question) ? (textIn(question, "question") ?? "") : ""
      const own = index === 0 ? name : `${name}?${index + 1}`
      return [
        {
          type: "question_asked",
          id: own,
          question: isRecord(question) ? shownQuestion(question, text) : text,
          options: isRecord(question) ? labelsOf(question) : []
        }
      ]
    })
    const ids = asked.map((one) => one.id)
    return ids.length > 0 && this.opened(id, { type: "questions", ids, verdicts: new Map() }) ? asked : []
  }

  /** The call that answers; none: more answers are awaited, or nobody asks any more. */
  answer(asked: Asked, verdict: Verdict): Reply | undefined {
    for (const [id, open] of this.open) {
      if (open.type === "permission") {
        if (id === asked.id) return this.permissionReply(id, verdict)
        continue
      }
      if (!open.ids.includes(asked.id)) continue
      open.verdicts.set(asked.id, verdict)
      return open.verdicts.size < open.ids.length ? undefined : this.questionsReply(id, open)
    }
    return undefined
  }

  /** What was told of an answer, by whoever it was given. */
  replied(requestID: string, reply: "granted" | "rejected"): Replied {
    const open = this.open.get(requestID)
    this.open.delete(requestID)
    if (this.granted.delete(requestID)) return "ours"
    if (reply === "granted") return "forged"
    if (open === undefined) return "ours"
    // A rejection takes the other asks of its session along.
    const ids = open.type === "permission" ? [requestID] : open.ids
    return ids.map((id) => ({ type: "ask_withdrawn", id }))
  }

  private opened(id: string, open: Open): boolean {
    if (this.open.has(id) || this.granted.has(id) || this.open.size >= openMax) return false
    this.open.set(id, open)
    return true
  }

  private permissionReply(id: string, verdict: Verdict): Reply {
    const path = `/permission/${encodeURIComponent(id)}/reply`
    this.open.delete(id)
    if (verdict._tag !== "Approved") return { path, body: rejection(verdict) }
    this.granted.add(id)
    return { path, body: { reply: "once" } }
  }

  /** Questions that nobody answered are the program's to decide. */
  private questionsReply(id: string, { ids, verdicts }: Extract<Open, { type: "questions" }>): Reply {
    const path = `/question/${encodeURIComponent(id)}`
    this.open.delete(id)
    const said = ids.map((own) => saidBy(verdicts.get(own)))
    if (said.every((text) => text === undefined)) return { path: `${path}/reject`, body: {} }
    this.granted.add(id)
    return { path: `${path}/reply`, body: { answers: said.map((text) => (text === undefined ? [] : [text])) } }
  }
}
