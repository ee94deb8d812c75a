/**
 * A script: what a scripted model says, round by round, declared beforehand as
 * a file or a value.
 *
 * Shapes, and reading them with the place of what is wrong. Which step a prompt
 * comes to, and how it is played, is `Scripted`'s business. The guide is
 * docs/guides/scripted-model.md.
 *
 * @stability unstable
 */
import { Response } from "effect/ai"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Jsonc from "jsonc-parser"
import * as Template from "./internal/template.ts"

/** A script is written by hand; more is a recording, and has another form. */
const fileBytesMax = 1024 * 1024
/** An hour: longer than any watchdog waits. */
const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3_600_000 }))
/** More than any parent may spawn in one round. */
const repeatMax = 1_000
const conversationsMax = 256
const stepsMax = 1_000
const callsMax = 128

const TemplateText = Schema.String.check(
  Schema.makeFilter((source) => Result.getOrUndefined(Result.flip(Template.text(source))))
)

/** One text, streamed word by word, or the pieces that it is streamed in. */
const Spoken = Schema.Union([TemplateText, Schema.NonEmptyArray(TemplateText)])

const Label = Schema.String.check(
  Schema.isPattern(/^[A-Za-z][A-Za-z0-9-]{0,31}$/, { expected: "a letter, then letters, digits or dashes, at most 32" })
)

/**
 * A call of a tool. With `repeat` it is made so many times in one round, with
 * `{{index}}` from 0 and `{{number}}` from 1. Its results are referred to by
 * the tool's name or by `label`.
 */
export const ToolCall = Schema.Struct({
  name: Schema.NonEmptyString,
  label: Schema.optionalKey(Label),
  params: Schema.Record(Schema.String, Schema.Json).check(
    Schema.makeFilter((params) => {
      const problems: Array<Template.Misplaced> = []
      Template.value(params, problems)
      return problems
    })
  ),
  repeat: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: repeatMax })))
})
export type ToolCall = typeof ToolCall.Type

/** How a provider fails. What was said before in the same step is said first, so that the answer is cut off. */
export const Failure = Schema.Struct({
  kind: Schema.Literals([
    "rateLimited",
    "overloaded",
    "authentication",
    "contextFull",
    "refused",
    "malformed",
    "cutOff"
  ]),
  /** Only with `rateLimited` and `overloaded`: when to come again. */
  retryAfterMs: Schema.optionalKey(Millis),
  message: Schema.optionalKey(Schema.String)
}).check(
  Schema.makeFilter(({ kind, retryAfterMs }) =>
    retryAfterMs !== undefined && kind !== "rateLimited" && kind !== "overloaded"
      ? {
          path: ["retryAfterMs"],
          issue: `expected no such key: it belongs to rateLimited and overloaded, not to ${kind}`
        }
      : undefined
  )
)
export type Failure = typeof Failure.Type

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** What the answer is said to have used. What is left out is unknown, never zero. */
export const Usage = Schema.Struct({
  inputTokens: Schema.optionalKey(Count),
  outputTokens: Schema.optionalKey(Count),
  reasoningTokens: Schema.optionalKey(Count),
  cacheReadTokens: Schema.optionalKey(Count),
  cacheWriteTokens: Schema.optionalKey(Count)
})
export type Usage = typeof Usage.Type

const contents = ["reasoning", "text", "toolCalls", "error", "hang"] as const
const endings = ["error", "hang", "finish"] as const

/**
 * One round: a pause, then reasoning, text and calls in this order, then how it
 * ends: `finish` (which is the default), `error` or `hang`.
 */
export const Step = Schema.Struct({
  pauseMs: Schema.optionalKey(Millis),
  reasoning: Schema.optionalKey(Spoken),
  text: Schema.optionalKey(Spoken),
  /** Between the pieces of reasoning and text. */
  pieceMs: Schema.optionalKey(Millis),
  toolCalls: Schema.optionalKey(Schema.NonEmptyArray(ToolCall).check(Schema.isMaxLength(callsMax))),
  error: Schema.optionalKey(Failure),
  /** Says nothing more and does not end: whoever waits must give up. */
  hang: Schema.optionalKey(Schema.Literal(true)),
  /** Absent: `tool-calls` when it calls tools, else `stop`. */
  finish: Schema.optionalKey(Response.FinishReason),
  usage: Schema.optionalKey(Usage),
  costUsd: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)))
}).check(
  Schema.makeFilter((step) =>
    contents.some((key) => step[key] !== undefined)
      ? undefined
      : `expected at least one of ${contents.join(", ")}: a round that says nothing leaves no trace to go on from`
  ),
  Schema.makeFilter((step) => {
    const [first, second] = endings.filter((key) => step[key] !== undefined)
    return second === undefined ? undefined : { path: [second], issue: `expected one end only: there is ${first}` }
  })
)
export type Step = typeof Step.Type

