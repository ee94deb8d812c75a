/**
 * What the words of a script do.
 *
 * Saying and doing
 * - `say TEXT` `think TEXT` · `ready` says "ready" · `repeat N TEXT` says it N times as fast as it can ·
 *   `count FROM TO [BY]` says the numbers, a line each, BY lines at once · `session` says "begun ID" or "resumed ID"
 * - `tool NAME {json}` opens a tool call, `output TEXT` is output of the last open one, `end TEXT` and `fail TEXT` close it
 * - `edit FILE TEXT` really writes the file · `plan ONE, TWO` · `nested TITLE {` … `}` is a sub-agent of its own
 * - `round` ends the model call · `usage INPUT OUTPUT [USD] [CACHED]` ends it with this usage
 *
 * Waiting
 * - `ask KEY NAME {json} -> approved:TEXT/denied:TEXT/cancelled:TEXT` says the words that belong to the answer;
 *   `{words}` in them is what the client said; `ask-open …` is the same, but an approved call goes on until `end` or `fail` · `question KEY TEXT [? ONE, TWO]` says the answer
 * - `wait-message` says the text of the next message to the turn · `hang` · `pause MILLIS`
 * - `on-cancel TEXT` says it and ends when it is asked to stop; `stubborn TEXT` says it and goes on
 *
 * Ends (without one of them a part ends as done)
 * - `refuse` · `limit turns` · `limit tokens` · `cancelled`
 * - `rate-limit SECONDS` · `unauthorized` · `logged-out` · `overflow` · `server-error` · `api-error TEXT`, which the program reports as it
 *   does · `retry STATUS SECONDS` is one announcement and goes on · `retry-forever` announces until it is stopped
 *
 * Misbehaviour
 * - `exit CODE` · `crash TEXT` exits with 1 and words on standard error · `die` is SIGKILL to itself
 * - `child` and `daemon` leave a process that holds standard output, the second in a session of its own;
 *   `marked-daemon` holds nothing but the environment
 * - `close-stdout` · `cut-stream` · `flood-stderr MEGABYTES` · `big-line MEGABYTES` · `garbage` · `ansi` · `strange TYPE` ·
 *   `invalid-utf8 TEXT` · `u2028` · `duplicate-end` · `after-end TEXT`
 * - any switch of `Stage`
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import * as NodeProcess from "node:process"
import * as NodeTimers from "node:timers/promises"
import { idOf } from "./Json.ts"
import { type Step, askOf, numbersOf, stepsOf, textOf, toolOf, wordAndRest } from "./Script.ts"
import { type Stage, ansiLine, garbageLine, switchNames } from "./Stage.ts"
import { type End, type Failure, type Speaker, type ToolCall, type Turn, spentByDefault } from "./Voice.ts"
import { brokenCharacter, writeAll } from "./Wire.ts"

/** The turn was asked to stop, and its script has nothing against it. */
class Stopped extends Error {}

/** The script has ended its turn itself. */
class Ended extends Error {}

/** The chunks in which a text streams: words with the space behind them. */
const chunksOf = (text: string): ReadonlyArray<string> => text.match(/\s*\S+\s*|\s+/g) ?? []

/** How many events go out before input is looked at again. */
const burstMax = 100

const megabyte = 1_000_000

const failure = (kind: Failure["kind"], status: number, message: string, more?: Partial<Failure>): Failure => ({
  kind,
  status,
  message,
  retryAfterSeconds: undefined,
  retried: false,
  ...more
})

const signedOut = failure("unauthorized", 401, "not logged in")

const rateLimited = (seconds: number) =>
  failure("rate_limit", 429, "rate limited", { retryAfterSeconds: seconds, retried: true })

const serverFailed = (status: number) => failure("server", status, "the model's server failed", { retried: true })

