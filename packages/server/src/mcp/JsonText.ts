/**
 * JSON and JSON with comments, changed at one place: what is not the entry keeps
 * its bytes, comments, order and layout.
 *
 * `jsonc-parser` reads and says where things are. It does not edit: what its own
 * edits add or remove at the end of an object takes the comment of the member
 * before along.
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Jsonc from "jsonc-parser"
import { lineEndOf, placeAt, type Refusal, type TextFormat } from "./TextFormat.ts"

type Comments = "with_comments" | "without_comments"

interface Splice {
  readonly offset: number
  readonly removed: number
  readonly added: string
}

const spaced = (code: string): string => code.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()

interface Parsed {
  readonly value: unknown
  /** None: there is nothing but white space. */
  readonly root: Option.Option<Jsonc.Node>
}

const notAnObject = (text: string, node: Jsonc.Node): Refusal => ({
  told: "an object is expected here",
  place: placeAt(text, node.offset)
})

const parse = (text: string, comments: Comments): Result.Result<Parsed, Refusal> => {
  if (text.trim() === "") return Result.succeed({ value: {}, root: Option.none() })
  const options = {
    disallowComments: comments === "without_comments",
    allowTrailingComma: comments === "with_comments"
  }
  const errors: Array<Jsonc.ParseError> = []
  const root = Jsonc.parseTree(text, errors, options)
  const [first] = errors
  if (first !== undefined || root === undefined) {
    const what = first === undefined ? "syntax error" : spaced(Jsonc.printParseErrorCode(first.error))
    return Result.fail({ told: `this is not JSON: ${what}`, place: placeAt(text, first?.offset ?? 0) })
  }
  if (root.type !== "object") return Result.fail(notAnObject(text, root))
  return Result.succeed({ value: Jsonc.getNodeValue(root), root: Option.some(root) })
}

const apply = (text: string, splices: ReadonlyArray<Splice>): string =>
  splices
    .toSorted((left, right) => right.offset - left.offset)
    .reduce((all, { added, offset, removed }) => all.slice(0, offset) + added + all.slice(offset + removed), text)

interface Trivia {
  readonly kind: "space" | "line_end" | "comment"
  readonly end: number
}

const trivia = /(?<space>[ \t]+)|(?<lineEnd>\r?\n)|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//y

/** White space and comments from here on, up to where something else begins. */
const triviaFrom = (text: string, from: number): ReadonlyArray<Trivia> => {
  const pattern = new RegExp(trivia)
  pattern.lastIndex = from
  const found: Array<Trivia> = []
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const { lineEnd, space } = match.groups ?? {}
    const kind = space !== undefined ? "space" : lineEnd !== undefined ? "line_end" : "comment"
    found.push({ kind, end: pattern.lastIndex })
  }
  return found
}

const lastComment = (all: ReadonlyArray<Trivia>): number | undefined =>
  all.findLast(({ kind }) => kind === "comment")?.end

/** Where the comma behind a member is; none: it is the last and has none. */
const commaAfter = (text: string, end: number): number | undefined => {
  const next = triviaFrom(text, end).at(-1)?.end ?? end
  return text[next] === "," ? next : undefined
}

/** Past the comments that stand on the same line. */
const lineRest = (text: string, from: number): number => {
  const all = triviaFrom(text, from)
  const lineEnd = all.findIndex(({ kind }) => kind === "line_end")
  return lastComment(lineEnd < 0 ? all : all.slice(0, lineEnd)) ?? from
}

const endOf = (node: Jsonc.Node): number => node.offset + node.length

/** The white space that the line of this place begins with. */
const indentAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset))?.[0] ?? ""

/** One step of indentation, as the file has it. */
const unitOf = (text: string): string => /\n([ \t]+)"/.exec(text)?.[1] ?? "  "

const valueText = (text: string, indent: string, value: unknown, layout: "lines" | "one_line"): string =>
  layout === "one_line"
    ? JSON.stringify(value)
    : JSON.stringify(value, null, unitOf(text)).replaceAll("\n", `${lineEndOf(text)}${indent}`)

const memberText = (text: string, indent: string, name: string, value: unknown, layout: "lines" | "one_line") =>
  `${JSON.stringify(name)}: ${valueText(text, indent, value, layout)}`

