import { assert, describe, it } from "@effect/vitest"
import { SessionStore, SubAgents, SubagentProfile, TreeBudget } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { ask, authorized, childId, json, post, problem, rootId, runId, serve, session, view } from "./serving.ts"

const storeError = (condition: "full" | "corrupt") =>
  new SessionStore.StoreError({
    operation: "commit",
    reason: new SessionStore.StorageUnavailable({ condition, cause: "boom" })
  })

const refusals: ReadonlyArray<
  readonly [string, Partial<SubAgents.SubAgentsShape>, "children" | "run" | "cancel" | "wait", number, string]
> = [
  [
    "an unknown parent",
    { spawn: (id) => Effect.fail(new SubAgents.SessionNotFound({ sessionId: id })) },
    "children",
    404,
    "session_not_found"
  ],
  [
    "a full backlog",
    { spawn: () => Effect.fail(new SubAgents.QueueFull({ backlogMax: 9, retryAfterSeconds: 7 })) },
    "children",
    429,
    "queue_full"
  ],
  [
    "a closed scheduler",
    { spawn: () => Effect.fail(new SubAgents.SchedulerClosed({})) },
    "children",
    503,
    "shutting_down"
  ],
  [
    "too deep",
    { spawn: (id) => Effect.fail(new SubAgents.DepthExceeded({ parentSessionId: id, depth: 4, depthMax: 3 })) },
    "children",
    422,
    "depth_exceeded"
  ],
  [
    "a cancelled parent",
    { spawn: (id) => Effect.fail(new SubAgents.ParentNotAccepting({ parentSessionId: id, status: "cancelled" })) },
    "children",
    409,
    "parent_not_accepting"
  ],
  [
    "an unknown agent",
    { spawn: () => Effect.fail(new SubAgents.AgentUnknown({ agent: "x", known: ["y"] })) },
    "children",
    422,
    "agent_unknown"
  ],
  [
    "an unknown role",
    { spawn: () => Effect.fail(new SubagentProfile.ProfileUnknown({ name: "x", known: ["y"] })) },
    "children",
    422,
    "profile_unknown"
  ],
  [
    "a budget that is used up",
    {
      spawn: (id) =>
        Effect.fail(
          new TreeBudget.BudgetExhausted({ sessionId: id, budget: "tokens", limit: 5, used: 5, reserved: 0, asked: 1 })
        )
    },
    "children",
    422,
    "budget_exhausted"
  ],
  ["a full disk", { spawn: () => Effect.fail(storeError("full")) }, "children", 503, "storage_unavailable"],
  [
    "a conflict",
    {
      spawn: () =>
        Effect.fail(
          new SessionStore.StoreError({
            operation: "commit",
            reason: new SessionStore.VersionConflict({ sessionId: rootId, expectedVersion: 1 })
          })
        )
    },
    "children",
    409,
    "conflict"
  ],
  [
    "a run that is there",
    { run: (id) => Effect.fail(new SubAgents.AlreadyRunning({ sessionId: id, runId })) },
    "run",
    409,
    "already_running"
  ],
  [
    "no agent",
    { run: (id) => Effect.fail(new SubAgents.AgentNotConfigured({ sessionId: id })) },
    "run",
    422,
    "agent_not_configured"
  ],
  [
    "nothing to cancel",
    { cancel: (id) => Effect.fail(new SubAgents.NotInFlight({ sessionId: id, status: "completed" })) },
    "cancel",
    409,
    "not_in_flight"
  ],
  [
    "a wait on nobody",
    { wait: (id) => Effect.fail(new SubAgents.SessionNotFound({ sessionId: id })) },
    "wait",
    404,
    "session_not_found"
  ]
]

