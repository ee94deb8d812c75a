/** A link whose live stream and record come in the order that a test wants. */
import { assert, describe, it } from "@effect/vitest"
import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable"
import { type AgentEvent, type FeedReader, Ids, type Obligation } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as Link from "../src/acp/Link.ts"
import type { Peer } from "../src/acp/Peer.ts"
import * as Client from "../src/Client.ts"
import * as Wire from "../src/Wire.ts"
import { rootId, runId, serve, token, view } from "./serving.ts"

const requestId = Ids.RequestId.make("req_1")

const question: Obligation.Request = {
  kind: "request",
  id: requestId,
  sessionId: rootId,
  version: 1,
  openedAtMillis: 0,
  expiresAtMillis: 60_000,
  runId,
  key: "k",
  ask: { type: "question", question: "Which one?" },
  status: "pending"
}

const asks: AgentEvent.OwnEvent = { type: "clarification_needed", requestId, question: "Which one?" }
const says = (content: string): AgentEvent.OwnEvent => ({ type: "token", content })
const starts: AgentEvent.AgentEvent = {
  type: "sub_agent_started",
  parentSessionId: rootId,
  childSessionId: Ids.SessionId.make("ses_child"),
  title: "a child"
}

/** Everything that the link's editor is told, one after the other. */
const linked = Effect.gen(function* () {
  const { port } = yield* serve({ script: { request: () => Effect.succeed(question) } })
  const url = `http://127.0.0.1:${port}`
  const client = yield* Client.make({ baseUrl: url, token: Redacted.make(token) })
  const live = yield* Queue.unbounded<Client.Followed>()
  const record = yield* Queue.unbounded<FeedReader.Told<Wire.Snapshot>>()
  const updates = yield* Queue.unbounded<SessionUpdate>()
  const peer: Peer = {
    update: (_, update) => Effect.asVoid(Queue.offer(updates, update)),
    request: () => Effect.never,
    serve: () => Effect.never
  }
  const link = yield* Link.open({
    server: {
      url,
      client: { ...client, events: () => Stream.fromQueue(live), converge: () => Stream.fromQueue(record) }
    },
    peer,
    editor: { name: "an editor", notices: false, subagents: false, forms: false },
    session: Wire.session(view()),
    shows: "all",
    position: 0
  })
  const tell = (number: number, event: AgentEvent.AgentEvent) =>
    Queue.offer(record, {
      _tag: "Entry",
      entry: { number: Option.some(number), streamId: Option.some(rootId), event, at: Option.none() }
    })
  yield* Queue.offer(record, {
    _tag: "Snapshot",
    snapshot: { number: 1, sessions: [Wire.session(view())], truncated: false, requests: [] }
  })
  yield* Queue.offer(live, { number: Option.none(), event: says("") })
  yield* link.ready
  return {
    tell,
    hear: (event: AgentEvent.AgentEvent, number: Option.Option<number> = Option.none()) =>
      Queue.offer(live, { number, event }),
    /** The next thing that the editor is told: the kind of it, and its text if it is text. */
    next: Effect.map(Queue.take(updates), (update) =>
      update.sessionUpdate === "agent_message_chunk" && update.content.type === "text"
        ? update.content.text
        : update.sessionUpdate
    )
  }
}).pipe(Effect.provide(NodeHttpClient.layerNodeHttp))

const inWords = "\n\nWhich one?\n(your next message is the answer)\n"

describe("a link", () => {
  it.effect("puts a question after what was said before it, also when the record is faster (A1)", () =>
    Effect.gen(function* () {
      const { hear, next, tell } = yield* linked
      yield* tell(2, asks)
      yield* tell(3, starts)
      assert.strictEqual(yield* next, "tool_call")
      yield* hear(says("well:"))
      yield* hear(asks, Option.some(2))
      assert.strictEqual(yield* next, "well:")
      assert.strictEqual(yield* next, inWords)
    })
  )

  it.effect("puts a question at once of which the live stream has told before the record", () =>
    Effect.gen(function* () {
      const { hear, next, tell } = yield* linked
      yield* hear(says("well:"))
      yield* hear(asks, Option.some(2))
      assert.strictEqual(yield* next, "well:")
      yield* tell(2, asks)
      assert.strictEqual(yield* next, inWords)
    })
  )

  it.effect("puts a question all the same when the live stream does not come to it (A1)", () =>
    Effect.gen(function* () {
      const { next, tell } = yield* linked
      yield* tell(2, asks)
      yield* tell(3, starts)
      assert.strictEqual(yield* next, "tool_call")
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* next, inWords)
    })
  )
})
