/** One round of a script, filled in for a prompt: as the parts of a response, and as the reason of its failure. */
import { ModelFailure, ProviderRouter } from "@offshoot/core"
import type { Prompt, Response } from "effect/ai"
import { AiError } from "effect/ai"
import * as Duration from "effect/Duration"
import type { Failure, Usage } from "../Script.ts"
import * as ScriptFacts from "./scriptFacts.ts"
import * as ScriptPlan from "./scriptPlan.ts"
import * as Template from "./template.ts"

export const provider = "scripted"

export type RoundEnd =
  | { readonly _tag: "Finish"; readonly part: Response.FinishPartEncoded }
  | { readonly _tag: "Fail"; readonly reason: AiError.AiErrorReason }
  | { readonly _tag: "Hang" }

export interface Round {
  readonly pauseMillis: number
  readonly pieceMillis: number
  readonly reasoning: ReadonlyArray<string>
  readonly text: ReadonlyArray<string>
  readonly calls: ReadonlyArray<Response.ToolCallPartEncoded>
  readonly end: RoundEnd
}

const usageOf = (usage: Usage = {}): Response.FinishPartEncoded["usage"] => {
  const { cacheReadTokens: cacheRead, cacheWriteTokens: cacheWrite, inputTokens, outputTokens, reasoningTokens } = usage
  return {
    inputTokens: {
      total: inputTokens,
      uncached: inputTokens === undefined ? undefined : Math.max(0, inputTokens - (cacheRead ?? 0) - (cacheWrite ?? 0)),
      cacheRead,
      cacheWrite
    },
    outputTokens: {
      total: outputTokens,
      text: outputTokens === undefined ? undefined : Math.max(0, outputTokens - (reasoningTokens ?? 0)),
      reasoning: reasoningTokens
    }
  }
}

const finished = (
  script: string,
  reason: Response.FinishReason,
  { costUsd, usage }: { readonly costUsd?: number; readonly usage?: Usage }
): RoundEnd => {
  const facts: ProviderRouter.ResponseFacts = {
    provider,
    model: script,
    ...(costUsd === undefined ? {} : { costUsd, costSource: "provider" })
  }
  const metadata = { [ProviderRouter.responseFactsKey]: facts }
  return { _tag: "Finish", part: { type: "finish", reason, usage: usageOf(usage), metadata } }
}

const marked = (facts: ModelFailure.ModelFailureFacts) => ({ metadata: { [ModelFailure.modelFailureKey]: facts } })

const reasonOf = ({ kind, message, retryAfterMs }: Failure): AiError.AiErrorReason => {
  const description = message ?? `the script says ${kind}`
  switch (kind) {
    case "rateLimited":
      return new AiError.RateLimitError(retryAfterMs === undefined ? {} : { retryAfter: Duration.millis(retryAfterMs) })
    case "overloaded": {
      const later = retryAfterMs === undefined ? {} : { retryAfterSeconds: retryAfterMs / 1_000 }
      return new AiError.InternalProviderError({ description, ...marked({ kind: "overloaded", ...later }) })
    }
    case "authentication":
      return new AiError.AuthenticationError({ kind: "InvalidKey", description })
    case "contextFull":
      return new AiError.InvalidRequestError({ description, ...marked({ kind: "context_full" }) })
    case "refused":
      return new AiError.ContentPolicyError({ description })
    case "malformed":
      return new AiError.InvalidResponseError({ description })
    case "cutOff":
      return new AiError.InvalidResponseError({ description, ...marked({ kind: "cut_off" }) })
  }
}

const silent = { pauseMillis: 0, pieceMillis: 0, reasoning: [], text: [], calls: [] } as const

const failing = (description: string): Round => ({
  ...silent,
  end: { _tag: "Fail", reason: new AiError.InvalidRequestError({ description }) }
})

const spoken = (speech: ScriptPlan.Speech, facts: Template.Facts): ReadonlyArray<string> => {
  if (speech._tag === "Pieces") return speech.pieces
  const texts = speech.texts.map((text) => Template.fillText(text, facts))
  return speech.byWord ? texts.flatMap(ScriptPlan.words) : texts
}

const callsOf = (
  { label, name, params, repeat }: ScriptPlan.PlannedCall,
  round: number,
  facts: Template.Facts
): ReadonlyArray<Response.ToolCallPartEncoded> =>
  Array.from({ length: repeat ?? 1 }, (_, index) => ({
    type: "tool-call",
    id: ScriptFacts.callId(round, label, repeat === undefined ? undefined : index),
    name,
    params: Template.fillValue(params, { ...facts, index })
  }))

