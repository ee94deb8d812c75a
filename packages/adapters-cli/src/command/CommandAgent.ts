/**
 * What the configuration says of one `command` agent, and the pure decisions
 * that follow from it: the argument list, standard input, the environment.
 *
 * @stability unstable
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Environment } from "../CliHost.ts"
import { reservedPrefix } from "../RunMark.ts"

export const protocol = "command"

/** Stands for the prompt in an argument. */
export const promptPlaceholder = "{prompt}"

const VariableName = Schema.String.check(
  Schema.isPattern(/^[^=\0]+$/, { expected: "a name of an environment variable" }),
  Schema.makeFilter(
    (name) => !name.startsWith(reservedPrefix) || `names that begin with ${reservedPrefix} are given by the runtime`
  )
)

/** A value as it stands, or where the server's own environment has it. A secret is always the second. */
const VariableValue = Schema.Union([Schema.String, Schema.Struct({ ref: Schema.NonEmptyString })])

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
  env: Schema.optionalKey(Schema.Record(VariableName, VariableValue)),
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

const allowed: ReadonlySet<string> = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "TERM",
  "LANG",
  "TMPDIR",
  "TZ"
])

/** Whether a child gets this variable of the server without being given it by name. */
export const isAllowed = (name: string): boolean => allowed.has(name) || name.startsWith("LC_")

/** The environment of a child, and which of its values must not be shown. */
export interface ChildEnvironment {
  readonly variables: Readonly<Record<string, string | Redacted.Redacted<string>>>
  readonly secrets: ReadonlyArray<string>
}

/**
 * The allowed part of `parent`, then no colours and no terminal, then what the
 * agent's `env` says, then the run's own mark. Fails with the names of the
 * references that lead nowhere.
 */
export const environment = (
  agent: CommandAgent,
  parent: Environment,
  mark: Readonly<Record<string, string>>
): Result.Result<ChildEnvironment, ReadonlyArray<string>> => {
  const variables: Record<string, string | Redacted.Redacted<string>> = {}
  const secrets: Array<string> = []
  const missing: Array<string> = []
  for (const [name, value] of Object.entries(parent)) {
    if (value !== undefined && isAllowed(name)) variables[name] = value
  }
  variables["NO_COLOR"] = "1"
  variables["TERM"] = "dumb"
  for (const [name, value] of Object.entries(agent.env ?? {})) {
    if (typeof value === "string") {
      variables[name] = value
      continue
    }
    const secret = parent[value.ref]
    if (secret === undefined) {
      missing.push(value.ref)
      continue
    }
    variables[name] = Redacted.make(secret, { label: name })
    secrets.push(secret)
  }
  return missing.length > 0 ? Result.fail(missing) : Result.succeed({ variables: { ...variables, ...mark }, secrets })
}
