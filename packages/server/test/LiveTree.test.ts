/** What is shown of a tree while connections come and go. */
import { assert, describe, it } from "@effect/vitest"
import { type FeedReader, Ids, Session } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as LiveTree from "../src/cli/LiveTree.ts"
import { Screen } from "../src/cli/Screen.ts"
import type { Followed } from "../src/Client.ts"
import * as TreeView from "@offshoot/core/TreeView"
import * as Wire from "../src/Wire.ts"
import { session } from "./serving.ts"

const rootId = Ids.SessionId.make("ses_a_root")
const childId = Ids.SessionId.make("ses_b_child")
const runId = Ids.RunId.make("run_1")

type Told = FeedReader.Told<Wire.Snapshot>

const root = Wire.record(session({ id: rootId, rootId, title: "Root" }))
const child = (status: Session.SessionStatus): Wire.WireSession => ({
  ...Wire.record(session({ id: childId, kind: "child", parentId: rootId, rootId, depth: 1, title: "Child" })),
  status
})

/** Newest first, as the wire has it. */
const snapshot = (number: number, ...sessions: ReadonlyArray<Wire.WireSession>): Told => ({
  _tag: "Snapshot",
  snapshot: { number, sessions: [...sessions, root], truncated: false, requests: [] }
})

const entry = (number: number, streamId: Ids.SessionId, event: FeedReader.Entry["event"]): Told => ({
  _tag: "Entry",
  entry: { number: Option.some(number), streamId: Option.some(streamId), at: Option.none(), event }
})

const completed = {
  type: "sub_agent_completed",
  parentSessionId: rootId,
  childSessionId: childId,
  status: "completed",
  reason: "done"
} as const

const said = (content: string): Followed => ({
  number: Option.none(),
  event: {
    type: "sub_agent_event",
    parentSessionId: rootId,
    childSessionId: childId,
    event: { type: "token", content }
  }
})

/** A tree that is shown, fed by hand. */
const showing = Effect.gen(function* () {
  const told = yield* Queue.unbounded<Told>()
  const heard = yield* Queue.unbounded<Followed>()
  const lines: Array<string> = []
  const pictures: Array<ReadonlyArray<string>> = []
  const screen = Screen.of({
    live: true,
    colour: false,
    size: Effect.succeed({ columns: 80, rows: 24 }),
    draw: (picture) => Effect.sync(() => pictures.push(picture)),
    print: (printed) => Effect.sync(() => lines.push(...printed)),
    leave: () => Effect.void
  })
  const fiber = yield* Effect.forkChild(
    LiveTree.show({
      root,
      told: Stream.fromQueue(told),
      events: Stream.fromQueue(heard),
      read: Effect.succeed(Option.none()),
      isOver: (state) => Session.isTerminal(TreeView.nodeOf(state, childId)?.status ?? "idle"),
      afterStream: "read_on",
      quiet: false
    }).pipe(Effect.provideService(Screen, screen)),
    { startImmediately: true }
  )
  return {
    tell: (...items: ReadonlyArray<Told>) =>
      Effect.andThen(Queue.offerAll(told, items), TestClock.adjust("200 millis")),
    hear: (...items: ReadonlyArray<Followed>) =>
      Effect.andThen(Queue.offerAll(heard, items), TestClock.adjust("200 millis")),
    picture: Effect.sync(() => pictures.at(-1) ?? []),
    fiber
  }
})

describe("LiveTree.show", () => {
  it.effect("says that the connection is lost, and shows the truth when it is back, whatever was missed", () =>
    Effect.gen(function* () {
      const tree = yield* showing
      yield* tree.tell(snapshot(5))
      yield* tree.tell({ _tag: "Lost" })
      assert.include((yield* tree.picture)[0], "connection lost")
      yield* tree.tell(snapshot(90, child("running")))
      const [head, line] = yield* tree.picture
      assert.notInclude(head, "connection lost")
      assert.include(line, "running   Child")
      yield* tree.tell({ _tag: "Lost" }, { _tag: "Resumed" })
      assert.notInclude((yield* tree.picture)[0], "connection lost")
      yield* Fiber.interrupt(tree.fiber)
    })
  )

  it.effect("waits for the last words of a tree that the record says is over", () =>
    Effect.gen(function* () {
      const tree = yield* showing
      yield* tree.tell(snapshot(5, child("running")), entry(6, rootId, completed))
      assert.isUndefined(tree.fiber.pollUnsafe())
      yield* tree.hear(said("42"), { number: Option.some(6), event: completed })
      const state = yield* Fiber.join(tree.fiber)
      assert.strictEqual(TreeView.nodeOf(state, childId)?.output.tail.trim(), "42")
      assert.strictEqual(TreeView.nodeOf(state, childId)?.status, "completed")
    })
  )

  it.effect("does not wait for them for ever", () =>
    Effect.gen(function* () {
      const tree = yield* showing
      yield* tree.tell(snapshot(5, child("running")), entry(6, rootId, completed))
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(TreeView.nodeOf(yield* Fiber.join(tree.fiber), childId)?.status, "completed")
    })
  )

  it.effect("is over at once when the first snapshot says so", () =>
    Effect.gen(function* () {
      const tree = yield* showing
      yield* tree.tell(snapshot(5, child("completed")))
      assert.strictEqual(TreeView.nodeOf(yield* Fiber.join(tree.fiber), childId)?.status, "completed")
    })
  )

  it.effect("a durable event that comes by the live stream changes nothing by itself", () =>
    Effect.gen(function* () {
      const tree = yield* showing
      yield* tree.tell(snapshot(5, child("running")))
      yield* tree.hear({
        number: Option.none(),
        event: {
          type: "sub_agent_event",
          parentSessionId: rootId,
          childSessionId: childId,
          event: { type: "complete", runId, status: "completed", reason: "done" }
        }
      })
      assert.include((yield* tree.picture)[1], "running")
      yield* Fiber.interrupt(tree.fiber)
    })
  )
})
