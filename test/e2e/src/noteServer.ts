/**
 * An MCP server on standard input and output with two tools: `look`, which is
 * harmless, and `write`, which is asked for first. Both answer with their `text`.
 */
import * as NodeProcess from "node:process"
import * as NodeReadline from "node:readline"
import * as Schema from "effect/Schema"

const Message = Schema.fromJsonString(
  Schema.Struct({
    id: Schema.optionalKey(Schema.Unknown),
    method: Schema.optionalKey(Schema.String),
    params: Schema.optionalKey(
      Schema.Struct({
        name: Schema.optionalKey(Schema.String),
        protocolVersion: Schema.optionalKey(Schema.String),
        arguments: Schema.optionalKey(Schema.Struct({ text: Schema.optionalKey(Schema.String) }))
      })
    )
  })
)
const decode = Schema.decodeSync(Message)
const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

const inputSchema = { type: "object", properties: { text: { type: "string" } } }
const tools = [
  { name: "look", inputSchema, annotations: { readOnlyHint: true } },
  { name: "write", inputSchema, annotations: { destructiveHint: true } }
]

const resultOf = ({ method, params }: typeof Message.Type): unknown => {
  switch (method) {
    case "initialize":
      return {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: "notes", version: "1" }
      }
    case "tools/list":
      return { tools }
    case "tools/call":
      return { content: [{ type: "text", text: `${params?.name}: ${params?.arguments?.text ?? ""}` }] }
    default:
      return {}
  }
}

NodeReadline.createInterface({ input: NodeProcess.stdin }).on("line", (line) => {
  const message = decode(line)
  if (message.id === undefined) return
  NodeProcess.stdout.write(`${toJson({ jsonrpc: "2.0", id: message.id, result: resultOf(message) })}\n`)
})