/** The ends that are one word. */
const ends: Readonly<Record<string, (rest: string) => End>> = {
  done: () => ({ kind: "done" }),
  cancelled: () => ({ kind: "cancelled" }),
  refuse: () => ({ kind: "refused" }),
  limit: (rest) => ({ kind: "limit", of: rest === "turns" ? "turns" : "tokens" }),
  "rate-limit": (rest) => ({ kind: "failed", failure: rateLimited(Number(rest)) }),
  unauthorized: () => ({ kind: "failed", failure: failure("unauthorized", 401, "invalid api key", { retried: true }) }),
  "logged-out": () => ({ kind: "failed", failure: signedOut }),
  "server-error": () => ({ kind: "failed", failure: serverFailed(500) }),
  overflow: () => ({ kind: "failed", failure: failure("overflow", 400, "prompt is too long") }),
  "api-error": (rest) => ({ kind: "failed", failure: failure("api", 400, rest === "" ? "bad request" : textOf(rest)) })
}

/** Leaves a process that outlives its parent. What it holds of standard output keeps the pipe open. */
const leave = (holds: "inherit" | "ignore", detached: boolean): void => {
  NodeChildProcess.spawn("sleep", ["100000"], { detached, stdio: ["ignore", holds, "ignore"] }).unref()
}

/** One turn as its script plays it. */
export class Performance {
  private readonly turn: Turn
  private readonly stage: Stage
  private readonly steps: ReadonlyArray<Step>
  private readonly prompt: string
  private speaker: Speaker
  private lastWords: string | undefined
  private stubborn = false
  private stop: () => void = () => undefined
  private readonly stopped: Promise<never>
  private stopping = false
  private open: Array<ToolCall> = []
  private afterEnd: string | undefined
  private twice = false
  private unusedBurst = burstMax

  constructor(prompt: string, turn: Turn, stage: Stage) {
    this.turn = turn
    this.speaker = turn
    this.stage = stage
    this.prompt = prompt
    this.steps = stepsOf(prompt)
    this.stopped = new Promise((_, reject) => {
      this.stop = () => {
        this.stopping = true
        reject(new Stopped())
      }
    })
    this.stopped.catch(() => undefined)
  }

  /** Plays to the end of the turn. A prompt that is no script is said back. */
  async run(): Promise<void> {
    try {
      if (this.stage.has("signed-out")) return this.end({ kind: "failed", failure: signedOut })
      const isScript = this.steps[0] !== undefined && this.knows(this.steps[0].word)
      if (isScript) await this.play(this.steps)
      else this.say(this.prompt)
      if (!this.stopping) this.end({ kind: "done" })
    } catch (cause) {
      if (cause instanceof Stopped) this.end({ kind: "cancelled" })
      else if (!(cause instanceof Ended)) throw cause
    }
  }

  /** Asks it to stop, in whatever way. */
  cancel(): "stops" | "goes on" {
    if (this.lastWords !== undefined && !this.stopping) this.turn.say(this.lastWords)
    if (this.stubborn) return "goes on"
    this.stop()
    return "stops"
  }

  private end(end: End): void {
    this.turn.end(end)
    if (this.twice) this.turn.end(end)
    if (this.afterEnd !== undefined) this.turn.say(this.afterEnd)
    if (this.stage.has("unterminated")) this.stage.exit(0)
  }

  private knows(word: string): boolean {
    return word in this.words || word in ends || switchNames.some((name) => name === word)
  }

  private async play(steps: ReadonlyArray<Step>): Promise<void> {
    for (const step of steps) {
      await this.yields()
      const end = ends[step.word]?.(step.rest)
      if (end !== undefined) {
        const isLimited = end.kind === "failed" && end.failure.kind === "rate_limit"
        if (isLimited && this.turn.backsOffInSilence === true) await this.stopped
        this.end(end)
        throw new Ended()
      }
      const act = this.words[step.word]
      const known = switchNames.find((name) => name === step.word)
      if (act !== undefined) await act(step.rest, step.block)
      else if (known !== undefined) this.stage.turnOn(known)
      else this.crash(`unknown word: ${step.word}`)
    }
  }

  /** Lets input in, and stops here if that was a wish to stop. */
  private async yields(): Promise<void> {
    await NodeTimers.setImmediate()
    if (this.stopping) throw new Stopped()
  }

