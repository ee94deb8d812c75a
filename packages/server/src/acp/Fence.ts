/**
 * Text of programs, files and agents as data: an editor shows it as it is, and
 * obeys no markup in it.
 *
 * @stability unstable
 */

/** Between fences that the text itself does not close. `language` is for the editor's colours. */
export const fenced = (text: string, language = ""): string => {
  const runs = text.match(/`{3,}/g) ?? []
  const fence = "`".repeat(runs.reduce((longest, ticks) => Math.max(longest, ticks.length), 2) + 1)
  return `${fence}${language}\n${text}\n${fence}`
}
