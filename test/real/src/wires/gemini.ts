/** The `generateContent` wire of Gemini. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
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

const Part = Schema.Struct({
  text: Schema.optionalKey(Schema.String),
  functionResponse: Schema.optionalKey(Schema.Unknown)
})

const Body = Schema.Struct({
  contents: Schema.Array(Schema.Struct({ role: Schema.optionalKey(Schema.String), parts: Schema.Array(Part) })),
  tools: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({ functionDeclarations: Schema.optionalKey(Schema.Array(Schema.Struct({ name: Schema.String }))) })
    )
  )
})
const decode = Schema.decodeUnknownOption(Body)

const turnsOf = ({ parts, role }: (typeof Body.Type)["contents"][number]): ReadonlyArray<Turn> =>
  parts.map((part): Turn => {
    if (part.functionResponse !== undefined) return { role: "tool", text: "" }
    return { role: role === "model" ? "model" : "user", text: part.text ?? "" }
  })

const finishReasons = { end: "STOP", length: "MAX_TOKENS", refusal: "SAFETY" } as const

const usageFields = {
  promptTokenCount: usage.input,
  cachedContentTokenCount: usage.cached,
  candidatesTokenCount: usage.output - usage.reasoning,
  thoughtsTokenCount: usage.reasoning,
  totalTokenCount: usage.input + usage.output
}

const partsOf = (part: ComposedPart): ReadonlyArray<object> => {
  switch (part.type) {
    case "text":
      return pieces(part.text).map((text) => ({ text }))
    case "thought":
      return [{ text: part.text, thought: true }]
    case "call":
      return [{ functionCall: { id: part.id, name: part.name, args: part.input } }]
    default:
      return []
  }
}

const response = (answer: Composed, parts: ReadonlyArray<object>, last: boolean) => ({
  candidates: [
    {
      index: 0,
      content: { role: "model", parts },
      ...(last ? { finishReason: finishReasons[answer.stop] } : {})
    }
  ],
  modelVersion: answer.model,
  responseId: answer.id,
  ...(last ? { usageMetadata: usageFields } : {})
})

const stream = (answer: Composed): ReadonlyArray<Frame> => [
  ...answer.parts.flatMap((part): ReadonlyArray<Frame> =>
    part.type === "hold" || part.type === "drop"
      ? [part]
      : partsOf(part).map((piece) => event(response(answer, [piece], false)))
  ),
  event(response(answer, [{ text: "" }], true))
]

const path = /\/models\/([^/:]+):(streamGenerateContent|generateContent)$/

const statusNames: ReadonlyMap<number, string> = new Map([
  [400, "INVALID_ARGUMENT"],
  [401, "UNAUTHENTICATED"],
  [403, "PERMISSION_DENIED"],
  [429, "RESOURCE_EXHAUSTED"],
  [500, "INTERNAL"],
  [503, "UNAVAILABLE"]
])

export const gemini: Wire = {
  name: "gemini",
  read: (asked, body) => {
    const [, model, method] = path.exec(asked) ?? []
    if (model === undefined) return Option.none()
    return Option.map(decode(body), ({ contents, tools }) => ({
      model,
      streams: method === "streamGenerateContent",
      tools: (tools ?? []).flatMap((group) => (group.functionDeclarations ?? []).map(({ name }) => name)),
      turns: joined(contents.flatMap(turnsOf))
    }))
  },
  stream,
  whole: (answer) => response(answer, answer.parts.flatMap(partsOf), true),
  failure: ({ message, status }) => ({
    error: { code: status, message, status: statusNames.get(status) ?? "UNKNOWN" }
  })
}
