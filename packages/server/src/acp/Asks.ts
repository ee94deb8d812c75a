/**
 * What a session asks, as an editor asks it, and the editor's answer as a
 * decision. Pure.
 *
 * A permission is a permission. A question is a form where the editor has forms,
 * a choice where it has options, and otherwise words: then the turn ends with the
 * question, and the next message is its answer.
 *
 * @stability unstable
 */
import type {
  CreateElicitationRequest,
  PermissionOption,
  RequestPermissionRequest,
  ToolCall,
  ToolCallUpdate
} from "@agentclientprotocol/sdk/unstable"
import { cut, inert } from "../internal/terminalText.ts"
import type * as Wire from "../Wire.ts"
import type { FormAnswer, PermissionAnswer } from "./Params.ts"
import { kindOf, rawOf, textContent, titleOf } from "./ToolLook.ts"

/** Buttons that an editor can show beside each other. */
const choicesMax = 12
const columnsMax = 100
/** What an answer may have: `Wire.DecisionBody`. */
const answerCharsMax = 65_536

type Permission = Extract<Wire.WireRequest["ask"], { readonly type: "permission" }>
type Question = Extract<Wire.WireRequest["ask"], { readonly type: "question" }>

/** Where an editor shows what is asked, and who asks: the conversation's own session, or a child by its title. */
export interface Place {
  /** The session of the editor. */
  readonly sessionId: string
  /** Absent: the session of the editor itself asks. */
  readonly asker?: string
  readonly toolCallId: string
}

/** A tool call with buttons: shown first, then asked for. */
interface Buttons {
  readonly call: ToolCall
  readonly params: RequestPermissionRequest
}

/** How a request is put to an editor. */
export type Put =
  | ({ readonly _tag: "Permission" } & Buttons)
  | ({ readonly _tag: "Choice"; readonly options: ReadonlyArray<string> } & Buttons)
  | { readonly _tag: "Form"; readonly params: CreateElicitationRequest; readonly options: ReadonlyArray<string> }
  | { readonly _tag: "Words"; readonly text: string }

const permissionOptions: Array<PermissionOption> = [
  { optionId: "allow", name: "Allow", kind: "allow_once" },
  { optionId: "deny", name: "Deny", kind: "reject_once" }
]

const by = (place: Place, text: string): string =>
  place.asker === undefined ? text : cut(`${inert(place.asker)}: ${text}`, columnsMax)

const permission = (place: Place, ask: Permission): Put => {
  const call: ToolCall = {
    toolCallId: place.toolCallId,
    title: by(place, titleOf(ask.toolName, ask.arguments)),
    kind: kindOf(ask.toolName),
    status: "pending",
    ...rawOf("rawInput", ask.arguments)
  }
  return {
    _tag: "Permission",
    call,
    params: { sessionId: place.sessionId, toolCall: call, options: permissionOptions }
  }
}

const choice = (place: Place, question: string, options: ReadonlyArray<string>): Put => {
  const call: ToolCall = {
    toolCallId: place.toolCallId,
    title: by(place, cut(inert(question), columnsMax)),
    kind: "other",
    status: "pending",
    content: textContent(question)
  }
  const buttons = options.map((option, index): PermissionOption => ({
    optionId: String(index),
    name: cut(inert(option), columnsMax),
    kind: "allow_once"
  }))
  return { _tag: "Choice", call, params: { sessionId: place.sessionId, toolCall: call, options: buttons }, options }
}

/** The words of the person win over the option that is chosen beside them. */
const form = (place: Place, { options = [], question }: Question): Put => ({
  _tag: "Form",
  params: {
    mode: "form",
    sessionId: place.sessionId,
    message: place.asker === undefined ? question : `${inert(place.asker)} asks: ${question}`,
    requestedSchema: {
      type: "object",
      properties:
        options.length === 0
          ? { answer: { type: "string", title: "Answer", minLength: 1, maxLength: answerCharsMax } }
          : {
              choice: {
                type: "string",
                title: "Answer",
                oneOf: options.map((option, index) => ({ const: String(index), title: option }))
              },
              answer: { type: "string", title: "Or in your own words", maxLength: answerCharsMax }
            },
      ...(options.length === 0 ? { required: ["answer"] } : {})
    }
  },
  options
})

const words = (place: Place, { options = [], question }: Question): Put => ({
  _tag: "Words",
  text: [
    `${place.asker === undefined ? "" : `${inert(place.asker)} asks: `}${question}`,
    ...options.map((option, index) => `${index + 1}. ${option}`),
    "(your next message is the answer)"
  ].join("\n")
})

/** How this request is put to an editor that has forms, or has none. */
export const put = (request: Wire.WireRequest, place: Place, forms: "forms" | "no_forms"): Put => {
  const { ask } = request
  if (ask.type === "permission") return permission(place, ask)
  if (forms === "forms") return form(place, ask)
  const { options = [], question } = ask
  return options.length > 0 && options.length <= choicesMax ? choice(place, question, options) : words(place, ask)
}

const optionAt = (options: ReadonlyArray<string>, id: unknown): string | undefined =>
  typeof id === "string" && /^\d+$/.test(id) ? options[Number(id)] : undefined

/** None: the editor has no answer, and the request stays open for others. */
export const permitted = ({ outcome }: PermissionAnswer): Wire.DecisionBody | undefined => {
  if (outcome.outcome === "cancelled") return undefined
  return { decision: outcome.optionId === "allow" ? "approve" : "deny" }
}

export const chosen = (
  { outcome }: PermissionAnswer,
  options: ReadonlyArray<string>
): Wire.DecisionBody | undefined => {
  const text = outcome.outcome === "selected" ? optionAt(options, outcome.optionId) : undefined
  return text === undefined ? undefined : { decision: "answer", text }
}

export const filled = (
  { action, content }: FormAnswer,
  options: ReadonlyArray<string>
): Wire.DecisionBody | undefined => {
  if (action !== "accept") return undefined
  const own = content?.["answer"]
  const text = typeof own === "string" && own.trim() !== "" ? own : optionAt(options, content?.["choice"])
  return text === undefined ? undefined : { decision: "answer", text: text.slice(0, answerCharsMax) }
}

/** A message as the answer to a question that was put in words: a number is one of its options. */
export const inWords = ({ ask }: Wire.WireRequest, text: string): Wire.DecisionBody => {
  const options = ask.type === "question" ? (ask.options ?? []) : []
  const number = /^\s*(\d+)\s*$/.exec(text)?.[1]
  return { decision: "answer", text: (number === undefined ? undefined : options[Number(number) - 1]) ?? text }
}

/** The tool call under which something was asked, once it was answered; for those that nothing else ends. */
export const answered = (toolCallId: string, status: Wire.WireRequest["status"]): ToolCallUpdate => ({
  toolCallId,
  status: status === "approved" || status === "answered" ? "completed" : "failed",
  content: textContent(status.replaceAll("_", " "))
})
