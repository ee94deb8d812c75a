/**
 * What a session asks, as an interrupt, and the answer of a client as a decision.
 * Pure.
 *
 * @stability unstable
 */
import type { Obligation, SubAgents } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { isoTime } from "../internal/isoTime.ts"
import type { Interrupt } from "./AgUiEvent.ts"
import type { ResumeEntry } from "./RunInput.ts"

/** As `Wire.DecisionBody` has it. */
const answerCharsMax = 65_536

/** What a person who was asked and gave no answer is said to have said: a question cannot be denied. */
export const unanswered = "(The person was asked and gave no answer.)"

const approval = {
  type: "object",
  properties: { approved: { type: "boolean" }, reason: { type: "string", maxLength: answerCharsMax } },
  required: ["approved"]
}

const answerTo = (options: ReadonlyArray<string> | undefined) => ({
  type: "object",
  properties: {
    answer: {
      type: "string",
      minLength: 1,
      maxLength: answerCharsMax,
      ...(options === undefined ? {} : { examples: options })
    }
  },
  required: ["answer"]
})

/** Who asks, and the call that is asked about, as the client knows them. */
export interface Place {
  readonly subagentRunId: string | undefined
  readonly toolCallId: string | undefined
}

export const interruptOf = (request: Obligation.Request, place: Place): Interrupt => {
  const { ask, expiresAtMillis, id, runId, sessionId } = request
  const common = {
    id,
    expiresAt: isoTime(expiresAtMillis),
    ...(place.subagentRunId === undefined ? {} : { subagentRunId: place.subagentRunId })
  }
  const where = { sessionId, runId }
  if (ask.type === "question") {
    return {
      ...common,
      reason: "input_required",
      message: ask.question,
      responseSchema: answerTo(ask.options),
      metadata: { offshoot: { ...where, ...(ask.options === undefined ? {} : { options: ask.options }) } }
    }
  }
  return {
    ...common,
    // The protocol's own word needs a call that the client has.
    reason: place.toolCallId === undefined ? "confirmation" : "tool_call",
    message: `May ${ask.toolName} be called?`,
    ...(place.toolCallId === undefined ? {} : { toolCallId: place.toolCallId }),
    responseSchema: approval,
    metadata: { offshoot: { ...where, toolName: ask.toolName } }
  }
}

const member = (payload: unknown, names: ReadonlyArray<string>): unknown => {
  if (typeof payload !== "object" || payload === null) return undefined
  const members = new Map(Object.entries(payload))
  return names.map((name) => members.get(name)).find((value) => value !== undefined)
}

const wordsOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" && value.length <= answerCharsMax ? value : undefined

/** What an entry decides; a failure says in words what was expected. */
export const decisionOf = (
  ask: Obligation.Ask,
  { payload, status }: ResumeEntry
): Result.Result<SubAgents.Decision, string> => {
  if (ask.type === "question") {
    if (status === "cancelled") return Result.succeed({ _tag: "Answer", text: unanswered })
    const text = wordsOf(payload) ?? wordsOf(member(payload, ["answer", "text"]))
    return text === undefined
      ? Result.fail(`expected {"answer": "…"}, with 1 to ${answerCharsMax} characters`)
      : Result.succeed({ _tag: "Answer", text })
  }
  if (status === "cancelled") return Result.succeed({ _tag: "Deny", text: Option.none() })
  const approved = typeof payload === "boolean" ? payload : member(payload, ["approved"])
  if (typeof approved !== "boolean") return Result.fail('expected {"approved": true} or {"approved": false}')
  const text = Option.fromUndefinedOr(wordsOf(member(payload, ["reason"])))
  return Result.succeed(approved ? { _tag: "Approve", text } : { _tag: "Deny", text })
}
