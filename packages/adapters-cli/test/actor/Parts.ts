/**
 * The parts of the conformance suite, as scripts for the actor: what makes a
 * protocol's conformance test one call.
 *
 * The runner, the layer and the sessions are the caller's; so is what the
 * runner is expected to make of a broken agent.
 */
import type { ExternalChildRunner, Outcome, Session } from "@offshoot/core"
import type { MisbehavingPart, Subject } from "@offshoot/test-conformance/RunnerConformance"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import * as NodeProcess from "node:process"

const mainPath = NodePath.join(import.meta.dirname, "main.ts")

/** `acp` alone is the plain one; with a dash, one that departs from it as that program does. */
export type VoiceName =
  | "claude"
  | "codex"
  | "acp"
  | "acp-gemini"
  | "acp-qwen"
  | "acp-opencode"
  | "acp-claude"
  | "acp-codex"
  | "pi"
  | "opencode"

/** The program and its first arguments; those of the protocol come behind them. */
export const commandOf = (voice: VoiceName): readonly [string, ...ReadonlyArray<string>] => [
  NodeProcess.execPath,
  mainPath,
  voice
]

/** Variables that make the actor start in a fraction of the time: what it consists of is compiled once and kept. */
export const quickStart: Readonly<Record<string, string>> = {
  NODE_COMPILE_CACHE: NodePath.join(NodeOS.tmpdir(), "node-compile-cache")
}

const script = (...lines: ReadonlyArray<string>): string => lines.join("\n")

const linesMax = 5000

/** A program whose every delta repeats its whole message says as many lines in fewer of them. */
const linesAtOnce = (voice: VoiceName): number => (voice === "pi" ? 25 : 1)

/** The words that belong to the answers of `asks`. */
export interface AskWords {
  readonly approved: string
  readonly denied: string
  /** The same as `denied` where a program cannot tell the one from the other. */
  readonly expired: string
}

const askWords: AskWords = { approved: "granted", denied: "refused", expired: "refused" }

/** The key under which `asks` asks, on every wire the name of the tool call. */
export const askKey = "toolu_asked"

/** What `polite` and `stubborn` say when they are asked to stop. */
export const farewell = "farewell"
export const refusal = "not yet"

/**
 * Gemini CLI 0.61.0 never tells what a cancelled turn used. The parts that are
 * cancelled in mid-turn have it told all the same: they prove the runner, not
 * that program.
 */
const counted = (voice: VoiceName): ReadonlyArray<string> => (voice === "acp-gemini" ? ["counts-cancelled"] : [])

/** The script of each part. */
export const promptsOf = (voice: VoiceName) => ({
  completes: script("say one", 'say " two"'),
  fails: "api-error the model broke",
  noisy: `count 0 ${linesMax} ${linesAtOnce(voice)}`,
  hangs: script("daemon", "ready", "hang"),
  polite: script(`on-cancel ${farewell}`, "ready", "hang"),
  stubborn: script("ignore-eof", `stubborn ${refusal}`, "ready", "hang"),
  asks: (denied = "refused") =>
    `ask ${askKey} Bash {"command":"make it"} -> approved:granted/denied:${denied}/cancelled:dismissed`,
  listens: script("ready", "wait-message"),
  spends: script(...counted(voice), "usage 1000 50 0.01", "ready", "hang"),
  leaves: script("usage 1000 50 0.01", "say left"),
  names: script("ready", "hang"),
  // A run that goes on tells its agent what happened in front of the script.
  resumes: script("script:", "session"),
  works: script('tool Bash {"command":"make"}', "ready", "hang"),
  leavesOpen: script('tool Bash {"command":"make"}', "say and on"),
  speaks: script(...counted(voice), "usage 1000 50 0.01", "say half an answer, ready", "hang"),
  silentEnd: script("say nearly", "exit 0")
})

/** What becomes of a run whose agent misbehaves: nothing, or the agent has failed, or it has broken its protocol. */
export type Harm = "none" | "dies" | "breaks"

interface Misbehaviour {
  readonly name: string
  readonly harm: Harm
  readonly prompt: string
}

