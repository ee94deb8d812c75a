/**
 * The environment of a child: an allow list, what the configuration gives it,
 * and the mark of its run. Pure.
 *
 * A program hands its whole environment on to the tools that it starts: what a
 * child is given here, everything that it runs has.
 *
 * @stability unstable
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Environment } from "./CliHost.ts"
import { reservedPrefix } from "./RunMark.ts"

const VariableName = Schema.String.check(
  Schema.isPattern(/^[^=\0]+$/, { expected: "a name of an environment variable" }),
  Schema.makeFilter(
    (name) => !name.startsWith(reservedPrefix) || `names that begin with ${reservedPrefix} are given by the runtime`
  )
)

/** A value as it stands, or where the server's own environment has it. A secret is always the second. */
const VariableValue = Schema.Union([Schema.String, Schema.Struct({ ref: Schema.NonEmptyString })])

/** What the configuration adds to a child's environment, by name. */
export const ChildVariables = Schema.Record(VariableName, VariableValue)
export type ChildVariables = typeof ChildVariables.Type

const localePrefix = "LC_"

/** What a child gets of the server's variables without being given it by name; a star is the rest of a name. */
export const inherited: ReadonlyArray<string> = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "TERM",
  "LANG",
  `${localePrefix}*`,
  "TMPDIR",
  "TZ"
]

const inheritedNames: ReadonlySet<string> = new Set(inherited)

/** Whether a child gets this variable of the server without being given it by name. */
export const isAllowed = (name: string): boolean => inheritedNames.has(name) || name.startsWith(localePrefix)

/** The environment of a child, and which of its values must not be shown. */
export interface ChildEnvironment {
  readonly variables: Readonly<Record<string, string | Redacted.Redacted<string>>>
  readonly secrets: ReadonlyArray<string>
}

/**
 * The allowed part of `parent`, then no colours and no terminal, then the
 * agent's `own` variables, then the run's mark. Fails with the names of the
 * references that lead nowhere.
 */
export const environment = (
  own: ChildVariables | undefined,
  parent: Environment,
  mark: Readonly<Record<string, string>>
): Result.Result<ChildEnvironment, ReadonlyArray<string>> => {
  const variables: Record<string, string | Redacted.Redacted<string>> = {}
  const secrets: Array<string> = []
  const missing: Array<string> = []
  for (const [name, value] of Object.entries(parent)) {
    if (value !== undefined && isAllowed(name)) variables[name] = value
  }
  variables["NO_COLOR"] = "1"
  variables["TERM"] = "dumb"
  for (const [name, value] of Object.entries(own ?? {})) {
    if (typeof value === "string") {
      variables[name] = value
      continue
    }
    const secret = parent[value.ref]
    if (secret === undefined) {
      missing.push(value.ref)
      continue
    }
    variables[name] = Redacted.make(secret, { label: name })
    secrets.push(secret)
  }
  return missing.length > 0 ? Result.fail(missing) : Result.succeed({ variables: { ...variables, ...mark }, secrets })
}
