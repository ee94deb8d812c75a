/** A server with one thread, and what comes back from `POST /agui`. */
import { type AgentEvent, Ids, type Obligation, SessionStore, type SubAgents } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Answered, rootId, runId, session, type Setup, view } from "./serving.ts"

export const messageId = Ids.MessageId.make("msg_1")

export const steer = (fields: Partial<Obligation.Steer> = {}): Obligation.Steer => ({
  kind: "steer",
  id: messageId,
  sessionId: rootId,
  version: 1,
  openedAtMillis: 0,
  expiresAtMillis: 1,
  key: "agui:m1",
  origin: "user",
  mode: "queue",
  text: "hello",
  hidden: false,
  status: "delivered",
  runId,
  ...fields
})

export const live = (event: AgentEvent.AgentEvent, number?: number): SubAgents.StreamItem => ({
  number: Option.fromUndefinedOr(number),
  event
})
export const complete = live({ type: "complete", runId, status: "completed", reason: "done" }, 2)
export const said = live({ type: "token", content: "hi" })

export const request: Obligation.Request = {
  kind: "request",
  id: Ids.RequestId.make("req_1"),
  sessionId: rootId,
  version: 1,
  openedAtMillis: 0,
  expiresAtMillis: 60_000,
  runId,
  key: "k",
  ask: { type: "question", question: "Which?" },
  status: "pending"
}

/** A thread that is there already: nothing was said, its session is idle, and its stream is what a test wants. */
export const thread = (script: Partial<SubAgents.SubAgentsShape>, setup: Setup = {}): Setup => ({
  ...setup,
  store: Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => ({
      ...store,
      sessionByRequestKey: (_parent: Option.Option<Ids.SessionId>, key: string) =>
        Effect.succeed(key === "agui:t" ? Option.some(session()) : Option.none())
    }))
  ).pipe(Layer.provide(SessionStore.layerMemory)),
  script: {
    sent: () => Effect.succeed([]),
    snapshot: () => Effect.succeed({ number: 1, sessions: [view()], truncated: false, requests: [] }),
    usage: () => Effect.succeed({ own: {}, tree: {}, open: {}, spawned: 0, inFlight: 0 }),
    messages: () => Effect.succeed([]),
    requests: () => Effect.succeed([]),
    result: () => Effect.succeed(Option.none()),
    send: () => Effect.succeed(steer()),
    events: () => Stream.make(said, complete),
    ...script
  }
})

export const input = (fields: object = {}): string =>
  JSON.stringify({
    threadId: "t",
    runId: "r",
    protocolVersion: "1.0",
    messages: [{ id: "m1", role: "user", content: "hello" }],
    ...fields
  })

const decode = Schema.decodeSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

export const eventsOf = ({ text }: Answered): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  text.split("\n\n").flatMap((frame) => (frame.startsWith("data: ") ? [decode(frame.slice("data: ".length))] : []))

export const typesOf = (answered: Answered): ReadonlyArray<unknown> => eventsOf(answered).map((event) => event["type"])
