/**
 * How a turn ends for an editor: a stop reason, or an error with what to do. Pure.
 *
 * A stop reason is only for what the protocol has one for. Everything else that
 * is no good end is an error, so that no editor shows it as an answer.
 *
 * @stability unstable
 */
import type { PromptResponse, StopReason } from "@agentclientprotocol/sdk/unstable"
import type { Session } from "@offshoot/core"
import * as Result from "effect/Result"
import type * as Wire from "../Wire.ts"
import { codes, RpcError } from "./JsonRpc.ts"

/** What is known of a run's end: its event, or what the server has of it. */
export type End = Pick<Wire.Result, "status" | "reason"> &
  Partial<Pick<Wire.Result, "error" | "hint" | "details" | "retryable" | "usage">>

export type TurnAnswer = Result.Result<PromptResponse, RpcError>

const limits: Record<string, StopReason> = {
  length: "max_tokens",
  transcript: "max_tokens",
  rounds: "max_turn_requests",
  tool_calls: "max_turn_requests"
}

/** None: there is no stop reason that would be true. */
const stopReasonOf = ({ details, reason, status }: End): StopReason | undefined => {
  switch (reason) {
    case "done":
      return "end_turn"
    case "truncated":
      return limits[String(details?.["limit"])] ?? "max_tokens"
    case "refused":
      return "refusal"
    case "shutdown":
      return undefined
    default:
      return status === "cancelled" ? "cancelled" : undefined
  }
}

const usageOf = (usage: Session.Usage | undefined): Pick<PromptResponse, "usage"> => {
  const { inputTokens, outputTokens } = usage ?? {}
  if (usage === undefined || inputTokens === undefined || outputTokens === undefined) return {}
  const { cacheReadTokens, cacheWriteTokens, reasoningTokens } = usage
  return {
    usage: {
      totalTokens: inputTokens + outputTokens,
      inputTokens,
      outputTokens,
      ...(reasoningTokens === undefined ? {} : { thoughtTokens: reasoningTokens }),
      ...(cacheReadTokens === undefined ? {} : { cachedReadTokens: cacheReadTokens }),
      ...(cacheWriteTokens === undefined ? {} : { cachedWriteTokens: cacheWriteTokens })
    }
  }
}

const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)

const errorOf = ({ error, hint, reason, retryable, status }: End): RpcError =>
  new RpcError({
    code: reason === "auth_required" ? codes.authRequired : codes.internal,
    message: [sentence(error ?? reason), hint ?? ""].filter((part) => part !== "").join(" "),
    data: { status, reason, ...(retryable === undefined ? {} : { retryable }), ...(hint === undefined ? {} : { hint }) }
  })

/** The answer to a prompt. Who cancelled it is told so, whatever became of the run at the same moment. */
export const turnAnswer = (end: End, asked: "cancelled" | "not_cancelled"): TurnAnswer => {
  const stopReason = asked === "cancelled" ? "cancelled" : stopReasonOf(end)
  return stopReason === undefined ? Result.fail(errorOf(end)) : Result.succeed({ stopReason, ...usageOf(end.usage) })
}
