/**
 * Arguments as models send them, made what was meant, or refused in words that
 * a model can act on. Pure.
 *
 * What is mended: absent members written as `null`, numbers and truth values
 * written as text, one thing where a list is wanted, a list or an object that is
 * a text of JSON. What is not: a member that the tool does not have, as it may be
 * a misspelt one that matters.
 *
 * @stability unstable
 */
import { Nearest } from "@offshoot/core"
import type * as JsonSchema from "effect/JsonSchema"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

/** As a host is shown it: an object at its top. */
export interface Shown extends JsonSchema.JsonSchema {
  readonly type: "object"
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Lists of lists are not there; whoever nests deeper sends garbage. */
const nestingMax = 8

/** Every definition in its place: no host needs to know about references. */
const inlined = (schema: unknown, definitions: Readonly<Record<string, unknown>>, depth = 0): unknown => {
  if (Array.isArray(schema)) return schema.map((entry) => inlined(entry, definitions, depth))
  if (!isRecord(schema)) return schema
  const reference = schema["$ref"]
  if (typeof reference === "string" && depth < nestingMax) {
    const { $ref: _, ...beside } = schema
    const named = inlined(definitions[reference.slice(reference.lastIndexOf("/") + 1)], definitions, depth + 1)
    return { ...(isRecord(named) ? named : {}), ...beside }
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inlined(value, definitions, depth)]))
}

/** The shape of arguments, which take no other member, or of an answer, which may get more. */
export const shown = (schema: Schema.Top, of: "arguments" | "answer"): Shown => {
  const document = Schema.toJsonSchemaDocument(schema, { onExcessProperty: of === "arguments" ? "error" : "ignore" })
  const whole = inlined(document.schema, document.definitions)
  return { ...(isRecord(whole) ? whole : {}), type: "object" }
}

const propertiesOf = (schema: unknown): Readonly<Record<string, unknown>> => {
  const properties = isRecord(schema) ? schema["properties"] : undefined
  return isRecord(properties) ? properties : {}
}

const typeOf = (schema: unknown): unknown => (isRecord(schema) ? schema["type"] : undefined)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const looksLike = (text: string, first: string): boolean => text.trimStart().startsWith(first)

const mendedList = (schema: unknown, value: unknown, depth: number): unknown => {
  const items = isRecord(schema) ? schema["items"] : undefined
  const read = typeof value === "string" && looksLike(value, "[") ? parsed(value) : value
  return (Array.isArray(read) ? read : [read]).map((entry) => mended(items, entry, depth + 1))
}

const mendedObject = (schema: unknown, value: unknown, depth: number): unknown => {
  const read = typeof value === "string" && looksLike(value, "{") ? parsed(value) : value
  if (!isRecord(read)) return read
  const properties = propertiesOf(schema)
  return Object.fromEntries(
    Object.entries(read).flatMap(([key, entry]) =>
      entry === null ? [] : [[key, Object.hasOwn(properties, key) ? mended(properties[key], entry, depth + 1) : entry]]
    )
  )
}

/** The value in the type that the schema wants, when it is clear what was meant. */
const mended = (schema: unknown, value: unknown, depth = 0): unknown => {
  if (depth > nestingMax) return value
  switch (typeOf(schema)) {
    case "number":
    case "integer":
      return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value
    case "boolean":
      return value === "true" ? true : value === "false" ? false : value
    case "string":
      return typeof value === "number" ? String(value) : value
    case "array":
      return mendedList(schema, value, depth)
    case "object":
      return mendedObject(schema, value, depth)
    default:
      return value
  }
}

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

/** More than a model mends at once. */
const issuesMax = 8
/** A message may quote the value that was sent. */
const issueCharsMax = 200

const segment = (part: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof part === "object" ? part.key : part)

/** What is wrong, each with its place; for a member that is not known, which one may have been meant. */
const problemsOf = (issue: SchemaIssue.Issue, schema: Shown): string => {
  const known = Object.keys(propertiesOf(schema))
  return formatIssues(issue)
    .issues.slice(0, issuesMax)
    .map(({ message, path = [] }) => {
      const where = path.map(segment)
      const [name] = where
      const meant = name === undefined || known.includes(name) ? Option.none<string>() : Nearest.nearest(name, known)
      const more = Option.match(meant, { onNone: () => "", onSome: (other) => `; did you mean ${other}?` })
      return `${where.length === 0 ? "arguments" : where.join(".")}: ${message.slice(0, issueCharsMax)}${more}`
    })
    .join("\n")
}

/** A reader of one tool's arguments. The failure says what is wrong and which arguments there are. */
export const reader = <A>(
  schema: Schema.Decoder<A>,
  shape: Shown
): ((written: unknown) => Result.Result<A, string>) => {
  const decode = Schema.decodeUnknownResult(schema, { onExcessProperty: "error", errors: "all" })
  const names = Object.keys(propertiesOf(shape))
  return (written) =>
    Result.mapError(
      decode(mended(shape, written ?? {})),
      (error) => `${problemsOf(error.issue, shape)}\nThe arguments are: ${names.join(", ")}.`
    )
}
