/**
 * A message on its way to a session, step by step: what each step records and
 * tells. Pure; `Inbox` decides when.
 */
import * as Option from "effect/Option"
import type { OwnEvent } from "../AgentEvent.ts"
import type { MessageId, RunId, SessionId } from "../Ids.ts"
import type { Steer, SteerMode } from "../Obligation.ts"
import type { Step } from "./ownChanges.ts"

/** How long a message may be on its way. As long as a wait's lease: nobody who sent it still expects it to matter. */
const lifetimeMillis = 6 * 3_600_000

/** The words of a refusal are an agent's: enough for a sentence or two. */
const reasonCharsMax = 500

export interface OutgoingMessage {
  readonly sessionId: SessionId
  readonly text: string
  readonly origin: Steer["origin"]
  readonly hidden: boolean
  readonly mode: SteerMode
  readonly key: Option.Option<string>
}

/** Which run takes a message, and in which of its rounds; none: no run does, it only joins the transcript. */
export type Taker = Option.Option<{ readonly runId: RunId; readonly round: number }>

/** The message as it is when it is sent. */
export const steerOf = (message: OutgoingMessage, id: MessageId, nowMillis: number): Steer => ({
  kind: "steer",
  id,
  sessionId: message.sessionId,
  version: 1,
  openedAtMillis: nowMillis,
  expiresAtMillis: nowMillis + lifetimeMillis,
  ...(Option.isSome(message.key) ? { key: message.key.value } : {}),
  origin: message.origin,
  mode: message.mode,
  text: message.text,
  hidden: message.hidden,
  status: "queued"
})

const receiptOf = (steer: Steer): OwnEvent => ({
  type: "message_receipt_changed",
  sessionId: steer.sessionId,
  messageId: steer.id,
  status: steer.status,
  mode: steer.mode,
  ...(steer.round === undefined ? {} : { round: steer.round }),
  ...(steer.reason === undefined ? {} : { reason: steer.reason })
})

const takenBy = (steer: Steer, taker: Taker, nowMillis: number): Steer => ({
  ...steer,
  status: "delivered",
  closedAtMillis: nowMillis,
  ...Option.getOrElse(taker, () => ({}))
})

const asEntry = (steer: Steer, nowMillis: number): Step => ({
  changes: [
    {
      _tag: "MessageAppended",
      message: {
        id: steer.id,
        sessionId: steer.sessionId,
        ...(steer.runId === undefined ? {} : { runId: steer.runId }),
        role: "user",
        text: steer.text,
        hidden: steer.hidden,
        createdAtMillis: nowMillis
      }
    }
  ],
  events: [{ type: "message_appended", sessionId: steer.sessionId, messageId: steer.id, role: "user" }]
})

/** It is on its way. */
export const sent = (steer: Steer): Step => ({
  changes: [{ _tag: "ObligationOpened", obligation: steer }],
  events: [receiptOf(steer)]
})

/** It stands in the transcript, and its way is over. */
export const delivered = (steer: Steer, taker: Taker, nowMillis: number): Step => {
  const next = takenBy({ ...steer, version: steer.version + 1 }, taker, nowMillis)
  const entry = asEntry(next, nowMillis)
  return {
    changes: [...entry.changes, { _tag: "ObligationChanged", obligation: next }],
    events: [...entry.events, receiptOf(next)]
  }
}

/** It was never on its way: it is sent and delivered at once. Returns the message as it is then. */
export const deliveredAtOnce = (steer: Steer, taker: Taker, nowMillis: number): { readonly steer: Steer } & Step => {
  const next = takenBy(steer, taker, nowMillis)
  const entry = asEntry(next, nowMillis)
  return {
    steer: next,
    changes: [...entry.changes, { _tag: "ObligationOpened", obligation: next }],
    events: [...entry.events, receiptOf(next)]
  }
}

/** Its way is over, and it was not delivered. */
export const undelivered = (
  steer: Steer,
  status: "expired" | "refused" | "superseded",
  reason: string,
  nowMillis: number
): Step => {
  const next: Steer = {
    ...steer,
    version: steer.version + 1,
    status,
    closedAtMillis: nowMillis,
    reason: reason.slice(0, reasonCharsMax)
  }
  return { changes: [{ _tag: "ObligationChanged", obligation: next }], events: [receiptOf(next)] }
}

/** A later interrupt took its place. */
export const superseded = (steer: Steer, by: string, nowMillis: number): Step =>
  undelivered(steer, "superseded", `a later interrupt: ${by}`, nowMillis)
