/**
 * From the tools that a role's file names to the policy that holds. Pure.
 *
 * Whatever cannot be held exactly is denied and said: of what is allowed, the
 * part that has no name here is left out; of what is denied, more is denied
 * rather than less. So a role never has a tool that its file withheld (I8).
 */
import { type SubagentProfile, ToolNaming, type ToolPolicy } from "@offshoot/core"

/** One name of the file. `patterns` is what it means here, at most when it is allowed and at least when it is denied. */
export interface ToolWish {
  readonly what: string
  readonly patterns: ReadonlyArray<string>
  /** Why the patterns are not the same as the name. */
  readonly why?: string
}

/** What another program calls its tools, in small letters, and the work that they do. */
export type ToolTable = Readonly<Record<string, ReadonlyArray<ToolNaming.Work>>>

/** Names that several programs have for the same tools. */
export const usualNames: ToolTable = {
  read: ["read"],
  notebookread: ["read"],
  ls: ["read"],
  glob: ["search"],
  grep: ["search"],
  write: ["write"],
  edit: ["write"],
  multiedit: ["write"],
  notebookedit: ["write"],
  bash: ["shell"],
  bashoutput: ["shell"],
  killshell: ["shell"],
  killbash: ["shell"],
  powershell: ["shell"],
  webfetch: ["fetch"],
  websearch: ["webSearch"],
  task: ["spawn"],
  agent: ["spawn"]
}

export interface Wishes {
  /** Only these; without it all that the parent has. */
  readonly only: ReadonlyArray<ToolWish> | undefined
  readonly denied: ReadonlyArray<ToolWish>
}

export interface Granted {
  readonly tools: ToolPolicy.ToolPolicy
  readonly ignored: ReadonlyArray<SubagentProfile.Ignored>
}

export const everything: Wishes = { only: undefined, denied: [] }

const unknownName = "no tool here is known to be this one, so it is denied"

/** The tools that usually do this work, and one that has the very name. */
const byWork = (name: string, works: ReadonlyArray<ToolNaming.Work>): ToolWish => ({
  what: name,
  patterns: [name, ...works.flatMap((work) => ToolNaming.usual[work])]
})

/** A pattern has its `*` at the end only. */
const isPattern = (text: string): boolean => /^[^*?]+\*?$/.test(text)

/** The smallest pattern that covers everything that this one could match. */
const covering = (glob: string): string => {
  const wildcard = glob.search(/[*?]/)
  return wildcard === -1 ? glob : `${glob.slice(0, wildcard)}*`
}

const worksOf = (table: ToolTable, name: string): ReadonlyArray<ToolNaming.Work> | undefined => {
  const key = name.toLowerCase()
  return Object.hasOwn(table, key) ? table[key] : undefined
}

/** `mcp__server`, `mcp__server__*` and `mcp__server__tool` mean here what they mean elsewhere. */
const mcpPattern = (name: string): string | undefined => {
  if (!/^mcp__[^_*?]/.test(name)) return undefined
  return name.slice("mcp__".length).includes("__") || name.includes("*") ? name : `${name}__*`
}

/** A name that is allowed. */
export const allowing = (table: ToolTable, name: string): ToolWish => {
  if (name === "*") return { what: name, patterns: ["*"] }
  const narrowed = /^([\w-]+)\s*\((.*)\)$/s.exec(name)
  if (narrowed !== null) {
    return { what: name, patterns: [], why: "a tool cannot be allowed for some of its calls only, so it is denied" }
  }
  const pattern = mcpPattern(name)
  if (pattern !== undefined) {
    return isPattern(pattern)
      ? { what: name, patterns: [pattern] }
      : { what: name, patterns: [], why: "a * is possible at the end only, so it is denied" }
  }
  const works = worksOf(table, name)
  return works === undefined || works.length === 0
    ? { what: name, patterns: [], why: unknownName }
    : byWork(name, works)
}

/** A name that is denied. */
export const denying = (table: ToolTable, name: string): ToolWish => {
  const [, whole] = /^([\w-]+)\s*\(.*\)$/s.exec(name) ?? []
  if (whole !== undefined) {
    return { ...denying(table, whole), what: name, why: "a tool cannot be denied for some of its calls only: all are" }
  }
  const pattern = mcpPattern(name)
  const works = worksOf(table, name)
  if (pattern === undefined && works !== undefined) return byWork(name, works)
  const given = pattern ?? name
  const covered = covering(given)
  return covered === given
    ? { what: name, patterns: [given] }
    : { what: name, patterns: [covered], why: `a * is possible at the end only: ${covered} is denied` }
}

/** Tools of this work are denied, because the file says so in another way than by their names. */
export const withoutWork = (what: string, works: ReadonlyArray<ToolNaming.Work>): ToolWish => ({
  what,
  patterns: works.flatMap((work) => ToolNaming.usual[work])
})

/** Commas separate names, but not within parentheses. */
export const splitNames = (text: string): ReadonlyArray<string> =>
  (text.match(/(?:[^,(]|\([^)]*\)?)+/g) ?? []).map((name) => name.trim()).filter((name) => name !== "")

const stem = (pattern: string): string => (pattern.endsWith("*") ? pattern.slice(0, -1) : pattern)

const overlaps = (a: string, b: string): boolean => {
  if (a.endsWith("*") && b.endsWith("*")) return stem(a).startsWith(stem(b)) || stem(b).startsWith(stem(a))
  if (a.endsWith("*")) return b.startsWith(stem(a))
  return b.endsWith("*") ? a.startsWith(stem(b)) : a === b
}

const covers = (denied: string, allowed: string): boolean =>
  denied.endsWith("*") ? stem(allowed).startsWith(stem(denied)) : denied === allowed

const noted = (wishes: ReadonlyArray<ToolWish>): ReadonlyArray<SubagentProfile.Ignored> =>
  wishes.flatMap(({ what, why }) => (why === undefined ? [] : [{ what, why }]))

const distinct = (patterns: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(patterns)]

/** The policy of the wishes, and what of them it does not hold as it was written. */
export const grant = ({ denied, only }: Wishes): Granted => {
  const without = distinct(denied.flatMap(({ patterns }) => patterns))
  if (only === undefined || only.some(({ patterns }) => patterns.includes("*"))) {
    return {
      tools: without.length === 0 ? { type: "inherit" } : { type: "deny", tools: without },
      ignored: noted(denied)
    }
  }
  const partly = only.filter(({ patterns }) =>
    patterns.some((pattern) =>
      without.some((other) => overlaps(pattern, other) && !without.some((whole) => covers(whole, pattern)))
    )
  )
  const kept = only
    .flatMap(({ patterns }) => patterns)
    .filter((pattern) => !without.some((other) => overlaps(pattern, other)))
  return {
    tools: { type: "allow", tools: distinct(kept) },
    ignored: [
      ...noted(only),
      ...noted(denied),
      ...partly.map(({ what }) => ({ what, why: "a part of it is denied, and the rest cannot be allowed alone" }))
    ]
  }
}
