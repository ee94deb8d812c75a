/**
 * From the text of a file to values that know their places.
 *
 * The one place that reads YAML, TOML and JSON. A place counts lines and columns
 * from 1, in the file as it is on disk.
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Jsonc from "jsonc-parser"
import * as Toml from "smol-toml"
import * as Yaml from "yaml"

export interface Place {
  readonly line: number
  readonly column: number
}

export interface Flaw extends Place {
  readonly message: string
}

type Path = ReadonlyArray<PropertyKey>

export interface Written {
  readonly value: unknown
  /** Where the value or its key begins, or else what encloses it. */
  readonly placeOf: (path: Path) => Place
}

export interface FrontMatter extends Written {
  /** What follows the front matter, trimmed. */
  readonly body: string
}

/** Roles refer to nothing within themselves; this many aliases are an attempt to blow the file up. */
const aliasesMax = 16

/** Nothing in a role lies deeper. */
const depthMax = 32

const start: Place = { line: 1, column: 1 }

const placeAt = (text: string, offset: number): Place => {
  const before = text.slice(0, offset)
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") }
}

/** Some editors begin a file with a byte order mark. */
const withoutMark = (text: string): string => (text.startsWith("\uFEFF") ? text.slice(1) : text)

const fence = /^---[ \t]*\r?\n(?:([\s\S]*?)\r?\n)?---[ \t]*(?:\r?\n|$)/

/** Whether a page says anything about itself; a page beside the roles often does not. */
export const hasFrontMatter = (text: string): boolean => fence.test(withoutMark(text))

const plainLine = /^([A-Za-z][\w-]*):[ \t]+(\S.*)$/
const isQuoted = (value: string): boolean => /^["'[{|>&!]/.test(value)
const isAmbiguous = (value: string): boolean => /:(\s|$)|\s#|^[*@%`]/.test(value)

/**
 * What people write and their tools accept although it is not YAML: a colon
 * within a value that has no quotes. No line moves.
 */
const withQuotes = (text: string): string =>
  text
    .split("\n")
    .map((line) => {
      const [, key, value] = plainLine.exec(line) ?? []
      if (key === undefined || value === undefined || isQuoted(value) || !isAmbiguous(value)) return line
      return `${key}: ${JSON.stringify(value.trimEnd())}`
    })
    .join("\n")

const yamlPlace = (document: Yaml.Document, counter: Yaml.LineCounter, path: Path, lineShift: number): Place => {
  let node: unknown = document.contents
  let offset = 0
  for (const step of path) {
    if (Yaml.isMap(node)) {
      const pair = node.items.find(({ key }) => Yaml.isScalar(key) && key.value === step)
      if (pair === undefined) break
      offset = Yaml.isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset
      node = pair.value
    } else if (Yaml.isSeq(node) && typeof step === "number") {
      node = node.items[step]
      offset = Yaml.isNode(node) ? (node.range?.[0] ?? offset) : offset
    } else break
  }
  const { col, line } = counter.linePos(offset)
  return { line: line + lineShift, column: col }
}

const parseYaml = (text: string, lineShift: number): Result.Result<Written, Flaw> => {
  const counter = new Yaml.LineCounter()
  const document = Yaml.parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: "silent" })
  const [error] = document.errors
  if (error !== undefined) {
    const { col, line } = counter.linePos(error.pos[0])
    return Result.fail({ line: line + lineShift, column: col, message: `this is not YAML: ${error.message}` })
  }
  const placeOf = (path: Path): Place => yamlPlace(document, counter, path, lineShift)
  return Result.try({
    try: (): Written => ({ value: document.toJS({ maxAliasCount: aliasesMax }), placeOf }),
    catch: (): Flaw => ({ ...start, message: `there are more than ${aliasesMax} aliases` })
  })
}

/** Markdown with YAML between two lines of dashes at its beginning. Without them there is no front matter, only a body. */
export const readFrontMatter = (given: string): Result.Result<FrontMatter, Flaw> => {
  const text = withoutMark(given)
  const found = fence.exec(text)
  if (found === null) {
    return text.startsWith("---")
      ? Result.fail({ ...start, message: "the front matter has no end: a line of three dashes is missing" })
      : Result.succeed({ value: {}, placeOf: () => start, body: text.trim() })
  }
  const head = found[1] ?? ""
  const strict = parseYaml(head, 1)
  const read = Result.isSuccess(strict) ? strict : Result.orElse(parseYaml(withQuotes(head), 1), () => strict)
  return Result.map(read, ({ placeOf, value }) => ({
    value: value ?? {},
    placeOf,
    body: text.slice(found[0].length).trim()
  }))
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** The parser keeps no places: a key is where its line begins, before any table, or where its table is opened. */
const tomlPlace = (text: string, [key]: Path): Place => {
  if (key === undefined) return start
  const name = escaped(String(key))
  const found = new RegExp(`^[ \\t]*(?:["']?${name}["']?[ \\t]*[=.]|\\[+${name}[\\].])`, "m").exec(text)
  return found === null ? start : placeAt(text, found.index)
}

export const readToml = (given: string): Result.Result<Written, Flaw> => {
  const text = withoutMark(given)
  return Result.try({
    try: (): Written => ({
      value: Toml.parse(text, { maxDepth: depthMax }),
      placeOf: (path) => tomlPlace(text, path)
    }),
    catch: (error): Flaw =>
      error instanceof Toml.TomlError
        ? { line: error.line, column: error.column, message: `this is not TOML: ${firstSentence(error.message)}` }
        : { ...start, message: "this is not TOML" }
  })
}

/** Without the piece of the file that the parser shows below. */
const firstSentence = (message: string): string =>
  (message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "")

export interface ReadJson {
  readonly written: Written
  /** A file with an error is read as far as that is possible: it still says what it meant to define. */
  readonly flaw: Option.Option<Flaw>
}

export const readJson = (given: string): ReadJson => {
  const text = withoutMark(given)
  const errors: Array<Jsonc.ParseError> = []
  const tree = Jsonc.parseTree(text, errors, { disallowComments: true, allowTrailingComma: false })
  const [error] = errors
  const placeOf = (path: Path): Place => {
    if (tree === undefined) return start
    for (let length = path.length; length > 0; length--) {
      const steps = path.slice(0, length).map((step) => (typeof step === "number" ? step : String(step)))
      const node = Jsonc.findNodeAtLocation(tree, steps)
      if (node !== undefined) return placeAt(text, node.parent?.type === "property" ? node.parent.offset : node.offset)
    }
    return start
  }
  return {
    written: { value: tree === undefined ? undefined : Jsonc.getNodeValue(tree), placeOf },
    flaw: Option.map(Option.fromUndefinedOr(error), ({ error, offset }) => ({
      ...placeAt(text, offset),
      message: `this is not JSON: ${Jsonc.printParseErrorCode(error)
        .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
        .toLowerCase()}`
    }))
  }
}
