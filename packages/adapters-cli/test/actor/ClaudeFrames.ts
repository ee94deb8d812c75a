/** The shapes of Claude Code 2.1.330's lines, without when they come. */
import * as NodeProcess from "node:process"
import { type Fields, uuid } from "./Json.ts"
import type { Failure, Spent, ToolCall } from "./Voice.ts"

export const version = "2.1.330"
/** When the recorded turn was. */
export const timestamp = "2026-11-22T14:19:39.809Z"
export const model = "claude-opus-5-5"

/** Dollars for one token: input, cached, output. */
const price = { input: 4e-6, cached: 2e-7, output: 2e-5 }

/** What the model's own count calls output: reasoning is in it. */
const outputOf = (spent: Spent): number => spent.output + spent.reasoning

export const costOf = (spent: Spent): number =>
  spent.costUsd ?? spent.input * price.input + spent.cached * price.cached + outputOf(spent) * price.output

/** While a call streams its output count is a placeholder. */
export const startedUsage = (spent: Spent) => ({
  input_tokens: spent.input,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: spent.cached,
  output_tokens: 1
})

export const endedUsage = (spent: Spent) => ({ ...startedUsage(spent), output_tokens: outputOf(spent) })

/** What was known when a call was cut off. */
export const abortedUsage = (spent: Spent) => ({
  output_tokens_details: { thinking_tokens: 0 },
  ...startedUsage(spent),
  iterations: [],
  server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
  fallback_credit: null
})

const resultUsage = (calls: ReadonlyArray<Spent>) => ({
  input_tokens: calls.reduce((sum, call) => sum + call.input, 0),
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: calls.reduce((sum, call) => sum + call.cached, 0),
  output_tokens: calls.reduce((sum, call) => sum + outputOf(call), 0),
  output_tokens_details: { thinking_tokens: 0 },
  server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
  service_tier: "standard",
  cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
  inference_geo: "",
  iterations: [],
  speed: "standard",
  fallback_credit: null
})

/** By model: everything that was paid for, aborted calls included. */
const modelUsage = (calls: ReadonlyArray<Spent>) =>
  calls.length === 0
    ? {}
    : {
        [model]: {
          inputTokens: calls.reduce((sum, call) => sum + call.input, 0),
          outputTokens: calls.reduce((sum, call) => sum + outputOf(call), 0),
          cacheReadInputTokens: calls.reduce((sum, call) => sum + call.cached, 0),
          cacheCreationInputTokens: 0,
          webSearchRequests: 0,
          costUSD: calls.reduce((sum, call) => sum + costOf(call), 0),
          contextWindow: 1_000_000,
          maxOutputTokens: 128_000,
          thinkingTokens: 0,
          cacheCreationEphemeral5mInputTokens: 0,
          cacheCreationEphemeral1hInputTokens: 0,
          canonicalModel: model,
          provider: "firstParty",
          costBasis: "list"
        }
      }

export const init = (session: string, permissionMode: string): Fields => ({
  type: "system",
  subtype: "init",
  cwd: NodeProcess.cwd(),
  session_id: session,
  tools: ["Task", "Bash", "Edit", "Read", "Write"],
  mcp_servers: [],
  model,
  permissionMode,
  slash_commands: ["compact"],
  terminal_slash_commands: ["focus"],
  apiKeySource: "ANTHROPIC_API_KEY",
  claude_code_version: version,
  output_style: "default",
  agents: ["claude", "general-purpose"],
  skills: ["verify"],
  plugins: [],
  capabilities: ["interrupt_receipt_v1", "msg_lifecycle_v1"],
  analytics_disabled: true,
  product_feedback_disabled: true,
  served_by_anthropic: false,
  uuid: uuid(),
  memory_paths: {},
  original_cwd: NodeProcess.cwd(),
  additional_directories: [],
  messaging_socket_path: "",
  fast_mode_state: "off",
  fast_mode_disabled_reason: "sdk_opt_in_required",
  per_turn_effort_active: true,
  ultrathink_available: false,
  ultrathink_typed_raises: false,
  view_mode: "default"
})

/** The part of a result that depends on how the turn ended. */
export interface ResultEnd {
  readonly subtype: string
  readonly isError: boolean
  readonly terminalReason: string
  readonly stopReason: string | null
  /** A successful result has a text, another one a list of errors. */
  readonly text: string | undefined
  readonly errors: ReadonlyArray<string> | undefined
  readonly apiErrorStatus: number | null
  readonly apiErrorType?: string
}

export interface ResultFacts {
  readonly session: string
  /** Calls that came to their end in this turn; they alone are in `usage`. */
  readonly calls: ReadonlyArray<Spent>
  readonly aborted: ReadonlyArray<Spent>
  /** Over the process, not over the turn. */
  readonly costUsd: number
  readonly denials: ReadonlyArray<Fields>
  readonly messages: ReadonlyArray<string>
  readonly rounds: number
  readonly index: number
}

/** How long the first things of a turn took; a turn without a message has none. */
const firstTimes = { ttft_ms: 100, ttft_stream_ms: 90, time_to_request_ms: 80, first_content_frame_ms: 90 }

