/**
 * Several sources of roles, laid over each other. Pure.
 *
 * A stronger role replaces a weaker one of its name as a whole. A role that
 * cannot be used takes its name all the same: nothing weaker, which might have
 * more tools, stands in for it.
 */
import { SubagentProfile } from "@offshoot/core"

/** What one file or folder gives. */
export type Sheet = SubagentProfile.ProfileList

const keyOf = (name: string): string => name.toLowerCase()

const over = (
  profile: SubagentProfile.SubagentProfile,
  weaker: SubagentProfile.SubagentProfile | undefined
): SubagentProfile.SubagentProfile =>
  weaker === undefined || weaker.source === profile.source || weaker.source === "builtin"
    ? profile
    : { ...profile, ignored: [...profile.ignored, { what: weaker.source, why: "has the same name and is weaker" }] }

const order = (profiles: ReadonlyArray<SubagentProfile.SubagentProfile>) => {
  const builtin = SubagentProfile.builtin.map(({ name }) => keyOf(name))
  const rank = ({ name }: SubagentProfile.SubagentProfile): number => {
    const place = builtin.indexOf(keyOf(name))
    return place === -1 ? builtin.length : place
  }
  return profiles.toSorted((a, b) => rank(a) - rank(b) || (keyOf(a.name) < keyOf(b.name) ? -1 : 1))
}

const isSame = (a: SubagentProfile.ProfileProblem, b: SubagentProfile.ProfileProblem): boolean =>
  a.source === b.source && a.line === b.line && a.column === b.column && a.message === b.message && a.name === b.name

/** The sheets, the weakest first. In one sheet the first role of a name wins. */
export const overlay = (sheets: ReadonlyArray<Sheet>): SubagentProfile.ProfileList => {
  const profiles = new Map<string, SubagentProfile.SubagentProfile>()
  for (const sheet of sheets) {
    for (const { name } of sheet.problems) if (name !== undefined) profiles.delete(keyOf(name))
    for (const profile of sheet.profiles.toReversed()) {
      profiles.set(keyOf(profile.name), over(profile, profiles.get(keyOf(profile.name))))
    }
  }
  const problems = sheets.flatMap((sheet) => sheet.problems)
  return {
    profiles: order([...profiles.values()]),
    problems: problems.filter((problem, index) => problems.findIndex((other) => isSame(problem, other)) === index)
  }
}