/** As the last member, behind what the one before has on its line. */
const splicesOfAdding = (text: string, object: Jsonc.Node, name: string, value: unknown): ReadonlyArray<Splice> => {
  const last = object.children?.at(-1)
  const close = endOf(object) - 1
  const body = text.slice(object.offset, close)
  const unit = unitOf(text)
  const base = indentAt(text, object.offset)
  if (last === undefined) {
    const from = lastComment(triviaFrom(text, object.offset + 1)) ?? object.offset + 1
    const indent = base + unit
    const added = `${lineEndOf(text)}${indent}${memberText(text, indent, name, value, "lines")}${lineEndOf(text)}${base}`
    return [{ offset: from, removed: close - from, added }]
  }
  const comma = commaAfter(text, endOf(last))
  const missing = comma === undefined ? [{ offset: endOf(last), removed: 0, added: "," }] : []
  const from = lineRest(text, comma === undefined ? endOf(last) : comma + 1)
  if (!body.includes("\n")) {
    return [...missing, { offset: from, removed: 0, added: ` ${memberText(text, "", name, value, "one_line")}` }]
  }
  const indent = text.slice(object.offset, last.offset).includes("\n") ? indentAt(text, last.offset) : base + unit
  const added = `${lineEndOf(text)}${indent}${memberText(text, indent, name, value, "lines")}`
  return [...missing, { offset: from, removed: 0, added: comma === undefined ? added : `${added},` }]
}

/** A splice at the place of another comes after it: the comma that was missing. */
const joined = (splices: ReadonlyArray<Splice>): ReadonlyArray<Splice> => {
  const [first, second] = splices
  return first !== undefined && second !== undefined && first.offset === second.offset
    ? [{ ...second, added: first.added + second.added }]
    : splices
}

const childOf = (object: Jsonc.Node, name: string): Jsonc.Node | undefined => Jsonc.findNodeAtLocation(object, [name])

/** What is not there yet of a path, as a value. */
const nested = (names: ReadonlyArray<string>, value: unknown): unknown =>
  names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)

const put = (
  text: string,
  root: Jsonc.Node,
  path: ReadonlyArray<string>,
  value: unknown
): Result.Result<string, Refusal> => {
  let at = root
  for (const [depth, name] of path.entries()) {
    if (at.type !== "object") return Result.fail(notAnObject(text, at))
    const child = childOf(at, name)
    if (child === undefined) {
      return Result.succeed(apply(text, joined(splicesOfAdding(text, at, name, nested(path.slice(depth + 1), value)))))
    }
    at = child
  }
  const layout = text.includes("\n") ? "lines" : "one_line"
  const added = valueText(text, indentAt(text, at.offset), value, layout)
  return Result.succeed(apply(text, [{ offset: at.offset, removed: at.length, added }]))
}

/**
 * From the beginning of its line, when it begins one, and with the end of the
 * line before when nothing but a comment follows: what follows must not get
 * behind a comment.
 */
const startOf = (text: string, property: Jsonc.Node, end: number): number => {
  const line = text.lastIndexOf("\n", property.offset - 1)
  if (line < 0 || text.slice(line + 1, property.offset).trim() !== "") return property.offset
  if (!/^[ \t]*(\r?\n|$)/.test(text.slice(lineRest(text, end)))) return line + 1
  return text[line - 1] === "\r" ? line - 1 : line
}

const take = (text: string, root: Jsonc.Node, path: ReadonlyArray<string>): string => {
  const value = Jsonc.findNodeAtLocation(root, [...path])
  const property = value?.parent
  const members = property?.parent?.children
  if (property === undefined || members === undefined) return text
  const comma = commaAfter(text, endOf(property))
  const before = members[members.indexOf(property) - 1]
  const commaBefore = before === undefined ? undefined : commaAfter(text, endOf(before))
  const end = comma === undefined ? endOf(property) : comma + 1
  const own = (start: number): Splice => ({ offset: start, removed: end - start, added: "" })
  const start = startOf(text, property, end)
  // A last member without a comma takes the one before it along.
  if (comma !== undefined || commaBefore === undefined) return apply(text, [own(start)])
  return text.slice(commaBefore + 1, start).trim() === ""
    ? apply(text, [own(commaBefore)])
    : apply(text, [{ offset: commaBefore, removed: 1, added: "" }, own(start)])
}

const format = (comments: Comments): TextFormat => ({
  read: (text) => Result.map(parse(text, comments), ({ value }) => value),
  put: (text, path, value) =>
    Result.flatMap(parse(text, comments), ({ root }) =>
      Option.match(root, {
        onNone: () => Result.succeed(`${JSON.stringify(nested(path, value), null, 2)}\n`),
        onSome: (node) => put(text, node, path, value)
      })
    ),
  take: (text, path) =>
    Result.map(parse(text, comments), ({ root }) =>
      Option.match(root, { onNone: () => text, onSome: (node) => take(text, node, path) })
    )
})

/** For hosts that read nothing but JSON: a file with a comment is one that they cannot read. */
export const jsonText: TextFormat = format("without_comments")

export const jsonTextWithComments: TextFormat = format("with_comments")
