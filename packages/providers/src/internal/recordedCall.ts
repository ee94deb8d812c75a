/**
 * The lines of a recording, and how a prompt and a response become what stands
 * in them. A message stands in it once, however many prompts it is part of.
 * Nothing in a line says when it was.
 */
import { Session } from "@offshoot/core"
import { Prompt, Response } from "effect/ai"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { shapeOf } from "./contentMask.ts"
import { RecordedFailure } from "./recordedFailure.ts"
import type { Redaction } from "./redaction.ts"

/** `shape`: as many `x` as a text has characters. `whole`: what was said, without secrets. */
export const Content = Schema.Literals(["shape", "whole"])
export type Content = typeof Content.Type

export const formatVersion = 1

const Header = Schema.Struct({
  line: Schema.Literal("recording"),
  version: Schema.Literal(formatVersion),
  content: Content
})

const MessageLine = Schema.Struct({ line: Schema.Literal("message"), hash: Schema.String, message: Schema.Json })

/** How a call ended. `cut`: what came after was more than is recorded of one call. */
const End = Schema.Union([
  Schema.Struct({ how: Schema.Literals(["done", "interrupted", "defect", "cut"]) }),
  Schema.Struct({ how: Schema.Literal("failed"), failure: RecordedFailure })
])
export type End = typeof End.Type

const call = {
  line: Schema.Literal("call"),
  modelRef: Session.ModelRef,
  /** The hashes of the messages, in order. */
  prompt: Schema.Array(Schema.String),
  tools: Schema.Array(Schema.String),
  end: End
}

const StreamPart = Schema.toEncoded(Response.StreamPart())
const Part = Schema.toEncoded(Response.Part())

const StreamCall = Schema.Struct({ ...call, answer: Schema.Literal("stream"), parts: Schema.Array(StreamPart) })
const TextCall = Schema.Struct({ ...call, answer: Schema.Literal("text"), parts: Schema.Array(Part) })
export type StreamCall = typeof StreamCall.Type
export type TextCall = typeof TextCall.Type
export type Call = StreamCall | TextCall

/** Nothing is recorded after it. */
const FullLine = Schema.Struct({ line: Schema.Literal("full"), bytesMax: Schema.Int })

const Line = Schema.Union([Header, MessageLine, StreamCall, TextCall, FullLine])
export type Line = typeof Line.Type

export const decodeLine = Schema.decodeUnknownResult(Schema.fromJsonString(Line))

const encodeMessage = Schema.encodeEffect(Schema.toCodecJson(Prompt.Message))

/** The same text for the same value, in whatever order its keys were written. */
const canonical = (value: Schema.Json): string => {
  if (Array.isArray(value)) return `[${value.map((item: Schema.Json) => canonical(item)).join(",")}]`
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`
}

export interface Recorded {
  readonly hash: string
  readonly role: string
  readonly message: Schema.Json
}

/** Half of a SHA-256: two messages of one recording do not meet in it. */
const hashChars = 32

/** What of a value may be seen. */
const seen = (content: Content, redaction: Redaction, value: unknown): Schema.Json => {
  const plain = redaction.value(value)
  return content === "shape" ? shapeOf(plain) : plain
}

/** The messages of a prompt as they are recorded, each with its hash. */
export const messagesOf = Effect.fnUntraced(function* (
  prompt: Prompt.Prompt,
  content: Content,
  redaction: Redaction
): Effect.fn.Return<ReadonlyArray<Recorded>, never, Digest.Digest> {
  const { digestHex } = yield* Digest.Digest
  const encoder = new TextEncoder()
  return yield* Effect.forEach(prompt.content, (message) =>
    Effect.gen(function* () {
      const shown = seen(content, redaction, yield* Effect.orDie(encodeMessage(message)))
      const hash = yield* digestHex(Digest.sha256, encoder.encode(canonical(shown)))
      return { hash: hash.slice(0, hashChars), role: message.role, message: shown }
    })
  )
})

type AnyPart = Response.StreamPartEncoded | Response.PartEncoded

const isDelta = (
  part: AnyPart
): part is Extract<AnyPart, { readonly type: "text-delta" | "reasoning-delta" | "tool-params-delta" }> =>
  part.type === "text-delta" || part.type === "reasoning-delta" || part.type === "tool-params-delta"

const withoutTime = (part: AnyPart): AnyPart => {
  if (part.type === "response-metadata") {
    const { id, metadata, modelId, type } = part
    return { type, id, modelId, metadata }
  }
  if (part.type !== "finish") return part
  const { metadata, reason, type, usage } = part
  return { type, reason, usage, metadata }
}

/**
 * The parts as they are recorded. A secret may be spread over several pieces:
 * then the first of them has all that is left of the text, and the others nothing.
 */
export const partsOf = (
  parts: ReadonlyArray<AnyPart>,
  content: Content,
  redaction: Redaction
): ReadonlyArray<Schema.Json> => {
  const texts = new Map<string, string>()
  const keyOf = (part: { readonly type: string; readonly id: string }) => `${part.type} ${part.id}`
  for (const part of parts) if (isDelta(part)) texts.set(keyOf(part), (texts.get(keyOf(part)) ?? "") + part.delta)
  const replaced = new Map<string, string>()
  for (const [key, text] of texts) {
    const shown = redaction.text(text)
    if (shown !== text) replaced.set(key, shown)
  }
  return parts.map((part) => {
    const key = isDelta(part) ? keyOf(part) : undefined
    const whole = key === undefined ? undefined : replaced.get(key)
    if (key === undefined || whole === undefined) return seen(content, redaction, withoutTime(part))
    replaced.set(key, "")
    return seen(content, redaction, { ...part, delta: whole })
  })
}