const endOf = (plan: ScriptPlan.Plan, { calls, end }: ScriptPlan.PlannedStep): RoundEnd => {
  switch (end._tag) {
    case "Finish":
      return finished(plan.script, end.step.finish ?? (calls.length > 0 ? "tool-calls" : "stop"), end.step)
    case "Fail":
      return { _tag: "Fail", reason: reasonOf(end.failure) }
    case "Hang":
      return end
  }
}

const filled = (
  plan: ScriptPlan.Plan,
  { begin, conversation, number, step }: Extract<ScriptPlan.Place, { readonly _tag: "AtStep" }>,
  messages: ReadonlyArray<Prompt.Message>
): Round => {
  const facts = ScriptFacts.make(messages, begin)
  const round: Round = {
    pauseMillis: step.pauseMillis,
    pieceMillis: step.pieceMillis,
    reasoning: spoken(step.reasoning, facts),
    text: spoken(step.text, facts),
    calls:
      step.calls.length === 0
        ? silent.calls
        : step.calls.flatMap((call) => callsOf(call, ScriptFacts.roundOf(messages), facts)),
    end: endOf(plan, step)
  }
  if (facts.missing.size === 0) return round
  const missing = [...facts.missing].join(", ")
  return failing(
    `the script "${plan.script}" refers to what is not there, in step ${number} of "${conversation}": ${missing}`
  )
}

const nowhere = (plan: ScriptPlan.Plan): Round => {
  const names = plan.conversations.map(({ name }) => `"${name}"`).join(", ")
  return failing(`no conversation of the script "${plan.script}" is for this prompt; there are ${names}`)
}

const atEnd = (plan: ScriptPlan.Plan, conversation: string, steps: number): string =>
  `The script "${plan.script}" has no more steps for "${conversation}" than ${steps}.`

/** What the script says to this prompt. */
export const round = (plan: ScriptPlan.Plan, messages: ReadonlyArray<Prompt.Message>): Round => {
  const place = ScriptPlan.place(plan, messages)
  switch (place._tag) {
    case "AtStep":
      return filled(plan, place, messages)
    case "Nowhere":
      return nowhere(plan)
    case "AtEnd": {
      const text = atEnd(plan, place.conversation, place.steps)
      return place.isFailure ? failing(text) : { ...silent, text: [text], end: finished(plan.script, "stop", {}) }
    }
  }
}

/** Parts that come together, `afterMillis` after those before them. */
export interface Moment {
  readonly afterMillis: number
  readonly parts: ReadonlyArray<Response.StreamPartEncoded>
}

const saidIn = (
  kind: "reasoning" | "text",
  pieces: ReadonlyArray<string>,
  { pauseMillis, pieceMillis }: Pick<Round, "pauseMillis" | "pieceMillis">
): ReadonlyArray<Moment> => {
  const id = kind
  return pieces.map((delta, at) => ({
    afterMillis: at === 0 ? pauseMillis : pieceMillis,
    parts: [
      ...(at === 0 ? [{ type: `${kind}-start`, id } as const] : []),
      { type: `${kind}-delta`, id, delta } as const,
      ...(at === pieces.length - 1 ? [{ type: `${kind}-end`, id } as const] : [])
    ]
  }))
}

/** The round as a stream would bring it, without its failure. */
export const moments = (round: Round): ReadonlyArray<Moment> => {
  const { calls, end, pieceMillis, reasoning, text } = round
  const hasReasoning = reasoning.length > 0
  const said = [
    ...saidIn("reasoning", reasoning, round),
    ...saidIn("text", text, hasReasoning ? { pauseMillis: pieceMillis, pieceMillis } : round)
  ]
  const last = [...calls, ...(end._tag === "Finish" ? [end.part] : [])]
  return [...said, { afterMillis: said.length === 0 ? round.pauseMillis : 0, parts: last }]
}

/** The round as one answer, without its failure. */
export const parts = ({ calls, end, reasoning, text }: Round): Array<Response.PartEncoded> => [
  ...(reasoning.length > 0 ? [{ type: "reasoning", text: reasoning.join("") } as const] : []),
  ...(text.length > 0 ? [{ type: "text", text: text.join("") } as const] : []),
  ...calls,
  ...(end._tag === "Finish" ? [end.part] : [])
]

/** How long the whole round takes. */
export const durationMillis = (round: Round): number =>
  moments(round).reduce((total, { afterMillis }) => total + afterMillis, 0)
