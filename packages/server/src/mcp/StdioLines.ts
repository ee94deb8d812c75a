/**
 * What a host writes on standard input, line by line, before the protocol sees it.
 *
 * The library takes a line of any length, and one that is no JSON ends its reading
 * of all. Here such lines are passed over, each with its error, and what comes
 * after them is read.
 *
 * @stability unstable
 */
import * as NodeBuffer from "node:buffer"
import type { Line } from "../acp/Lines.ts"

/** Twice what a request to the server may hold: prompts are the longest. */
export const lineBytesMax = 2 * 1024 * 1024

/** No message of ours has more than ten levels; the library goes down them all, until the stack ends. */
const nestingMax = 128

/** Whether lists and objects stand in each other deeper than that. */
const isDeep = (text: string): boolean => {
  let depth = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === "[" || token === "{") depth += 1
    else if (token === "]" || token === "}") depth -= 1
    if (depth > nestingMax) return true
  }
  return false
}

/** A line that goes on to the protocol, or the answer to one that does not. */
export type Judged =
  | { readonly _tag: "Message"; readonly text: string }
  | { readonly _tag: "Refused"; readonly answer: string }
  | { readonly _tag: "Nothing" }

const refusal = (code: number, message: string): Judged => ({
  _tag: "Refused",
  answer: `${JSON.stringify({ jsonrpc: "2.0", id: null, error: { code, message } })}\n`
})

const isMessage = (value: unknown): boolean => typeof value === "object" && value !== null

/** Whether a line is a message, in the codes of JSON-RPC 2.0. Blank lines are nothing. */
export const judge = (line: Line): Judged => {
  if (line._tag === "TooLong") return refusal(-32_600, `a message may have at most ${lineBytesMax} bytes`)
  const text = line.text.trim()
  if (text === "") return { _tag: "Nothing" }
  if (isDeep(text)) return refusal(-32_600, `a message may have at most ${nestingMax} levels`)
  try {
    return isMessage(JSON.parse(text))
      ? { _tag: "Message", text: `${text}\n` }
      : refusal(-32_600, "a message is a JSON object")
  } catch {
    return refusal(-32_700, "this line is no JSON")
  }
}

export const bytesOf = (text: string): Uint8Array => NodeBuffer.Buffer.from(text)