/** Every way to misbehave that a script has and that ends by itself. `name` completes "though its agent …". */
const everywhere: ReadonlyArray<Misbehaviour> = [
  { name: "ends its lines as Windows does", harm: "none", prompt: script("crlf", "say whole") },
  { name: "writes byte by byte", harm: "none", prompt: script("slow", "say whole") },
  { name: "writes lines that are no frames", harm: "none", prompt: script("garbage", "ansi", "say whole") },
  { name: "says frames of a kind that nobody knows", harm: "none", prompt: script("strange event", "say whole") },
  { name: "says bytes that are no text", harm: "none", prompt: "invalid-utf8 whole" },
  { name: "says line separators of Unicode as they are", harm: "none", prompt: script("u2028", "say whole") },
  { name: "says its end twice", harm: "none", prompt: script("duplicate-end", "say whole") },
  { name: "goes on speaking after its end", harm: "none", prompt: script("after-end too late", "say whole") },
  { name: "floods standard error", harm: "none", prompt: script("flood-stderr 8", "say whole") },
  {
    name: "leaves processes that hold standard output",
    harm: "none",
    prompt: script("child", "daemon", "say whole")
  },
  {
    name: "ignores SIGTERM and the end of its input",
    harm: "none",
    prompt: script("ignore-sigterm", "ignore-eof", "say whole")
  },
  { name: "is killed in the middle of a tool", harm: "dies", prompt: script('tool Bash {"command":"make"}', "die") },
  { name: "exits with words on standard error", harm: "dies", prompt: script("say half", "crash out of paper") },
  { name: "exits with 0 in the middle of a turn", harm: "dies", prompt: script("say half", "exit 0") },
  {
    name: "exits and leaves a process that holds standard output",
    harm: "dies",
    prompt: script("say half", "daemon", "exit 0")
  },
  { name: "writes half a frame and exits", harm: "dies", prompt: script("say half", "half-frame", "say lost") }
]

const onStandardOutput: ReadonlyArray<Misbehaviour> = [
  { name: "ends its last frame without a newline", harm: "none", prompt: script("unterminated", "say whole") },
  { name: "closes standard output and lives on", harm: "breaks", prompt: script("say half", "close-stdout", "hang") },
  { name: "writes a line of 50 MB", harm: "breaks", prompt: script("big-line 50", "say whole") }
]

/** A server's frames do not go over its standard output. */
const onStreams: ReadonlyArray<Misbehaviour> = [
  { name: "closes standard output and lives on", harm: "none", prompt: script("close-stdout", "say whole") },
  { name: "writes an event of 50 MB", harm: "breaks", prompt: script("big-line 50", "say whole") }
]

export const misbehavioursOf = (voice: VoiceName): ReadonlyArray<Misbehaviour> => [
  ...everywhere,
  ...(voice === "opencode" ? onStreams : onStandardOutput)
]

/** A run of the actor is over in this time, start of the program and stop ladder included. */
const within = Duration.seconds(15)

export interface SubjectOptions<R, E> {
  readonly voice: VoiceName
  readonly session: Session.Session
  readonly layer: Layer.Layer<R, E>
  readonly runner: Effect.Effect<ExternalChildRunner.ExternalChildRunner, never, R>
  readonly capabilities: ExternalChildRunner.Capabilities
  readonly live: Effect.Effect<number, never, R>
  readonly foreign: ReadonlyArray<Session.Session>
  /** Without it, the words of the scripts. */
  readonly asks?: AskWords & { readonly key?: string }
  /** How the outcome tells of a misbehaviour; one that is left out is not played. */
  readonly harms?: Partial<Record<Harm, Pick<Outcome.RunnerOutcome, "status" | "reason">>>
}

const misbehavingOf = <R, E>({ harms, session, voice }: SubjectOptions<R, E>): ReadonlyArray<MisbehavingPart> =>
  misbehavioursOf(voice).flatMap(({ harm, name, prompt }) => {
    const expect = harms?.[harm]
    return expect === undefined ? [] : [{ name, session, prompt, expect, within }]
  })

/** The subject that plays every part in this voice. */
export const subjectOf = <R, E>(options: SubjectOptions<R, E>): Subject<R, E> => {
  const { capabilities, foreign, layer, live, runner, session, voice } = options
  const prompts = promptsOf(voice)
  const words = { key: askKey, ...askWords, ...options.asks }
  const ready = "ready"
  return {
    layer,
    runner,
    capabilities,
    live,
    foreign,
    completes: { session, prompt: prompts.completes, answer: "one two" },
    fails: { session, prompt: prompts.fails },
    noisy: {
      session,
      prompt: prompts.noisy,
      answer: Array.from({ length: linesMax }, (_, index) => `${index}\n`).join("")
    },
    hangs: { session, prompt: prompts.hangs, ready },
    polite: { session, prompt: prompts.polite, ready, stopping: farewell },
    stubborn: { session, prompt: prompts.stubborn, ready, stopping: refusal },
    // A program that hears why it was denied says what it heard.
    asks: { session, prompt: prompts.asks(options.asks === undefined ? undefined : "{words}"), ...words },
    listens: { session, prompt: prompts.listens, ready },
    spends: { session, prompt: prompts.spends, ready },
    leaves: { session, prompt: prompts.leaves },
    names: { session, prompt: prompts.names, ready },
    resumes: { session, prompt: prompts.resumes },
    works: { session, prompt: prompts.works, ready },
    leavesOpen: { session, prompt: prompts.leavesOpen },
    speaks: { session, prompt: prompts.speaks, ready, said: "half an answer, ready" },
    silentEnd: { session, prompt: prompts.silentEnd },
    misbehaves: misbehavingOf(options)
  }
}
