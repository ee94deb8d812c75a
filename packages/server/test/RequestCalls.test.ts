/** The calls about what children ask and about messages, over a scripted `SubAgents`. */
import { assert, describe, it } from "@effect/vitest"
import { Ids, type Obligation, SubAgents } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ask, json, post, problem, rootId, runId, serve } from "./serving.ts"

const requestId = Ids.RequestId.make("req_1")

const request = (fields: Partial<Obligation.Request> = {}): Obligation.Request => ({
  kind: "request",
  id: requestId,
  sessionId: rootId,
  version: 1,
  openedAtMillis: 0,
  expiresAtMillis: 60_000,
  runId,
  key: "k",
  ask: { type: "permission", toolCallId: "1", toolName: "shell", arguments: { command: "ls" } },
  status: "pending",
  ...fields
})

const steer = (id: string, fields: Partial<Obligation.Steer> = {}): Obligation.Steer => ({
  kind: "steer",
  id: Ids.MessageId.make(id),
  sessionId: rootId,
  version: 1,
  openedAtMillis: 0,
  expiresAtMillis: 60_000,
  origin: "user",
  mode: "queue",
  text: "left",
  hidden: false,
  status: "queued",
  ...fields
})

const path = `/v1/sessions/${rootId}/messages`

describe("requests over HTTP", () => {
  it.live("are listed open, oldest first, page by page, unless the query says otherwise", () =>
    Effect.gen(function* () {
      const seen: Array<SubAgents.RequestsQuery> = []
      const { port } = yield* serve({
        script: {
          requests: (query) => {
            seen.push(query)
            return Effect.succeed([request(), request({ id: Ids.RequestId.make("req_2") })])
          }
        }
      })
      const first = json(yield* ask(port, { path: "/v1/requests?limit=1" }))
      assert.deepStrictEqual(first, {
        items: [
          {
            id: requestId,
            sessionId: rootId,
            runId,
            ask: { type: "permission", toolCallId: "1", toolName: "shell", arguments: { command: "ls" } },
            status: "pending",
            openedAt: "1970-01-01T00:00:00.000Z",
            expiresAt: "1970-01-01T00:01:00.000Z"
          }
        ],
        nextCursor: requestId
      })
      yield* ask(port, { path: `/v1/requests?status=closed&subtree=${rootId}&cursor=${requestId}` })
      yield* ask(port, { path: `/v1/requests?status=any&session=${rootId}` })
      assert.deepStrictEqual(seen, [
        { state: "open", scope: { _tag: "All" }, after: Option.none(), limit: 2 },
        { state: "closed", scope: { _tag: "Subtree", sessionId: rootId }, after: Option.some(requestId), limit: 51 },
        { state: "any", scope: { _tag: "Session", sessionId: rootId }, after: Option.none(), limit: 51 }
      ])
      const both = yield* ask(port, { path: `/v1/requests?session=${rootId}&subtree=${rootId}` })
      assert.strictEqual(both.status, 400)
    })
  )

  it.live("are answered with 200, also the second time", () =>
    Effect.gen(function* () {
      const decisions: Array<SubAgents.Decision> = []
      const { port } = yield* serve({
        script: {
          answer: (_, decision) => {
            decisions.push(decision)
            return Effect.succeed(request({ status: "approved", by: { type: "user" } }))
          }
        }
      })
      for (const body of [
        '{"decision":"approve"}',
        '{"decision":"approve","scope":"session"}',
        '{"decision":"deny","text":"no"}',
        '{"decision":"answer","text":"a"}'
      ]) {
        const answered = yield* post(port, `/v1/requests/${requestId}`, body)
        assert.strictEqual(answered.status, 200)
        assert.deepInclude(json(answered) as object, { status: "approved", by: { type: "user" } })
      }
      assert.deepStrictEqual(decisions, [
        { _tag: "Approve", text: Option.none() },
        { _tag: "Approve", text: Option.none(), scope: "session" },
        { _tag: "Deny", text: Option.some("no") },
        { _tag: "Answer", text: "a" }
      ])
    })
  )

  const refusals = [
    ["unknown", new SubAgents.RequestNotFound({ requestId }), 404, "request_not_found", {}],
    [
      "closed",
      new SubAgents.RequestClosed({ requestId, status: "denied" }),
      409,
      "request_closed",
      { requestStatus: "denied" }
    ],
    [
      "of another kind",
      new SubAgents.DecisionMismatch({ requestId, type: "question" }),
      422,
      "decision_mismatch",
      { ask: "question" }
    ]
  ] as const
  it.live.each(refusals)("one that is %s is refused with a problem", ([, error, status, type, members]) =>
    Effect.gen(function* () {
      const { port } = yield* serve({ script: { answer: () => Effect.fail(error) } })
      const answered = yield* post(port, `/v1/requests/${requestId}`, '{"decision":"approve"}')
      assert.strictEqual(answered.status, status)
      const told = problem(answered)
      assert.deepInclude(told, { type: `urn:offshoot:problem:${type}`, requestId, ...members })
      assert.isNotEmpty(told["hint"])
    })
  )

  it.live("an answer without its text, and a decision that there is none of, are not valid", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      for (const body of ['{"decision":"answer"}', '{"decision":"maybe"}', "{}", '{"decision":"approve","why":"x"}']) {
        const answered = yield* post(port, `/v1/requests/${requestId}`, body)
        assert.strictEqual(problem(answered)["type"], "urn:offshoot:problem:invalid_request", body)
      }
    })
  )

  it.live("one is shown by its id", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({
        script: {
          request: (id) =>
            id === requestId ? Effect.succeed(request()) : Effect.fail(new SubAgents.RequestNotFound({ requestId: id }))
        }
      })
      assert.deepInclude(json(yield* ask(port, { path: `/v1/requests/${requestId}` })) as object, { id: requestId })
      assert.strictEqual((yield* ask(port, { path: "/v1/requests/req_none" })).status, 404)
    })
  )
})