describe("refusals of the runtime", () => {
  it.live.each(refusals)("%s is a problem document of its own", ([_name, script, call, status, code]) =>
    Effect.gen(function* () {
      const { port } = yield* serve({ script })
      const answered = yield* post(
        port,
        `/v1/sessions/${rootId}/${call}`,
        call === "children" ? `{"prompt":"p"}` : "{}"
      )
      const document = problem(answered)
      assert.strictEqual(answered.status, status)
      assert.strictEqual(document["type"], `urn:offshoot:problem:${code}`)
      assert.strictEqual(document["status"], status)
      assert.isString(document["title"])
      assert.isString(document["detail"])
      assert.isString(document["hint"])
      assert.notProperty(document, "_tag")
      assert.strictEqual(answered.headers["retry-after"], code === "queue_full" ? "7" : undefined)
    })
  )

  it.live("a session in flight has no result yet", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ script: { session: () => Effect.succeed(view({ status: "running" })) } })
      const answered = yield* ask(port, { path: `/v1/sessions/${rootId}/result` })
      assert.strictEqual(answered.status, 409)
      assert.strictEqual(problem(answered)["type"], "urn:offshoot:problem:not_settled")
      assert.strictEqual(problem(answered)["sessionStatus"], "running")
    })
  )

  it.live("a defect tells an id and nothing else", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ script: { tree: () => Effect.die(new Error("dsn postgres://secret")) } })
      const answered = yield* ask(port, { path: `/v1/sessions/${rootId}/tree` })
      assert.strictEqual(answered.status, 500)
      assert.notInclude(answered.text, "secret")
      assert.strictEqual(problem(answered)["type"], "urn:offshoot:problem:internal")
      assert.isNotEmpty(problem(answered)["logId"])
    })
  )

  it.live("requests beyond the bound are refused, and served again afterwards", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const settled = yield* Deferred.make<void>()
      const { port } = yield* serve({
        options: { requestsMax: 1 },
        script: {
          wait: () =>
            Deferred.succeed(asked, undefined).pipe(
              Effect.andThen(Deferred.await(settled)),
              Effect.as({ state: "pending", children: [] })
            )
        }
      })
      const waiting = yield* Effect.forkChild(post(port, `/v1/sessions/${rootId}/wait`, "{}"), {
        startImmediately: true
      })
      yield* Deferred.await(asked)
      const refused = yield* ask(port, { path: `/v1/sessions/${rootId}` })
      assert.strictEqual(refused.status, 503)
      assert.strictEqual(problem(refused)["what"], "requests")
      assert.strictEqual(refused.headers["retry-after"], "1")
      yield* Deferred.succeed(settled, undefined)
      assert.strictEqual((yield* Fiber.join(waiting)).status, 200)
      assert.strictEqual((yield* ask(port, { path: `/v1/sessions/${rootId}` })).status, 200)
    })
  )

  it.live("a caller that goes away ends its wait and nothing else", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const left = yield* Deferred.make<void>()
      const { port } = yield* serve({
        script: {
          wait: () =>
            Deferred.succeed(asked, undefined).pipe(
              Effect.andThen(Effect.never),
              Effect.onInterrupt(() => Deferred.succeed(left, undefined))
            )
        }
      })
      const waiting = yield* Effect.forkChild(post(port, `/v1/sessions/${rootId}/wait`, "{}"), {
        startImmediately: true
      })
      yield* Deferred.await(asked)
      yield* Fiber.interrupt(waiting)
      yield* Deferred.await(left)
      assert.strictEqual((yield* ask(port, { path: `/v1/sessions/${rootId}` })).status, 200)
    })
  )
})

describe("answers", () => {
  it.live("a spawn answers 202 with session, run and place", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({
        script: {
          spawn: (parentId, request) =>
            Effect.succeed({
              session: session({
                id: childId,
                kind: "child",
                parentId,
                depth: 1,
                title: request.title ?? "",
                status: "pending"
              }),
              runId,
              place: { position: 3, reason: "concurrent_limit" }
            })
        }
      })
      const answered = yield* post(port, `/v1/sessions/${rootId}/children`, `{"prompt":"p","title":"t"}`)
      assert.strictEqual(answered.status, 202)
      assert.deepInclude(json(answered) as object, { runId, position: 3 })
      assert.strictEqual(answered.headers["content-type"], "application/json")
    })
  )

  it.live("a wait and a cancel need no body", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({
        script: {
          wait: (_id, request) =>
            Effect.succeed({ state: request.policy === "all" ? "satisfied" : "pending", children: [view()] }),
          cancel: (id, request) => Effect.succeed({ cancelled: request.reach === "subtree" ? [id] : [] })
        }
      })
      const waited = yield* ask(port, { method: "POST", path: `/v1/sessions/${rootId}/wait` })
      assert.strictEqual(waited.status, 200)
      assert.deepInclude(json(waited) as object, { state: "satisfied" })
      const cancelled = yield* ask(port, { method: "POST", path: `/v1/sessions/${rootId}/cancel` })
      assert.strictEqual(cancelled.status, 202)
      assert.deepStrictEqual(json(cancelled), { cancelled: [rootId] })
    })
  )

  it.live("a list says when there is more", () =>
    Effect.gen(function* () {
      const all = [view(), view({ id: childId })]
      const { port } = yield* serve({
        script: {
          sessions: ({ before, limit }) =>
            Effect.succeed(Option.isSome(before) ? all.slice(1, 1 + limit) : all.slice(0, limit))
        }
      })
      const first = json(yield* ask(port, { path: "/v1/sessions?limit=1" })) as {
        nextCursor?: string
        items: ReadonlyArray<unknown>
      }
      assert.strictEqual(first.items.length, 1)
      assert.strictEqual(first.nextCursor, rootId)
      const second = json(yield* ask(port, { path: `/v1/sessions?limit=1&cursor=${first.nextCursor}` })) as typeof first
      assert.strictEqual(second.items.length, 1)
      assert.notProperty(second, "nextCursor")
    })
  )

  it.live("metrics are there, with the token", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      yield* ask(port, { path: "/healthz" })
      const answered = yield* ask(port, { path: "/metrics", headers: authorized })
      assert.strictEqual(answered.status, 200)
      assert.include(answered.text, "offshoot_http_requests_total")
    })
  )
})
