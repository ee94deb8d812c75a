/**
 * Texts and values of a script with `{{…}}` in them: taken apart once, filled
 * in once for each round. A text without any costs nothing per round.
 *
 * What a reference stands for in a prompt is `Facts`' business. A reference
 * that stands for nothing is noted in `missing`, and its place is left empty:
 * the round fails with the list.
 */
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"

/** What can be referred to. `path` leads into a JSON value, by keys and positions. */
export type Fact =
  | { readonly _tag: "Prompt" }
  | { readonly _tag: "Message" }
  | { readonly _tag: "System" }
  | { readonly _tag: "Tool"; readonly tool: string; readonly path: ReadonlyArray<string> }
  | { readonly _tag: "Tools"; readonly tool: string; readonly path: ReadonlyArray<string> }
  | { readonly _tag: "Children"; readonly path: ReadonlyArray<string> }

type Reference = Fact | { readonly _tag: "Index" } | { readonly _tag: "Number" }

interface Hole {
  readonly reference: Reference
  /** As it is written, for the message about what it lacks. */
  readonly written: string
}

/** A text. `pieces` are texts and holes in turn. */
export type Text =
  | { readonly _tag: "Fixed"; readonly text: string }
  | { readonly _tag: "Filled"; readonly pieces: ReadonlyArray<string | Hole> }

/** A JSON value. A string that is one reference and nothing else becomes the value itself, not its text. */
export type Value =
  | { readonly _tag: "Constant"; readonly value: Schema.Json }
  | { readonly _tag: "Whole"; readonly hole: Hole }
  | { readonly _tag: "Text"; readonly text: Text }
  | { readonly _tag: "List"; readonly items: ReadonlyArray<Value> }
  | { readonly _tag: "Record"; readonly entries: ReadonlyArray<readonly [string, Value]> }

/** What the references stand for in one round, and which of them stood for nothing. */
export interface Facts {
  readonly lookUp: (reference: Fact) => Schema.Json | undefined
  /** Which call of a repeated one is filled in. */
  readonly index: number
  readonly missing: Set<string>
}

const known = "prompt, message, system, index, number, tool.<name>.<path>, tools.<name>.<path> and children.<path>"

const referenceOf = (words: ReadonlyArray<string>): Reference | undefined => {
  const [kind, first, ...rest] = words
  switch (kind) {
    case "tool":
      return first === undefined ? undefined : { _tag: "Tool", tool: first, path: rest }
    case "tools":
      return first === undefined ? undefined : { _tag: "Tools", tool: first, path: rest }
    case "children":
      return { _tag: "Children", path: words.slice(1) }
  }
  if (words.length > 1) return undefined
  switch (kind) {
    case "prompt":
      return { _tag: "Prompt" }
    case "message":
      return { _tag: "Message" }
    case "system":
      return { _tag: "System" }
    case "index":
      return { _tag: "Index" }
    case "number":
      return { _tag: "Number" }
    default:
      return undefined
  }
}

const holeOf = (inside: string): Result.Result<Hole, string> => {
  const written = `{{${inside}}}`
  const words = inside.trim().split(".")
  const reference = words.includes("") ? undefined : referenceOf(words)
  return reference === undefined
    ? Result.fail(`${written} refers to nothing; there are ${known}`)
    : Result.succeed({ reference, written })
}

/** Takes a text apart, or says what is wrong with it. */
export const text = (source: string): Result.Result<Text, string> => {
  const pieces: Array<string | Hole> = []
  let at = 0
  for (let open = source.indexOf("{{"); open >= 0; open = source.indexOf("{{", at)) {
    const close = source.indexOf("}}", open)
    if (close < 0) return Result.fail(`{{ at character ${open + 1} is not closed by }}`)
    const hole = holeOf(source.slice(open + 2, close))
    if (Result.isFailure(hole)) return Result.fail(hole.failure)
    if (open > at) pieces.push(source.slice(at, open))
    pieces.push(hole.success)
    at = close + 2
  }
  if (pieces.length === 0) return Result.succeed({ _tag: "Fixed", text: source })
  if (at < source.length) pieces.push(source.slice(at))
  return Result.succeed({ _tag: "Filled", pieces })
}

/** One thing that is wrong with a value, and where in it. */
export interface Misplaced {
  readonly path: ReadonlyArray<PropertyKey>
  readonly issue: string
}

const isConstant = (value: Value): value is Extract<Value, { readonly _tag: "Constant" }> => value._tag === "Constant"

const inString = (source: string): Result.Result<Value, string> =>
  Result.map(text(source), (text): Value => {
    if (text._tag === "Fixed") return { _tag: "Constant", value: source }
    const [only, ...more] = text.pieces
    return only !== undefined && typeof only !== "string" && more.length === 0
      ? { _tag: "Whole", hole: only }
      : { _tag: "Text", text }
  })

/** Takes a value apart; what is wrong is added to `problems`. */
export const value = (
  source: Schema.Json,
  problems: Array<Misplaced> = [],
  path: ReadonlyArray<PropertyKey> = []
): Value => {
  if (typeof source === "string") {
    const taken = inString(source)
    if (Result.isSuccess(taken)) return taken.success
    problems.push({ path, issue: taken.failure })
    return { _tag: "Constant", value: source }
  }
  if (Array.isArray(source)) {
    const items = source.map((item: Schema.Json, index) => value(item, problems, [...path, index]))
    return items.every(isConstant) ? { _tag: "Constant", value: source } : { _tag: "List", items }
  }
  if (source === null || typeof source !== "object") return { _tag: "Constant", value: source }
  const entries = Object.entries(source).map(([key, item]) => [key, value(item, problems, [...path, key])] as const)
  return entries.every(([, item]) => isConstant(item))
    ? { _tag: "Constant", value: source }
    : { _tag: "Record", entries }
}

/** As it stands in a text: a string is itself, a list is one line for each item. */
const inWords = (found: Schema.Json): string => {
  if (typeof found === "string") return found
  if (Array.isArray(found)) return found.map((item: Schema.Json) => inWords(item)).join("\n")
  return JSON.stringify(found)
}

const filledHole = ({ reference, written }: Hole, facts: Facts): Schema.Json => {
  if (reference._tag === "Index") return facts.index
  if (reference._tag === "Number") return facts.index + 1
  const found = facts.lookUp(reference)
  if (found !== undefined) return found
  facts.missing.add(written)
  return ""
}

export const fillText = (text: Text, facts: Facts): string =>
  text._tag === "Fixed"
    ? text.text
    : text.pieces.map((piece) => (typeof piece === "string" ? piece : inWords(filledHole(piece, facts)))).join("")

export const fillValue = (value: Value, facts: Facts): Schema.Json => {
  switch (value._tag) {
    case "Constant":
      return value.value
    case "Whole":
      return filledHole(value.hole, facts)
    case "Text":
      return fillText(value.text, facts)
    case "List":
      return value.items.map((item) => fillValue(item, facts))
    case "Record":
      return Object.fromEntries(value.entries.map(([key, item]) => [key, fillValue(item, facts)]))
  }
}
