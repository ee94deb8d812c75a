/**
 * A script made ready to be played, and the step that a prompt comes to.
 *
 * Pure, and without memory: the same prompt comes to the same step, in whatever
 * process. A conversation begins at the latest user message that its `when.user`
 * recognises; one without begins at the first. The step is the number of
 * assistant messages since. Of several that begin at the same message the first
 * in the script is taken.
 */
import type { Prompt } from "effect/ai"
import * as Result from "effect/Result"
import type { Conversation, Failure, Match, Script, Step, ToolCall } from "../Script.ts"
import * as Template from "./template.ts"

/** Text to say: whole, or in the pieces that are known beforehand. */
export type Speech =
  | { readonly _tag: "Pieces"; readonly pieces: ReadonlyArray<string> }
  | { readonly _tag: "Filled"; readonly texts: ReadonlyArray<Template.Text>; readonly byWord: boolean }

export interface PlannedCall {
  readonly name: string
  /** The part of its id that the script chooses. */
  readonly label: string
  readonly params: Template.Value
  /** Absent: once, without a number in its id. */
  readonly repeat: ToolCall["repeat"]
}

export type End =
  | { readonly _tag: "Finish"; readonly step: Pick<Step, "finish" | "usage" | "costUsd"> }
  | { readonly _tag: "Fail"; readonly failure: Failure }
  | { readonly _tag: "Hang" }

export interface PlannedStep {
  readonly pauseMillis: number
  readonly pieceMillis: number
  readonly reasoning: Speech
  readonly text: Speech
  readonly calls: ReadonlyArray<PlannedCall>
  readonly end: End
}

interface PlannedConversation {
  readonly name: string
  readonly system: ((text: string) => boolean) | undefined
  readonly user: ((text: string) => boolean) | undefined
  readonly steps: ReadonlyArray<PlannedStep>
  readonly atEnd: "say" | "fail" | "again"
}

export interface Plan {
  readonly script: string
  readonly conversations: ReadonlyArray<PlannedConversation>
}

const matcher = (match: Match | undefined): ((text: string) => boolean) | undefined => {
  if (match === undefined) return undefined
  if ("exact" in match) return (text) => text === match.exact
  if ("contains" in match) return (text) => text.includes(match.contains)
  return (text) => text.startsWith(match.startsWith)
}

/** A word keeps the space that follows it. */
const wordEnd = /(?<=\s)(?=\S)/

export const words = (text: string): ReadonlyArray<string> => text.split(wordEnd)

const textOf = (source: string): Template.Text =>
  Result.getOrElse(Template.text(source), () => ({ _tag: "Fixed", text: source }) as const)

const noSpeech: Speech = { _tag: "Pieces", pieces: [] }

const speechOf = (spoken: Step["text"], pieceMillis: number): Speech => {
  if (spoken === undefined) return noSpeech
  const byWord = typeof spoken === "string" && pieceMillis > 0
  const texts = typeof spoken === "string" ? [textOf(spoken)] : spoken.map(textOf)
  const pieces = texts.flatMap((text) => (text._tag === "Fixed" ? [text.text] : []))
  if (pieces.length < texts.length) return { _tag: "Filled", texts, byWord }
  return { _tag: "Pieces", pieces: byWord ? pieces.flatMap(words) : pieces }
}

const endOf = (step: Step): End => {
  if (step.error !== undefined) return { _tag: "Fail", failure: step.error }
  return step.hang === undefined ? { _tag: "Finish", step } : { _tag: "Hang" }
}

const planStep = (step: Step): PlannedStep => {
  const pieceMillis = step.pieceMs ?? 0
  return {
    pauseMillis: step.pauseMs ?? 0,
    pieceMillis,
    reasoning: speechOf(step.reasoning, pieceMillis),
    text: speechOf(step.text, pieceMillis),
    calls: (step.toolCalls ?? []).map(({ label, name, params, repeat }, at) => ({
      name,
      label: label ?? String(at),
      params: Template.value(params),
      repeat
    })),
    end: endOf(step)
  }
}

const planConversation = ({ atEnd, name, steps, when }: Conversation): PlannedConversation => ({
  name,
  system: matcher(when?.system),
  user: matcher(when?.user),
  steps: steps.map(planStep),
  atEnd: atEnd ?? "say"
})

export const plan = ({ conversations, name }: Script): Plan => ({
  script: name,
  conversations: conversations.map(planConversation)
})

/** The text of a message that a person or the runtime wrote. */
export const userText = ({ content }: Prompt.UserMessage): string => {
  const [only] = content
  if (content.length === 1 && only?.type === "text") return only.text
  return content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n")
}

export const systemText = (messages: ReadonlyArray<Prompt.Message>): string =>
  messages.flatMap((message) => (message.role === "system" ? [message.content] : [])).join("\n\n")

/** A wake repeats what children were told and said: it goes on with what was begun, whatever words are in it. */
const isWake = (text: string): boolean => text.includes('\n{"child":"')

/** Where a prompt stands in a script. `begin` is the place of the message that the conversation begins with. */
export type Place =
  | {
      readonly _tag: "AtStep"
      readonly conversation: string
      readonly step: PlannedStep
      readonly number: number
      readonly begin: number
    }
  | { readonly _tag: "AtEnd"; readonly conversation: string; readonly steps: number; readonly isFailure: boolean }
  | { readonly _tag: "Nowhere" }

interface Begin {
  readonly conversation: PlannedConversation
  readonly at: number
}

const beginOf = ({ conversations }: Plan, messages: ReadonlyArray<Prompt.Message>): Begin | undefined => {
  const needsSystem = conversations.some(({ system }) => system !== undefined)
  const system = needsSystem ? systemText(messages) : ""
  const open = conversations.filter((conversation) => conversation.system?.(system) ?? true)
  const first = messages.findIndex(({ role }) => role === "user")
  for (let at = messages.length - 1; at >= Math.max(first, 0); at--) {
    const message = messages[at]
    if (message?.role !== "user") continue
    const text = userText(message)
    if (at > first && isWake(text)) continue
    const conversation = open.find(({ user }) => (user === undefined ? at === first : user(text)))
    if (conversation !== undefined) return { conversation, at }
  }
  if (first >= 0) return undefined
  const conversation = open.find(({ user }) => user === undefined)
  return conversation === undefined ? undefined : { conversation, at: -1 }
}

export const place = (plan: Plan, messages: ReadonlyArray<Prompt.Message>): Place => {
  const begin = beginOf(plan, messages)
  if (begin === undefined) return { _tag: "Nowhere" }
  const { atEnd, name, steps } = begin.conversation
  let rounds = 0
  for (let at = begin.at + 1; at < messages.length; at++) if (messages[at]?.role === "assistant") rounds++
  const step = steps[atEnd === "again" ? rounds % steps.length : rounds]
  return step === undefined
    ? { _tag: "AtEnd", conversation: name, steps: steps.length, isFailure: atEnd === "fail" }
    : { _tag: "AtStep", conversation: name, step, number: rounds + 1, begin: begin.at }
}
