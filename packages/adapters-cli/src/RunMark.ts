/**
 * The mark that every program started for a run carries in its environment,
 * and hands on to whatever it starts.
 *
 * A process group does not hold a program that opens its own session; the mark
 * does. Only reading and writing of the mark: finding marked processes is the
 * `ProcessTable`'s work.
 *
 * @stability unstable
 */

/**
 * - `instance`: the data directory, the same over restarts of its server.
 * - `boot`: one life of one server process.
 * - `runId`: the run that the program works for.
 */
export interface RunMark {
  readonly instance: string
  readonly boot: string
  readonly runId: string
}

/** The names in the environment. A configuration may not set them. */
export const keys = {
  instance: "OFFSHOOT_INSTANCE",
  boot: "OFFSHOOT_BOOT",
  runId: "OFFSHOOT_RUN_ID"
} as const

/** Names that begin with this are ours to give. */
export const reservedPrefix = "OFFSHOOT_"

export const toEnvironment = (mark: RunMark): Readonly<Record<string, string>> => ({
  [keys.instance]: mark.instance,
  [keys.boot]: mark.boot,
  [keys.runId]: mark.runId
})

/** Reads the mark from an environment block, entries ended by NUL; absent unless all three are there. */
export const fromEnvironmentBlock = (block: string): RunMark | undefined => {
  if (!block.includes(keys.runId)) return undefined
  const entries = block.split("\0")
  const valueOf = (key: string) => {
    const found = entries.find((entry) => entry.startsWith(`${key}=`))
    return found === undefined ? undefined : found.slice(key.length + 1)
  }
  const instance = valueOf(keys.instance)
  const boot = valueOf(keys.boot)
  const runId = valueOf(keys.runId)
  return instance === undefined || boot === undefined || runId === undefined ? undefined : { instance, boot, runId }
}
