/**
 * What the wires of model providers have in common here: what is read out of a
 * request, what an answer is made of, and how its bytes are parted.
 *
 * One file per wire under `wires/` is pure; the server only writes what it
 * is given.
 */
import type * as Option from "effect/Option"
import * as Json from "./Json.ts"
import type { Stop } from "./Script.ts"

/** One entry of the conversation as a program sent it. What a model said in one answer is one entry. */
export interface Turn {
  readonly role: "user" | "model" | "tool"
  readonly text: string
}

/** A request for an answer. */
export interface Asked {
  readonly model: string
  readonly turns: ReadonlyArray<Turn>
  readonly tools: ReadonlyArray<string>
  readonly streams: boolean
}

export type ComposedPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thought"; readonly text: string }
  | { readonly type: "call"; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly type: "hold"; readonly word: string }
  | { readonly type: "drop" }

/** An answer with the names and ids that its wire needs. */
export interface Composed {
  readonly id: string
  readonly model: string
  readonly parts: ReadonlyArray<ComposedPart>
  readonly stop: Stop
}

/** What is written, or what happens between two writes. */
export type Frame =
  | { readonly type: "bytes"; readonly text: string }
  | { readonly type: "hold"; readonly word: string }
  | { readonly type: "drop" }

export interface Failed {
  readonly status: number
  readonly message: string
}

export interface Wire {
  readonly name: "anthropic" | "responses" | "chat" | "gemini"
  /** None when the request is not one for an answer on this wire. */
  readonly read: (path: string, body: unknown) => Option.Option<Asked>
  readonly stream: (answer: Composed) => ReadonlyArray<Frame>
  /** The answer to a request that wants it in one piece. */
  readonly whole: (answer: Composed) => unknown
  readonly failure: (failed: Failed) => unknown
}

/** What every answer claims to have used; `input` includes what was cached, `output` the reasoning. */
export const usage = { input: 1000, cached: 200, output: 30, reasoning: 10 } as const

/** One event of a stream; the name is left out where a wire has none. */
export const event = (data: unknown, name?: string): Frame => ({
  type: "bytes",
  text: `${name === undefined ? "" : `event: ${name}\n`}data: ${Json.encode(data)}\n\n`
})

/** Longer texts go out in pieces of this size; shorter ones word by word, so that there is something to join. */
const pieceCharactersMax = 16_384

export const pieces = (text: string): ReadonlyArray<string> => {
  if (text.length <= 256) return text.match(/\S+\s*|\s+/g) ?? []
  const count = Math.ceil(text.length / pieceCharactersMax)
  return Array.from({ length: count }, (_, index) =>
    text.slice(index * pieceCharactersMax, (index + 1) * pieceCharactersMax)
  )
}

/** The input of a call in two pieces, as a wire that streams it would. */
export const halves = (text: string): ReadonlyArray<string> => {
  const middle = Math.ceil(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== "")
}

/** The conversation with the entries of one role in a row taken together: a wire may have several for one answer. */
export const joined = (turns: ReadonlyArray<Turn>): ReadonlyArray<Turn> => {
  const out: Array<Turn> = []
  for (const turn of turns) {
    const last = out.at(-1)
    if (last === undefined || last.role !== turn.role) out.push(turn)
    else out[out.length - 1] = { role: turn.role, text: `${last.text}\n${turn.text}` }
  }
  return out
}

/** The texts of an answer, for a wire that answers in one piece. */
export const textOf = (answer: Composed): string =>
  answer.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("")

export const calls = (answer: Composed): boolean => answer.parts.some(({ type }) => type === "call")
