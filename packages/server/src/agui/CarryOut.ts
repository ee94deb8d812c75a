/**
 * What an input asks of a session, done: answers first, then the message.
 *
 * @stability unstable
 */
import type { Obligation, SessionStore, SubAgents } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Refusals from "../internal/refusals.ts"
import * as Problems from "../Problems.ts"
import type { Notice } from "./AgUiEvent.ts"
import type * as Ending from "./Ending.ts"
import * as Plan from "./Plan.ts"
import type * as RunLink from "./RunLink.ts"

/** Why nothing could be sent, as the error of a run. */
type SendFailure = Effect.Error<ReturnType<SubAgents.SubAgentsShape["send"]>>

/** What became of an input: what a developer should know, and the message's receipt or why there is none. */
export interface CarriedOut {
  readonly notices: ReadonlyArray<Notice>
  readonly sent: Option.Option<Result.Result<Obligation.Steer, SendFailure>>
}

export const failureOf = (error: SendFailure): Ending.Failure => {
  const problemOf = () => {
    switch (error._tag) {
      case "SessionNotFound":
        return Refusals.sessionNotFound(error)
      case "SteerRefused":
        return Refusals.steerRefused(error)
      case "InboxFull":
        return Refusals.inboxFull(error)
      case "QueueFull":
        return Refusals.queueFull(error)
      case "SchedulerClosed":
        return Refusals.schedulerClosed(error)
      case "AgentNotConfigured":
        return Refusals.agentNotConfigured(error)
      case "ParentNotAccepting":
        return Refusals.parentNotAccepting(error)
      case "StoreError":
        return Refusals.storeError(error)
    }
  }
  const { detail, hint, type } = problemOf()
  const code = type.slice(Problems.typePrefix.length)
  return {
    code,
    message: detail,
    hint:
      code === "agent_not_configured"
        ? "Name one of GET /v1/agents in forwardedProps.offshoot.agent, or configure a provider."
        : hint
  }
}

/** Carries out what the input asks. A request that is closed by now was answered elsewhere. */
export const carryOut = Effect.fnUntraced(function* (
  link: RunLink.RunLink,
  plan: Plan.Plan
): Effect.fn.Return<CarriedOut, SessionStore.StoreError> {
  const { subAgents } = link
  const notices = [...plan.notices]
  for (const { decision, request } of plan.answers) {
    yield* subAgents.answer(request.id, decision).pipe(
      Effect.catchTags({
        RequestClosed: ({ status }) =>
          Effect.sync(() =>
            notices.push({ code: "interrupt_closed", message: `${request.id} was closed elsewhere: it is ${status}.` })
          ),
        RequestNotFound: () => Effect.void,
        DecisionMismatch: (error) => Effect.die(error)
      })
    )
  }
  if (Option.isNone(plan.message)) return { notices, sent: Option.none() }
  const { key, text } = plan.message.value
  const sent = yield* Effect.result(
    subAgents.send(link.rootId, { text, mode: "queue", key: Option.some(key), origin: "user" })
  )
  if (Result.isSuccess(sent)) {
    const { id, runId, status } = sent.success
    link.coverage.became(Plan.idOf(key) ?? key, id)
    link.narration = {
      ...link.narration,
      own: new Set([id]),
      onTheWay: new Set(status === "queued" ? [id] : []),
      runId
    }
  }
  return { notices, sent: Option.some(sent) }
}, Effect.uninterruptible)
