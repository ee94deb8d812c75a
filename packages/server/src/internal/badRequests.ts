/** What is wrong with a request that does not fit the contract: where, and why. */
import * as Effect from "effect/Effect"
import type * as HttpApiError from "effect/http-api/HttpApiError"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as Layer from "effect/Layer"
import * as SchemaIssue from "effect/SchemaIssue"
import * as JsonParser from "jsonc-parser"
import * as Api from "../Api.ts"
import * as Problems from "../Problems.ts"

/** More than a person mends at once. */
const issuesMax = 16
/** A message may quote the value that was sent. */
const messageLengthMax = 200
/** The contract needs three levels. Whoever walks a value recursively, as formatters do, has a stack for this many. */
const nestingMax = 64

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

const slots: Record<HttpApiError.HttpApiSchemaError["kind"], string> = {
  Params: "params",
  Headers: "headers",
  Query: "query",
  Payload: "body",
  Body: "answer",
  ResponseHeaders: "answer"
}

const segment = (part: PropertyKey | { readonly key: PropertyKey }): string | number => {
  const key = typeof part === "object" ? part.key : part
  return typeof key === "number" ? key : String(key)
}

const shortened = (message: string): string =>
  message.length > messageLengthMax ? `${message.slice(0, messageLengthMax)}…` : message

const issuesOf = (error: HttpApiError.HttpApiSchemaError): ReadonlyArray<Problems.RequestIssue> =>
  formatIssues(error.cause.issue)
    .issues.slice(0, issuesMax)
    .map((issue) => ({
      path: [slots[error.kind], ...(issue.path ?? []).map(segment)],
      message: shortened(issue.message)
    }))

const invalid = (errors: ReadonlyArray<Problems.RequestIssue>): Problems.InvalidRequest => {
  const first = errors[0]
  return new Problems.InvalidRequest({
    detail: first === undefined ? "The request is not valid." : `${first.path.join(".")}: ${first.message}`,
    hint: "The shapes are at /docs and in /openapi.json. Members that are not known are refused.",
    errors
  })
}

/** Whether brackets outside of strings are open more than `nestingMax` deep. Walks the text once, without recursion. */
export const tooDeep = (text: string): boolean => {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (quoted) {
      if (character === "\\") at++
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === "[" || character === "{") {
      depth++
      if (depth > nestingMax) return true
    } else if (character === "]" || character === "}") depth--
  }
  return false
}

/** Where a text stops being JSON, or none if it is JSON. The text must not be `tooDeep`. */
export const syntaxError = (text: string): Problems.MalformedJson | undefined => {
  const errors: Array<JsonParser.ParseError> = []
  JsonParser.visit(
    text,
    {
      onError: (error, offset, length) => {
        if (errors.length === 0) {
          errors.push({ error, offset, length })
        }
      }
    },
    { disallowComments: true, allowTrailingComma: false }
  )
  const [error] = errors
  if (error === undefined) {
    return undefined
  }
  const before = text.slice(0, error.offset).split("\n")
  const line = before.length
  const column = (before.at(-1) ?? "").length + 1
  return new Problems.MalformedJson({
    detail: `line ${line}, column ${column}: ${JsonParser.printParseErrorCode(error.error)}`,
    hint: "Send one JSON object in UTF-8.",
    line,
    column
  })
}

const explain = (error: HttpApiError.HttpApiSchemaError) =>
  Effect.gen(function* () {
    if (error.kind === "Body" || error.kind === "ResponseHeaders") {
      return yield* Effect.die(error)
    }
    if (error.kind === "Payload") {
      const request = yield* HttpServerRequest.HttpServerRequest
      // Read before, and kept by the request. A body that could not be read fails elsewhere.
      const text = yield* Effect.orElseSucceed(request.text, () => "")
      if (tooDeep(text)) {
        return yield* invalid([{ path: ["body"], message: `nested deeper than ${nestingMax} levels` }])
      }
      const malformed = text.trim() === "" ? undefined : syntaxError(text)
      if (malformed !== undefined) {
        return yield* malformed
      }
    }
    return yield* invalid(issuesOf(error))
  })

export const layer: Layer.Layer<Api.Refusals> = HttpApiMiddleware.layerSchemaErrorTransform(Api.Refusals, explain)
