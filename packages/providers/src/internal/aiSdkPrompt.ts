/**
 * What a model is asked: prompts and tools of `effect/ai` in the words of the
 * AI SDK's provider interface. Pure. What a provider said of a part in an earlier
 * round (signatures, ids) goes back to it with that part, as it came.
 */
import type {
  JSONObject,
  JSONSchema7,
  JSONValue,
  LanguageModelV4CallOptions,
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4ReasoningPart,
  LanguageModelV4TextPart,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
  SharedV4FileData,
  SharedV4ProviderOptions
} from "@ai-sdk/provider"
import { isJSONObject, isJSONValue } from "@ai-sdk/provider"
import { ProviderRouter } from "@offshoot/core"
import { type LanguageModel, type Prompt, Tool } from "effect/ai"

type AssistantPart =
  | LanguageModelV4TextPart
  | LanguageModelV4FilePart
  | LanguageModelV4ReasoningPart
  | LanguageModelV4ToolCallPart
  | LanguageModelV4ToolResultPart

/** Our own facts are for us. */
const forProvider = (options: Prompt.ProviderOptions): { readonly providerOptions?: SharedV4ProviderOptions } => {
  const providerOptions: Record<string, JSONObject> = {}
  for (const [name, value] of Object.entries(options)) {
    if (name !== ProviderRouter.responseFactsKey && isJSONObject(value)) providerOptions[name] = value
  }
  return Object.keys(providerOptions).length === 0 ? {} : { providerOptions }
}

const fileData = (data: Prompt.FilePart["data"]): SharedV4FileData => {
  if (data instanceof URL) return { type: "url", url: data }
  if (typeof data !== "string") return { type: "data", data }
  const inline = /^data:[^,]*;base64,/.exec(data)
  if (inline !== null) return { type: "data", data: data.slice(inline[0].length) }
  return /^https?:\/\//.test(data) && URL.canParse(data) ? { type: "url", url: new URL(data) } : { type: "data", data }
}

const textPart = (part: Prompt.TextPart): LanguageModelV4TextPart => ({
  type: "text",
  text: part.text,
  ...forProvider(part.options)
})

const filePart = (part: Prompt.FilePart): LanguageModelV4FilePart => ({
  type: "file",
  data: fileData(part.data),
  mediaType: part.mediaType,
  ...(part.fileName === undefined ? {} : { filename: part.fileName }),
  ...forProvider(part.options)
})

/** Providers refuse arguments that are no object; what a model garbled goes back under a name. */
const argumentsOf = (params: unknown): JSONObject =>
  isJSONObject(params) ? params : { malformed_arguments: jsonOf(params) }

/** What JSON can say of a value: a result that was kept is JSON, one of this moment may hold more. */
const jsonOf = (value: unknown): JSONValue => {
  if (isJSONValue(value)) return value
  const text = JSON.stringify(value)
  if (text === undefined) return null
  const plain: unknown = JSON.parse(text)
  return isJSONValue(plain) ? plain : null
}

const deniedReason = (result: unknown): { readonly reason?: string } | undefined => {
  if (!isJSONObject(result) || result["type"] !== "execution-denied") return undefined
  return typeof result["reason"] === "string" ? { reason: result["reason"] } : {}
}

const seenOutput = (
  parts: ReadonlyArray<Prompt.ToolModelOutputPart>,
  isFailure: boolean
): LanguageModelV4ToolResultOutput => {
  const texts = parts.flatMap((part) => (part.type === "text" ? [part.text] : []))
  if (texts.length === parts.length) return { type: isFailure ? "error-text" : "text", value: texts.join("\n") }
  return { type: "content", value: parts.map((part) => (part.type === "text" ? textPart(part) : filePart(part))) }
}

const resultOutput = (part: Prompt.ToolResultPart): LanguageModelV4ToolResultOutput => {
  if (part.modelOutput !== undefined) return seenOutput(part.modelOutput, part.isFailure)
  const denied = part.isFailure ? deniedReason(part.result) : undefined
  if (denied !== undefined) return { type: "execution-denied", ...denied }
  if (typeof part.result === "string") return { type: part.isFailure ? "error-text" : "text", value: part.result }
  return { type: part.isFailure ? "error-json" : "json", value: jsonOf(part.result) }
}

