/**
 * What Claude Code asks (`can_use_tool`), and how it is answered. Pure.
 *
 * A permission is one ask. `AskUserQuestion` asks for a permission too, and
 * takes the answers in its own input: up to four questions in one ask, each
 * put to a person by itself, answered together once all of them are.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"
import type { Verdict } from "../CliProtocol.ts"
import type { Asked, AskedKind, AskWithdrawn } from "../Fact.ts"
import { type Frame, isRecord, listIn, recordIn, textIn } from "../Frames.ts"

const questionTool = "AskUserQuestion"

const kinds: Readonly<Record<string, AskedKind>> = {
  Bash: "execute",
  PowerShell: "execute",
  Edit: "edit",
  MultiEdit: "edit",
  Write: "edit",
  NotebookEdit: "edit",
  Read: "read",
  Glob: "read",
  Grep: "read",
  LS: "read"
}

/** The program gives one of these when it asks for more than its mode does: a path outside, a guarded file, a rule. */
const extraordinary = [
  "decision_reason",
  "decision_reason_type",
  "blocked_path",
  "matched_ask_rule",
  "requires_user_interaction"
] as const

const kindOf = (toolName: string, request: Frame): AskedKind => {
  const kind = kinds[toolName] ?? "other"
  if (kind === "execute") return kind
  return extraordinary.some((key) => request[key] !== undefined && request[key] !== null) ? "other" : kind
}

interface Question {
  readonly id: string
  /** As the program has it: the answer comes back under it. */
  readonly text: string
}

/** An ask that waits for its answer. `requestId` is the program's name for it. */
type Open =
  | { readonly type: "permission"; readonly requestId: string; readonly input: Frame }
  | {
      readonly type: "questions"
      readonly requestId: string
      readonly input: Frame
      readonly questions: ReadonlyArray<Question>
      readonly verdicts: Map<string, Verdict>
    }

/** Far more than an agent has tools for at once. */
const openMax = 256

const nobodyWords = "Nobody answered in time: it is not allowed. Go on without it, or say that you cannot."
const deniedWords = "This is not allowed. Go on without it, or say that you cannot."
const noAnswerWords = "Nobody answered: decide yourself."

const success = (requestId: string, response: Frame): Frame => ({
  type: "control_response",
  response: { subtype: "success", request_id: requestId, response }
})

const allow = (requestId: string, input: Frame): Frame => success(requestId, { behavior: "allow", updatedInput: input })

const deny = (requestId: string, message: string): Frame =>
  success(requestId, { behavior: "deny", message, interrupt: false })

/** The answer to a request of a kind that this side has not. */
export const refusal = (requestId: string): Frame => ({
  type: "control_response",
  response: { subtype: "error", request_id: requestId, error: "Not supported here" }
})

const permissionReply = (requestId: string, input: Frame, verdict: Verdict): Frame => {
  switch (verdict._tag) {
    case "Approved":
    case "Answered":
      return allow(requestId, input)
    case "Denied":
      return deny(
        requestId,
        Option.getOrElse(verdict.text, () => deniedWords)
      )
    case "Expired":
      return deny(requestId, nobodyWords)
  }
}

/** What was said, or that nothing was; an empty text is no answer to the program. */
const answerOf = (verdict: Verdict): string | undefined => {
  if (verdict._tag === "Answered") return verdict.text === "" ? undefined : verdict.text
  return verdict._tag === "Approved" ? Option.getOrUndefined(verdict.text) : undefined
}

const questionsReply = ({ input, questions, requestId, verdicts }: Extract<Open, { type: "questions" }>): Frame => {
  const said = questions.map(({ id, text }) => {
    const verdict = verdicts.get(id)
    return [text, verdict === undefined ? undefined : answerOf(verdict)] as const
  })
  if (said.every(([, answer]) => answer === undefined)) {
    const words = [...verdicts.values()].flatMap((verdict) =>
      verdict._tag === "Denied" ? Option.toArray(verdict.text) : []
    )
    return deny(requestId, words[0] ?? noAnswerWords)
  }
  const answers = Object.fromEntries(said.map(([text, answer]) => [text, answer ?? noAnswerWords]))
  return allow(requestId, { ...input, answers })
}

/** A question as a person reads it: with what its choices mean. */
const shownQuestion = (question: Frame, text: string): string => {
  const choices = listIn(question, "options").flatMap((option) => {
    const description = isRecord(option) ? textIn(option, "description") : undefined
    const label = isRecord(option) ? textIn(option, "label") : undefined
    return label === undefined || description === undefined || description === label ? [] : [`${label}: ${description}`]
  })
  const several = question["multiSelect"] === true ? ["Several are possible, with commas between them."] : []
  return [text, ...choices, ...several].join("\n")
}

const labelsOf = (question: Frame): ReadonlyArray<string> =>
  listIn(question, "options").flatMap((option) => (isRecord(option) ? (textIn(option, "label") ?? []) : []))

export class ClaudeAsks {
  private readonly open = new Map<string, Open>()

  /** What is asked; nothing: it cannot be answered here. */
  take(requestId: string, request: Frame): ReadonlyArray<Asked> {
    const toolName = textIn(request, "tool_name")
    if (textIn(request, "subtype") !== "can_use_tool" || toolName === undefined || this.open.size >= openMax) return []
    const input = recordIn(request, "input") ?? {}
    const toolCallId = textIn(request, "tool_use_id") ?? requestId
    if (toolName === questionTool) {
      const asked = this.questions(requestId, toolCallId, input)
      if (asked.length > 0) return asked
    }
    this.open.set(requestId, { type: "permission", requestId, input })
    const kind = kindOf(toolName, request)
    return [{ type: "permission_asked", id: requestId, kind, toolCallId, toolName, arguments: input }]
  }

  /** The program does not wait for this one any more. */
  withdraw(requestId: string): ReadonlyArray<AskWithdrawn> {
    const open = this.open.get(requestId)
    this.open.delete(requestId)
    if (open === undefined) return []
    const ids = open.type === "permission" ? [requestId] : open.questions.map(({ id }) => id)
    return ids.map((id) => ({ type: "ask_withdrawn", id }))
  }

  /** The frame that answers; none: more answers are awaited, or nobody asks any more. */
  answer(asked: Asked, verdict: Verdict): Frame | undefined {
    for (const open of this.open.values()) {
      if (open.type === "permission") {
        if (open.requestId !== asked.id) continue
        this.open.delete(open.requestId)
        return permissionReply(open.requestId, open.input, verdict)
      }
      if (!open.questions.some(({ id }) => id === asked.id)) continue
      open.verdicts.set(asked.id, verdict)
      if (open.verdicts.size < open.questions.length) return undefined
      this.open.delete(open.requestId)
      return questionsReply(open)
    }
    return undefined
  }

  /** The first question has the name of the call, which a later try of it has again. */
  private questions(requestId: string, toolCallId: string, input: Frame): ReadonlyArray<Asked> {
    const questions: Array<Question> = []
    const asked: Array<Asked> = []
    for (const question of listIn(input, "questions")) {
      const text = isRecord(question) ? textIn(question, "question") : undefined
      if (!isRecord(question) || text === undefined) continue
      const id = questions.length === 0 ? toolCallId : `${toolCallId}?${questions.length + 1}`
      questions.push({ id, text })
      asked.push({ type: "question_asked", id, question: shownQuestion(question, text), options: labelsOf(question) })
    }
    if (questions.length > 0) {
      this.open.set(requestId, { type: "questions", requestId, input, questions, verdicts: new Map() })
    }
    return asked
  }
}
