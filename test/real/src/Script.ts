/**
 * What the scripted model is told to do, as one line of what the user says:
 *
 *     think hmm ++ shell echo hi ;; say done
 *
 * ` ;; ` parts the answers of the model calls of one turn, ` ++ ` what one
 * answer holds. The words:
 *
 * - `say TEXT`, `think TEXT`, `big BYTES`: text, reasoning, text of that length
 * - `shell COMMAND`, `write FILE TEXT`: a call of the program's own tool for it;
 *   some programs take only an absolute path
 * - `call TOOL JSON`: a call of the tool with that name
 * - `hold WORD`: the answer stays open there until somebody releases WORD
 * - `hang`: some text, then open for ever
 * - `cut`, `refuse`: how the answer ends, instead of by itself
 * - `drop`: the connection breaks there
 * - `status CODE [times N] [after SECONDS]`: the call fails; for the first N
 *   calls, or every time; `retry-after` is sent when it is given
 *
 * The line is all that the server knows of a turn, so one server serves
 * programs that do not know of it. Nothing here knows a wire or a program.
 */
import * as Option from "effect/Option"
import * as Json from "./Json.ts"

/** Which tool a call wants; the tool's real name is the program's. */
export type Want =
  | { readonly type: "shell"; readonly command: string }
  | { readonly type: "write"; readonly path: string; readonly text: string }
  | { readonly type: "named"; readonly name: string; readonly input: unknown }

export type Part =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thought"; readonly text: string }
  | { readonly type: "tool"; readonly want: Want }
  | { readonly type: "hold"; readonly word: string }
  | { readonly type: "drop" }

export type Stop = "end" | "length" | "refusal"

export interface Answer {
  readonly type: "answer"
  readonly parts: ReadonlyArray<Part>
  readonly stop: Stop
}

export interface Failure {
  readonly type: "failure"
  readonly status: number
  /** How many calls fail before the script goes on; none: all of them. */
  readonly times: number | undefined
  readonly retryAfterSeconds: number | undefined
}

export type Step = Answer | Failure

export interface Script {
  /** The line as it was said. */
  readonly line: string
  readonly steps: ReadonlyArray<Step>
}

/** The word of a hold that nobody releases. */
export const hangWord = "hang"

/** Bytes of one `big`: more than any test needs, and bearable in memory as a whole. */
const bigBytesMax = 64 * 1024 * 1024

const bigLineBytes = 64

/** ASCII text of exactly that many bytes in numbered lines, so that a gap in it shows. */
export const bigText = (bytes: number): string => {
  const lines = Math.ceil(bytes / bigLineBytes)
  const line = (index: number) =>
    `${String(index).padStart(8, "0")} ${"abcdefghij ".repeat(5).slice(0, bigLineBytes - 10)}\n`
  return Array.from({ length: lines }, (_, index) => line(index))
    .join("")
    .slice(0, bytes)
}

interface Read {
  readonly parts: ReadonlyArray<Part>
  readonly stop?: Stop
}

const text = (said: string): Read => ({ parts: [{ type: "text", text: said }] })
const tool = (want: Want): Read => ({ parts: [{ type: "tool", want }] })

const split = (rest: string): readonly [string, string] => {
  const at = rest.indexOf(" ")
  return at === -1 ? [rest, ""] : [rest.slice(0, at), rest.slice(at + 1)]
}

/** The words that make up an answer; a word whose arguments do not fit says nothing. */
const words: ReadonlyMap<string, (rest: string) => Read | undefined> = new Map(
  Object.entries({
    say: text,
    think: (rest) => ({ parts: [{ type: "thought", text: rest }] }),
    big: (rest) => (/^\d+$/.test(rest) && Number(rest) <= bigBytesMax ? text(bigText(Number(rest))) : undefined),
    shell: (rest) => (rest === "" ? undefined : tool({ type: "shell", command: rest })),
    write: (rest) => {
      const [path, content] = split(rest)
      return path === "" ? undefined : tool({ type: "write", path, text: content })
    },
    call: (rest) => {
      const [name, json] = split(rest)
      const input = Json.decode(json)
      return Option.isNone(input) ? undefined : tool({ type: "named", name, input: input.value })
    },
    hold: (rest) => (/^\S+$/.test(rest) ? { parts: [{ type: "hold", word: rest }] } : undefined),
    hang: (rest) =>
      rest === ""
        ? {
            parts: [
              { type: "text", text: "This takes a while." },
              { type: "hold", word: hangWord }
            ]
          }
        : undefined,
    cut: (rest) => (rest === "" ? { parts: [], stop: "length" } : undefined),
    refuse: (rest) => (rest === "" ? { parts: [], stop: "refusal" } : undefined),
    drop: (rest) => (rest === "" ? { parts: [{ type: "drop" }] } : undefined)
  } satisfies Record<string, (rest: string) => Read | undefined>)
)

const failureWords = /^status (\d{3})(?: times (\d+))?(?: after (\d+))?$/

const numberOf = (digits: string | undefined): number | undefined => (digits === undefined ? undefined : Number(digits))

const readStep = (source: string): Step | undefined => {
  const failure = failureWords.exec(source)
  if (failure !== null) {
    return {
      type: "failure",
      status: Number(failure[1]),
      times: numberOf(failure[2]),
      retryAfterSeconds: numberOf(failure[3])
    }
  }
  const parts: Array<Part> = []
  let stop: Stop = "end"
  for (const phrase of source.split(" ++ ")) {
    const [word, rest] = split(phrase.trim())
    const read = words.get(word)?.(rest)
    if (read === undefined) return undefined
    parts.push(...read.parts)
    stop = read.stop ?? stop
  }
  return { type: "answer", parts, stop }
}

/** The script that a line is; none when any of it is not. */
export const parse = (line: string): Option.Option<Script> => {
  const steps: Array<Step> = []
  for (const source of line.trim().split(" ;; ")) {
    const step = readStep(source.trim())
    if (step === undefined) return Option.none()
    steps.push(step)
  }
  return Option.some({ line: line.trim(), steps })
}

/** The last line of a text that is a script: programs put words of their own around what the user says. */
export const find = (said: string): Option.Option<Script> => {
  for (const line of said.split("\n").toReversed()) {
    const script = parse(line)
    if (Option.isSome(script)) return script
  }
  return Option.none()
}

/** An answer that did not end by itself is not the end: who asks again gets it again. */
const isBrokenOff = (step: Step | undefined): boolean => step?.type === "answer" && step.stop !== "end"

const answersOf = ({ steps }: Script): ReadonlyArray<Step> => steps.filter(({ type }) => type === "answer")

/** Whether the last of so many answers broke off. */
export const breaksOff = (script: Script, answered: number): boolean => {
  const answers = answersOf(script)
  return isBrokenOff(answers[Math.min(answered, answers.length) - 1])
}

/**
 * The step to play next: `answered` answers of the script have been given, and
 * `failed` of its calls have failed so far. None when the script is over.
 */
export const stepAt = (script: Script, answered: number, failed: number): Option.Option<Step> => {
  let answersLeft = answered
  let failuresLeft = failed
  for (const step of script.steps) {
    if (step.type === "answer") {
      if (answersLeft === 0) return Option.some(step)
      answersLeft -= 1
    } else if (step.times === undefined || failuresLeft < step.times) {
      return Option.some(step)
    } else {
      failuresLeft -= step.times
    }
  }
  return Option.filter(Option.fromUndefinedOr(answersOf(script).at(-1)), isBrokenOff)
}
