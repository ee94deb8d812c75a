/**
 * Which permission asks of children the operator has answered beforehand, and
 * how long anybody has to answer the others. Pure.
 *
 * Rules allow or deny; they never answer a question. What a rule decided is
 * recorded and told like an answer of a person. A person's answer that is given
 * for the whole session is a rule of that session and tool from then on.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { RequestId } from "./Ids.ts"
import type { Ask } from "./Obligation.ts"
import { metadataKeys, type Session } from "./Session.ts"

export type RuleDecision = "allow" | "deny" | "ask"

/** Every given field must match. `tool` is a whole name, or its beginning with a final `*`. */
export interface Rule {
  /** Shown with each of its answers. */
  readonly name: string
  readonly tool?: string
  readonly profile?: string
  readonly agent?: string
  readonly depthMin?: number
  readonly depthMax?: number
  readonly decision: RuleDecision
}

/** The first rule that matches decides; when none does, a person is asked. */
export interface Policy {
  readonly deadlineSeconds: number
  readonly rules: ReadonlyArray<Rule>
}

/** Half an hour: long enough to be seen, and below the hour that a run may wait for one request. */
export const defaults: Policy = { deadlineSeconds: 1_800, rules: [] }

export class CurrentPolicy extends Context.Reference<Policy>("@offshoot/core/RequestPolicy/CurrentPolicy", {
  defaultValue: () => defaults
}) {}

export const layer = (policy: Policy): Layer.Layer<never> => Layer.succeed(CurrentPolicy, policy)

/** What a rule looks at besides the ask. */
export type Asker = Pick<Session, "profile" | "agent" | "depth" | "metadata">

const matchesTool = (pattern: string, toolName: string): boolean =>
  pattern.endsWith("*") ? toolName.startsWith(pattern.slice(0, -1)) : toolName === pattern

const matches = (rule: Rule, asker: Asker, toolName: string): boolean =>
  (rule.tool === undefined || matchesTool(rule.tool, toolName)) &&
  (rule.profile === undefined || rule.profile === asker.profile) &&
  (rule.agent === undefined || rule.agent === (asker.metadata[metadataKeys.externalAgentId] ?? asker.agent)) &&
  (rule.depthMin === undefined || asker.depth >= rule.depthMin) &&
  (rule.depthMax === undefined || asker.depth <= rule.depthMax)

/** What a person allowed the asking session for good: tools by their names, with the request whose answer said so. */
export type Granted = ReadonlyMap<string, RequestId>

const nothing: Granted = new Map()

/** The name of the rule that such an answer is from then on. */
export const ruleOfGrant = (id: RequestId): string => `session:${id}`

/** What the rules say to an ask: an answer and the rule that gave it, or that a person is to be asked. */
export type Verdict =
  | { readonly _tag: "Ask" }
  | { readonly _tag: "Answer"; readonly decision: "allow" | "deny"; readonly rule: string }

const person: Verdict = { _tag: "Ask" }

/**
 * The operator's rule comes first: what it denies nobody allowed for good, and
 * where it says to ask, somebody was asked.
 */
export const decide = (rules: ReadonlyArray<Rule>, asker: Asker, ask: Ask, granted: Granted = nothing): Verdict => {
  if (ask.type === "question") return person
  const rule = rules.find((candidate) => matches(candidate, asker, ask.toolName))
  if (rule !== undefined && rule.decision !== "ask") {
    return { _tag: "Answer", decision: rule.decision, rule: rule.name }
  }
  const grant = granted.get(ask.toolName)
  return grant === undefined ? person : { _tag: "Answer", decision: "allow", rule: ruleOfGrant(grant) }
}
