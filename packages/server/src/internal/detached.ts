/**
 * A program that goes on when this one ends: in a session of its own, without a
 * terminal, with its standard error in a file. Its standard output, where a
 * server says its token, goes nowhere.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"

/** A log from before that is longer is begun anew: it is there to explain the last start. */
const logBytesMax = 1024 * 1024

/** Enough to say why a start failed. */
const tailBytesMax = 4_096

export interface Started {
  /** Whether it has ended, as far as is known. */
  readonly hasEnded: () => boolean
  /** The last that it wrote. */
  readonly tail: () => string
}

export interface Program {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly folder: string
  /** Readable by its owner only. */
  readonly log: string
}

const sizeOf = (path: string): number => NodeFS.statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** Throws when the log cannot be written; that the program is not there shows as its end. */
export const start = ({ args, command, environment, folder, log }: Program): Started => {
  NodeFS.mkdirSync(NodePath.dirname(log), { recursive: true, mode: 0o700 })
  const file = NodeFS.openSync(log, sizeOf(log) > logBytesMax ? "w" : "a", 0o600)
  const from = sizeOf(log)
  try {
    let ended: string | undefined
    const child = NodeChildProcess.spawn(command, args, {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ["ignore", "ignore", file]
    })
    child.once("error", ({ message }) => {
      ended = message
    })
    child.once("exit", (code, signal) => {
      ended ??= `it ended with ${signal ?? `exit code ${code}`}`
    })
    child.unref()
    return {
      hasEnded: () => ended !== undefined,
      tail: () => {
        const said = NodeFS.readFileSync(log).subarray(from).subarray(-tailBytesMax).toString("utf8").trim()
        return said === "" ? (ended ?? "") : said
      }
    }
  } finally {
    NodeFS.closeSync(file)
  }
}
