/**
 * Which tools a session may use. Pure.
 *
 * A policy is a wish; a `ToolScope` is what holds: every policy on the way from
 * the root to the session. It is recorded with the session and asked whenever a
 * tool is called, so that a tool which is hidden from the model cannot be
 * called by its name either (`S-job`).
 *
 * Invariants
 *   I8. `narrow` never permits what its `scope` does not.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"

/** A whole name, or its beginning with a final `*`. */
const Pattern = Schema.NonEmptyString

/** `S-profiles`: the tools of the parent, only these of them, or all of them but these. */
export const ToolPolicy = Schema.Union([
  Schema.Struct({ type: Schema.Literal("inherit") }),
  Schema.Struct({ type: Schema.Literal("allow"), tools: Schema.Array(Pattern) }),
  Schema.Struct({ type: Schema.Literal("deny"), tools: Schema.Array(Pattern) })
])
export type ToolPolicy = typeof ToolPolicy.Type

export const inherit: ToolPolicy = { type: "inherit" }

/** A tool is permitted when every list of `allowed` names it and `denied` does not. */
export const ToolScope = Schema.Struct({
  allowed: Schema.Array(Schema.Array(Pattern)),
  denied: Schema.Array(Pattern)
})
export type ToolScope = typeof ToolScope.Type

/** The scope of a root without a profile. */
export const everything: ToolScope = { allowed: [], denied: [] }

export const matches = (pattern: string, toolName: string): boolean =>
  pattern.endsWith("*") ? toolName.startsWith(pattern.slice(0, -1)) : toolName === pattern

const isNamed = (patterns: ReadonlyArray<string>, toolName: string): boolean =>
  patterns.some((pattern) => matches(pattern, toolName))

export const permits = (scope: ToolScope, toolName: string): boolean =>
  scope.allowed.every((patterns) => isNamed(patterns, toolName)) && !isNamed(scope.denied, toolName)

const distinct = (patterns: ReadonlyArray<string>): ReadonlyArray<string> => Array.from(new Set(patterns))

const isSame = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length === b.length && a.every((pattern, index) => pattern === b[index])

/** What a child may use of what its parent may. */
export const narrow = (scope: ToolScope, policy: ToolPolicy, disabledTools: ReadonlyArray<string>): ToolScope => {
  const named = policy.type === "allow" ? distinct(policy.tools).toSorted() : undefined
  const isNews = named !== undefined && !scope.allowed.some((patterns) => isSame(patterns, named))
  const denied = policy.type === "deny" ? [...policy.tools, ...disabledTools] : disabledTools
  return {
    allowed: isNews ? [...scope.allowed, named] : scope.allowed,
    denied: denied.length === 0 ? scope.denied : distinct([...scope.denied, ...denied])
  }
}
