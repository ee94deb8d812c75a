/** The Chat Completions wire of OpenAI, and of all who took it over. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Json from "../Json.ts"
import {
  type Composed,
  type ComposedPart,
  type Frame,
  type Turn,
  type Wire,
  calls,
  event,
  halves,
  joined,
  pieces,
  textOf,
  usage
} from "../Wire.ts"

const Block = Schema.Struct({ type: Schema.String, text: Schema.optionalKey(Schema.String) })

const Body = Schema.Struct({
  model: Schema.String,
  stream: Schema.optionalKey(Schema.Boolean),
  messages: Schema.Array(
    Schema.Struct({
      role: Schema.String,
      content: Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, Schema.Array(Block)])))
    })
  ),
  tools: Schema.optionalKey(Schema.Array(Schema.Struct({ function: Schema.Struct({ name: Schema.String }) })))
})
const decode = Schema.decodeUnknownOption(Body)

const roles: ReadonlyMap<string, Turn["role"]> = new Map([
  ["user", "user"],
  ["assistant", "model"],
  ["tool", "tool"]
])

const turnsOf = ({ content, role }: (typeof Body.Type)["messages"][number]): ReadonlyArray<Turn> => {
  const speaker = roles.get(role)
  if (speaker === undefined) return []
  if (typeof content === "string") return [{ role: speaker, text: content }]
  return [{ role: speaker, text: (content ?? []).map(({ text }) => text ?? "").join("\n") }]
}

const finishReason = (answer: Composed): string => {
  if (answer.stop === "length") return "length"
  if (answer.stop === "refusal") return "content_filter"
  return calls(answer) ? "tool_calls" : "stop"
}

const usageFields = {
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: { cached_tokens: usage.cached },
  completion_tokens_details: { reasoning_tokens: usage.reasoning }
}

/** Of no interest to anybody here, and the same in every run. */
const createdSeconds = 1_700_000_000

const chunk = (answer: Composed, more: object): Frame =>
  event({ id: answer.id, object: "chat.completion.chunk", created: createdSeconds, model: answer.model, ...more })

const delta = (answer: Composed, fields: object, finish: string | null = null): Frame =>
  chunk(answer, { choices: [{ index: 0, delta: fields, finish_reason: finish }] })

const callFields = (part: ComposedPart, index: number): ReadonlyArray<object> =>
  part.type === "call" ? [{ index, id: part.id, type: "function", function: { name: part.name, arguments: "" } }] : []

const stream = (answer: Composed): ReadonlyArray<Frame> => {
  const frames: Array<Frame> = [delta(answer, { role: "assistant", content: "" })]
  let index = -1
  for (const part of answer.parts) {
    switch (part.type) {
      case "text":
        for (const content of pieces(part.text)) frames.push(delta(answer, { content }))
        break
      case "thought":
        for (const reasoning_content of pieces(part.text)) frames.push(delta(answer, { reasoning_content }))
        break
      case "call":
        index += 1
        frames.push(delta(answer, { tool_calls: callFields(part, index) }))
        for (const piece of halves(Json.encode(part.input))) {
          frames.push(delta(answer, { tool_calls: [{ index, function: { arguments: piece } }] }))
        }
        break
      case "hold":
      case "drop":
        frames.push(part)
        break
    }
  }
  frames.push(delta(answer, {}, finishReason(answer)), chunk(answer, { choices: [], usage: usageFields }), {
    type: "bytes",
    text: "data: [DONE]\n\n"
  })
  return frames
}

const wholeCalls = (answer: Composed): ReadonlyArray<object> =>
  answer.parts.flatMap((part) =>
    part.type === "call"
      ? [{ id: part.id, type: "function", function: { name: part.name, arguments: Json.encode(part.input) } }]
      : []
  )

export const openAiChat: Wire = {
  name: "chat",
  read: (path, body) =>
    path.endsWith("/chat/completions")
      ? Option.map(decode(body), ({ messages, model, stream, tools }) => ({
          model,
          streams: stream ?? false,
          tools: tools?.map((tool) => tool.function.name) ?? [],
          turns: joined(messages.flatMap(turnsOf))
        }))
      : Option.none(),
  stream,
  whole: (answer) => ({
    id: answer.id,
    object: "chat.completion",
    created: createdSeconds,
    model: answer.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: textOf(answer),
          ...(calls(answer) ? { tool_calls: wholeCalls(answer) } : {})
        },
        finish_reason: finishReason(answer)
      }
    ],
    usage: usageFields
  }),
  failure: ({ message, status }) => ({
    error: { message, type: status === 429 ? "rate_limit_exceeded" : "error", code: String(status) }
  })
}
