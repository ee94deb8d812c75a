/**
 * Takes the content out of a message or a part and leaves its shape: every text
 * becomes as many `x`, every number of it 0. Kinds, names, ids, counts of tokens
 * and our own metadata stay. Pure, and the same when it is done again.
 */
import type * as Schema from "effect/Schema"

/** What is no content: the outside of messages and parts. */
const kept = new Set([
  "type",
  "role",
  "id",
  "name",
  "mediaType",
  "providerExecuted",
  "preliminary",
  "isFailure",
  "reason",
  "usage",
  "modelId",
  "toolCallId",
  "approvalId",
  "sourceType"
])

/** What providers say beside a part; only what we say there ourselves is known to be no content. */
const besides = new Set(["metadata", "options"])
const ours = "offshoot"

const isRecord = (value: Schema.Json): value is Schema.JsonObject =>
  value !== null && typeof value === "object" && !Array.isArray(value)

/** All of it is content. */
const masked = (value: Schema.Json): Schema.Json => {
  if (typeof value === "string") return "x".repeat(value.length)
  if (typeof value === "number") return 0
  if (value === null || typeof value === "boolean") return value
  if (Array.isArray(value)) return value.map((item: Schema.Json) => masked(item))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item)]))
}

const besideOf = (value: Schema.Json): Schema.Json => {
  const own = isRecord(value) ? value[ours] : undefined
  return own === undefined ? {} : { [ours]: own }
}

/** The shape of a message of a prompt or a part of a response, encoded as JSON. */
export const shapeOf = (value: Schema.Json): Schema.Json => {
  if (Array.isArray(value)) return value.map((item: Schema.Json) => shapeOf(item))
  if (!isRecord(value)) return masked(value)
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (kept.has(key)) return [key, item]
      if (besides.has(key)) return [key, besideOf(item)]
      return [key, key === "content" && Array.isArray(item) ? shapeOf(item) : masked(item)]
    })
  )
}
