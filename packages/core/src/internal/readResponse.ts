/**
 * Folds the streamed parts of one model response: what is shown live while it
 * comes, and what it was when it has ended. Plain memory, no Effect.
 *
 * It judges nothing: what the end of a response means says `agentOutcome`.
 */
import { Prompt, type Response } from "effect/ai"
import * as Base64 from "effect/encoding/Base64"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { RunnerEvent } from "../AgentEvent.ts"
import { ResponseFacts, responseFactsKey } from "../ProviderRouter.ts"
import type { Usage } from "../Session.ts"
import type { WantedCall } from "./toolRound.ts"

/** One response, as far as it came. */
export interface ModelResponse {
  /** For the transcript, in the order of the response, the wanted calls among it. */
  readonly content: ReadonlyArray<Prompt.AssistantMessagePart>
  readonly text: string
  readonly calls: ReadonlyArray<WantedCall>
  /** None: the stream ended without saying that the response is whole. */
  readonly finish: Option.Option<Response.FinishReason>
  readonly usage: Usage
  readonly facts: ResponseFacts
  /** An error that came as a part of the stream. */
  readonly failure: Option.Option<unknown>
  /** It said more than is kept. */
  readonly overflowed: boolean
}

/** What is kept of one response: what a whole run may add to its transcript. No model writes as much in one. */
const responseCharsMax = 16_777_216

/** A block of text or reasoning that is being streamed. Reasoning that was not ended may lack what its provider signs it with. */
interface Block {
  readonly kind: "text" | "reasoning"
  text: string
  options: Prompt.ProviderOptions
  ended: boolean
}

type Options = Prompt.ProviderOptions

const isRecord = (value: unknown): value is Record<string, Schema.Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What a provider said of a block at its start, in its middle and at its end, together. */
const merged = (known: Options, more: Options): Options => {
  const keys = Object.keys(more)
  if (keys.length === 0) return known
  const all: Record<string, Options[string]> = { ...known }
  for (const key of keys) {
    const before = known[key]
    const now = more[key] ?? null
    all[key] = isRecord(before) && isRecord(now) ? { ...before, ...now } : now
  }
  return all
}

const decodeFacts = Schema.decodeUnknownOption(ResponseFacts)

type Figures = { -readonly [Key in keyof Usage]: Usage[Key] }

const usageOf = ({ usage: { inputTokens, outputTokens } }: Response.FinishPart, facts: ResponseFacts): Usage => {
  const used: Figures = {}
  if (inputTokens.total !== undefined) used.inputTokens = inputTokens.total
  if (outputTokens.total !== undefined) used.outputTokens = outputTokens.total
  if (inputTokens.cacheRead !== undefined) used.cacheReadTokens = inputTokens.cacheRead
  if (inputTokens.cacheWrite !== undefined) used.cacheWriteTokens = inputTokens.cacheWrite
  if (outputTokens.reasoning !== undefined) used.reasoningTokens = outputTokens.reasoning
  if (facts.costUsd !== undefined) {
    used.costUsd = facts.costUsd
    if (facts.costSource !== undefined) used.costSource = facts.costSource
  }
  return used
}

/** Takes the parts of one response in their order. */
export class ResponseReader {
  private readonly slots: Array<Block | Prompt.AssistantMessagePart> = []
  private readonly open = new Map<string, Block>()
  private readonly calls: Array<WantedCall> = []
  private readonly usedIds: Set<string>
  private kept = 0
  private overflowed = false
  private finish: Response.FinishPart | undefined
  private failure: Option.Option<unknown> = Option.none()

  /** `usedIds`: the ids of the calls that the transcript has; those of this response are added. */
  constructor(usedIds: Set<string>) {
    this.usedIds = usedIds
  }

  /** Takes one part; returns what is shown of it live. */
  take(part: Response.AnyPart): RunnerEvent | undefined {
    switch (part.type) {
      case "text-start":
        this.begin("text", part.id, part.metadata)
        return undefined
      case "reasoning-start":
        this.begin("reasoning", part.id, part.metadata)
        return undefined
      case "text-delta":
        this.add("text", part.id, part.delta, part.metadata)
        return part.delta === "" ? undefined : { type: "token", content: part.delta }
      case "reasoning-delta":
        this.add("reasoning", part.id, part.delta, part.metadata)
        return part.delta === "" ? undefined : { type: "reasoning_token", content: part.delta }
      case "text-end":
        this.end("text", part.id, part.metadata)
        return undefined
      case "reasoning-end":
        this.end("reasoning", part.id, part.metadata)
        return undefined
      default:
        return this.takeWhole(part)
    }
  }

