/** The calls about what children ask: decode, ask `SubAgents`, show. No rule of their own. */
import { type Ids, type SessionStore, SubAgents } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Option from "effect/Option"
import { Api } from "../Api.ts"
import * as Wire from "../Wire.ts"
import * as Refusals from "./refusals.ts"

const fail = {
  RequestNotFound: (error: SubAgents.RequestNotFound) => Effect.fail(Refusals.requestNotFound(error)),
  StoreError: (error: SessionStore.StoreError) => Effect.fail(Refusals.storeError(error))
}

interface ListQuery {
  readonly status?: SubAgents.RequestsQuery["state"]
  readonly session?: Ids.SessionId
  readonly subtree?: Ids.SessionId
  readonly limit?: number
  readonly cursor?: Ids.RequestId
}

const scopeOf = ({ session, subtree }: ListQuery): SessionStore.FeedScope => {
  if (session !== undefined) return { _tag: "Session", sessionId: session }
  return subtree === undefined ? { _tag: "All" } : { _tag: "Subtree", sessionId: subtree }
}

const list = (subAgents: SubAgents.SubAgentsShape, query: ListQuery) => {
  const { cursor, limit = Wire.pageDefault, status = "open" } = query
  return subAgents
    .requests({ state: status, scope: scopeOf(query), after: Option.fromUndefinedOr(cursor), limit: limit + 1 })
    .pipe(
      Effect.map((requests) => Wire.page(requests, limit, Wire.request, (request) => request.id)),
      Effect.mapError(Refusals.storeError)
    )
}

/** An answer has its text: the contract has seen to that. */
const decisionOf = ({ decision, scope, text }: Wire.DecisionBody): SubAgents.Decision => {
  switch (decision) {
    case "approve":
      return { _tag: "Approve", text: Option.fromUndefinedOr(text), ...(scope === undefined ? {} : { scope }) }
    case "deny":
      return { _tag: "Deny", text: Option.fromUndefinedOr(text) }
    case "answer":
      return { _tag: "Answer", text: text ?? "" }
  }
}

const answer = (subAgents: SubAgents.SubAgentsShape, id: Ids.RequestId, body: Wire.DecisionBody) =>
  subAgents.answer(id, decisionOf(body)).pipe(
    Effect.map(Wire.request),
    Effect.catchTags({
      ...fail,
      RequestClosed: (error) => Effect.fail(Refusals.requestClosed(error)),
      DecisionMismatch: (error) => Effect.fail(Refusals.decisionMismatch(error))
    })
  )

export const layer = HttpApiBuilder.group(
  Api,
  "requests",
  Effect.fn(function* (handlers) {
    const subAgents = yield* SubAgents.SubAgents
    return handlers
      .handle("list", ({ query }) => list(subAgents, query))
      .handle("get", ({ params }) =>
        subAgents.request(params.id).pipe(Effect.map(Wire.request), Effect.catchTags(fail))
      )
      .handle("answer", ({ params, payload }) => answer(subAgents, params.id, payload))
  })
)
