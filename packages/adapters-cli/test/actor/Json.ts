/** Reading of JSON that came from outside, without believing in its shape. */
import * as NodeCrypto from "node:crypto"

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The value at the end of the path, or undefined. */
export const at = (value: unknown, ...path: ReadonlyArray<string | number>): unknown => {
  let here = value
  for (const step of path) {
    if (Array.isArray(here) && typeof step === "number") here = here[step]
    else if (isFields(here)) here = here[step]
    else return undefined
  }
  return here
}

/** The text at the end of the path; nothing else is one. */
export const textAt = (value: unknown, ...path: ReadonlyArray<string | number>): string => {
  const found = at(value, ...path)
  return typeof found === "string" ? found : ""
}

/** What the line says, or undefined when it is not JSON. */
export const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** The words of content that is a text, or a list of parts with a text. */
export const wordsOf = (content: unknown): string => {
  if (typeof content === "string") return content
  return Array.isArray(content) ? content.map((part) => textAt(part, "text")).join("") : ""
}

/** An id in the form of a UUID. */
export const uuid = (): string => {
  const hex = NodeCrypto.randomBytes(16).toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

let made = 0

/** An id with this beginning that no other of this process has. */
export const idOf = (prefix: string): string => `${prefix}${(++made).toString().padStart(4, "0")}`

export const nowMillis = (): number => Math.round(performance.timeOrigin + performance.now())
