/**
 * How a run ended: one of the five wire statuses, and a reason that says more.
 *
 * An outcome is the truth about a child, not an error of ours. Nothing here
 * decides an outcome; `Lifecycle` and `Execute` do.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"

/** The terminal strings of the wire (`S-status`). */
export const TerminalStatus = Schema.Literals(["completed", "error", "timeout", "cancelled", "skipped"])
export type TerminalStatus = typeof TerminalStatus.Type

const reason = <const Status extends TerminalStatus, const Reason extends string, Fields extends Schema.Struct.Fields>(
  status: Status,
  name: Reason,
  fields: Fields
) => Schema.Struct({ status: Schema.Literal(status), reason: Schema.Literal(name), ...fields })

const message = Schema.String
const seconds = Schema.Int
/** The setting that holds the limit, when it is not one of the runtime's watchdog. */
const setting = Schema.optionalKey(Schema.String)

/** Which limit of the outside cut an answer short. */
export const Truncation = Schema.Literals(["length", "rounds", "tool_calls", "transcript"])
export type Truncation = typeof Truncation.Type

/** Which budget refused more work. */
export const Budget = Schema.Literals(["tokens", "cost", "spawns", "depth", "rounds", "tool_calls"])
export type Budget = typeof Budget.Type

/**
 * Every way a run can end. `reason` discriminates; each carries its own data.
 * The reasons are those of the design.
 */
export const Outcome = Schema.Union([
  reason("completed", "done", {}),
  reason("completed", "truncated", { limit: Truncation }),
  reason("error", "agent_failed", {
    message,
    exitCode: Schema.optionalKey(Schema.Int),
    signal: Schema.optionalKey(Schema.String),
    /** The end of what the agent said about its failure (standard error, a problem's detail). */
    detail: Schema.optionalKey(Schema.String)
  }),
  reason("error", "refused", { message }),
  reason("error", "rate_limited", { message, retryAfterSeconds: Schema.optionalKey(Schema.Finite) }),
  reason("error", "context_full", { message }),
  reason("error", "unavailable", { message, retryAfterSeconds: Schema.optionalKey(Schema.Finite) }),
  reason("error", "auth_required", { message }),
  reason("error", "not_installed", { message, program: Schema.String }),
  reason("error", "protocol", { message }),
  reason("error", "budget", { message, budget: Budget }),
  reason("error", "lost", { message }),
  reason("error", "setup", { message }),
  reason("error", "defect", { message }),
  reason("timeout", "total", { elapsedSeconds: seconds, limitSeconds: seconds }),
  reason("timeout", "idle", { elapsedSeconds: seconds, limitSeconds: seconds, setting }),
  reason("timeout", "tool", { elapsedSeconds: seconds, limitSeconds: seconds, toolName: Schema.String, setting }),
  reason("timeout", "request", { elapsedSeconds: seconds, limitSeconds: seconds }),
  reason("cancelled", "by_parent", {}),
  reason("cancelled", "by_user", {}),
  reason("cancelled", "shutdown", {}),
  reason("cancelled", "before_launch", {}),
  reason("skipped", "no_pending_message", {})
])
export type Outcome = typeof Outcome.Type
export type Reason = Outcome["reason"]

/**
 * The outcomes that a runner itself may report; the others are the runtime's to
 * say. A runner that watches its agent more closely than the watchdog can says
 * itself that the agent, or a tool of its own, was silent for too long, and by
 * which setting.
 */
export type RunnerOutcome = Extract<
  Outcome,
  { readonly status: "completed" | "error" } | { readonly reason: "idle" | "tool" }
>

/** Who wished a cancel. */
export const CancelledBy = Schema.Literals(["by_parent", "by_user", "shutdown"])
export type CancelledBy = typeof CancelledBy.Type

export const done: Outcome & RunnerOutcome = { status: "completed", reason: "done" }

