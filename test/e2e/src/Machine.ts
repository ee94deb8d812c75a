/**
 * The processes of this machine, as the kernel shows them: looked at without
 * our own code, which is what is being proved.
 */
import * as NodeCrypto from "node:crypto"
import * as NodeFS from "node:fs"

const fileOf = (pid: string, file: string): string => {
  try {
    return NodeFS.readFileSync(`/proc/${pid}/${file}`, "utf8")
  } catch {
    return ""
  }
}

const pids = (): ReadonlyArray<string> => NodeFS.readdirSync("/proc").filter((name) => /^\d+$/.test(name))

/** The mark that a server of this data directory gives to every program of its children. */
export const markOf = (dataDir: string): string =>
  `OFFSHOOT_INSTANCE=${NodeCrypto.createHash("sha256").update(dataDir).digest("hex").slice(0, 16)}`

/** The live processes with this entry in their environment; a zombie's is empty. */
export const marked = (entry: string): ReadonlyArray<number> =>
  pids()
    .filter((pid) => fileOf(pid, "environ").split("\0").includes(entry))
    .map(Number)

export const commandOf = (pid: number): string => fileOf(String(pid), "cmdline").split("\0").join(" ").trim()

/** The processes that this one started and that are still there. */
export const childrenOf = (pid: number): ReadonlyArray<number> =>
  fileOf(String(pid), `task/${pid}/children`)
    .split(" ")
    .filter((child) => child !== "")
    .map(Number)