export const result = (facts: ResultFacts, end: ResultEnd): Fields => {
  const used = modelUsage([...facts.calls, ...facts.aborted])
  return {
    duration_api_ms: 100,
    stop_reason: end.stopReason,
    session_id: facts.session,
    total_cost_usd: facts.costUsd,
    usage: resultUsage(facts.calls),
    modelUsage: used,
    permission_denials: facts.denials,
    terminal_reason: end.terminalReason,
    fast_mode_state: "off",
    fast_mode_disabled_reason: "sdk_opt_in_required",
    subagent_stats: { spawned: 0, max_depth: 0, completed: 0, failed: 0 },
    safety_stops: 0,
    is_error: end.isError,
    num_turns: facts.rounds,
    subtype: end.subtype,
    ...(end.errors === undefined
      ? {
          api_error_status: end.apiErrorStatus,
          ...(end.apiErrorType === undefined ? {} : { api_error_type: end.apiErrorType }),
          result: end.text,
          ...(facts.messages.length === 0 ? {} : firstTimes)
        }
      : { errors: end.errors }),
    type: "result",
    duration_ms: 200,
    uuid: uuid(),
    begun_message_ids: facts.messages,
    queued_turn_count: 0,
    result_index: facts.index,
    model_usage_since_last_result: used
  }
}

/** The program's word for a failure, beside the status. */
const errorWords: Readonly<Record<Failure["kind"], string>> = {
  api: "unknown",
  rate_limit: "rate_limit",
  unauthorized: "authentication_failed",
  overflow: "invalid_request",
  server: "server_error"
}

export const errorTypes: Readonly<Record<Failure["kind"], string>> = {
  api: "invalid_request_error",
  rate_limit: "rate_limit_error",
  unauthorized: "authentication_error",
  overflow: "invalid_request_error",
  server: "api_error"
}

/** How often it tries before it gives up. */
export const retriesMax = 10

export const apiRetry = (session: string, attempt: number, failure: Failure): Fields => ({
  type: "system",
  subtype: "api_retry",
  attempt,
  max_retries: retriesMax,
  retry_delay_ms: Math.round((failure.retryAfterSeconds ?? 0.5 * 2 ** attempt) * 1000),
  error_status: failure.status,
  error: errorWords[failure.kind],
  session_id: session,
  uuid: uuid()
})

/** The words in which it reports a failure of the model's server, as if the agent had said them. */
export const failureText = (failure: Failure): string => {
  if (failure.kind === "overflow") return "Prompt is too long"
  if (failure.kind === "unauthorized") {
    return failure.retried
      ? `Failed to authenticate. API Error: ${failure.status} ${failure.message}`
      : "Not logged in · Please run /login"
  }
  if (failure.kind === "rate_limit") return `API Error: Request rejected (429) · ${failure.message}`
  return `API Error: ${failure.status} ${failure.message}`
}

export const syntheticAssistant = (session: string, failure: Failure): Fields => ({
  type: "assistant",
  message: {
    diagnostics: null,
    id: uuid(),
    container: null,
    model: "<synthetic>",
    role: "assistant",
    stop_details: null,
    stop_reason: "stop_sequence",
    stop_sequence: "",
    type: "message",
    usage: {
      output_tokens_details: null,
      input_tokens: 0,
      output_tokens: 0,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      service_tier: null,
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
      inference_geo: null,
      iterations: null,
      speed: null,
      fallback_credit: null
    },
    content: [{ type: "text", text: failureText(failure) }],
    context_management: null
  },
  parent_tool_use_id: null,
  session_id: session,
  uuid: uuid(),
  timestamp,
  error: errorWords[failure.kind],
  ...(failure.kind === "api" ? { request_id: "req_actor" } : {}),
  is_api_error_message: true,
  api_error_status: failure.status,
  api_error_type: errorTypes[failure.kind]
})

/** Who allowed a call: the settings, or the client for this once. */
export const byRule: Fields = { decision: "accept", source: "config", reason_type: "rule" }
export const byUser: Fields = { decision: "accept", source: "user_temporary" }

/** Who did not allow it: nobody was asked, or the client was. */
export const rejectedByRule: Fields = {
  non_execution_kind: "user-rejected",
  permission_decision: { decision: "reject", source: "config" }
}
export const rejectedByUser: Fields = {
  non_execution_kind: "permission-rule",
  permission_decision: { decision: "reject", source: "user_reject" }
}

/** What a client may allow beyond the one call. */
export const suggestions = (tool: ToolCall): ReadonlyArray<Fields> => [
  {
    type: "addRules",
    rules: [{ toolName: tool.name, ruleContent: String(tool.input["command"] ?? "") }],
    behavior: "allow",
    destination: "localSettings"
  },
  { type: "addDirectories", directories: [NodeProcess.cwd()], destination: "session" },
  { type: "setMode", mode: "acceptEdits", destination: "session" }
]

/** The one line of a program that does not know the conversation it shall go on with. */
export const noConversation = (session: string): Fields => ({
  type: "result",
  subtype: "error_during_execution",
  duration_ms: 0,
  duration_api_ms: 0,
  is_error: true,
  num_turns: 0,
  stop_reason: null,
  session_id: session,
  total_cost_usd: 0,
  usage: resultUsage([]),
  modelUsage: {},
  permission_denials: [],
  uuid: uuid(),
  errors: [`No conversation found with session ID: ${session}`],
  result_index: 0
})

/** It could not even begin. */
export const failedWith = (error: string): ResultEnd => ({
  subtype: "error_during_execution",
  isError: true,
  terminalReason: "api_error",
  stopReason: null,
  text: undefined,
  errors: [error],
  apiErrorStatus: null
})
