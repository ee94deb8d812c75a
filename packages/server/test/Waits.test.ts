/** `POST /v1/sessions/{id}/wait`: both modes, and what holds each child. */
import { assert, describe, it } from "@effect/vitest"
import { Ids, type Obligation, SubAgents } from "@offshoot/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as WireHold from "../src/WireHold.ts"
import { childId, json, post, problem, rootId, serve, session } from "./serving.ts"

const waitId = Ids.WaitId.make("wai_1")
const path = `/v1/sessions/${rootId}/wait`

const open: Obligation.Wait = {
  kind: "wait",
  id: waitId,
  sessionId: rootId,
  version: 1,
  openedAtMillis: 1_000,
  expiresAtMillis: 61_000,
  policy: "any",
  children: [],
  status: "open"
}

const held: SubAgents.SessionView = {
  session: session({ id: childId, kind: "child", parentId: rootId, depth: 1, status: "running" }),
  run: Option.none(),
  place: Option.none(),
  hold: Option.some({ _tag: "Tool", toolName: "bash", sinceMillis: 2_000 })
}

const pending: Partial<SubAgents.SubAgentsShape> = {
  wait: () => Effect.succeed({ state: "pending", children: [held] })
}

describe("a wait", () => {
  it.live("S-wait: that is not satisfied in time answers pending, and why each child does not move", () =>
    Effect.gen(function* () {
      const asked: Array<SubAgents.WaitRequest> = []
      const { port } = yield* serve({
        script: {
          wait: (_id, request) =>
            Effect.sync(() => {
              asked.push(request)
              return { state: "pending", children: [held] } as const
            })
        }
      })
      const answered = yield* post(port, path, `{"mode":"answer","policy":"all","timeoutSeconds":2}`)
      assert.strictEqual(answered.status, 200)
      const answer = json(answered) as { state: string; children: ReadonlyArray<{ hold: unknown }> }
      assert.strictEqual(answer.state, "pending")
      assert.deepStrictEqual(answer.children[0]?.hold, {
        type: "tool",
        toolName: "bash",
        since: "1970-01-01T00:00:02.000Z"
      })
      assert.notProperty(answer, "wait")
      assert.deepStrictEqual(asked, [{ children: [], policy: "all", timeout: Duration.seconds(2) }])
    })
  )

  it.live("S-wait: that wakes is recorded, and answered at once with its id and its lease", () =>
    Effect.gen(function* () {
      const asked: Array<SubAgents.WakeRequest> = []
      const { port } = yield* serve({
        script: {
          ...pending,
          wakeWhen: (_id, request) =>
            Effect.sync(() => {
              asked.push(request)
              return open
            })
        }
      })
      const answered = yield* post(port, path, `{"mode":"wake","policy":"any","leaseSeconds":60}`)
      assert.strictEqual(answered.status, 200)
      const answer = json(answered) as { state: string; children: ReadonlyArray<{ id: string }>; wait: unknown }
      assert.strictEqual(answer.state, "pending")
      assert.deepStrictEqual(
        answer.children.map(({ id }) => id),
        [childId]
      )
      assert.deepStrictEqual(answer.wait, {
        id: waitId,
        status: "open",
        policy: "any",
        children: [],
        openedAt: "1970-01-01T00:00:01.000Z",
        expiresAt: "1970-01-01T00:01:01.000Z"
      })
      assert.deepStrictEqual(asked, [{ children: [], policy: "any", lease: Option.some(Duration.seconds(60)) }])
    })
  )

  it.live("that wakes and is satisfied already says so, and names the message with the results", () =>
    Effect.gen(function* () {
      const messageId = Ids.MessageId.make("msg_1")
      const satisfied: Obligation.Wait = { ...open, status: "satisfied", closedAtMillis: 1_000, messageId }
      const { port } = yield* serve({ script: { ...pending, wakeWhen: () => Effect.succeed(satisfied) } })
      const answer = json(yield* post(port, path, `{"mode":"wake"}`)) as { state: string; wait: object }
      assert.strictEqual(answer.state, "satisfied")
      assert.deepInclude(answer.wait, { status: "satisfied", closedAt: "1970-01-01T00:00:01.000Z", messageId })
    })
  )

  it.live("of a parent that waits already is refused with the wait that is open", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({
        script: {
          ...pending,
          wakeWhen: (sessionId) => Effect.fail(new SubAgents.WaitOpen({ sessionId, waitId }))
        }
      })
      const answered = yield* post(port, path, `{"mode":"wake"}`)
      assert.strictEqual(answered.status, 409)
      const document = problem(answered)
      assert.strictEqual(document["type"], "urn:offshoot:problem:wait_open")
      assert.strictEqual(document["waitId"], waitId)
      assert.strictEqual(document["sessionId"], rootId)
    })
  )

  it.live.each([
    ["a wake with the time of an answer", `{"mode":"wake","timeoutSeconds":5}`, "leaseSeconds"],
    ["an answer with a lease", `{"leaseSeconds":5}`, "mode: wake"],
    ["a lease of a second year", `{"mode":"wake","leaseSeconds":40000000}`, "leaseSeconds"],
    ["a mode that there is not", `{"mode":"later"}`, "mode"],
    ["a policy that there is not", `{"policy":"most"}`, "policy"]
  ] as const)("does not take %s", ([_name, body, said]) =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const answered = yield* post(port, path, body)
      assert.strictEqual(answered.status, 400)
      assert.include(String(problem(answered)["detail"]), said)
    })
  )
})

describe("a hold", () => {
  const since = "1970-01-01T00:00:02.000Z"
  const sinceMillis = 2_000
  const place = { position: 4, reason: "parent_limit" } as const
  const requestId = Ids.RequestId.make("req_1")

  it.each<[SubAgents.Hold, WireHold.WireHold]>([
    [
      { _tag: "Queued", place, sinceMillis },
      { type: "queued", ...place, since }
    ],
    [
      { _tag: "Retrying", notBeforeMillis: 2_000, tries: 3 },
      { type: "retrying", notBefore: since, tries: 3 }
    ],
    [
      { _tag: "Request", requestId, sinceMillis },
      { type: "request", requestId, since }
    ],
    [
      { _tag: "Tool", toolName: "bash", sinceMillis },
      { type: "tool", toolName: "bash", since }
    ],
    [
      { _tag: "Children", sinceMillis },
      { type: "children", since }
    ],
    [
      { _tag: "Stopping", sinceMillis },
      { type: "stopping", since }
    ]
  ])("%o is shown as %o", (hold, shown) => {
    assert.deepStrictEqual(WireHold.hold(hold), shown)
  })
})
