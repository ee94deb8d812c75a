/** The Messages wire of Anthropic. */
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
  usage
} from "../Wire.ts"

const Block = Schema.Struct({ type: Schema.String, text: Schema.optionalKey(Schema.String) })

const Body = Schema.Struct({
  model: Schema.String,
  stream: Schema.optionalKey(Schema.Boolean),
  messages: Schema.Array(
    Schema.Struct({ role: Schema.String, content: Schema.Union([Schema.String, Schema.Array(Block)]) })
  ),
  tools: Schema.optionalKey(Schema.Array(Schema.Struct({ name: Schema.String })))
})
const decode = Schema.decodeUnknownOption(Body)

const turnsOf = ({ content, role }: (typeof Body.Type)["messages"][number]): ReadonlyArray<Turn> => {
  const speaker = role === "assistant" ? "model" : "user"
  if (typeof content === "string") return [{ role: speaker, text: content }]
  return content.map((block): Turn => ({
    role: block.type === "tool_result" ? "tool" : speaker,
    text: block.text ?? ""
  }))
}

const usageAtStart = {
  input_tokens: usage.input - usage.cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: usage.cached
}

const stopReason = (answer: Composed): string => {
  if (answer.stop === "length") return "max_tokens"
  if (answer.stop === "refusal") return "refusal"
  return calls(answer) ? "tool_use" : "end_turn"
}

const message = (answer: Composed, content: ReadonlyArray<unknown>) => ({
  id: answer.id,
  type: "message",
  role: "assistant",
  model: answer.model,
  content,
  stop_reason: null,
  stop_sequence: null,
  usage: { ...usageAtStart, output_tokens: 1 }
})

/** A content block as it starts, and its deltas; none for what is no block. */
const blockOf = (
  part: ComposedPart
): { readonly start: object; readonly deltas: ReadonlyArray<object> } | undefined => {
  switch (part.type) {
    case "text":
      return {
        start: { type: "text", text: "" },
        deltas: pieces(part.text).map((text) => ({ type: "text_delta", text }))
      }
    case "thought":
      return {
        start: { type: "thinking", thinking: "", signature: "" },
        deltas: [
          ...pieces(part.text).map((thinking) => ({ type: "thinking_delta", thinking })),
          { type: "signature_delta", signature: "c2lnbmVk" }
        ]
      }
    case "call":
      return {
        start: { type: "tool_use", id: part.id, name: part.name, input: {} },
        deltas: halves(Json.encode(part.input)).map((partial_json) => ({ type: "input_json_delta", partial_json }))
      }
    default:
      return undefined
  }
}

const named = (data: { readonly type: string; readonly [key: string]: unknown }): Frame => event(data, data.type)

const stream = (answer: Composed): ReadonlyArray<Frame> => {
  const frames: Array<Frame> = [named({ type: "message_start", message: message(answer, []) })]
  let index = -1
  let open = false
  const close = () => {
    if (open) frames.push(named({ type: "content_block_stop", index }))
    open = false
  }
  for (const part of answer.parts) {
    const block = blockOf(part)
    if (block === undefined) {
      if (part.type === "hold" || part.type === "drop") frames.push(part)
      continue
    }
    close()
    index += 1
    open = true
    frames.push(named({ type: "content_block_start", index, content_block: block.start }))
    for (const delta of block.deltas) frames.push(named({ type: "content_block_delta", index, delta }))
  }
  close()
  frames.push(
    named({
      type: "message_delta",
      delta: { stop_reason: stopReason(answer), stop_sequence: null },
      usage: { output_tokens: usage.output }
    }),
    named({ type: "message_stop" })
  )
  return frames
}

const wholeBlock = (part: ComposedPart): ReadonlyArray<object> => {
  if (part.type === "text") return [{ type: "text", text: part.text }]
  if (part.type === "call") return [{ type: "tool_use", id: part.id, name: part.name, input: part.input }]
  return []
}

const errorTypes: ReadonlyMap<number, string> = new Map([
  [400, "invalid_request_error"],
  [401, "authentication_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [429, "rate_limit_error"],
  [529, "overloaded_error"]
])

export const anthropicMessages: Wire = {
  name: "anthropic",
  read: (path, body) =>
    path.endsWith("/v1/messages")
      ? Option.map(decode(body), ({ messages, model, stream, tools }) => ({
          model,
          streams: stream ?? false,
          tools: tools?.map(({ name }) => name) ?? [],
          turns: joined(messages.flatMap(turnsOf))
        }))
      : Option.none(),
  stream,
  whole: (answer) => ({
    ...message(answer, answer.parts.flatMap(wholeBlock)),
    stop_reason: stopReason(answer),
    usage: { ...usageAtStart, output_tokens: usage.output }
  }),
  failure: ({ message, status }) => ({
    type: "error",
    error: { type: errorTypes.get(status) ?? "api_error", message }
  })
}
