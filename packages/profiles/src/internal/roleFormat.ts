/**
 * What the reader of one kind of role file is, and what all of them share: the
 * decoding of fields with the place of a mistake, and what is said of the rest.
 */
import { Nearest, type SubagentProfile } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Issues from "effect/SchemaIssue"
import { splitNames } from "./toolWishes.ts"
import type { Flaw, Written } from "./written.ts"

export interface RoleFile {
  /** Its path below the folder of roles, without the suffix, parts separated by `/`. */
  readonly name: string
  readonly text: string
}

export interface Surroundings {
  /** Whether the operator trusts the folder that the file is from. */
  readonly trusted: boolean
  /** The agent of the configuration whose card is at this address. */
  readonly agentAt: (cardAddress: string) => Option.Option<string>
}

export type Role = Omit<SubagentProfile.SubagentProfile, "source">

/** A role that cannot be used. `name` is what it would be called, as far as that can be told. */
export interface BrokenRole extends Flaw {
  readonly name?: string
}

export interface Reading {
  readonly roles: ReadonlyArray<Role>
  readonly broken: ReadonlyArray<BrokenRole>
}

export interface RoleFormat {
  /** Below the workspace, the one that wins first. */
  readonly workspaceFolders: ReadonlyArray<string>
  /** Below the home of the user. */
  readonly homeFolders: ReadonlyArray<string>
  readonly suffix: ".md" | ".toml"
  /** How many folders below its own are read too. */
  readonly depthMax: number
  readonly read: (file: RoleFile, around: Surroundings) => Reading
}

export const nothing: Reading = { roles: [], broken: [] }

export const oneRole = (role: Role): Reading => ({ roles: [role], broken: [] })

/** The last part of its path: what a file without a name of its own is called. */
export const baseName = ({ name }: RoleFile): string => name.slice(name.lastIndexOf("/") + 1)

/** What the role would be called: what a line says that looks like its name, else the file. */
const intendedName = (file: RoleFile): string => {
  const [, written] = /^name[ \t]*[:=][ \t]*["']?([^\s"'#][^"'#\r\n]*)/m.exec(file.text) ?? []
  return written?.trim() ?? baseName(file)
}

/** Its name is taken all the same: a weaker role must not stand in for one that was meant. */
export const brokenRole = (file: RoleFile, flaw: Flaw): Reading => ({
  roles: [],
  broken: [{ ...flaw, name: intendedName(file) }]
})

/** One name, several separated by commas, or a list. */
export const Names = Schema.Union([Schema.String, Schema.Array(Schema.String), Schema.Null])

export const namesOf = (names: typeof Names.Type): ReadonlyArray<string> =>
  names === null
    ? []
    : typeof names === "string"
      ? splitNames(names)
      : names.map((name) => name.trim()).filter((name) => name !== "")

/** Roles are called by their names on command lines and in JSON. */
export const Name = Schema.String.check(
  Schema.isPattern(/^[^\p{Cc}\s](?:[^\p{Cc}]{0,126}[^\p{Cc}\s])?$/u, {
    expected: "a name of up to 128 characters in one line"
  })
)

export const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))

export const NonEmpty = Schema.String.check(Schema.isPattern(/\S/, { expected: "some text" }))

const standard = Issues.makeFormatterStandardSchemaV1()

const sentence = (text: string): string =>
  text === "Missing key" ? "this key is required" : text.charAt(0).toLowerCase() + text.slice(1)

/** The first mistake, at its place. */
export const flawOf = (error: Schema.SchemaError, placeOf: Written["placeOf"], prefix: ReadonlyArray<PropertyKey>) => {
  const [issue] = standard(error.issue).issues
  const path = [...prefix, ...(issue?.path ?? []).map((part) => (typeof part === "object" ? part.key : part))]
  const what = path.filter((part) => typeof part === "string").join(".")
  const message = sentence(issue?.message ?? "this is not a role")
  return { ...placeOf(path), message: what === "" ? message : `${what}: ${message}` }
}

export const decodeFields = <A>(
  decode: (input: unknown) => Result.Result<A, Schema.SchemaError>,
  { placeOf, value }: Written
): Result.Result<A, Flaw> => Result.mapError(decode(value), (error) => flawOf(error, placeOf, []))

const record = Schema.decodeUnknownOption(Schema.Record(Schema.String, Schema.Unknown))

const isOff = (value: unknown): boolean => value === undefined || value === null || value === false

/** What is said of the fields that have no effect. `reasons` knows some of them; a misspelt one is pointed out. */
export const ignoredFields = (
  { value }: Written,
  used: ReadonlyArray<string>,
  reasons: Readonly<Record<string, string>>
): ReadonlyArray<SubagentProfile.Ignored> => {
  const fields = Option.getOrElse(record(value), (): Readonly<Record<string, unknown>> => ({}))
  return Object.keys(fields).flatMap((what) => {
    if (used.includes(what) || isOff(fields[what])) return []
    if (Object.hasOwn(reasons, what)) return [{ what, why: reasons[what] ?? "" }]
    const meant = Nearest.nearest(what, [...used, ...Object.keys(reasons)])
    return [
      { what, why: Option.isSome(meant) ? `not known here; did you mean ${meant.value}?` : "has no meaning here" }
    ]
  })
}

/** Reasons that several kinds of file have in common. */
export const why = {
  looks: "only for showing it elsewhere",
  asks: "who is asked before a tool runs is for the operator's rules",
  settings: "a role does not change the settings of a model",
  time: "the watchdog of the session limits its time",
  skills: "skills are not loaded",
  choice: "whoever spawns chooses the role"
}

/** Hooks and servers from a file run programs: never those of a folder that nobody trusts, and of others only by other means. */
export const offReasons = ({ trusted }: Surroundings): { readonly hooks: string; readonly servers: string } =>
  trusted
    ? {
        hooks: "hooks are not run here",
        servers: "a role starts no servers: name them in the configuration or in .mcp.json"
      }
    : {
        hooks: "off: the folder is not trusted, and hooks are not run here",
        servers: "off: the folder is not trusted; once it is, name the servers in .mcp.json"
      }

/** A model as `provider:model`, and nothing that only looks like one. */
const isReference = (text: string): boolean => /^[a-z][a-z0-9-]*:[^\s:]+$/i.test(text)

export interface Chosen {
  readonly model?: string
  readonly ignored: ReadonlyArray<SubagentProfile.Ignored>
}

/** The reference of a model name, if it can mean one model only. `inherit` and nothing mean the parent's. */
export const chooseModel = (
  name: string | null | undefined,
  reference: (name: string) => string | undefined,
  what = "model"
): Chosen => {
  const given = name?.trim() ?? ""
  if (given === "" || given.toLowerCase() === "inherit") return { ignored: [] }
  const model = isReference(given) ? given : reference(given)
  if (model !== undefined) return { model, ignored: [] }
  return {
    ignored: [{ what: `${what}: ${given}`, why: "does not say which provider's model: write provider:model" }]
  }
}