  private unlessStopped<A>(wait: Promise<A>): Promise<A> {
    return Promise.race([wait, this.stopped])
  }

  private crash(words: string): never {
    writeAll(2, Buffer.from(`${words}\n`))
    return this.stage.exit(1)
  }

  private async burst(count: number, event: (index: number) => void): Promise<void> {
    for (let index = 0; index < count; index++) {
      event(index)
      if (--this.unusedBurst > 0) continue
      this.unusedBurst = burstMax
      await this.yields()
    }
  }

  private closeTool(close: (tool: ToolCall) => void): void {
    const tool = this.open.pop()
    if (tool === undefined) return this.crash("no tool call is open")
    close(tool)
  }

  private readonly words: Readonly<
    Record<string, (rest: string, block: ReadonlyArray<Step>) => void | Promise<unknown>>
  > = {
    say: (rest) => this.say(textOf(rest)),
    think: (rest) => {
      for (const chunk of this.streamed(textOf(rest))) this.speaker.think(chunk)
    },
    ready: () => this.say("ready"),
    repeat: (rest) => {
      const [times, text] = wordAndRest(rest)
      return this.burst(Number(times), () => this.speaker.say(textOf(text)))
    },
    count: (rest) => {
      const [from = 0, to = 0, by = 1] = numbersOf(rest)
      return this.burst(Math.ceil((to - from) / by), (index) => {
        const first = from + index * by
        const numbers = Array.from({ length: Math.min(by, to - first) }, (_, place) => `${first + place}\n`)
        this.speaker.say(numbers.join(""))
      })
    },
    session: () => {
      const { id, resumed } = this.turn.conversation()
      this.say(`${resumed ? "resumed" : "begun"} ${id}`)
    },
    tool: (rest) => {
      const tool = { id: idOf("toolu_"), ...toolOf(rest) }
      this.open.push(tool)
      this.speaker.toolStart(tool)
    },
    output: (rest) => {
      const tool = this.open.at(-1)
      if (tool !== undefined) this.speaker.toolOutput(tool, textOf(rest))
    },
    end: (rest) => this.closeTool((tool) => this.speaker.toolEnd(tool, textOf(rest))),
    fail: (rest) => this.closeTool((tool) => this.speaker.toolFail(tool, textOf(rest))),
    edit: (rest) => this.edit(rest),
    plan: (rest) => this.turn.plan(rest.split(",").map((item) => item.trim())),
    nested: (rest, block) => this.nested(rest, block),
    round: () => this.turn.round(spentByDefault),
    usage: (rest) => {
      const [input = 0, output = 0, costUsd, cached = 0] = numbersOf(rest)
      this.turn.round({ input, output, cached, reasoning: 0, costUsd })
    },
    ask: async (rest) => {
      const { tool, words } = await this.ask(rest)
      if (tool !== undefined) this.speaker.toolEnd(tool, "done")
      if (words !== "") this.say(words)
    },
    "ask-open": async (rest) => {
      const { tool, words } = await this.ask(rest)
      if (tool !== undefined) this.open.push(tool)
      if (words !== "") this.say(words)
    },
    question: (rest) => this.question(rest),
    "wait-message": async () => this.say(await this.unlessStopped(this.turn.message())),
    hang: () => this.stopped,
    pause: (rest) => this.unlessStopped(NodeTimers.setTimeout(Number(rest))),
    "on-cancel": (rest) => this.onCancel(rest, false),
    stubborn: (rest) => this.onCancel(rest, true),
    retry: (rest) => {
      const [status = 500, seconds = 1] = numbersOf(rest)
      this.turn.retrying(1, { ...this.failureOf(status), retryAfterSeconds: seconds })
    },
    "retry-forever": async (rest) => {
      const status = numbersOf(rest)[0] ?? 500
      for (let attempt = 1; ; attempt++) {
        this.turn.retrying(attempt, { ...this.failureOf(status), retryAfterSeconds: attempt })
        await this.unlessStopped(NodeTimers.setTimeout(50))
      }
    },
    exit: (rest) => this.stage.exit(Number(rest)),
    crash: (rest) => this.crash(textOf(rest)),
    die: () => {
      NodeProcess.kill(NodeProcess.pid, "SIGKILL")
    },
    child: () => leave("inherit", false),
    daemon: () => leave("inherit", true),
    "marked-daemon": () => leave("ignore", true),
    "close-stdout": () => NodeFS.closeSync(1),
    "flood-stderr": (rest) => this.burst(Number(rest) * 10, () => writeAll(2, Buffer.alloc(megabyte / 10, "e\n"))),
    "big-line": (rest) => this.turn.strange({ padding: "x".repeat(Number(rest) * megabyte) }),
    garbage: () => this.stage.wire.line(garbageLine),
    ansi: () => this.stage.wire.line(ansiLine),
    strange: (rest) => this.turn.strange({ what: rest }),
    "invalid-utf8": (rest) => this.speaker.say(`${textOf(rest)}${brokenCharacter}`),
    u2028: () => this.speaker.say("left\u2028right"),
    "cut-stream": () => this.turn.cut?.(),
    "duplicate-end": () => {
      this.twice = true
    },
    "after-end": (rest) => {
      this.afterEnd = textOf(rest)
    }
  }