  /** What came so far. */
  response(): ModelResponse {
    const facts = this.facts()
    const { calls, failure, finish, overflowed } = this
    const content = this.slots.flatMap((slot) => {
      if ("type" in slot) return [slot]
      if (slot.kind === "reasoning") {
        return slot.ended ? [Prompt.makePart("reasoning", { text: slot.text, options: slot.options })] : []
      }
      // A text without a word is refused by some providers when it is sent back.
      return slot.text.trim() === "" ? [] : [Prompt.makePart("text", { text: slot.text, options: slot.options })]
    })
    return {
      content,
      text: content.map((part) => (part.type === "text" ? part.text : "")).join(""),
      calls,
      finish: Option.map(Option.fromUndefinedOr(finish), ({ reason }) => reason),
      usage: finish === undefined ? {} : usageOf(finish, facts),
      facts,
      failure,
      overflowed
    }
  }

  private facts(): ResponseFacts {
    const told = this.finish?.metadata[responseFactsKey]
    return told === undefined ? {} : Option.getOrElse(decodeFacts(told), () => ({}))
  }

  private begin(kind: Block["kind"], id: string, options: Options): Block {
    const block: Block = { kind, text: "", options, ended: false }
    this.open.set(`${kind}:${id}`, block)
    this.slots.push(block)
    return block
  }

  private add(kind: Block["kind"], id: string, delta: string, options: Options): void {
    const block = this.open.get(`${kind}:${id}`) ?? this.begin(kind, id, {})
    if (this.kept + delta.length > responseCharsMax) {
      this.overflowed = true
      return
    }
    this.kept += delta.length
    block.text += delta
    block.options = merged(block.options, options)
  }

  private end(kind: Block["kind"], id: string, options: Options): void {
    const block = this.open.get(`${kind}:${id}`)
    if (block === undefined) return
    block.ended = true
    block.options = merged(block.options, options)
    this.open.delete(`${kind}:${id}`)
  }

  private takeWhole(part: Response.AnyPart): RunnerEvent | undefined {
    switch (part.type) {
      case "text":
      case "reasoning":
        this.begin(part.type, "", {})
        this.add(part.type, "", part.text, part.metadata)
        this.end(part.type, "", {})
        if (part.text === "") return undefined
        return { type: part.type === "text" ? "token" : "reasoning_token", content: part.text }
      case "tool-call":
        this.call(part)
        return undefined
      case "tool-result":
        // Only what the provider itself has called: our own calls are answered by the tool round.
        if (part.providerExecuted && part.preliminary !== true) this.slots.push(resultOf(part))
        return undefined
      case "file":
        this.slots.push(
          Prompt.makePart("file", {
            mediaType: part.mediaType,
            data: Base64.encode(part.data),
            options: part.metadata
          })
        )
        return undefined
      case "finish":
        this.finish = part
        return undefined
      case "error":
        this.failure = Option.some(part.error)
        return undefined
      default:
        return undefined
    }
  }

  private call(part: Response.ToolCallPart<string, unknown>): void {
    const params = part.params ?? {}
    const id = part.providerExecuted ? part.id : this.freshId(part.id)
    const { metadata: options, name, providerExecuted } = part
    this.slots.push(Prompt.makePart("tool-call", { id, name, params, providerExecuted, options }))
    if (!providerExecuted) this.calls.push({ id, name, params })
  }

  /** Some servers number their calls anew in each response: an id stands for one call of a transcript. */
  private freshId(id: string): string {
    let fresh = id === "" ? "call" : id
    for (let count = 2; this.usedIds.has(fresh); count++) fresh = `${id === "" ? "call" : id}_${count}`
    this.usedIds.add(fresh)
    return fresh
  }
}

const resultOf = (part: Response.ToolResultPart<string, unknown, unknown>): Prompt.ToolResultPart =>
  Prompt.makePart("tool-result", {
    id: part.id,
    name: part.name,
    isFailure: part.isFailure,
    result: part.encodedResult ?? null,
    ...(part.modelOutput === undefined ? {} : { modelOutput: part.modelOutput }),
    providerExecuted: true,
    options: part.metadata
  })

/** The response without what it wanted to be called: its calls are not made, so that they must not stand in a transcript. */
export const withoutCalls = (response: ModelResponse): ModelResponse =>
  response.calls.length === 0
    ? response
    : {
        ...response,
        content: response.content.filter((part) => part.type !== "tool-call" || part.providerExecuted),
        calls: []
      }
