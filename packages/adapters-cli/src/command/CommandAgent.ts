/**
 * What the configuration says of one `command` agent, and the pure decisions
 * that follow from it: the argument list and standard input.
 *
 * @stability unstable
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ChildVariables } from "../ChildEnvironment.ts"

export const protocol = "command"

/** Stands for the prompt in an argument. */
export const promptPlaceholder = "{prompt}"

const Command = Schema.NonEmptyArray(Schema.NonEmptyString).check(
  Schema.makeFilter(
    ([program]) =>
      !program.includes(promptPlaceholder) ||
      `the program is the operator's to name: it cannot hold ${promptPlaceholder}`
  )
)

/** A child that ignores SIGTERM for longer than this is not cleaning up any more. */
const graceSecondsMax = 3600

/**
 * One entry of `agents` with `protocol: "command"`.
 *
 * - `command`: the program and its arguments; no shell of ours reads them.
 *   `{prompt}` becomes the prompt, inside one argument, whatever it contains.
 *   A prompt may begin with a dash: give the program `--` before it.
 * - `cwd`: where it runs when the session names no workspace. Without both,
 *   where the server runs.
 * - `env`: added to the allowed variables. `{"ref": "NAME"}` takes the value
 *   from the server's environment.
 * - `stdin`: `prompt` writes the prompt and closes, `none` is `/dev/null`.
 *   Without it: `none` if an argument holds `{prompt}`, else `prompt`.
 * - `graceSeconds`: from SIGTERM to SIGKILL, five by default; never so long
 *   that the runtime gives the run up first.
 * - `concurrent`: how many runs of this agent may hold a slot at once.
 */
export const CommandAgent = Schema.Struct({
  protocol: Schema.Literal(protocol),
  command: Command,
  cwd: Schema.optionalKey(Schema.NonEmptyString),
  env: Schema.optionalKey(ChildVariables),
  stdin: Schema.optionalKey(Schema.Literals(["prompt", "none"])),
  graceSeconds: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: graceSecondsMax }))),
  concurrent: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)))
})
export type CommandAgent = typeof CommandAgent.Type

/** What is started for one run. */
export interface Invocation {
  readonly program: string
  readonly args: ReadonlyArray<string>
  /** The text of standard input; absent is no input at all. */
  readonly stdin: string | undefined
}

/** Linux refuses a longer single argument (MAX_ARG_STRLEN, execve(2): 32 pages with the final NUL). */
export const argumentBytesMax = 131_071

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** Why a prompt cannot become an argument, in words for the operator. */
const refusal = (argument: string): string | undefined => {
  if (argument.includes("\0")) {
    return `The prompt contains a NUL character, which no argument can carry: remove ${promptPlaceholder} from the command so that it goes to standard input`
  }
  // A UTF-16 unit is at most three bytes: most arguments need no encoding to know.
  if (argument.length * 3 > argumentBytesMax && bytesOf(argument) > argumentBytesMax) {
    return `The prompt is longer than one argument may be (${argumentBytesMax} bytes): remove ${promptPlaceholder} from the command so that it goes to standard input`
  }
  return undefined
}

/** The program, its arguments and its input for this prompt, or why there can be none. */
export const invocation = (agent: CommandAgent, prompt: string): Result.Result<Invocation, string> => {
  const [program, ...templates] = agent.command
  const inArgument = templates.some((template) => template.includes(promptPlaceholder))
  const args = templates.map((template) => template.replaceAll(promptPlaceholder, () => prompt))
  for (const argument of args) {
    const refused = refusal(argument)
    if (refused !== undefined) return Result.fail(refused)
  }
  const input = agent.stdin ?? (inArgument ? "none" : "prompt")
  return Result.succeed({ program, args, stdin: input === "prompt" ? prompt : undefined })
}
