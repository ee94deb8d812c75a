/**
 * Between a session's transcript and what a model is sent: entries become
 * messages, and rounds become entries. Pure.
 *
 * Invariants
 *   P1. What a model is sent is valid for every provider: each tool call is
 *       answered by the message after it, exactly once, and nothing answers a
 *       call that was not made.
 *   P2. Reading again after more was written changes no earlier message, except
 *       that a call gets the answer that it lacked.
 */
import { Prompt, Response } from "effect/ai"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Entry } from "../ExternalChildRunner.ts"
import type { Message } from "../Session.ts"
import type { AnsweredCall, WantedCall } from "./toolRound.ts"

/** What is read of a transcript's entry. */
export type TranscriptEntry = Pick<Message, "role" | "text" | "content" | "runId">

/** How a transcript ends. */
export type Tail =
  /** With nothing, or with something that is to be worked on. */
  | { readonly _tag: "Open" }
  /** With a round after which the run was to rest: nothing has come since that it could work on. */
  | { readonly _tag: "Resting" }
  /** With a text that was cut off in its middle. */
  | { readonly _tag: "Partial" }
  /** With a whole response that wants no call; `finish` as the model said it. */
  | { readonly _tag: "Answered"; readonly finish: Response.FinishReason }

export interface AgentPrompt {
  readonly messages: ReadonlyArray<Prompt.Message>
  /** Calls of the last response that nobody has answered: their answers are to be written before a model is called. */
  readonly unanswered: ReadonlyArray<WantedCall>
  readonly tail: Tail
}

/** The options of a message in which we keep what no provider asks for. */
const ownOptions = "offshoot"

const OwnOptions = Schema.Struct({ finish: Response.FinishReason })
const decodeOwn = Schema.decodeUnknownOption(OwnOptions)
const isResting = Schema.is(Schema.Struct({ rests: Schema.Literal(true) }))
const decodeMessage = Schema.decodeUnknownOption(Prompt.Message)
const encodeFile = Schema.encodeSync(Prompt.FilePart)

export const textMessage = (role: "user" | "assistant", text: string): Prompt.Message =>
  Prompt.makeMessage(role, { content: [Prompt.makePart("text", { text })] })

const answerPart = ({ answer, id, name }: AnsweredCall): Prompt.ToolResultPart =>
  Prompt.makePart("tool-result", {
    id,
    name,
    isFailure: answer.isFailure,
    result: answer.result ?? null,
    ...(answer.modelOutput === undefined ? {} : { modelOutput: answer.modelOutput }),
    providerExecuted: false
  })

/** An answer that says why a call has none of its own. */
export const withoutResult =
  (why: string) =>
  ({ id, name }: WantedCall): AnsweredCall => ({ id, name, answer: { isFailure: true, result: why } })

/** What stands after a response that wanted calls: their answers, as far as they come. */
interface Answers {
  readonly calls: ReadonlyArray<WantedCall>
  readonly parts: Map<string, Prompt.ToolResultPart>
}

const isWanted = (part: Prompt.AssistantMessagePart): part is Prompt.ToolCallPart =>
  part.type === "tool-call" && !part.providerExecuted

/** Reads a transcript in its order. Text of one run that was written in pieces is one message again. */
class Reading {
  readonly places: Array<Prompt.Message | Answers> = []
  tail: Tail = { _tag: "Open" }
  /** The last response with wanted calls, as long as no later response follows. */
  last: Answers | undefined
  private readonly awaited = new Map<string, Answers>()
  private piece: { readonly runId: string | undefined; text: string } | undefined

  entry({ content, role, runId, text }: TranscriptEntry): void {
    const whole = content === undefined ? Option.none() : decodeMessage(content)
    if (Option.isSome(whole)) return this.message(whole.value)
    if (text === "") return
    switch (role) {
      case "assistant":
        if (this.piece !== undefined && this.piece.runId === runId) this.piece.text += text
        else {
          this.flush()
          this.piece = { runId, text }
        }
        this.last = undefined
        this.tail = { _tag: "Partial" }
        return
      case "user":
      case "system":
        return this.message(textMessage("user", text))
      case "tool":
        // For people: what the model is told of a call is a result with its id.
        return
    }
  }

  flush(): void {
    if (this.piece === undefined) return
    this.places.push(textMessage("assistant", this.piece.text))
    this.piece = undefined
  }

  private message(message: Prompt.Message): void {
    if (message.role === "tool") return this.results(message)
    this.flush()
    this.places.push(message)
    this.tail = { _tag: "Open" }
    if (message.role !== "assistant") return
    const calls = message.content.filter(isWanted)
    this.last = calls.length === 0 ? undefined : { calls, parts: new Map() }
    if (this.last === undefined) {
      const finish = Option.map(decodeOwn(message.options[ownOptions]), (own) => own.finish)
      this.tail = { _tag: "Answered", finish: Option.getOrElse(finish, () => "stop" as const) }
      return
    }
    this.places.push(this.last)
    for (const { id } of calls) this.awaited.set(id, this.last)
  }

