import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AgentEvent } from "../src/AgentEvent.ts"
import type { SessionId } from "../src/Ids.ts"
import { isoOf, publishHeartbeat, publishLifecycle, publishOwn, type Seat } from "../src/internal/publisher.ts"
import type { SessionStreamsShape, StreamScope } from "../src/SessionStreams.ts"
import * as Records from "./SessionRecords.ts"

const root = Records.sessionId("root")
const parent = Records.sessionId("parent")
const child = Records.sessionId("child")
const grandchild = Records.sessionId("grandchild")

const ofRoot: Seat = { childId: root, ancestors: [] }
const ofChild: Seat = { childId: child, ancestors: [parent, root] }
const ofGrandchild: Seat = { childId: grandchild, ancestors: [child, parent, root] }

interface Shown {
  readonly on: string
  readonly origin: SessionId
  readonly number: number | undefined
  readonly event: AgentEvent
}

/** Streams that write down what they were asked to show. Without `readers`, everybody reads everything. */
const recording = (readers?: ReadonlyArray<readonly [SessionId, StreamScope]>, crowded = 0) => {
  const shown: Array<Shown> = []
  const hasReaders = (sessionId: SessionId, scope: StreamScope): boolean =>
    readers === undefined || readers.some(([id, wanted]) => id === sessionId && wanted === scope)
  const streams: SessionStreamsShape = {
    hasReaders,
    publish: (sessionId, scope, origin, number, event) => {
      if (!hasReaders(sessionId, scope)) return 0
      shown.push({ on: `${sessionId} ${scope}`, origin, number: Option.getOrUndefined(number), event })
      return crowded
    },
    subscribe: () => Effect.die("nobody subscribes here")
  }
  return { shown, streams }
}

const token: AgentEvent = { type: "token", content: "hi" }
const none = Option.none<number>()
const on = (id: SessionId, scope: StreamScope): string => `${id} ${scope}`

describe("publishOwn", () => {
  it("a root's event is shown on its own stream and its subtree's, and nowhere else", () => {
    const { shown, streams } = recording()
    publishOwn(streams, ofRoot, Option.some(4), token)
    assert.deepStrictEqual(shown, [
      { on: on(root, "session"), origin: root, number: 4, event: token },
      { on: on(root, "subtree"), origin: root, number: 4, event: token }
    ])
  })

  it("S-forward: a child's event reaches its parent wrapped, deeper ancestors only in their subtree's stream", () => {
    const { shown, streams } = recording()
    publishOwn(streams, ofGrandchild, Option.some(4), token)
    assert.deepStrictEqual(
      shown.map(({ on: where }) => where),
      [
        on(grandchild, "session"),
        on(grandchild, "subtree"),
        on(child, "session"),
        on(child, "subtree"),
        on(parent, "subtree"),
        on(root, "subtree")
      ]
    )
  })

  it("S-forward: it is wrapped once, with the ids of the child and its own parent, however deep the tree", () => {
    const { shown, streams } = recording()
    publishOwn(streams, ofGrandchild, Option.some(4), token)
    const wrapped = { type: "sub_agent_event", parentSessionId: child, childSessionId: grandchild, event: token }
    for (const { event, number } of shown.slice(2)) {
      assert.deepStrictEqual<unknown>(event, wrapped)
      // The number is of the child's own stream; the parent's record does not have it.
      assert.isUndefined(number)
    }
  })

  it.each([
    { type: "clarification_needed", requestId: "r", question: "which?" },
    { type: "tool_approval_requested", requestId: "r", toolCallId: "c", toolName: "shell", arguments: {} }
  ] as const)("a $type of a grandchild reaches the session's stream of every ancestor", (event) => {
    const { shown, streams } = recording([
      [child, "session"],
      [parent, "session"],
      [root, "session"]
    ])
    publishOwn(streams, ofGrandchild, Option.some(4), event)
    assert.deepStrictEqual(
      shown.map(({ on: where }) => where),
      [on(child, "session"), on(parent, "session"), on(root, "session")]
    )
  })

  it("without readers nothing is shown and nobody is crowded", () => {
    const { shown, streams } = recording([])
    assert.strictEqual(publishOwn(streams, ofGrandchild, none, token), 0)
    assert.deepStrictEqual(shown, [])
  })

  it("a stream without readers is not even asked to show a wrapped event", () => {
    const asked: Array<SessionId> = []
    const streams: SessionStreamsShape = {
      hasReaders: () => false,
      publish: (sessionId) => {
        asked.push(sessionId)
        return 0
      },
      subscribe: () => Effect.die("nobody subscribes here")
    }
    publishOwn(streams, ofGrandchild, none, token)
    assert.deepStrictEqual(new Set(asked), new Set([grandchild]))
  })

  it("who is crowded anywhere is crowded", () => {
    const { streams } = recording([[root, "subtree"]], 7)
    assert.strictEqual(publishOwn(streams, ofChild, none, token), 7)
  })
})

describe("publishLifecycle", () => {
  const started: AgentEvent = { type: "sub_agent_started", parentSessionId: child, childSessionId: grandchild }

  it("S-forward: the start and the end of a grandchild reach every ancestor plainly, and not the grandchild", () => {
    const { shown, streams } = recording()
    publishLifecycle(streams, ofGrandchild, Option.some(9), started)
    assert.deepStrictEqual(
      shown.map(({ on: where }) => where),
      [child, parent, root].flatMap((id) => [on(id, "session"), on(id, "subtree")])
    )
    for (const { event, number, origin } of shown) {
      assert.strictEqual(event, started)
      assert.strictEqual(number, 9)
      assert.strictEqual(origin, child)
    }
  })

  it("a root has nobody to tell", () => {
    const { shown, streams } = recording()
    publishLifecycle(streams, ofRoot, Option.some(9), started)
    assert.deepStrictEqual(shown, [])
  })
})

describe("publishHeartbeat", () => {
  it("S-heartbeat: a beat reaches the readers of the parent and of nobody else", () => {
    const { shown, streams } = recording()
    publishHeartbeat(streams, ofGrandchild, 61_000)
    assert.deepStrictEqual(
      shown.map(({ on: where }) => where),
      [on(child, "session"), on(child, "subtree")]
    )
    assert.deepStrictEqual(shown[0]?.event, {
      type: "sub_agent_heartbeat",
      parentSessionId: child,
      childSessionId: grandchild,
      timestamp: "1970-01-01T00:01:01.000Z"
    })
  })

  it("S-heartbeat: no beat is made where nobody reads", () => {
    const { shown, streams } = recording([[parent, "subtree"]])
    publishHeartbeat(streams, ofGrandchild, 61_000)
    publishHeartbeat(streams, ofRoot, 61_000)
    assert.deepStrictEqual(shown, [])
  })
})

describe("isoOf", () => {
  it.each([
    [0, "1970-01-01T00:00:00.000Z"],
    [1_750_000_000_123, "2025-06-15T15:06:40.123Z"],
    [1_750_000_000_123, "2025-06-15T15:06:40.123Z"],
    [0, "1970-01-01T00:00:00.000Z"]
  ])("%s is %s, whatever was asked before", (millis, expected) => {
    assert.strictEqual(isoOf(millis), expected)
  })
})
