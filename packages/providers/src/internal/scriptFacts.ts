/**
 * What the references of a script stand for in one prompt. Read from the prompt
 * alone, and only when a reference asks.
 */
import type { Prompt } from "effect/ai"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { systemText, userText } from "./scriptPlan.ts"
import type * as Template from "./template.ts"

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Json))
const isJson = Schema.is(Schema.Json)

const isRecord = (value: Schema.Json): value is Schema.JsonObject =>
  value !== null && typeof value === "object" && !Array.isArray(value)

/** The value at the end of a path. A text that is JSON is looked into: many tools answer so. */
const atPath = (value: Schema.Json, path: ReadonlyArray<string>): Schema.Json | undefined => {
  const [key, ...rest] = path
  if (key === undefined) return value
  const whole = typeof value === "string" ? Option.getOrUndefined(decodeJson(value)) : value
  if (whole === undefined || whole === null || typeof whole !== "object") return undefined
  const found = Array.isArray(whole)
    ? whole[Number(key)]
    : isRecord(whole) && Object.hasOwn(whole, key)
      ? whole[key]
      : undefined
  return found === undefined ? undefined : atPath(found, rest)
}

/** The calls of a scripted round: `call_<round>_<label>`, and `_<index>` where it is repeated. */
export const callId = (round: number, label: string, index: number | undefined): string =>
  index === undefined ? `call_${round}_${label}` : `call_${round}_${label}_${index}`

const ofCall = /^call_(\d+)_(.+)$/

const isOf = (part: Prompt.ToolResultPart, tool: string): boolean => {
  if (part.name === tool || part.id === tool) return true
  const labelled = ofCall.exec(part.id)?.[2]
  return labelled !== undefined && (labelled === tool || labelled.startsWith(`${tool}_`))
}

/** More than every round before it, those too that are not in the prompt any more, so that no id comes twice. */
export const roundOf = (messages: ReadonlyArray<Prompt.Message>): number => {
  let rounds = 0
  let latest = -1
  for (const message of messages) {
    if (message.role !== "assistant") continue
    rounds++
    for (const part of message.content) {
      if (part.type !== "tool-call" || !part.id.startsWith("call_")) continue
      latest = Math.max(latest, Number.parseInt(part.id.slice("call_".length), 10) || 0)
    }
  }
  return Math.max(rounds, latest + 1)
}

const resultsOf = (messages: ReadonlyArray<Prompt.Message>, tool: string): ReadonlyArray<Schema.Json> =>
  messages.flatMap((message) =>
    message.role === "tool"
      ? message.content.flatMap((part) =>
          part.type === "tool-result" && isOf(part, tool) && isJson(part.result) ? [part.result] : []
        )
      : []
  )

/** What a wake says of each child: its message has one line of JSON for each. */
const childrenIn = (message: string): ReadonlyArray<Schema.Json> =>
  message
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .flatMap((line) => Option.toArray(decodeJson(line)))
    .filter((value) => isRecord(value) && "child" in value)

const lastUserText = (messages: ReadonlyArray<Prompt.Message>): string => {
  const last = messages.findLast((message) => message.role === "user")
  return last === undefined ? "" : userText(last)
}

const list = (values: ReadonlyArray<Schema.Json>, path: ReadonlyArray<string>): Schema.Json | undefined => {
  const found = values.flatMap((value) => {
    const part = atPath(value, path)
    return part === undefined ? [] : [part]
  })
  return found.length === 0 ? undefined : found
}

/** The facts of a prompt for a conversation that begins at the message `begin`. */
export const make = (messages: ReadonlyArray<Prompt.Message>, begin: number): Template.Facts => {
  const since = messages.slice(begin + 1)
  const lookUp = (fact: Template.Fact): Schema.Json | undefined => {
    switch (fact._tag) {
      case "Prompt": {
        const message = messages[begin]
        return message?.role === "user" ? userText(message) : ""
      }
      case "Message":
        return lastUserText(messages)
      case "System":
        return systemText(messages)
      case "Tool": {
        const last = resultsOf(since, fact.tool).at(-1)
        return last === undefined ? undefined : atPath(last, fact.path)
      }
      case "Tools":
        return list(resultsOf(since, fact.tool), fact.path)
      case "Children":
        return list(childrenIn(lastUserText(messages)), fact.path)
    }
  }
  return { lookUp, index: 0, missing: new Set() }
}
