/**
 * Questions that an agent asks at once, which are put to a person one after the
 * other, and the answers in the agent's own words. Pure.
 *
 * @stability unstable
 */
import { type Frame, isRecord, listIn, recordIn, textIn } from "../Frames.ts"

export interface Field {
  readonly key: string
  readonly question: string
  readonly options: ReadonlyArray<string>
  /** The value that the words of a person are; none: they are none. */
  readonly valueOf: (words: string) => unknown
}

export interface Form {
  /** By which its questions are known in this conversation. */
  readonly name: string
  readonly fields: ReadonlyArray<Field>
  /** Results of the agent's call. */
  readonly accepted: (answers: Readonly<Record<string, unknown>>) => Frame
  readonly declined: Frame
  readonly cancelled: Frame
}

/** A person answers one after the other; a longer form is declined. */
export const fieldsMax = 16

/** Of the agent's words in the name of a form. */
const nameCharsMax = 200

interface Choice {
  readonly value: string
  readonly label: string
}

/** The choices of `enum`, or of `oneOf` and `anyOf` with their titles. */
const choicesOf = (property: Frame): ReadonlyArray<Choice> => [
  ...listIn(property, "enum").flatMap((value) => (typeof value === "string" ? [{ value, label: value }] : [])),
  ...[...listIn(property, "oneOf"), ...listIn(property, "anyOf")].flatMap((option) => {
    const value = isRecord(option) ? textIn(option, "const") : undefined
    return value === undefined || !isRecord(option) ? [] : [{ value, label: textIn(option, "title") ?? value }]
  })
]

const valueIn = (choices: ReadonlyArray<Choice>, words: string): string | undefined => {
  const said = words.trim()
  return choices.find(({ label, value }) => label === said || value === said)?.value
}

const yesAndNo: ReadonlyArray<Choice> = [
  { value: "yes", label: "yes" },
  { value: "no", label: "no" }
]

const numberOf = (words: string): number | undefined => {
  const value = Number(words.trim())
  return words.trim() === "" || !Number.isFinite(value) ? undefined : value
}

/** Words that are no choice go to the agent as they are: it may know what to do with them. */
const chosen = (choices: ReadonlyArray<Choice>, words: string): string => valueIn(choices, words) ?? words

const wordsIn = (list: string): ReadonlyArray<string> =>
  list
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")

const reader = (property: Frame): Pick<Field, "options" | "valueOf"> => {
  const choices = choicesOf(property)
  switch (property["type"]) {
    case "boolean":
      return {
        options: yesAndNo.map(({ label }) => label),
        valueOf: (words) => {
          const value = valueIn(yesAndNo, words.toLowerCase())
          return value === undefined ? undefined : value === "yes"
        }
      }
    case "number":
    case "integer":
      return { options: [], valueOf: numberOf }
    case "array": {
      const items = choicesOf(recordIn(property, "items") ?? {})
      return {
        options: items.map(({ label }) => label),
        valueOf: (words) => wordsIn(words).map((word) => chosen(items, word))
      }
    }
    default:
      return { options: choices.map(({ label }) => label), valueOf: (words) => chosen(choices, words) }
  }
}

const declined: Frame = { action: "decline" }
const cancelled: Frame = { action: "cancel" }

/**
 * The questions of `elicitation/create`. A form without properties is one
 * question, whether to go on; another mode than `form` is none.
 */
export const ofElicitation = (params: Frame): Form | undefined => {
  const schema = recordIn(params, "requestedSchema")
  if (params["mode"] !== "form" || schema === undefined) return undefined
  const message = textIn(params, "message") ?? "A question"
  const properties = Object.entries(recordIn(schema, "properties") ?? {})
  if (properties.length > fieldsMax) return undefined
  const about = (key: string, property: Frame): string => {
    const title = textIn(property, "title") ?? textIn(property, "description")
    return properties.length === 1 && title === undefined ? message : `${message}\n${title ?? key}`
  }
  const name = `elicitation:${textIn(params, "toolCallId") ?? message.slice(0, nameCharsMax)}`
  if (properties.length === 0) {
    const field: Field = { key: "go_on", question: message, ...reader({ type: "boolean" }) }
    return {
      name,
      fields: [field],
      accepted: ({ go_on: goesOn }) => (goesOn === true ? { action: "accept", content: {} } : declined),
      declined,
      cancelled
    }
  }
  return {
    name,
    fields: properties.map(([key, property]) => {
      const known = isRecord(property) ? property : {}
      const { options, valueOf } = reader(known)
      return { key, question: about(key, known), options, valueOf }
    }),
    accepted: (content) => ({ action: "accept", content }),
    declined,
    cancelled
  }
}
