/** The Responses wire of OpenAI. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Json from "../Json.ts"
import {
  type Composed,
  type ComposedPart,
  type Frame,
  type Turn,
  type Wire,
  event,
  joined,
  pieces,
  usage
} from "../Wire.ts"

const Block = Schema.Struct({ type: Schema.String, text: Schema.optionalKey(Schema.String) })

const Item = Schema.Struct({
  type: Schema.optionalKey(Schema.String),
  role: Schema.optionalKey(Schema.String),
  content: Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, Schema.Array(Block)])))
})

const Body = Schema.Struct({
  model: Schema.String,
  stream: Schema.optionalKey(Schema.Boolean),
  input: Schema.Union([Schema.String, Schema.Array(Item)]),
  tools: Schema.optionalKey(
    Schema.Array(Schema.Struct({ type: Schema.String, name: Schema.optionalKey(Schema.String) }))
  )
})
const decode = Schema.decodeUnknownOption(Body)

const textOfItem = ({ content }: typeof Item.Type): string =>
  typeof content === "string" ? content : (content ?? []).map(({ text }) => text ?? "").join("\n")

/** Reasoning and calls are a part of the answer that they came with; what a developer or system says is no turn. */
const turnsOf = (item: typeof Item.Type): ReadonlyArray<Turn> => {
  if (item.type?.endsWith("_output")) return [{ role: "tool", text: "" }]
  if (item.role === "user") return [{ role: "user", text: textOfItem(item) }]
  return item.role === undefined || item.role === "assistant" ? [{ role: "model", text: textOfItem(item) }] : []
}

const usageFields = {
  input_tokens: usage.input,
  input_tokens_details: { cached_tokens: usage.cached },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.input + usage.output
}

/** One event without its number; the type is its name on the wire too. */
interface Said {
  readonly type: string
  readonly [field: string]: unknown
}

/** An item of the output: as it starts, what is said while it grows and when it is over, and as it is then. */
interface Shown {
  readonly start: object
  readonly grows: ReadonlyArray<Said>
  readonly ends: ReadonlyArray<Said>
  readonly whole: object
}

const shownText = (item_id: string, text: string): Shown => {
  const item = { id: item_id, type: "message", role: "assistant" }
  const part = { type: "output_text", text, annotations: [] }
  const at = { item_id, content_index: 0 }
  return {
    start: { ...item, status: "in_progress", content: [] },
    grows: [
      { type: "response.content_part.added", ...at, part: { ...part, text: "" } },
      ...pieces(text).map((delta) => ({
        type: "response.output_text.delta",
        item_id,
        content_index: 0,
        delta
      }))
    ],
    ends: [
      { type: "response.output_text.done", ...at, text },
      { type: "response.content_part.done", ...at, part }
    ],
    whole: { ...item, status: "completed", content: [part] }
  }
}

const shownThought = (item_id: string, text: string): Shown => {
  const item = { id: item_id, type: "reasoning", encrypted_content: "ZW5jcnlwdGVk" }
  const part = { type: "summary_text", text }
  const at = { item_id, summary_index: 0 }
  return {
    start: { ...item, summary: [] },
    grows: [
      { type: "response.reasoning_summary_part.added", ...at, part: { ...part, text: "" } },
      ...pieces(text).map((delta) => ({
        type: "response.reasoning_summary_text.delta",
        item_id,
        summary_index: 0,
        delta
      }))
    ],
    ends: [
      { type: "response.reasoning_summary_text.done", ...at, text },
      { type: "response.reasoning_summary_part.done", ...at, part }
    ],
    whole: { ...item, summary: [part] }
  }
}

/** Tools of an MCP server stand together in a namespace (Codex 0.169.0); a script writes `NAMESPACE/TOOL`. */
const named = (name: string): { readonly name: string; readonly namespace?: string } => {
  const end = name.indexOf("/")
  return end === -1 ? { name } : { namespace: name.slice(0, end), name: name.slice(end + 1) }
}

const shownCall = (id: string, name: string, input: string): Shown => {
  const item = { id: `fc_${id}`, type: "function_call", call_id: id, ...named(name) }
  return {
    start: { ...item, status: "in_progress", arguments: "" },
    grows: [{ type: "response.function_call_arguments.delta", item_id: item.id, delta: input }],
    ends: [{ type: "response.function_call_arguments.done", item_id: item.id, arguments: input }],
    whole: { ...item, status: "completed", arguments: input }
  }
}

const shown = (answer: Composed, part: ComposedPart, index: number): Shown | undefined => {
  switch (part.type) {
    case "text":
      return shownText(`${answer.id}_${index}`, part.text)
    case "thought":
      return shownThought(`rs_${answer.id}_${index}`, part.text)
    case "call":
      return shownCall(part.id, part.name, Json.encode(part.input))
    default:
      return undefined
  }
}

const response = (answer: Composed, status: string, output: ReadonlyArray<object>, more: object = {}) => ({
  id: `resp_${answer.id}`,
  object: "response",
  created_at: 1_700_000_000,
  model: answer.model,
  status,
  output,
  ...more
})

/** The last response of a stream, or the only one: what it is called, and what is in it. */
const final = (answer: Composed, output: ReadonlyArray<object>) => {
  if (answer.stop === "end") return response(answer, "completed", output, { usage: usageFields })
  const reason = answer.stop === "length" ? "max_output_tokens" : "content_filter"
  return response(answer, "incomplete", output, { incomplete_details: { reason }, usage: usageFields })
}

const stream = (answer: Composed): ReadonlyArray<Frame> => {
  const frames: Array<Frame> = []
  const output: Array<object> = []
  let open: { readonly item: Shown; readonly output_index: number } | undefined
  let sequence_number = -1
  const say = ({ type, ...more }: Said) => {
    sequence_number += 1
    frames.push(event({ type, sequence_number, ...more }, type))
  }
  const close = () => {
    if (open === undefined) return
    const { item, output_index } = open
    for (const said of item.ends) say({ ...said, output_index })
    say({ type: "response.output_item.done", output_index, item: item.whole })
    open = undefined
  }
  say({ type: "response.created", response: response(answer, "in_progress", []) })
  for (const [index, part] of answer.parts.entries()) {
    const item = shown(answer, part, index)
    if (item === undefined) {
      if (part.type === "hold" || part.type === "drop") frames.push(part)
      continue
    }
    close()
    open = { item, output_index: output.length }
    output.push(item.whole)
    say({ type: "response.output_item.added", output_index: open.output_index, item: item.start })
    for (const said of item.grows) say({ ...said, output_index: open.output_index })
  }
  close()
  const last = final(answer, output)
  say({ type: `response.${last.status}`, response: last })
  return frames
}

export const openAiResponses: Wire = {
  name: "responses",
  read: (path, body) =>
    path.endsWith("/responses")
      ? Option.map(decode(body), ({ input, model, stream, tools }) => ({
          model,
          streams: stream ?? false,
          tools: tools?.map(({ name, type }) => name ?? type) ?? [],
          turns: typeof input === "string" ? [{ role: "user" as const, text: input }] : joined(input.flatMap(turnsOf))
        }))
      : Option.none(),
  stream,
  whole: (answer) =>
    final(
      answer,
      answer.parts.flatMap((part, index) => shown(answer, part, index)?.whole ?? [])
    ),
  failure: ({ message, status }) => ({
    error: {
      message,
      type: status === 429 ? "rate_limit_exceeded" : "error",
      code: status === 429 ? "rate_limit_exceeded" : null
    }
  })
}
