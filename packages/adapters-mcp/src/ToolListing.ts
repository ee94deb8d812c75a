/**
 * What a server says of its tools, read with suspicion. Pure.
 *
 * One tool that cannot be used takes no other with it: a provider refuses a
 * whole request for one bad schema, so that such a tool is left out here.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ServerPolicy } from "./McpSettings.ts"

/** A page of `tools/list`. */
export const decodePage = Schema.decodeUnknownOption(
  Schema.Struct({
    tools: Schema.Array(Schema.Unknown),
    nextCursor: Schema.optional(Schema.NullOr(Schema.String))
  })
)

/** Pages of one list; a server of a thousand tools sends some twenty. */
export const pagesMax = 100

/** More tools than any model is offered; what is beyond is left out. */
export const toolsMax = 2000

const Listed = Schema.Struct({
  name: Schema.NonEmptyString.check(Schema.isMaxLength(256)),
  description: Schema.optional(Schema.Unknown),
  inputSchema: Schema.Record(Schema.String, Schema.Unknown),
  annotations: Schema.optional(Schema.Unknown),
  execution: Schema.optional(Schema.Unknown)
})
const decodeListed = Schema.decodeUnknownOption(Listed)
const decodeName = Schema.decodeUnknownOption(Schema.Struct({ name: Schema.String }))

const decodeHints = Schema.decodeUnknownOption(
  Schema.Struct({
    readOnlyHint: Schema.optional(Schema.Boolean),
    destructiveHint: Schema.optional(Schema.Boolean),
    idempotentHint: Schema.optional(Schema.Boolean)
  })
)
type Hints = Option.Option.Value<ReturnType<typeof decodeHints>>

const decodeExecution = Schema.decodeUnknownOption(Schema.Struct({ taskSupport: Schema.String }))

const SchemaShape = Schema.Struct({
  type: Schema.Literal("object"),
  properties: Schema.optional(Schema.Record(Schema.String, Schema.Unknown)),
  required: Schema.optional(Schema.Array(Schema.String))
})
const isSchema = Schema.is(SchemaShape)

/** The words that a model reads about a tool; whole manuals crowd out the conversation. */
const descriptionCharsMax = 4096

/** A schema is sent with every request of the session. */
const schemaCharsMax = 65_536

/** Deeper schemas break validators of providers, and of servers. */
const schemaDepthMax = 32

const isDeeper = (value: unknown, depth: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1)))

/** A tool that can be offered. */
export interface ListedTool {
  /** As the server calls it. */
  readonly name: string
  readonly description: string | undefined
  readonly inputSchema: Readonly<Record<string, unknown>>
  readonly repeatable: boolean
  readonly parallel: boolean
  readonly asksFirst: boolean
}

/** What a server's hints come to under the operator's policy. Ignored hints are as good as none. */
export const treatmentOf = (
  hints: Hints,
  policy: ServerPolicy
): Pick<ListedTool, "repeatable" | "parallel" | "asksFirst"> => {
  const believed = policy.annotations === "believed" ? hints : {}
  const readOnly = believed.readOnlyHint === true
  const harmless = readOnly || believed.destructiveHint === false
  return {
    repeatable: readOnly || believed.idempotentHint === true,
    parallel: readOnly,
    asksFirst: policy.approve === "always" || (policy.approve === "destructive" && !harmless)
  }
}

/** A tool as it is offered, or why it is not. */
export const readTool = (raw: unknown, policy: ServerPolicy): Result.Result<ListedTool, string> => {
  const listed = decodeListed(raw)
  if (Option.isNone(listed)) {
    const name = Option.match(decodeName(raw), {
      onNone: () => "one without a name",
      onSome: (named) => named.name.slice(0, 64)
    })
    return Result.fail(`${name}: its name or schema is not one`)
  }
  const { annotations, description, execution, inputSchema, name } = listed.value
  // A tool without parameters is often written as an empty object.
  const schema = inputSchema["type"] === undefined ? { ...inputSchema, type: "object" } : inputSchema
  if (!isSchema(schema)) return Result.fail(`${name}: its schema is not one of an object`)
  if (isDeeper(schema, schemaDepthMax))
    return Result.fail(`${name}: its schema is more than ${schemaDepthMax} levels deep`)
  if (JSON.stringify(schema).length > schemaCharsMax) {
    return Result.fail(`${name}: its schema has more than ${schemaCharsMax} characters`)
  }
  if (Option.exists(decodeExecution(execution), ({ taskSupport }) => taskSupport === "required")) {
    return Result.fail(`${name}: it can only be called as a task of the server`)
  }
  const text = typeof description === "string" && description !== "" ? description : undefined
  return Result.succeed({
    name,
    description:
      text !== undefined && text.length > descriptionCharsMax ? `${text.slice(0, descriptionCharsMax)}…` : text,
    inputSchema: schema,
    ...treatmentOf(
      Option.getOrElse(decodeHints(annotations), () => ({})),
      policy
    )
  })
}