  /** P1: answers move to their call; a second answer, or one to nothing, is none. */
  private results(message: Prompt.ToolMessage): void {
    for (const part of message.content) {
      if (part.type !== "tool-result") continue
      this.awaited.get(part.id)?.parts.set(part.id, part)
      this.awaited.delete(part.id)
    }
    if (isResting(message.options[ownOptions])) this.tail = { _tag: "Resting" }
  }
}

const notRecorded = withoutResult(
  "The answer to this call is not recorded: its run ended before. Whether it took effect is not known."
)

const answersMessage = ({ calls, parts }: Answers): Prompt.ToolMessage =>
  Prompt.makeMessage("tool", { content: calls.map((call) => parts.get(call.id) ?? answerPart(notRecorded(call))) })

/** What a model is sent of a transcript, oldest first. */
export const promptOf = (entries: ReadonlyArray<TranscriptEntry>): AgentPrompt => {
  const reading = new Reading()
  for (const entry of entries) reading.entry(entry)
  reading.flush()
  const { last, places, tail } = reading
  return {
    messages: places.map((place) => ("role" in place ? place : answersMessage(place))),
    unanswered: last === undefined ? [] : last.calls.filter(({ id }) => !last.parts.has(id)),
    tail
  }
}

/** The ids of the calls that the messages hold: one more of the same would be answered by the wrong result. */
export const callIds = (messages: ReadonlyArray<Prompt.Message>): Set<string> => {
  const ids = new Set<string>()
  for (const message of messages) {
    if (message.role !== "assistant") continue
    for (const part of message.content) if (part.type === "tool-call") ids.add(part.id)
  }
  return ids
}

const withOptions = <A extends object>(
  encoded: A,
  options: Prompt.ProviderOptions
): A | (A & { readonly options: Prompt.ProviderOptions }) =>
  Object.keys(options).length === 0 ? encoded : { ...encoded, options }

/** As the schema of `effect/ai` encodes it, without asking it: this is once for each part of each round. */
const encodePart = (part: Prompt.AssistantMessagePart | Prompt.ToolMessagePart): unknown => {
  switch (part.type) {
    case "text":
    case "reasoning":
      return withOptions({ type: part.type, text: part.text }, part.options)
    case "file":
      return encodeFile(part)
    case "tool-call": {
      const { id, name, params, providerExecuted } = part
      return withOptions(
        { type: part.type, id, name, params, ...(providerExecuted ? { providerExecuted } : {}) },
        part.options
      )
    }
    case "tool-result": {
      const { id, isFailure, modelOutput, name, providerExecuted, result } = part
      return withOptions(
        {
          type: part.type,
          id,
          name,
          isFailure,
          result,
          ...(modelOutput === undefined ? {} : { modelOutput: modelOutput.map(encodePart) }),
          ...(providerExecuted ? { providerExecuted } : {})
        },
        part.options
      )
    }
    default:
      return part
  }
}

/** A message with the entry that stands for it in the transcript. */
export interface Recorded {
  readonly message: Prompt.Message
  readonly entry: Entry
}

/** What a model said in one round. An entry without words is for the model alone. */
export const assistantEntry = (said: {
  readonly content: ReadonlyArray<Prompt.AssistantMessagePart>
  readonly text: string
  readonly finish: Response.FinishReason
}): Recorded => {
  const { content, finish, text } = said
  const isPlain = finish === "stop" || finish === "tool-calls"
  const options: Prompt.ProviderOptions = isPlain ? {} : { [ownOptions]: { finish } }
  const encoded = withOptions({ role: "assistant", content: content.map(encodePart) }, options)
  return {
    message: Prompt.makeMessage("assistant", { content, options }),
    entry: { role: "assistant", text, hidden: text === "", content: encoded }
  }
}

/** What people are shown of one result in the list of a transcript: a line or two. */
const shownCharsMax = 400

const shownOf = ({ answer: { result }, name }: AnsweredCall): string => {
  const text = typeof result === "string" ? result : JSON.stringify(result ?? null)
  return `${name}: ${text.length > shownCharsMax ? `${text.slice(0, shownCharsMax)}…` : text}`
}

/** What the calls of one round came to, and whether the run rests after it. */
export const toolEntry = (
  answers: ReadonlyArray<AnsweredCall>,
  afterwards: "goes_on" | "rests" = "goes_on"
): Recorded => {
  const content = answers.map(answerPart)
  const options: Prompt.ProviderOptions = afterwards === "rests" ? { [ownOptions]: { rests: true } } : {}
  return {
    message: Prompt.makeMessage("tool", { content, options }),
    entry: {
      role: "tool",
      text: answers.map(shownOf).join("\n"),
      hidden: false,
      content: withOptions({ role: "tool", content: content.map(encodePart) }, options)
    }
  }
}
