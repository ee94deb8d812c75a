/**
 * The forms of MCP servers, as one question and its answer in words. Pure.
 *
 * Who answers writes one text: a choice or a value for a form with one field,
 * a JSON object for one with more. What does not fit is no answer.
 *
 * @stability unstable
 */
import { type Frame, isRecord, listIn, objectOf, recordIn, textIn } from "../Frames.ts"

interface Choice {
  readonly value: string
  readonly title: string
}

/** Plain values, values with titles beside them, and values with titles of their own. */
const choicesOf = (field: Frame): ReadonlyArray<Choice> => {
  const titles = listIn(field, "enumNames")
  const plain = listIn(field, "enum").flatMap((value, index) => {
    if (typeof value !== "string") return []
    const title = titles[index]
    return [{ value, title: typeof title === "string" ? title : value }]
  })
  const titled = listIn(field, "oneOf").flatMap((choice) => {
    const value = isRecord(choice) ? textIn(choice, "const") : undefined
    return value === undefined || !isRecord(choice) ? [] : [{ value, title: textIn(choice, "title") ?? value }]
  })
  return [...plain, ...titled]
}

const fieldsOf = (schema: Frame | undefined): ReadonlyArray<readonly [string, Frame]> =>
  Object.entries((schema && recordIn(schema, "properties")) ?? {}).flatMap(([name, field]) =>
    isRecord(field) ? [[name, field] as const] : []
  )

const isBoolean = (field: Frame): boolean => field["type"] === "boolean"

const describe = ([name, field]: readonly [string, Frame]): string => {
  const choices = choicesOf(field).map(({ value }) => value)
  const shape = choices.length > 0 ? choices.join(" | ") : (textIn(field, "type") ?? "text")
  const title = textIn(field, "title") ?? textIn(field, "description")
  return title === undefined || title === name ? `${name} (${shape})` : `${name} (${shape}): ${title}`
}

const accept = "Accept"
const decline = "Decline"

/** The question that a form is, and what may be chosen from. */
export const questionOf = (
  message: string,
  schema: Frame | undefined
): { readonly question: string; readonly options: ReadonlyArray<string> } => {
  const [first, ...more] = fieldsOf(schema)
  if (first === undefined) return { question: message, options: [accept, decline] }
  if (more.length > 0) {
    const fields = [first, ...more].map((field) => `- ${describe(field)}`)
    return { question: [message, "Answer with a JSON object of:", ...fields].join("\n"), options: [] }
  }
  const [, field] = first
  if (isBoolean(field)) return { question: message, options: ["true", "false"] }
  const choices = choicesOf(field).map(({ title }) => title)
  return { question: choices.length > 0 ? message : `${message}\n${describe(first)}`, options: choices }
}

const valueOf = (field: Frame, text: string): unknown => {
  const choices = choicesOf(field)
  if (choices.length > 0) return choices.find(({ title, value }) => value === text || title === text)?.value
  if (isBoolean(field)) return text === "true" ? true : text === "false" ? false : undefined
  if (field["type"] !== "number" && field["type"] !== "integer") return text
  const number = Number(text)
  const isNumber = text.trim() !== "" && Number.isFinite(number)
  return isNumber && (field["type"] === "number" || Number.isInteger(number)) ? number : undefined
}

/** What the form is filled in with; none: the answer does not fit, or says no. */
export const contentOf = (schema: Frame | undefined, text: string): Frame | undefined => {
  const [first, ...more] = fieldsOf(schema)
  if (first === undefined) return text === decline ? undefined : {}
  if (more.length > 0) return objectOf(text.trim())
  const [name, field] = first
  const value = valueOf(field, text)
  return value === undefined ? undefined : { [name]: value }
}