  /** A sub-agent's words come at once, those of the turn as they stream. */
  private streamed(text: string): ReadonlyArray<string> {
    return this.speaker === this.turn ? chunksOf(text) : [text]
  }

  private say(text: string): void {
    for (const chunk of this.streamed(text)) this.speaker.say(chunk)
  }

  private failureOf(status: number): Failure {
    if (status === 429) return rateLimited(1)
    if (status === 401) return failure("unauthorized", 401, "invalid api key", { retried: true })
    return serverFailed(status)
  }

  private onCancel(words: string, stubborn: boolean): void {
    this.lastWords = words === "" ? undefined : textOf(words)
    this.stubborn = stubborn
    this.stage.listenForSigterm()
  }

  private edit(rest: string): void {
    const [file, text] = wordAndRest(rest)
    const content = `${textOf(text)}\n`
    const tool = { id: idOf("toolu_"), name: "Edit", input: { file_path: file, new_string: content } }
    this.turn.toolStart(tool)
    NodeFS.writeFileSync(NodePath.resolve(file), content)
    this.turn.edit(tool, NodePath.resolve(file), content)
  }

  private async nested(title: string, block: ReadonlyArray<Step>): Promise<void> {
    const tool = { id: idOf("toolu_"), name: "Task", input: { description: title, prompt: title } }
    const nested = this.turn.nested(tool, title)
    const { open } = this
    this.open = []
    this.speaker = nested
    await this.play(block)
    this.speaker = this.turn
    this.open = open
    nested.close(`${title} is done`)
  }

  /** Asks; the call, when it is approved, and the words that belong to the answer. */
  private async ask(rest: string): Promise<{ readonly tool: ToolCall | undefined; readonly words: string }> {
    const { input, key, name, says } = askOf(rest)
    const tool = { id: key, name, input }
    const decision = await this.unlessStopped(this.turn.ask(tool))
    if (decision.kind === "cancelled" && decision.endsTurn) throw new Stopped()
    const words = (says[decision.kind] ?? "").replaceAll("{words}", decision.kind === "denied" ? decision.words : "")
    if (decision.kind === "denied" && decision.endsTurn === true) {
      if (words !== "") this.say(words)
      this.end({ kind: "done" })
      throw new Ended()
    }
    return { tool: decision.kind === "approved" ? tool : undefined, words }
  }

  private async question(rest: string): Promise<void> {
    const [key, asked] = wordAndRest(rest)
    const [text = "", options = ""] = asked.split(" ? ")
    const choices = options === "" ? [] : options.split(",").map((option) => option.trim())
    const answer = await this.unlessStopped(this.turn.question(key, text, choices))
    this.say(answer ?? "no answer")
  }
}
