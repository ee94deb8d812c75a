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

const firstText = (record: Schema.JsonObject, keys: ReadonlyArray<string>): string | undefined => {
  for (const key of keys) {
    const found = record[key]
    if (typeof found === "string") return found
  }
  return undefined
}

const noRecord: Schema.JsonObject = {}

/** One child, in the words of a script, whether a wake or a tool told of it. */
const childOf = (told: Schema.Json): ReadonlyArray<Schema.JsonObject> => {
  if (!isRecord(told)) return []
  const id = firstText(told, ["child", "child_session_id"])
  if (id === undefined) return []
  const words = told["written_by_child"]
  const said = words !== undefined && isRecord(words) ? words : noRecord
  const title = firstText(told, ["title"]) ?? id
  const status = firstText(told, ["status"]) ?? "unknown"
  const error = firstText(told, ["error"])
  const answer = firstText(told, ["answer", "answerBegin"]) ?? firstText(said, ["answer", "answer_begin"])
  const line = `${title}: ${answer === undefined || answer === "" ? (error ?? status) : answer}`
  const known = { id, title, status, line }
  return [{ ...known, ...(error === undefined ? {} : { error }), ...(answer === undefined ? {} : { answer }) }]
}

/** A wake has one line of JSON for each child. */
const childrenInMessage = (message: string): ReadonlyArray<Schema.JsonObject> =>
  message
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .flatMap((line) => Option.toArray(decodeJson(line)))
    .flatMap(childOf)

const childrenInResult = (result: unknown): ReadonlyArray<Schema.JsonObject> => {
  if (!isJson(result) || !isRecord(result)) return []
  const children = result["children"]
  return children !== undefined && Array.isArray(children)
    ? children.flatMap((child: Schema.Json) => childOf(child))
    : []
}

/** The latest report: who waits for children that have settled already is told at once, others are woken with it. */
const childrenIn = (messages: ReadonlyArray<Prompt.Message>): ReadonlyArray<Schema.JsonObject> => {
  for (const message of messages.toReversed()) {
    const told =
      message.role === "user"
        ? childrenInMessage(userText(message))
        : message.role === "tool"
          ? message.content.flatMap((part) => (part.type === "tool-result" ? childrenInResult(part.result) : []))
          : []
    if (told.length > 0) return told
  }
  return []
}

const lastUserText = (messages: ReadonlyArray<Prompt.Message>): string => {
  const last = messages.findLast((message) => message.role === "user")
  return last === undefined ? "" : userText(last)
}

/** What each of them has there. Nothing at all when there are none. */
const list = (values: ReadonlyArray<Schema.Json>, path: ReadonlyArray<string>): Schema.Json | undefined =>
  values.length === 0
    ? undefined
    : values.flatMap((value) => {
        const part = atPath(value, path)
        return part === undefined ? [] : [part]
      })

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
        return list(childrenIn(since), fact.path)
    }
  }
  return { lookUp, index: 0, missing: new Set() }
}
