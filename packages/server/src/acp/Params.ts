/**
 * What an editor sends, decoded: the parameters of the methods that are offered,
 * and the answers to what it is asked.
 *
 * Members that are not known are let through, as the protocol asks: a newer
 * editor may say more. What must be there and is not is refused with its place.
 *
 * @stability unstable
 */
import { Ids } from "@offshoot/core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { codes, RpcError } from "./JsonRpc.ts"

const Maybe = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const ClientInfo = Schema.Struct({ name: Schema.String, title: Maybe(Schema.String) })

/** Capabilities are read leniently (`Editor`): an editor's slip in one of them must not keep it out. */
export const Initialize = Schema.Struct({
  protocolVersion: Schema.Int,
  clientCapabilities: Schema.optionalKey(Schema.Unknown),
  clientInfo: Schema.optionalKey(Schema.Unknown)
})

export const decodeClientInfo = Schema.decodeUnknownOption(ClientInfo)

const Named = { name: Schema.optionalKey(Schema.Unknown) }
const McpServers = Maybe(Schema.Array(Schema.Struct(Named)))

/** Paths of an editor on another system are not this one's to judge; they must be whole. */
const AbsolutePath = Schema.String.check(
  Schema.isMaxLength(4_096),
  Schema.makeFilter((path) => /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path) || "expected an absolute path")
)

export const NewSession = Schema.Struct({ cwd: AbsolutePath, mcpServers: McpServers })

export const KnownSession = Schema.Struct({ sessionId: Ids.SessionId })

export const LoadSession = Schema.Struct({ sessionId: Ids.SessionId, cwd: AbsolutePath, mcpServers: McpServers })

export const ListSessions = Schema.Struct({ cwd: Maybe(Schema.String), cursor: Maybe(Ids.SessionId) })

const Text = Schema.Struct({ type: Schema.Literal("text"), text: Schema.String })
const Link = Schema.Struct({ type: Schema.Literal("resource_link"), uri: Schema.String, name: Schema.String })
const Resource = Schema.Struct({
  type: Schema.Literal("resource"),
  resource: Schema.Union([
    Schema.Struct({ uri: Schema.String, text: Schema.String }),
    Schema.Struct({ uri: Schema.String, blob: Schema.String, mimeType: Maybe(Schema.String) })
  ])
})

/** What is offered in `promptCapabilities`: text, links and embedded context. */
export const Block = Schema.Union([Text, Link, Resource])
export type Block = typeof Block.Type

/** Blocks that one message may have: each file that a person mentions is one. */
const blocksMax = 1_024

export const Prompt = Schema.Struct({
  sessionId: Ids.SessionId,
  prompt: Schema.Array(Block).check(Schema.isMaxLength(blocksMax))
})

export const CancelRequest = Schema.Struct({
  requestId: Schema.NullOr(Schema.Union([Schema.String, Schema.Finite]))
})

/** The answer to `session/request_permission`. */
export const PermissionAnswer = Schema.Struct({
  outcome: Schema.Union([
    Schema.Struct({ outcome: Schema.Literal("selected"), optionId: Schema.String }),
    Schema.Struct({ outcome: Schema.Literal("cancelled") })
  ])
})
export type PermissionAnswer = typeof PermissionAnswer.Type

/** The answer to `elicitation/create`. */
export const FormAnswer = Schema.Struct({
  action: Schema.String,
  content: Maybe(Schema.Record(Schema.String, Schema.Unknown))
})
export type FormAnswer = typeof FormAnswer.Type

/** More places than anybody mends at once. */
const placesMax = 8

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

/** Only the places: what stands there may be a secret, or megabytes. */
const placesOf = ({ issue }: Schema.SchemaError): string => {
  const places = issuesOf(issue).issues.map(({ path = [] }) =>
    path.map((part) => String(typeof part === "object" ? part.key : part)).join(".")
  )
  return [...new Set(places)].slice(0, placesMax).join(", ")
}

/** What was sent, or where it is not what is offered. */
export const decoder = <A>(schema: Schema.Codec<A, unknown>): ((given: unknown) => Result.Result<A, RpcError>) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all" })
  return (given) =>
    Result.mapError(
      decode(given ?? {}),
      (error) =>
        new RpcError({
          code: codes.invalidParams,
          message: `missing, or not as the protocol and the capabilities of this agent have it: ${placesOf(error)}`
        })
    )
}