const resultPart = (part: Prompt.ToolResultPart): LanguageModelV4ToolResultPart => ({
  type: "tool-result",
  toolCallId: part.id,
  toolName: part.name,
  output: resultOutput(part),
  ...forProvider(part.options)
})

const assistantPart = (part: Prompt.AssistantMessagePart): ReadonlyArray<AssistantPart> => {
  switch (part.type) {
    case "text":
      return part.text === "" ? [] : [textPart(part)]
    case "reasoning":
      return [{ type: "reasoning", text: part.text, ...forProvider(part.options) }]
    case "file":
      return [filePart(part)]
    case "tool-call":
      return [
        {
          type: "tool-call",
          toolCallId: part.id,
          toolName: part.name,
          input: argumentsOf(part.params),
          providerExecuted: part.providerExecuted,
          ...forProvider(part.options)
        }
      ]
    case "tool-result":
      return [resultPart(part)]
    default:
      return []
  }
}

const userPart = (part: Prompt.UserMessagePart): ReadonlyArray<LanguageModelV4TextPart | LanguageModelV4FilePart> => {
  if (part.type === "file") return [filePart(part)]
  return part.text === "" ? [] : [textPart(part)]
}

/** A message without content is left out: providers refuse it, and it says nothing. */
const toMessage = (message: Prompt.Message): ReadonlyArray<LanguageModelV4Message> => {
  const options = forProvider(message.options)
  switch (message.role) {
    case "system":
      return message.content === "" ? [] : [{ role: "system", content: message.content, ...options }]
    case "user": {
      const content = message.content.flatMap(userPart)
      return content.length === 0 ? [] : [{ role: "user", content, ...options }]
    }
    case "assistant": {
      const content = message.content.flatMap(assistantPart)
      return content.length === 0 ? [] : [{ role: "assistant", content, ...options }]
    }
    case "tool": {
      const content = message.content.flatMap((part) => (part.type === "tool-result" ? [resultPart(part)] : []))
      return content.length === 0 ? [] : [{ role: "tool", content, ...options }]
    }
  }
}

/** Effect writes JSON Schema; the two types only differ in how much they say of it. */
const isJsonSchema = (schema: unknown): schema is JSONSchema7 => typeof schema === "object" && schema !== null

const jsonSchema = (schema: unknown): JSONSchema7 => (isJsonSchema(schema) ? schema : {})

/** Providers refuse arguments that do not say that they are an object, and of which fields. */
const toTool = (tool: Tool.Any): NonNullable<LanguageModelV4CallOptions["tools"]>[number] => {
  if (Tool.isProviderDefined(tool)) {
    const args: unknown = tool.args
    return { type: "provider", id: tool.id, name: tool.providerName, args: isJSONObject(args) ? args : {} }
  }
  const description = Tool.getDescription(tool)
  const strict = Tool.getStrictMode(tool)
  return {
    type: "function",
    name: tool.name,
    inputSchema: { type: "object", properties: {}, ...jsonSchema(Tool.getJsonSchema(tool)) },
    ...(description === undefined ? {} : { description }),
    ...(strict === undefined ? {} : { strict })
  }
}

const toolChoice = (
  choice: LanguageModel.ProviderOptions["toolChoice"]
): NonNullable<LanguageModelV4CallOptions["toolChoice"]> => {
  if (typeof choice === "string") return { type: choice }
  if ("tool" in choice) return { type: "tool", toolName: choice.tool }
  return { type: choice.mode === "required" ? "required" : "auto" }
}

const responseFormat = (
  format: LanguageModel.ProviderOptions["responseFormat"],
  transformer: LanguageModel.CodecTransformer
): NonNullable<LanguageModelV4CallOptions["responseFormat"]> =>
  format.type === "text"
    ? { type: "text" }
    : {
        type: "json",
        name: format.objectName,
        schema: jsonSchema(Tool.getJsonSchemaFromSchema(format.schema, { transformer }))
      }

/** The whole question, without the settings of the call. */
export const toCall = (
  options: LanguageModel.ProviderOptions,
  transformer: LanguageModel.CodecTransformer
): LanguageModelV4CallOptions => ({
  prompt: options.prompt.content.flatMap(toMessage),
  responseFormat: responseFormat(options.responseFormat, transformer),
  ...(options.tools.length === 0
    ? {}
    : { tools: options.tools.map(toTool), toolChoice: toolChoice(options.toolChoice) })
})
