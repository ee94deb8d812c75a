/**
 * By which command another program starts this `offshoot`: the installed one by
 * its name, everything else by paths that hold from anywhere. Pure.
 */
import * as Option from "effect/Option"

/** How this process was started. */
export interface LaunchShape {
  /** Node itself, absolute. */
  readonly node: string
  /** Node's own options. */
  readonly options: ReadonlyArray<string>
  /** The file that Node runs, absolute, without links. */
  readonly script: string
  readonly platform: string
  /** Absolute. */
  readonly folder: string
}

export interface LaunchCommand {
  readonly command: string
  readonly args: ReadonlyArray<string>
}

/** Options of Node without which the program is not found; others are of one run, as a debugger is. */
const kept = (options: ReadonlyArray<string>): ReadonlyArray<string> =>
  options.flatMap((option, index) => {
    if (/^(--conditions=|-C=)/.test(option)) return [option]
    const value = options[index + 1]
    return /^(--conditions|-C)$/.test(option) && value !== undefined ? [`--conditions=${value}`] : []
  })

/**
 * `onPath`: what `offshoot` on `PATH` is, without links.
 *
 * **Gotchas**: On Windows a name leads to a script of the shell, which hosts do
 * not start.
 */
export const launchCommand = (
  { node, options, platform, script }: LaunchShape,
  onPath: Option.Option<string>
): LaunchCommand =>
  platform !== "win32" && !script.endsWith(".ts") && Option.contains(onPath, script)
    ? { command: "offshoot", args: [] }
    : { command: node, args: [...kept(options), script] }

/** Where the server of a host finds its data and settings: absolute, as nobody knows where a host stands. */
export interface Data {
  readonly dataDir: Option.Option<string>
  readonly config: Option.Option<string>
}

/** The command of the server itself. */
export const serverCommand = ({ args, command }: LaunchCommand, data: Data): LaunchCommand => ({
  command,
  args: [
    ...args,
    "mcp",
    ...Option.match(data.dataDir, { onNone: () => [], onSome: (path) => ["--data-dir", path] }),
    ...Option.match(data.config, { onNone: () => [], onSome: (path) => ["--config", path] })
  ]
})
