/** Which of the names that there are somebody probably meant. Pure. */

/** Names that are longer are compared by their beginning. */
const comparedCharsMax = 64

const plain = (name: string): string =>
  name
    .slice(0, comparedCharsMax)
    .toLowerCase()
    .replaceAll(/[_.\-:/]/g, "")

/** Letters to insert, delete or replace to turn one word into the other. */
const edits = (from: string, to: string): number => {
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, replaced))
    }
    last = current
  }
  return last[to.length] ?? 0
}

/** 0: the same but for case and separators. A name within the other is nearer than any typing error. */
const distance = (name: string, candidate: string): number => {
  const [one, other] = [plain(name), plain(candidate)]
  if (one === other) return 0
  const within = one !== "" && other !== "" && (one.includes(other) || other.includes(one))
  return within ? 0.5 : edits(one, other)
}

/** At most `max` of the names, the nearest first; of those that are equally near the first in the alphabet. */
export const nearestNames = (name: string, names: ReadonlyArray<string>, max: number): ReadonlyArray<string> =>
  names
    .map((candidate) => ({ candidate, far: distance(name, candidate) }))
    .toSorted((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, max)
    .map(({ candidate }) => candidate)
