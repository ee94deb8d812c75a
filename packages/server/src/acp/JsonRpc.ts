/**
 * The messages of JSON-RPC 2.0 as this protocol has them: one JSON object a
 * line, no batches.
 *
 * Says what a line is, and makes what is answered. Who answers and when is
 * `Peer`'s; what methods there are is `AgentSide`'s.
 *
 * @stability unstable
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** What the protocol calls each condition. */
export const codes = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  authRequired: -32_000,
  notFound: -32_002,
  cancelled: -32_800
} as const

/** What a call is refused with, or what the other side has refused a call of ours with. */
export class RpcError extends Data.TaggedError("RpcError")<{
  readonly code: number
  readonly message: string
  readonly data?: Readonly<Record<string, unknown>>
}> {}

export type RequestId = string | number | null

/** What a line is. `Wrong` names the request that it was, as far as that can be told. */
export type Incoming =
  | { readonly _tag: "Request"; readonly id: RequestId; readonly method: string; readonly params: unknown }
  | { readonly _tag: "Notification"; readonly method: string; readonly params: unknown }
  | { readonly _tag: "Response"; readonly id: RequestId; readonly answer: Result.Result<unknown, RpcError> }
  | { readonly _tag: "Wrong"; readonly id: RequestId; readonly error: RpcError }

const Id = Schema.NullOr(Schema.Union([Schema.String, Schema.Finite]))
const version = { jsonrpc: Schema.Literal("2.0") }
const params = { params: Schema.optionalKey(Schema.Unknown) }

const Request = Schema.Struct({ ...version, id: Id, method: Schema.String, ...params })
const Notification = Schema.Struct({ ...version, method: Schema.String, ...params })
const Answered = Schema.Struct({ ...version, id: Id, result: Schema.Unknown })
const Refused = Schema.Struct({
  ...version,
  id: Id,
  error: Schema.Struct({ code: Schema.Int, message: Schema.String, data: Schema.optionalKey(Schema.Unknown) })
})

const parseJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))
const isRequest = Schema.is(Request)
const isNotification = Schema.is(Notification)
const isAnswered = Schema.is(Answered)
const isRefused = Schema.is(Refused)
const isIdentified = Schema.is(Schema.Struct({ id: Id }))

const wrong = (id: RequestId, code: number, message: string): Incoming => ({
  _tag: "Wrong",
  id,
  error: new RpcError({ code, message })
})

/** A line that is longer than lines may be: whose it was cannot be told. */
export const tooLong = (bytesMax: number): Incoming =>
  wrong(null, codes.invalidRequest, `a message may have at most ${bytesMax} bytes; this one was passed over`)

/** A response that cannot be read is nobody's: answering it would be answering an answer. */
const isResponseShaped = (value: object): boolean => !("method" in value) && ("result" in value || "error" in value)

/** What a line is; none: an empty one, or a response that cannot be read. */
export const incoming = (text: string): Incoming | undefined => {
  if (text.trim() === "") return undefined
  const parsed = parseJson(text)
  if (Result.isFailure(parsed)) return wrong(null, codes.parse, "this line is no JSON")
  const value = parsed.success
  if (Array.isArray(value)) return wrong(null, codes.invalidRequest, "batches are not taken: one message a line")
  if (typeof value !== "object" || value === null) {
    return wrong(null, codes.invalidRequest, "a message is a JSON object")
  }
  if ("method" in value && "id" in value) {
    if (isRequest(value)) return { _tag: "Request", id: value.id, method: value.method, params: value.params }
  } else if (isNotification(value)) {
    return { _tag: "Notification", method: value.method, params: value.params }
  }
  if (isAnswered(value)) return { _tag: "Response", id: value.id, answer: Result.succeed(value.result) }
  if (isRefused(value)) {
    const { code, message } = value.error
    return { _tag: "Response", id: value.id, answer: Result.fail(new RpcError({ code, message })) }
  }
  if (isResponseShaped(value)) return undefined
  return wrong(isIdentified(value) ? value.id : null, codes.invalidRequest, "this is no message of JSON-RPC 2.0")
}

export const request = (id: RequestId, method: string, params: unknown): object => ({
  jsonrpc: "2.0",
  id,
  method,
  params
})

export const notification = (method: string, params: unknown): object => ({ jsonrpc: "2.0", method, params })

export const response = (id: RequestId, answer: Result.Result<object, RpcError>): object => {
  if (Result.isSuccess(answer)) return { jsonrpc: "2.0", id, result: answer.success }
  const { code, data, message } = answer.failure
  return { jsonrpc: "2.0", id, error: { code, message, ...(data === undefined ? {} : { data }) } }
}
