/**
 * Whether two transcripts have one shape: the same kinds of frames in the same
 * order, and in frames of one kind the same fields. Values are not looked at,
 * nor how finely a text streams.
 */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { type Fields, isFields, parsed } from "./Json.ts"

/** How a program's frames are told apart, and where its fields are its own business. */
export interface Grammar {
  /** The kind of a frame; undefined: it belongs to nothing, and may come or not. */
  readonly kindOf: (frame: Fields) => string | undefined
  /** Paths of fields below which anything may stand. */
  readonly loose: ReadonlyArray<string>
}

/** A recorded transcript. */
export const recorded = (program: string, scenario: string): ReadonlyArray<Fields> =>
  NodeFS.readFileSync(
    NodePath.join(import.meta.dirname, "..", "fixtures", "transcripts", program, `${scenario}.jsonl`),
    "utf8"
  )
    .split("\n")
    .map(parsed)
    .filter(isFields)

/** The kinds in their order; one that repeats stands once. */
export const kindsOf = (grammar: Grammar, frames: ReadonlyArray<Fields>): ReadonlyArray<string> => {
  const kinds: Array<string> = []
  for (const frame of frames) {
    const kind = grammar.kindOf(frame)
    if (kind !== undefined && kinds.at(-1) !== kind) kinds.push(kind)
  }
  return kinds
}

const collect = (value: unknown, path: string, loose: ReadonlyArray<string>, paths: Set<string>): void => {
  if (path !== "") paths.add(path)
  if (loose.includes(path)) return
  if (Array.isArray(value)) for (const item of value) collect(item, `${path}[]`, loose, paths)
  if (!isFields(value)) return
  for (const [key, item] of Object.entries(value)) collect(item, path === "" ? key : `${path}.${key}`, loose, paths)
}

const pathsOf = (grammar: Grammar, frame: Fields): Set<string> => {
  const paths = new Set<string>()
  collect(frame, "", grammar.loose, paths)
  return paths
}

interface Known {
  /** Fields that some frame of the kind has. */
  readonly some: Set<string>
  /** Fields that every frame of the kind has. */
  every: Set<string>
}

const byKind = (grammar: Grammar, frames: ReadonlyArray<Fields>): ReadonlyMap<string, Known> => {
  const known = new Map<string, Known>()
  for (const frame of frames) {
    const kind = grammar.kindOf(frame)
    if (kind === undefined) continue
    const paths = pathsOf(grammar, frame)
    const before = known.get(kind)
    if (before === undefined) known.set(kind, { some: new Set(paths), every: paths })
    else {
      for (const path of paths) before.some.add(path)
      before.every = new Set([...before.every].filter((path) => paths.has(path)))
    }
  }
  return known
}

/** Fields that frames of one kind lack, or have and should not; one line each. */
export const differences = (
  grammar: Grammar,
  real: ReadonlyArray<Fields>,
  played: ReadonlyArray<Fields>
): ReadonlyArray<string> => {
  const reals = byKind(grammar, real)
  const found: Array<string> = []
  for (const [kind, { every, some }] of byKind(grammar, played)) {
    const known = reals.get(kind)
    if (known === undefined) continue
    for (const path of some) if (!known.some.has(path)) found.push(`${kind}: invents ${path}`)
    for (const path of known.every) if (!every.has(path)) found.push(`${kind}: lacks ${path}`)
  }
  return found
}
