/**
 * The roles as lines of text. Pure; names and reasons come from files of others
 * and are made harmless.
 */
import { type SubagentProfile, ToolNaming, type ToolPolicy } from "@offshoot/core"
import * as TreeLines from "../TreeLines.ts"
import { inert } from "./terminalText.ts"

/** Past it only their number is shown; `--json` has them all. */
const namesMax = 4

const works = Object.entries(ToolNaming.usual)

/** The works that the patterns hold whole, and the names that belong to none of them. */
const named = (patterns: ReadonlyArray<string>): string => {
  const has = new Set(patterns)
  const whole = works.filter(([, usual]) => usual.every((pattern) => has.has(pattern)))
  const covered = new Set(whole.flatMap(([, usual]) => usual))
  const others = patterns.filter((pattern) => !covered.has(pattern))
  const shown = others.length > namesMax ? [...others.slice(0, namesMax), `${others.length - namesMax} more`] : others
  return [...whole.map(([work]) => work.replace("webSearch", "web search")), ...shown].join(", ")
}

const toolsText = (policy: ToolPolicy.ToolPolicy): string => {
  if (policy.type === "inherit") return "its parent's"
  if (policy.tools.length === 0) return policy.type === "allow" ? "none" : "its parent's"
  return policy.type === "allow" ? `only ${named(policy.tools)}` : `not ${named(policy.tools)}`
}

/** Shown from a folder that the reader knows. */
export interface Shown {
  readonly workspace: string
  readonly home: string | undefined
}

const below = (folder: string, path: string): string | undefined =>
  path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined

const placeText = (source: string, { home, workspace }: Shown): string => {
  const inside = below(workspace, source)
  if (inside !== undefined) return inside
  const user = home === undefined ? undefined : below(home, source)
  return user === undefined ? source : `~/${user}`
}

const heading = ["ROLE", "TOOLS", "MODEL", "AGENT", "SOURCE"]

const row = (profile: SubagentProfile.SubagentProfile, shown: Shown): ReadonlyArray<string> => [
  profile.name,
  toolsText(profile.tools),
  profile.model ?? "its parent's",
  profile.agent ?? "",
  placeText(profile.source, shown)
]

const problemLine = (problem: SubagentProfile.ProfileProblem, shown: Shown): string => {
  const place = [placeText(problem.source, shown), problem.line, problem.column].filter((part) => part !== undefined)
  return inert(`${place.join(":")}: ${problem.message}`)
}

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)]

export const roleLines = (
  { problems, profiles }: SubagentProfile.ProfileList,
  shown: Shown,
  canvas: { readonly columns: number; readonly colour: boolean }
): ReadonlyArray<string> => [
  ...TreeLines.table(
    heading,
    profiles.map((profile) => row(profile, shown)),
    canvas
  ),
  ...section(
    "ignored",
    profiles.flatMap(({ ignored, name }) =>
      ignored.map(({ what, why }) => inert(`${name}: ${placeText(what, shown)}: ${why}`))
    )
  ),
  ...section(
    "not usable",
    problems.map((problem) => problemLine(problem, shown))
  )
]
