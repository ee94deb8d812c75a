/**
 * Which filters of a repository our own calls of git leave out.
 *
 * A filter is a program that git starts for a file. A user's own configuration
 * may name one, as that of large files does: it runs, or a working tree would
 * not be what its user knows. One that the repository itself defines, in whole
 * or in part, does not: whoever can write there, a child included, would have
 * us start a program outside of everything that holds a child.
 *
 * Gotcha: what is written between the look and the call is not seen.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Git, type GitCall, type GitFailed, outputOf, type Setting } from "./gitCommand.ts"

/** Scopes that belong to the repository. */
const ofRepository: ReadonlySet<string> = new Set(["local", "worktree"])

/** `filter.NAME.KEY`; a name may hold anything, dots and equals signs too. */
const filterOf = (key: string): string | undefined => /^filter\.(.*)\.[^.]*$/s.exec(key)?.[1]

const off = (name: string): ReadonlyArray<Setting> => [
  [`filter.${name}.clean`, ""],
  [`filter.${name}.smudge`, ""],
  [`filter.${name}.process`, ""],
  [`filter.${name}.required`, "false"]
]

/** Settings that turn off the filters of a listing: `scope NUL key LF value NUL`, again and again. */
export const settingsOf = (listing: string): ReadonlyArray<Setting> => {
  const parts = listing.split("\0")
  const names = new Set<string>()
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const name = filterOf(parts[at + 1]?.split("\n")[0] ?? "")
    if (name !== undefined && ofRepository.has(parts[at] ?? "")) names.add(name)
  }
  return [...names].flatMap(off)
}

/** Reads a few files. */
const limit = Duration.seconds(10)

/** What to leave out of the repository that a call would meet. */
export const filtersOff = (
  git: Git,
  where: Pick<GitCall, "cwd" | "env">
): Effect.Effect<ReadonlyArray<Setting>, GitFailed> =>
  // Everything is listed, because a pattern that nothing fits is answered like a failure.
  Effect.map(outputOf(git, { ...where, limit, args: ["config", "--list", "--show-scope", "-z"] }), (bytes) =>
    settingsOf(new TextDecoder().decode(bytes))
  )
