/**
 * What a server answered to a call, as an answer for the model. Pure.
 *
 * Text stays text, pictures, sound and files stay what they are for models
 * that read them; `result` is what is recorded and shown: it never holds their
 * bytes twice.
 *
 * @stability unstable
 */
import type { AgentTools } from "@offshoot/core"
import { Prompt } from "effect/ai"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

type ModelOutput = NonNullable<AgentTools.ToolAnswer["modelOutput"]>

const Text = Schema.Struct({ type: Schema.Literal("text"), text: Schema.String })
const Media = Schema.Struct({
  type: Schema.Literals(["image", "audio"]),
  data: Schema.String,
  mimeType: Schema.String
})
const Link = Schema.Struct({
  type: Schema.Literal("resource_link"),
  uri: Schema.String,
  name: Schema.optional(Schema.String),
  title: Schema.optional(Schema.String),
  description: Schema.optional(Schema.String),
  mimeType: Schema.optional(Schema.String)
})
const Embedded = Schema.Struct({
  type: Schema.Literal("resource"),
  resource: Schema.Union([
    Schema.Struct({ uri: Schema.String, mimeType: Schema.optional(Schema.String), text: Schema.String }),
    Schema.Struct({ uri: Schema.String, mimeType: Schema.optional(Schema.String), blob: Schema.String })
  ])
})
const Block = Schema.Union([Text, Media, Link, Embedded])
type Block = typeof Block.Type

const decodeBlock = Schema.decodeUnknownOption(Block)
const decodeResult = Schema.decodeUnknownOption(
  Schema.Struct({
    content: Schema.optional(Schema.Array(Schema.Unknown)),
    structuredContent: Schema.optional(Schema.Unknown),
    isError: Schema.optional(Schema.Boolean),
    /** What servers of 2024-10-07 answered. */
    toolResult: Schema.optional(Schema.Unknown)
  })
)

/** All text of one answer. A model reads far less; what is longer was not meant for one. */
export const textCharsMax = 2_000_000

/** The base64 of all files of one answer: some five pictures as providers take them. */
export const fileCharsMax = 14_000_000

/** An answer of a thousand parts is a stream of something else. */
const blocksMax = 500

/** A failure in our own words. */
export const failure = (words: string): AgentTools.ToolAnswer => ({ isFailure: true, result: words })

const textPart = (text: string) => Prompt.textPart({ text })

const isBase64 = (data: string): boolean => data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data)

/** What is still allowed in one answer, and what takes out secrets. */
interface Room {
  readonly mask: (text: string) => string
  textChars: number
  fileChars: number
}

/** What a block is to the model, and what is recorded of it. */
interface Mapped {
  readonly part: ModelOutput[number]
  readonly recorded: unknown
}

const ofText = (room: Room, raw: string): Mapped => {
  const text = room.mask(raw)
  const kept = text.slice(0, room.textChars)
  room.textChars -= kept.length
  const cut = kept.length < text.length ? `\n[${text.length - kept.length} more characters were left out]` : ""
  return { part: textPart(kept + cut), recorded: { type: "text", text: kept + cut } }
}

const ofFile = (room: Room, mediaType: string, data: string, described: string): Mapped => {
  if (!isBase64(data)) return ofText(room, `[${described}: its data is not base64]`)
  if (data.length > room.fileChars) return ofText(room, `[${described}: left out, the answer is too large]`)
  room.fileChars -= data.length
  return {
    part: Prompt.filePart({ mediaType, data }),
    recorded: { type: "file", mediaType, bytes: Math.floor((data.length * 3) / 4) }
  }
}

const ofBlock = (room: Room, block: Block): Mapped => {
  switch (block.type) {
    case "text":
      return ofText(room, block.text)
    case "image":
    case "audio":
      return ofFile(room, block.mimeType, block.data, `${block.type} ${block.mimeType}`)
    case "resource_link": {
      const about = block.description === undefined ? "" : `\n${block.description}`
      return ofText(room, `${block.title ?? block.name ?? "resource"}: ${block.uri}${about}`)
    }
    case "resource": {
      const { resource } = block
      return "text" in resource
        ? ofText(room, `${resource.uri}:\n${resource.text}`)
        : ofFile(room, resource.mimeType ?? "application/octet-stream", resource.blob, resource.uri)
    }
  }
}

const jsonChars = (value: unknown): number => JSON.stringify(value)?.length ?? 0

/** Every text in a JSON value, changed. */
const mapText = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === "string") return change(value)
  if (Array.isArray(value)) return value.map((item: unknown) => mapText(item, change))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapText(inner, change)]))
}

/**
 * The answer to a call; `mask` takes out what nobody may read (I9).
 *
 * **Details**: `result` is the structured content where there is some, the
 * text where there is nothing else, else one entry for each part.
 */
export const answerOf = (raw: unknown, mask: (text: string) => string): AgentTools.ToolAnswer => {
  const decoded = decodeResult(raw)
  if (Option.isNone(decoded)) return failure("The server's answer is not one of a tool.")
  const { content = [], isError = false, structuredContent, toolResult } = decoded.value
  const room: Room = { mask, textChars: textCharsMax, fileChars: fileCharsMax }
  const mapped = content.slice(0, blocksMax).map((rawBlock) => {
    const block = decodeBlock(rawBlock)
    if (Option.isNone(block)) return ofText(room, "[a part that is not known here]")
    return ofBlock(room, block.value)
  })
  if (content.length > blocksMax) mapped.push(ofText(room, `[${content.length - blocksMax} more parts were left out]`))
  const parts = mapped.map(({ part }) => part)
  const structured = structuredContent ?? toolResult
  const structuredMasked = structured === undefined ? undefined : mapText(structured, mask)
  if (structuredMasked !== undefined && jsonChars(structuredMasked) <= textCharsMax) {
    return {
      isFailure: isError,
      result: structuredMasked,
      ...(parts.length === 0 ? {} : { modelOutput: parts })
    }
  }
  if (parts.every((part) => part.type === "text")) {
    return { isFailure: isError, result: parts.map((part) => part.text).join("\n") }
  }
  return { isFailure: isError, result: mapped.map(({ recorded }) => recorded), modelOutput: parts }
}
