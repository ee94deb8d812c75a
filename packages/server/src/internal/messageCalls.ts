/** The calls about messages to sessions: decode, ask `SubAgents`, show. No rule of their own. */
import { type Ids, type SessionStore, SubAgents } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Option from "effect/Option"
import { Api } from "../Api.ts"
import * as Wire from "../Wire.ts"
import * as Refusals from "./refusals.ts"

const fail = {
  SessionNotFound: (error: SubAgents.SessionNotFound) => Effect.fail(Refusals.sessionNotFound(error)),
  StoreError: (error: SessionStore.StoreError) => Effect.fail(Refusals.storeError(error))
}

/** Whoever has the token is a person to the record. */
const sendRequest = (body: Wire.NewMessage): SubAgents.SendRequest => ({
  text: body.text,
  mode: body.mode ?? "queue",
  key: Option.fromUndefinedOr(body.key),
  origin: "user"
})

const send = (subAgents: SubAgents.SubAgentsShape, id: Ids.SessionId, body: Wire.NewMessage) =>
  subAgents.send(id, sendRequest(body)).pipe(
    Effect.map(Wire.receipt),
    Effect.catchTags({
      ...fail,
      SteerRefused: (error) => Effect.fail(Refusals.steerRefused(error)),
      InboxFull: (error) => Effect.fail(Refusals.inboxFull(error)),
      QueueFull: (error) => Effect.fail(Refusals.queueFull(error)),
      SchedulerClosed: (error) => Effect.fail(Refusals.schedulerClosed(error)),
      ParentNotAccepting: (error) => Effect.fail(Refusals.parentNotAccepting(error)),
      AgentNotConfigured: (error) => Effect.fail(Refusals.agentNotConfigured(error))
    })
  )

interface InboxQuery {
  readonly status?: "open" | "any"
  readonly limit?: number
  readonly cursor?: Ids.MessageId
}

const inbox = (
  subAgents: SubAgents.SubAgentsShape,
  id: Ids.SessionId,
  { cursor, limit = Wire.pageDefault, status = "any" }: InboxQuery
) =>
  subAgents.sent(id, { state: status, after: Option.fromUndefinedOr(cursor), limit: limit + 1 }).pipe(
    Effect.map((sent) => Wire.page(sent, limit, Wire.receipt, (steer) => steer.id)),
    Effect.catchTags(fail)
  )

export const layer = HttpApiBuilder.group(
  Api,
  "messages",
  Effect.fn(function* (handlers) {
    const subAgents = yield* SubAgents.SubAgents
    return handlers
      .handle("send", ({ params, payload }) => send(subAgents, params.id, payload))
      .handle("inbox", ({ params, query }) => inbox(subAgents, params.id, query))
  })
)
