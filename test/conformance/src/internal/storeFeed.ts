/** The feed as it is read: in order, from a cursor, of some streams and types. */
import { assert } from "@effect/vitest"
import type { AgentEvent, SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import * as Records from "../StoreRecords.ts"
import { type Test, parent, first, second, events, numbers } from "./storeTests.ts"

export const feed = (test: Test): void => {
  const approval: AgentEvent.AgentEvent = {
    type: "tool_approval_requested",
    requestId: "req",
    toolCallId: "call",
    toolName: "shell",
    arguments: { command: ["ls", null, 1.5, { deep: [true] }] }
  }

  test(
    "MUST number events from 1 without a gap, over commits",
    Effect.fnUntraced(function* (store) {
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 1, head: 0 })
      const said = [Records.titled(first.id, "a"), approval, Records.statusChanged(first.id, "running")]
      assert.deepStrictEqual(
        yield* store.commit(said.slice(0, 2).map((event) => Records.recorded(first.id, event))),
        [1, 2]
      )
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* store.commit(said.slice(2).map((event) => Records.recorded(parent.id, event))), [3])
      assert.deepStrictEqual(yield* events(store), [
        { number: 1, sessionId: first.id, atMillis: 0, event: Records.titled(first.id, "a") },
        { number: 2, sessionId: first.id, atMillis: 0, event: approval },
        { number: 3, sessionId: parent.id, atMillis: 5000, event: Records.statusChanged(first.id, "running") }
      ])
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 1, head: 3 })
    })
  )

  test(
    "MUST read events from a cursor, of one session, of some types",
    Effect.fnUntraced(function* (store) {
      yield* store.commit(
        [first, second, first, second, first].map((session, index) =>
          Records.recorded(session.id, index === 4 ? approval : Records.titled(session.id, `${index}`))
        )
      )
      const read = (fields: Partial<SessionStore.EventQuery>) => Effect.map(events(store, fields), numbers)
      assert.deepStrictEqual(yield* read({ after: 2 }), [3, 4, 5])
      assert.deepStrictEqual(yield* read({ after: 1, limit: 2 }), [2, 3])
      assert.deepStrictEqual(yield* read({ after: 5 }), [])
      assert.deepStrictEqual(yield* read({ scope: { _tag: "Session", sessionId: first.id }, after: 1 }), [3, 5])
      assert.deepStrictEqual(yield* read({ types: Option.some(["tool_approval_requested", "complete"]) }), [5])
      assert.deepStrictEqual(
        yield* read({
          types: Option.some(["session_title_updated"]),
          scope: { _tag: "Session", sessionId: second.id }
        }),
        [2, 4]
      )
      assert.deepStrictEqual(yield* read({ types: Option.some([]) }), [])
    })
  )

  test(
    "MUST give the last events of one session in order",
    Effect.fnUntraced(function* (store) {
      yield* store.commit(
        [first, second, first, first].map((session) => Records.recorded(session.id, Records.titled(session.id, "t")))
      )
      assert.deepStrictEqual(numbers(yield* store.recentEvents(first.id, 2)), [3, 4])
      assert.deepStrictEqual(numbers(yield* store.recentEvents(second.id, 9)), [2])
      assert.deepStrictEqual(numbers(yield* store.recentEvents(parent.id, 9)), [])
    })
  )
}
