/**
 * Which of the known names somebody probably meant, for messages about a name
 * that is not known. Pure; nothing is ever chosen by it.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"

/** Two slips in a word are a typing error; three are another word. */
const editsMax = 2

/** Nobody's key is longer; a longer one has no neighbour. */
const lengthMax = 64

/** Letters to insert, delete, replace or swap with their neighbour, to turn one word into the other. */
const edits = (from: string, to: string): number => {
  let beforeLast: ReadonlyArray<number> = []
  let last: ReadonlyArray<number> = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + same,
          swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
        )
      )
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}

/** The nearest known name, if one is near enough to be meant; letter case and separators do not count. */
export const nearest = (name: string, known: ReadonlyArray<string>): Option.Option<string> => {
  if (name.length > lengthMax) return Option.none()
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[_-]/g, "")
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const candidate of known) {
    const distance = edits(plain(name), plain(candidate))
    const allowed = Math.min(editsMax, Math.max(1, Math.floor(candidate.length / 2)))
    if (distance <= allowed && (best === undefined || distance < best.distance)) best = { name: candidate, distance }
  }
  return best === undefined ? Option.none() : Option.some(best.name)
}
