/** How much of a model's context messages take, in characters of text. Pure. */
import type { Prompt } from "effect/ai"
import * as Option from "effect/Option"
import { jsonTextOf } from "./boundedJson.ts"

/** A picture or a page takes some 1,500 tokens, whatever its bytes. */
const fileChars = 6_000
/** Names, ids and what frames a part on the wire. */
const frameChars = 32

const jsonChars = (value: unknown): number =>
  typeof value === "string"
    ? value.length
    : Option.match(jsonTextOf(value ?? null), { onNone: () => 0, onSome: (text) => text.length })

const partChars = (part: Prompt.Part): number => {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text.length
    case "file":
      return fileChars
    case "tool-call":
      return jsonChars(part.params)
    case "tool-result":
      return part.modelOutput === undefined
        ? jsonChars(part.result)
        : part.modelOutput.reduce((sum, output) => sum + partChars(output), 0)
    default:
      return 0
  }
}

/** Messages do not change: what was counted once holds. */
const counted = new WeakMap<Prompt.Message, number>()

const messageChars = (message: Prompt.Message): number => {
  const known = counted.get(message)
  if (known !== undefined) return known
  const parts: ReadonlyArray<Prompt.Part> = message.role === "system" ? [] : message.content
  const chars =
    message.role === "system"
      ? message.content.length + frameChars
      : parts.reduce((sum, part) => sum + partChars(part) + frameChars, frameChars)
  counted.set(message, chars)
  return chars
}

export const charsOf = (messages: ReadonlyArray<Prompt.Message>): number =>
  messages.reduce((sum, message) => sum + messageChars(message), 0)