export const cancelled = (by: CancelledBy): Outcome => ({ status: "cancelled", reason: by })

export const beforeLaunch: Outcome = { status: "cancelled", reason: "before_launch" }

export const noPendingMessage: Outcome = { status: "skipped", reason: "no_pending_message" }

/**
 * The text of the wire's `error` field; absent only for `completed`. Timeouts
 * and the skip use the seed's words (`S-reasons`, `S-skipped`).
 */
export const errorText = (outcome: Outcome): string | undefined => {
  switch (outcome.reason) {
    case "done":
    case "truncated":
      return undefined
    case "total":
      return `Child session timed out after ${outcome.elapsedSeconds} seconds (max_total_secs=${outcome.limitSeconds})`
    case "idle":
      return `Child session idle timeout after ${outcome.elapsedSeconds} seconds without events (${outcome.setting ?? "max_idle_secs"}=${outcome.limitSeconds})`
    case "tool":
      return `Tool ${outcome.toolName} timed out after ${outcome.elapsedSeconds} seconds (${outcome.setting ?? "max_tool_secs"}=${outcome.limitSeconds})`
    case "request":
      return `Request timed out after ${outcome.elapsedSeconds} seconds without an answer (max_request_secs=${outcome.limitSeconds})`
    case "by_parent":
      return "Cancelled by parent"
    case "by_user":
      return "Cancelled by user"
    case "shutdown":
      return "Cancelled by shutdown"
    case "before_launch":
      return "Cancelled before launch"
    case "no_pending_message":
      return "No pending message to execute"
    default:
      return outcome.message
  }
}

/** Whether the same job, run again unchanged, may well end better. */
export const retryable = (outcome: Outcome): boolean => {
  switch (outcome.reason) {
    case "rate_limited":
    case "unavailable":
    case "lost":
    case "total":
    case "idle":
    case "tool":
    case "shutdown":
      return true
    default:
      return false
  }
}

const hints: Record<Exclude<Reason, "idle" | "tool">, string> = {
  done: "Read the result.",
  truncated: "The answer was cut off: raise the limit or ask for the rest.",
  agent_failed: "Read the error and the agent's last output, mend the cause, then spawn again.",
  refused: "The agent declined the work: change the prompt or the permissions.",
  rate_limited: "Wait for the time given, then spawn again.",
  context_full:
    "The conversation is longer than the model can read: compact it, choose a model that reads more, or begin a new session.",
  unavailable: "The model's provider could not serve: try again later, or configure a fallback.",
  auth_required: "Sign in to the agent or give it its key, then spawn again.",
  not_installed: "Install the program or correct its path in the configuration.",
  protocol: "The agent broke its protocol: check its version against the one that is supported.",
  budget: "Raise the budget or give the child less to do.",
  lost: "The run's end is not known: check what it did, then spawn again.",
  setup: "Correct the configuration or the session, then spawn again.",
  defect: "This is a fault in a runner: report it with the log of the run.",
  total: "Raise child_watchdog.max_total_secs or give the child less to do.",
  request: "Nobody answered in time: answer sooner or raise child_watchdog.max_request_secs.",
  by_parent: "Its parent stopped it; spawn again if it is still wanted.",
  by_user: "A person stopped it; spawn again if it is still wanted.",
  shutdown: "The server stopped; spawn again if it is still wanted.",
  before_launch: "It was cancelled while it waited; spawn again if it is still wanted.",
  no_pending_message: "Send the session a message before running it."
}

/** What to do next, in one sentence. */
export const hint = (outcome: Outcome): string => {
  switch (outcome.reason) {
    case "idle":
      return `The child said nothing for too long: raise ${outcome.setting ?? "child_watchdog.max_idle_secs"} if that is normal for it.`
    case "tool":
      return `A tool call took too long: raise ${outcome.setting ?? "child_watchdog.max_tool_secs"} if that is normal for it.`
    default:
      return hints[outcome.reason]
  }
}
