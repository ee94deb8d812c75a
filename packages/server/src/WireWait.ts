/**
 * The shapes of a wait on the wire: what is asked, what is recorded and what is
 * answered. The other shapes are in `Wire`.
 *
 * @stability unstable
 */
import { Ids, Obligation, type SubAgents } from "@offshoot/core"
import * as Schema from "effect/Schema"
import { isoTime } from "./internal/isoTime.ts"
import * as Wire from "./Wire.ts"

/** As many children as a page shows five times; a wait for all of them names none. */
const waitChildrenMax = 1_000
/** One hour: longer waits are asked for again. */
const waitSecondsMax = 3_600
/** Thirty days, as long as a wait is kept at all. */
const leaseSecondsMax = 2_592_000

/** Seconds of a wait when the request does not say. */
export const waitSecondsDefault = 30

/**
 * `POST /v1/sessions/{id}/wait`; no body waits for all children, as long as
 * `waitSecondsDefault`. `mode`: `answer` holds the request until the policy is
 * satisfied or the time is over; `wake` records the wait and answers at once:
 * the parent is told when it is over, at the latest after `leaseSeconds` (6 h
 * when it does not say).
 */
export const WaitBody = Schema.Struct({
  children: Schema.optionalKey(Schema.Array(Ids.SessionId).check(Schema.isMaxLength(waitChildrenMax))),
  policy: Schema.optionalKey(Obligation.Policy),
  mode: Schema.optionalKey(Schema.Literals(["answer", "wake"])),
  timeoutSeconds: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: waitSecondsMax }))),
  leaseSeconds: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: leaseSecondsMax })))
})
  .check(
    Schema.makeFilter(({ leaseSeconds, mode = "answer", timeoutSeconds }) => {
      if (mode === "wake") return timeoutSeconds === undefined || "a wake has no timeoutSeconds: give leaseSeconds"
      return leaseSeconds === undefined || "only a wait with mode: wake has leaseSeconds"
    })
  )
  .annotate({ identifier: "WaitBody" })
export type WaitBody = typeof WaitBody.Type

/** A recorded wait. `children`: empty for all of the parent; `messageId`: the message with the results, once it is over. */
export const WireWait = Schema.Struct({
  id: Ids.WaitId,
  status: Obligation.Wait.fields.status,
  policy: Obligation.Policy,
  children: Schema.Array(Ids.SessionId),
  openedAt: Schema.String,
  expiresAt: Schema.String,
  closedAt: Schema.optionalKey(Schema.String),
  messageId: Schema.optionalKey(Ids.MessageId)
}).annotate({ identifier: "Wait" })
export type WireWait = typeof WireWait.Type

/** `pending` is a normal answer: the time was over first, or the wait is recorded. `wait`: the recorded one, with `mode: wake`. */
export const WaitAnswer = Schema.Struct({
  state: Schema.Literals(["satisfied", "pending"]),
  children: Schema.Array(Wire.WireSession),
  wait: Schema.optionalKey(WireWait)
}).annotate({ identifier: "WaitAnswer" })
export type WaitAnswer = typeof WaitAnswer.Type

export const waitAnswer = (answer: SubAgents.WaitAnswer): WaitAnswer => ({
  state: answer.state,
  children: answer.children.map(Wire.session)
})

export const wait = (recorded: Obligation.Wait): WireWait => ({
  id: recorded.id,
  status: recorded.status,
  policy: recorded.policy,
  children: recorded.children,
  openedAt: isoTime(recorded.openedAtMillis),
  expiresAt: isoTime(recorded.expiresAtMillis),
  ...(recorded.closedAtMillis === undefined ? {} : { closedAt: isoTime(recorded.closedAtMillis) }),
  ...(recorded.messageId === undefined ? {} : { messageId: recorded.messageId })
})