/** How a text is recognised. */
export const Match = Schema.Union([
  Schema.Struct({ exact: Schema.String }),
  Schema.Struct({ contains: Schema.NonEmptyString }),
  Schema.Struct({ startsWith: Schema.NonEmptyString })
])
export type Match = typeof Match.Type

/**
 * What one agent says. `when.system` looks at the system prompt, which is where
 * a role shows; `when.user` at what it is told. `atEnd` is what comes after the
 * last step: `say` (a sentence that says so, which is the default), `fail`, or
 * `again` from the first.
 */
export const Conversation = Schema.Struct({
  name: Schema.NonEmptyString,
  when: Schema.optionalKey(Schema.Struct({ system: Schema.optionalKey(Match), user: Schema.optionalKey(Match) })),
  steps: Schema.NonEmptyArray(Step).check(Schema.isMaxLength(stepsMax)),
  atEnd: Schema.optionalKey(Schema.Literals(["say", "fail", "again"]))
})
export type Conversation = typeof Conversation.Type

const Tokens = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/** A script is one model: `scripted:<name>`. */
export const Script = Schema.Struct({
  name: Schema.String.check(
    Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
      expected: "letters, digits, dots, dashes and underscores, at most 64"
    })
  ),
  contextTokensMax: Schema.optionalKey(Tokens),
  outputTokensMax: Schema.optionalKey(Tokens),
  conversations: Schema.NonEmptyArray(Conversation).check(
    Schema.isMaxLength(conversationsMax),
    Schema.makeFilter((conversations) => {
      const names = conversations.map(({ name }) => name)
      return names
        .map((name, at) => ({ name, at }))
        .filter(({ name, at }) => names.indexOf(name) < at)
        .map(({ name, at }) => ({ path: [at, "name"], issue: `expected a name of its own: "${name}" is taken` }))
    })
  )
})
export type Script = typeof Script.Type

/** A script that cannot be played. `problems` has one line for each thing that is wrong, with its place. */
export class ScriptInvalid extends Schema.TaggedError<ScriptInvalid>()("ScriptInvalid", {
  /** The file, or the script's name where it is a value. */
  source: Schema.String,
  problems: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message(): string {
    return `${this.source} is no script:\n${this.problems.map((problem) => `  ${problem}`).join("\n")}`
  }
}

const decodeScript = Schema.decodeUnknownResult(Script, { errors: "all", onExcessProperty: "error" })

const inOurWords = new Map([
  ["Expected no excess property", "this key is not known here"],
  ["Missing key", "this is required"],
  ["Expected string | array", "expected a text, or a list of its pieces"]
])

const standard = SchemaIssue.makeFormatterStandardSchemaV1()

/** `conversations[0].steps[1].text`, as one would write it. */
const written = (path: ReadonlyArray<PropertyKey>): string =>
  path.map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${String(key)}`)).join("")

const problemsOf = ({ issue }: Schema.SchemaError): ReadonlyArray<string> =>
  standard(issue).issues.map(({ message, path = [] }) => {
    const place = written(path.map((part) => (typeof part === "object" ? part.key : part)))
    const words = inOurWords.get(message) ?? message
    return place === "" ? words : `${place}: ${words}`
  })

/** A value as a script. `source` is what the message calls it. */
export const decode = (value: unknown, source: string): Result.Result<Script, ScriptInvalid> =>
  Result.mapError(decodeScript(value), (error) => new ScriptInvalid({ source, problems: problemsOf(error) }))

const placeOf = (text: string, offset: number): string => {
  const before = text.slice(0, offset)
  return `line ${before.split("\n").length}, column ${offset - before.lastIndexOf("\n")}`
}

/** The text of a file as a script: JSON, comments and final commas allowed. */
export const parse = (text: string, source: string): Result.Result<Script, ScriptInvalid> => {
  const errors: Array<Jsonc.ParseError> = []
  const value: unknown = Jsonc.parse(text.startsWith("\uFEFF") ? text.slice(1) : text, errors, {
    allowTrailingComma: true
  })
  const [first] = errors
  if (first === undefined) return decode(value, source)
  const what = Jsonc.printParseErrorCode(first.error)
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
  return Result.fail(new ScriptInvalid({ source, problems: [`${placeOf(text, first.offset)}: not JSON: ${what}`] }))
}

/** The script in a file. */
export const load = Effect.fn("Script.load")(function* (
  path: string
): Effect.fn.Return<Script, ScriptInvalid, FileSystem.FileSystem> {
  const files = yield* FileSystem.FileSystem
  const unreadable = (problem: string) => new ScriptInvalid({ source: path, problems: [problem] })
  const size = yield* Effect.mapError(files.stat(path), (error) => unreadable(error.message))
  if (Number(size.size) > fileBytesMax) {
    return yield* unreadable(`it has ${size.size} bytes; a script has at most ${fileBytesMax}`)
  }
  const text = yield* Effect.mapError(files.readFileString(path), (error) => unreadable(error.message))
  return yield* Effect.fromResult(parse(text, path))
})
