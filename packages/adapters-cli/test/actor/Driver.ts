/**
 * The other end of the actor's wire, for the tests of the actor itself: it
 * starts one, writes lines to it and waits for frames, and believes nothing
 * about a protocol.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeProcess from "node:process"
import { instanceOf, pidsWith } from "../machine.ts"
import { type Fields, isFields, parsed } from "./Json.ts"
import { type VoiceName, commandOf } from "./Parts.ts"

/** By this its processes are found again, in whatever session they are. */
const markName = "ACTOR_DRIVER"

export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

interface Waiter {
  readonly takes: (frame: Fields) => boolean
  readonly resolve: (frame: Fields) => void
  readonly reject: (cause: Error) => void
}

export class Driver {
  /** Everything that it wrote, frame or not, in order. */
  readonly lines: Array<string> = []
  readonly frames: Array<Fields> = []
  stderr = ""
  bytes: Buffer = Buffer.alloc(0)
  /** Its end, when nobody holds its outputs any more. */
  readonly closed: Promise<Exit>
  /** Its end, whoever holds its outputs. */
  readonly exited: Promise<Exit>
  readonly pid: number
  private readonly mark = instanceOf("actor")
  private readonly child: NodeChildProcess.ChildProcessWithoutNullStreams
  private readonly readers: Array<{
    readonly takes: (line: string) => boolean
    readonly resolve: (line: string) => void
  }> = []
  private readonly waiters: Array<Waiter> = []
  private rest: Buffer = Buffer.alloc(0)

  constructor(voice: VoiceName, args: ReadonlyArray<string> = [], actor = "", env: Record<string, string> = {}) {
    const [program, ...first] = commandOf(voice)
    this.child = NodeChildProcess.spawn(program, [...first, ...args], {
      detached: true,
      env: { ...NodeProcess.env, ...env, ACTOR: actor, [markName]: this.mark }
    })
    this.pid = this.child.pid ?? 0
    this.child.stdin.on("error", () => undefined)
    this.child.stderr.on("data", (chunk: Buffer) => {
      this.stderr = `${this.stderr}${chunk.toString()}`.slice(-10_000)
    })
    this.child.stdout.on("data", (chunk: Buffer) => this.take(chunk))
    this.exited = new Promise((resolve) => {
      this.child.on("exit", (code, signal) => resolve({ code, signal }))
    })
    this.closed = new Promise((resolve) => {
      this.child.on("close", (code, signal) => {
        if (this.rest.length > 0) this.line(this.rest)
        for (const waiter of this.waiters.splice(0)) waiter.reject(new Error(`it ended: ${this.stderr}`))
        resolve({ code, signal })
      })
    })
  }

  send(frame: unknown): void {
    this.child.stdin.write(`${JSON.stringify(frame)}\n`)
  }

  endInput(): void {
    this.child.stdin.end()
  }

  /** The first frame that is taken, also one that came before. */
  frame(takes: (frame: Fields) => boolean): Promise<Fields> {
    const known = this.frames.find(takes)
    if (known !== undefined) return Promise.resolve(known)
    return new Promise((resolve, reject) => {
      this.waiters.push({ takes, resolve, reject })
    })
  }

  /** The first line that is taken, frame or not. */
  text(takes: (line: string) => boolean): Promise<string> {
    const known = this.lines.find(takes)
    if (known !== undefined) return Promise.resolve(known)
    return new Promise((resolve) => {
      this.readers.push({ takes, resolve })
    })
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name)
  }

  /** Ends it and everybody that it has started. */
  kill(): void {
    for (const pid of [this.pid, ...pidsWith(`${markName}=${this.mark}\0`)]) {
      try {
        NodeProcess.kill(pid, "SIGKILL")
      } catch {
        // It has ended by itself.
      }
    }
  }

  private take(chunk: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, chunk]).subarray(-1_000_000)
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    let from = 0
    for (let end = this.rest.indexOf(10, from); end !== -1; end = this.rest.indexOf(10, from)) {
      this.line(this.rest.subarray(from, end))
      from = end + 1
    }
    this.rest = this.rest.subarray(from)
  }

  private line(bytes: Buffer): void {
    const text = bytes.toString("utf8")
    this.lines.push(text)
    const woken = this.readers.filter(({ takes }) => takes(text))
    for (const reader of woken) {
      this.readers.splice(this.readers.indexOf(reader), 1)
      reader.resolve(text)
    }
    this.receive(parsed(text))
  }

  /** A frame that came this way or another. */
  receive(frame: unknown): void {
    if (!isFields(frame)) return
    this.frames.push(frame)
    const woken = this.waiters.filter(({ takes }) => takes(frame))
    for (const waiter of woken) {
      this.waiters.splice(this.waiters.indexOf(waiter), 1)
      waiter.resolve(frame)
    }
  }
}
