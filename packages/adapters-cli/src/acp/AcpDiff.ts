/**
 * The lines in which two texts of a file differ, as far as they are one piece:
 * everything between the first and the last of them. Pure.
 *
 * @stability unstable
 */

const linesOf = (text: string): ReadonlyArray<string> => {
  const lines = text.split("\n")
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines
}

/** `-` in front of what was there, `+` in front of what is. Costs one look at each line. */
export const changedLines = (before: string, after: string): string => {
  const [old, now] = [linesOf(before), linesOf(after)]
  const shorter = Math.min(old.length, now.length)
  let same = 0
  while (same < shorter && old[same] === now[same]) same++
  let tail = 0
  while (tail < shorter - same && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++
  return [
    ...old.slice(same, old.length - tail).map((line) => `-${line}`),
    ...now.slice(same, now.length - tail).map((line) => `+${line}`)
  ].join("\n")
}
