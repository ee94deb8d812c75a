/**
 * Whether the entry of a host still leads to this program, from what was found of
 * it on disk. Pure; nothing of an entry is ever run to find out, as anybody may
 * have written it.
 */
import * as NodePath from "node:path"
import * as Option from "effect/Option"
import { isMembers } from "./TreeValue.ts"

/** What an entry starts. */
export interface Started {
  readonly command: string
  readonly args: ReadonlyArray<string>
}

const texts = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : []

/** Hosts write a command and its arguments, or one list of both; none: it starts no program. */
export const startedBy = (entry: unknown): Option.Option<Started> => {
  if (!isMembers(entry)) return Option.none()
  const { args, command } = entry
  const [program, ...rest] = typeof command === "string" ? [command, ...texts(args)] : texts(command)
  return program === undefined ? Option.none() : Option.some({ command: program, args: rest })
}

/** The script that Node is to run, as an absolute path. */
export const scriptOf = ({ args, command }: Started): Option.Option<string> => {
  const isNode = /^node(\.exe)?$/.test(command.split(/[\\/]/).at(-1) ?? "")
  const script = isNode ? args.find((arg) => !arg.startsWith("-")) : undefined
  return Option.filter(Option.fromUndefinedOr(script), (path) => NodePath.isAbsolute(path))
}

/** What is known of the program that an entry starts. */
export interface FoundProgram {
  /** Which of its files is not there. */
  readonly missing: Option.Option<string>
  /** Of the package that holds it, when that is this program's. */
  readonly version: Option.Option<string>
}

export type Verdict =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "OtherVersion"; readonly version: string }
  | { readonly _tag: "Gone"; readonly file: string }
  /** Somebody else's program, or one of which nothing can be said without running it. */
  | { readonly _tag: "Unknown" }
  | { readonly _tag: "Unreadable"; readonly told: string }

export const verdictOf = ({ missing, version }: FoundProgram, own: string): Verdict => {
  if (Option.isSome(missing)) return { _tag: "Gone", file: missing.value }
  if (Option.isNone(version)) return { _tag: "Unknown" }
  return version.value === own ? { _tag: "Ready" } : { _tag: "OtherVersion", version: version.value }
}
