/**
 * What the end of a turn means, from its stop reason or the refusal of its
 * prompt. Pure.
 *
 * @stability unstable
 */
import type { Outcome } from "@offshoot/core"
import type { TurnEnded } from "../Fact.ts"
import { type Frame, isRecord, listIn, objectOf, recordIn, textIn } from "../Frames.ts"
import type { RpcRefused } from "../JsonRpcPeer.ts"
import type { AcpDialect } from "./AcpDialect.ts"

export const codes = { authRequired: -32_000, cancelled: -32_800 } as const

/** A person chooses one; a longer list is not read. */
const methodsMax = 8

/** Of the words of a refusal: an agent may put a whole response of its model's server there. */
const wordsCharsMax = 4096

/** How a refusal says it: `data.details` is where agents put the cause of an "Internal error". */
export const wordsOf = ({ data, message }: RpcRefused): string => {
  const details = isRecord(data) ? (textIn(data, "details") ?? textIn(data, "message")) : undefined
  const inside = objectOf(message)
  const error = inside === undefined ? undefined : recordIn(inside, "error")
  const said = (error === undefined ? undefined : textIn(error, "message")) ?? message
  return (details === undefined || details === "" ? said : details).slice(0, wordsCharsMax)
}

const methodWords = (method: unknown): ReadonlyArray<string> => {
  if (!isRecord(method)) return []
  const name = textIn(method, "name") ?? textIn(method, "id")
  if (name === undefined) return []
  const description = textIn(method, "description")
  return [description === undefined || description === name ? name : `${name} (${description})`]
}

/** `methods`: the ways to sign in that the agent names. */
const signedOut = (title: string, words: string, methods: ReadonlyArray<unknown>): Outcome.RunnerOutcome => {
  const ways = methods.slice(0, methodsMax).flatMap(methodWords)
  const offered = ways.length === 0 ? "" : ` It names these ways to sign in: ${ways.join("; ")}`
  return {
    status: "error",
    reason: "auth_required",
    message: `${title} is not signed in: ${words.replace(/\.$/, "")}.${offered}`
  }
}

/** The refusal of a call, by its code or the status of the model's server behind it. */
export const ofRefusal = (
  dialect: AcpDialect,
  refused: RpcRefused,
  methods: ReadonlyArray<unknown>
): Outcome.RunnerOutcome => {
  const words = wordsOf(refused)
  if (refused.code === codes.authRequired) {
    const own = isRecord(refused.data) ? listIn(refused.data, "authMethods") : []
    return signedOut(dialect.title, words, own.length === 0 ? methods : own)
  }
  const message = `${dialect.title}: ${words}`
  const cause = dialect.causeOf(refused)
  switch (cause) {
    case undefined:
      return { status: "error", reason: "agent_failed", message }
    case 401:
    case 403:
      return { status: "error", reason: "auth_required", message }
    case 429:
      return { status: "error", reason: "rate_limited", message }
    case 413:
    case "context_full":
      return { status: "error", reason: "context_full", message }
    default:
      return { status: "error", reason: cause >= 500 ? "unavailable" : "agent_failed", message }
  }
}

/** The end that a prompt's answer tells. */
export const ofResult = (dialect: AcpDialect, result: Frame): TurnEnded["outcome"] => {
  const { title } = dialect
  const reason = textIn(result, "stopReason")
  switch (reason) {
    case "end_turn":
      return { status: "completed", reason: "done" }
    case "max_tokens":
      return dialect.maxTokens === "length"
        ? { status: "completed", reason: "truncated", limit: "length" }
        : {
            status: "error",
            reason: "context_full",
            message: `${title}: the conversation leaves no room for an answer`
          }
    case "max_turn_requests":
      return { status: "completed", reason: "truncated", limit: "rounds" }
    case "refusal":
      return { status: "error", reason: "refused", message: `${title} declined to go on with this` }
    case "cancelled":
      return "interrupted"
    default:
      return {
        status: "error",
        reason: "protocol",
        message:
          reason === undefined
            ? `${title} answered a prompt without saying why its turn is over`
            : `${title} ended its turn for a reason that this runtime does not know: ${reason.slice(0, 100)}`
      }
  }
}
