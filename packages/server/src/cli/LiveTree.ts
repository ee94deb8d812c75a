/**
 * Shows a tree while it lives: the stream into `TreeView`, `TreeView` onto the
 * screen, and readings of the sessions for what the stream does not tell.
 *
 * Viewing is not owning: it stops nothing when it ends.
 */
import type { AgentEvent } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TreeLines from "../TreeLines.ts"
import * as TreeView from "../TreeView.ts"
import type * as Wire from "../Wire.ts"
import type { OutputClosed } from "./Failures.ts"
import { Screen } from "./Screen.ts"

/** Ten drawings a second are as many as people see. */
const drawEvery = Duration.millis(100)
/** Ages move on even if nothing else does. */
const drawAtLeastMillis = 1_000
/** How long a place in the queue or the name of an agent may be out of date. */
const readEvery = Duration.seconds(2)

export interface Source<E, R> {
  readonly root: { readonly id: string; readonly title: string }
  readonly events: Stream.Stream<AgentEvent.AgentEvent, E, R>
  /** The sessions as they are now, parents before their children; none when they cannot be read now. */
  readonly read: Effect.Effect<Option.Option<ReadonlyArray<TreeView.Known>>, never, R>
  /** Whether there is nothing more to wait for. */
  readonly isOver: (state: TreeView.TreeState) => boolean
  /** What follows when the stream has ended by itself: nothing more can come, or the sessions are still read. */
  readonly afterStream: "over" | "read_on"
  /** Called for each event before it is shown. */
  readonly onEvent?: (event: AgentEvent.AgentEvent) => Effect.Effect<void, OutputClosed>
  /** Whether the tree is shown at all; without it only `onEvent` tells. */
  readonly quiet: boolean
}

const millisOf = (iso: string): number =>
  Option.match(DateTime.make(iso), { onNone: () => 0, onSome: DateTime.toEpochMillis })

/** A session of the wire as a reading. */
export const knownOf = (session: Wire.WireSession): TreeView.Known => ({
  id: session.id,
  ...(session.parentId === undefined ? {} : { parentId: session.parentId }),
  title: session.title,
  ...(session.agent === undefined ? {} : { agent: session.agent }),
  status: session.status,
  ...(session.reason === undefined ? {} : { reason: session.reason }),
  ...(session.error === undefined ? {} : { error: session.error }),
  createdAtMillis: millisOf(session.run?.startedAt ?? session.createdAt),
  updatedAtMillis: millisOf(session.updatedAt),
  ...(session.place === undefined ? {} : { place: session.place })
})

/** A tree of the wire as readings, oldest sister first. */
export const knownOfTree = (tree: Wire.Tree): ReadonlyArray<TreeView.Known> => [
  knownOf(tree.session),
  ...tree.children
    .toSorted((a, b) => a.session.id < b.session.id ? -1 : 1)
    .flatMap(knownOfTree)
]

/** Whether a reading would tell something that the stream does not. */
const wantsReading = (state: TreeView.TreeState): boolean => {
  if (state.stale || state.connection === "lost") return true
  for (const node of TreeView.walk(state)) {
    if (node.status === "pending") return true
    if (node.agent === undefined && node.id !== state.rootId && node.settledAtMillis === undefined) return true
  }
  return false
}

/**
 * Shows the tree until it is over and returns its last state.
 *
 * **Interruption**: stops the showing, nothing else.
 */
export const show = Effect.fn("LiveTree.show")(function*<E, R>(source: Source<E, R>) {
  const screen = yield* Screen
  const sinceMillis = yield* Clock.currentTimeMillis
  const over = yield* Latch.make(false)
  let state = TreeView.start(source.root, sinceMillis)
  let streamEnded = false
  let changed = true

  /** The next state: what is over opens the latch, a transition is a line where there is no drawing. */
  const step = Effect.fnUntraced(function*(next: TreeView.TreeState, subjects: ReadonlyArray<string>) {
    const before = state
    state = next
    changed = true
    if (!source.quiet && !screen.live) {
      const nowMillis = yield* Clock.currentTimeMillis
      const lines = subjects.flatMap((id) => TreeLines.transition(before, next, id, { nowMillis, sinceMillis }) ?? [])
      if (lines.length > 0) yield* screen.print(lines)
    }
    if (source.isOver(next)) yield* over.open
  })

  const onEvent = Effect.fnUntraced(function*(event: AgentEvent.AgentEvent) {
    if (source.onEvent !== undefined) yield* source.onEvent(event)
    const next = TreeView.reduce(state, event, yield* Clock.currentTimeMillis)
    if (next !== state) yield* step(next, [TreeView.subjectOf(next, event)])
  })

  const readOnce = Effect.gen(function*() {
    const read = yield* source.read
    yield* Option.match(read, {
      onNone: () => step(TreeView.connected(state, "lost"), []),
      onSome: (sessions) =>
        step(TreeView.connected(TreeView.learn(state, sessions), "live"), sessions.map(({ id }) => id))
    })
  })

  const draw = Effect.gen(function*() {
    const { columns, rows } = yield* screen.size
    const nowMillis = yield* Clock.currentTimeMillis
    yield* screen.draw(TreeLines.render(state, { columns, rows: rows - 1, colour: screen.colour, nowMillis }))
    return nowMillis
  })

  const follow = Stream.runForEach(source.events, onEvent).pipe(
    Effect.andThen(readOnce),
    Effect.andThen(Effect.suspend(() => {
      streamEnded = true
      return source.afterStream === "over" ? over.open : Effect.void
    })),
    Effect.andThen(Effect.never)
  )
  const readings = Effect.forever(
    Effect.andThen(Effect.sleep(readEvery), Effect.suspend(() => streamEnded || wantsReading(state) ? readOnce : Effect.void))
  )
  let drawnAtMillis = 0
  const drawings = Effect.forever(
    Effect.gen(function*() {
      yield* Effect.sleep(drawEvery)
      const due = (yield* Clock.currentTimeMillis) - drawnAtMillis >= drawAtLeastMillis
      if (!changed && !due) return
      changed = false
      drawnAtMillis = yield* draw
    })
  )

  yield* readOnce
  yield* Effect.raceAllFirst([
    over.await,
    follow,
    readings,
    screen.live && !source.quiet ? drawings : Effect.never
  ])
  if (!source.quiet) yield* draw
  yield* screen.leave("erased")
  return state
})
