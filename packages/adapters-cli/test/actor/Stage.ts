/**
 * The process around the turns: its input, its switches, its signals.
 *
 * Switches are given as words in the variable `ACTOR` or as the argument
 * `--actor=…`, or by a script, and change what the whole process does:
 *
 * - `silent-handshake` `silent-prompt` `silent-cancel`: never answers that
 * - `signed-out`: nobody has signed in
 * - `other-version`: answers in another version of the protocol
 * - `counts-cancelled`: tells what a turn used that was cancelled, where the real program does not
 * - `other-id`: answers under another id than it was asked
 * - `deaf`: never reads its input
 * - `ignore-sigterm`: goes on when it is told to stop
 * - `ignore-eof`: goes on when its input ends
 * - `crlf` `slow` `unterminated` `half-frame`: how its frames look
 * - `garbage` `ansi`: lines that are no frames before the first one
 * - `exit-at-start`: exits with 1 and words on standard error before anything
 */
import NodeProcess from "node:process"
import * as NodeTimers from "node:timers/promises"
import { type Fields, isFields, parsed } from "./Json.ts"
import { Wire, lines, writeAll } from "./Wire.ts"

export const switchNames = [
  "silent-handshake",
  "silent-prompt",
  "silent-cancel",
  "signed-out",
  "other-version",
  "counts-cancelled",
  "other-id",
  "deaf",
  "ignore-sigterm",
  "ignore-eof",
  "crlf",
  "slow",
  "unterminated",
  "half-frame",
  "garbage",
  "ansi",
  "exit-at-start"
] as const
export type Switch = (typeof switchNames)[number]

const isSwitch = (word: string): word is Switch => switchNames.some((name) => name === word)

/** A turn that is played. `cancel` asks it to stop, in whatever way. */
export interface Playing {
  readonly run: () => Promise<void>
  readonly cancel: () => "stops" | "goes on"
}

export const ansiLine = "\u{1B}[2J\u{1B}[31mnot a frame\u{1B}[0m"
export const garbageLine = "npm warn this line is {not: a frame}"

/** A program that waits for what may never come still lives: nothing else would hold its event loop. */
const aliveMillis = 2 ** 30

export class Stage {
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  wire: Wire
  private readonly switches = new Set<Switch>()
  private readonly playing = new Map<Playing, Promise<void>>()
  private listensForSigterm = false

  constructor(args: ReadonlyArray<string>, env: Readonly<Record<string, string | undefined>>) {
    this.args = args.filter((arg) => !arg.startsWith("--actor="))
    this.env = env
    this.wire = new Wire(
      (bytes) => writeAll(1, bytes),
      lines,
      () => this.exit(0)
    )
    const given = args.filter((arg) => arg.startsWith("--actor=")).map((arg) => arg.slice("--actor=".length))
    for (const word of [env["ACTOR"] ?? "", ...given].join(" ").split(/[\s,]+/)) {
      if (isSwitch(word)) this.turnOn(word)
    }
  }

  /** From now on frames go out another way, spoiled as before. */
  rewire(wire: Wire): void {
    Object.assign(wire.spoiling, this.wire.spoiling)
    this.wire = wire
  }

  /** The argument after this one, or the part after its `=`. */
  argument(name: string): string | undefined {
    const index = this.args.indexOf(name)
    if (index !== -1) return this.args[index + 1]
    return this.args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1)
  }

  has(name: Switch): boolean {
    return this.switches.has(name)
  }

  turnOn(name: Switch): void {
    this.switches.add(name)
    const { spoiling } = this.wire
    if (name === "crlf") spoiling.crlf = true
    if (name === "slow") spoiling.slow = true
    if (name === "unterminated") spoiling.late = true
    if (name === "half-frame") spoiling.half = true
    if (name === "ignore-sigterm") this.listenForSigterm()
  }

  /** The id of an answer: the one of its request, or another. */
  idOf(id: unknown): unknown {
    if (!this.has("other-id")) return id
    return typeof id === "number" ? id + 1000 : `other-${String(id)}`
  }

  exit(code: number): never {
    NodeProcess.exit(code)
  }

  /** Takes frames from standard input. `onEnd`: it was closed. */
  listen(onFrame: (frame: Fields) => void, onEnd: () => void): void {
    if (this.has("garbage")) writeAll(1, Buffer.from(`${garbageLine}\n`))
    if (this.has("ansi")) writeAll(1, Buffer.from(`${ansiLine}\n`))
    void NodeTimers.setTimeout(aliveMillis)
    if (this.has("deaf")) return
    let rest: Buffer = Buffer.alloc(0)
    NodeProcess.stdin.on("data", (chunk: Buffer) => {
      let from = 0
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, from)) {
        const frame = parsed(rest.subarray(from, end).toString("utf8"))
        from = end + 1
        if (isFields(frame)) onFrame(frame)
      }
      rest = rest.subarray(from)
    })
    NodeProcess.stdin.on("end", () => {
      if (!this.has("ignore-eof")) onEnd()
    })
  }

  /** Plays a turn. Returns when it is over. */
  async play(performance: Playing): Promise<void> {
    const over = performance.run()
    this.playing.set(performance, over)
    await over
    this.playing.delete(performance)
  }

  /** From now on SIGTERM asks the turns instead of ending the process; it ends when they have ended. */
  listenForSigterm(): void {
    if (this.listensForSigterm) return
    this.listensForSigterm = true
    NodeProcess.on("SIGTERM", () => {
      const answers = [...this.playing.keys()].map((performance) => performance.cancel())
      if (answers.includes("goes on") || this.has("ignore-sigterm")) return
      void Promise.all(this.playing.values()).then(() => this.exit(143))
    })
  }
}