describe("messages over HTTP", () => {
  it.live("are accepted with their receipt; queue is the default", () =>
    Effect.gen(function* () {
      const sent: Array<SubAgents.SendRequest> = []
      const { port } = yield* serve({
        script: {
          send: (_, message) => {
            sent.push(message)
            return Effect.succeed(steer("msg_1", { mode: message.mode }))
          }
        }
      })
      const answered = yield* post(port, path, '{"text":"left"}')
      assert.strictEqual(answered.status, 202)
      assert.deepStrictEqual(json(answered), {
        messageId: "msg_1",
        sessionId: rootId,
        origin: "user",
        mode: "queue",
        text: "left",
        hidden: false,
        status: "queued",
        sentAt: "1970-01-01T00:00:00.000Z",
        expiresAt: "1970-01-01T00:01:00.000Z"
      })
      yield* post(port, path, '{"text":"right","mode":"interrupt","key":"k"}')
      assert.deepStrictEqual(sent, [
        { text: "left", mode: "queue", key: Option.none(), origin: "user" },
        { text: "right", mode: "interrupt", key: Option.some("k"), origin: "user" }
      ])
    })
  )

  const refusals = [
    [
      "to a runner that cannot be steered",
      new SubAgents.SteerRefused({ sessionId: rootId, reason: "runner_cannot_steer" }),
      409,
      "steer_refused",
      { reason: "runner_cannot_steer" }
    ],
    [
      "too many",
      new SubAgents.InboxFull({ sessionId: rootId, messagesMax: 64, bytesMax: 262_144 }),
      429,
      "inbox_full",
      { messagesMax: 64, bytesMax: 262_144 }
    ],
    ["to no session", new SubAgents.SessionNotFound({ sessionId: rootId }), 404, "session_not_found", {}],
    [
      "to one without an agent",
      new SubAgents.AgentNotConfigured({ sessionId: rootId }),
      422,
      "agent_not_configured",
      {}
    ],
    [
      "while the backlog is full",
      new SubAgents.QueueFull({ backlogMax: 1, retryAfterSeconds: 5 }),
      429,
      "queue_full",
      { retryAfterSeconds: 5 }
    ]
  ] as const
  it.live.each(refusals)("%s are refused with a problem", ([, error, status, type, members]) =>
    Effect.gen(function* () {
      const { port } = yield* serve({ script: { send: () => Effect.fail(error) } })
      const answered = yield* post(port, path, '{"text":"left"}')
      assert.strictEqual(answered.status, status)
      assert.deepInclude(problem(answered), { type: `urn:offshoot:problem:${type}`, ...members })
    })
  )

  it.live("are never empty, endless or of an unknown mode", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const bodies = [
        '{"text":""}',
        `{"text":"${"x".repeat(65_537)}"}`,
        '{"text":"x","mode":"shout"}',
        '{"text":"x","to":"y"}'
      ]
      for (const body of bodies) assert.strictEqual((yield* post(port, path, body)).status, 400, body.slice(0, 40))
    })
  )

  it.live("the inbox has their receipts, page by page", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({
        script: {
          sent: (_, page) =>
            Effect.succeed(
              page.state === "open"
                ? [steer("msg_2")]
                : [steer("msg_1", { status: "delivered", runId, round: 3, closedAtMillis: 1_000 }), steer("msg_2")]
            )
        }
      })
      const first = json(yield* ask(port, { path: `/v1/sessions/${rootId}/inbox?limit=1` }))
      assert.deepInclude(first as object, { nextCursor: "msg_1" })
      const all = yield* ask(port, { path: `/v1/sessions/${rootId}/inbox` })
      assert.include(all.text, '"status":"delivered","runId":"run_1","round":3')
      const open = json(yield* ask(port, { path: `/v1/sessions/${rootId}/inbox?status=open` }))
      assert.notProperty(open, "nextCursor")
    })
  )
})
