/**
 * The one message that a client of AG-UI sends: what of it is used here, and how
 * much of it there may be.
 *
 * The protocol asks for two things that pull apart: members that are not known
 * are left out, known members with a wrong value are refused. So this schema has
 * every member that is looked at, and nothing is refused for having more.
 *
 * @stability unstable
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** Names of threads, runs and messages; the longest that clients make have some fifty characters. */
const idLengthMax = 200
const Id = Schema.NonEmptyString.check(Schema.isMaxLength(idLengthMax))

/** More than a thread of days has; the size of the body bounds them first. */
const messagesMax = 20_000
/** More than a person answers at once. */
const resumeMax = 256

const Part = Schema.Struct({ type: Schema.String, text: Schema.optionalKey(Schema.String) })

/** What is said, in words or in parts; an activity's is an object. */
const Content = Schema.Union([Schema.String, Schema.Array(Part), Schema.Record(Schema.String, Schema.Unknown)])

const ToolCall = Schema.Struct({
  id: Schema.String,
  function: Schema.Struct({ name: Schema.String, arguments: Schema.String })
})

export const InputMessage = Schema.Struct({
  id: Id,
  role: Schema.String,
  content: Schema.optionalKey(Content),
  toolCalls: Schema.optionalKey(Schema.Array(ToolCall)),
  toolCallId: Schema.optionalKey(Schema.String),
  subagentRunId: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
})
export type InputMessage = typeof InputMessage.Type

export const ResumeEntry = Schema.Struct({
  interruptId: Schema.String,
  status: Schema.Literals(["resolved", "cancelled"]),
  payload: Schema.optionalKey(Schema.Unknown)
})
export type ResumeEntry = typeof ResumeEntry.Type

/**
 * `POST /agui`: a `RunAgentInput` of AG-UI 1.0. `tools`, `context` and `state`
 * are not used, and the client is told so; of `forwardedProps` only `offshoot`.
 */
export const RunInput = Schema.Struct({
  threadId: Id,
  runId: Id,
  protocolVersion: Schema.optionalKey(Schema.String),
  messages: Schema.Array(InputMessage).check(Schema.isMaxLength(messagesMax)),
  resume: Schema.optionalKey(Schema.Array(ResumeEntry).check(Schema.isMaxLength(resumeMax))),
  tools: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  context: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  state: Schema.optionalKey(Schema.Unknown),
  forwardedProps: Schema.optionalKey(Schema.Unknown)
}).annotate({ identifier: "RunAgentInput" })
export type RunInput = typeof RunInput.Type

const nameLengthMax = 256
const Name = Schema.NonEmptyString.check(Schema.isMaxLength(nameLengthMax))

/** Who plays the root of a new thread; the same defaults as `POST /v1/sessions`. */
export const Wishes = Schema.Struct({
  agent: Schema.optionalKey(Name),
  profile: Schema.optionalKey(Name),
  model: Schema.optionalKey(Name)
})
export type Wishes = typeof Wishes.Type

const decodeWishes = Schema.decodeUnknownResult(Wishes, { onExcessProperty: "error" })

/** `forwardedProps.offshoot`: what is in it is ours, so that a misspelt name is an error. */
export const wishesOf = ({ forwardedProps }: RunInput): Result.Result<Wishes, Schema.SchemaError> =>
  typeof forwardedProps === "object" && forwardedProps !== null && "offshoot" in forwardedProps
    ? decodeWishes(forwardedProps.offshoot)
    : Result.succeed({})

/** Whether the client knows sub-agents: they are of 1.0, and who says no version speaks an older one. */
export const knowsSubagents = ({ protocolVersion }: Pick<RunInput, "protocolVersion">): boolean => {
  if (protocolVersion === undefined) return false
  const [, major] = /^(\d+)\.\d+$/.exec(protocolVersion) ?? []
  // What cannot be read is handled like a newer one.
  return major === undefined || Number(major) >= 1
}

/** The words of a message. Parts that are no text are skipped. */
export const textOf = ({ content }: InputMessage): { readonly text: string; readonly skipped: number } => {
  if (typeof content === "string") return { text: content, skipped: 0 }
  if (!Array.isArray(content)) return { text: "", skipped: 0 }
  const texts = content.flatMap((part) => (part.type === "text" && part.text !== undefined ? [part.text] : []))
  return { text: texts.join("\n"), skipped: content.length - texts.length }
}
