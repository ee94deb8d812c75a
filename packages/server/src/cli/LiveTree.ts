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
  ...tree.children.toSorted((a, b) => (a.session.id < b.session.id ? -1 : 1)).flatMap(knownOfTree)
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

interface View {
  state: TreeView.TreeState
  /** Whether the drawing is older than the state. */
  changed: boolean
  streamEnded: boolean
}

/** How the view moves on: what is over opens the latch, a transition is a line where there is no drawing. */
const stepping = <E, R>(source: Source<E, R>, view: View, screen: Screen["Service"], over: Latch.Latch) => {
  const sinceMillis = TreeView.nodeOf(view.state, source.root.id)?.startedAtMillis ?? 0
  return Effect.fnUntraced(function* (next: TreeView.TreeState, subjects: ReadonlyArray<string>) {
    const before = view.state
    view.state = next
    view.changed = true
    if (!source.quiet && !screen.live) {
      const nowMillis = yield* Clock.currentTimeMillis
      const lines = subjects.flatMap((id) => TreeLines.transition(before, next, id, { nowMillis, sinceMillis }) ?? [])
      if (lines.length > 0) yield* screen.print(lines)
    }
    if (source.isOver(next)) yield* over.open
  })
}

const draw = Effect.fnUntraced(function* (state: TreeView.TreeState) {
  const screen = yield* Screen
  const { columns, rows } = yield* screen.size
  const nowMillis = yield* Clock.currentTimeMillis
  yield* screen.draw(TreeLines.render(state, { columns, rows: rows - 1, colour: screen.colour, nowMillis }))
  return nowMillis
})

/** Draws what has changed, and at times what has only grown older, for ever. */
const drawing = Effect.fnUntraced(function* (view: View) {
  let drawnAtMillis = 0
  while (true) {
    yield* Effect.sleep(drawEvery)
    const due = (yield* Clock.currentTimeMillis) - drawnAtMillis >= drawAtLeastMillis
    if (!view.changed && !due) continue
    view.changed = false
    drawnAtMillis = yield* draw(view.state)
  }
})

/**
 * Shows the tree until it is over and returns its last state.
 *
 * **Interruption**: stops the showing, nothing else.
 */
export const show = Effect.fn("LiveTree.show")(function* <E, R>(source: Source<E, R>) {
  const screen = yield* Screen
  const over = yield* Latch.make(false)
  const view: View = {
    state: TreeView.start(source.root, yield* Clock.currentTimeMillis),
    changed: true,
    streamEnded: false
  }
  const step = stepping(source, view, screen, over)

  const onEvent = Effect.fnUntraced(function* (event: AgentEvent.AgentEvent) {
    if (source.onEvent !== undefined) yield* source.onEvent(event)
    const next = TreeView.reduce(view.state, event, yield* Clock.currentTimeMillis)
    if (next !== view.state) yield* step(next, [TreeView.subjectOf(next, event)])
  })

  const readOnce = Effect.flatMap(
    source.read,
    Option.match({
      onNone: () => step(TreeView.connected(view.state, "lost"), []),
      onSome: (sessions) =>
        step(
          TreeView.connected(TreeView.learn(view.state, sessions), "live"),
          sessions.map(({ id }) => id)
        )
    })
  )

  const ended = Effect.suspend(() => {
    view.streamEnded = true
    return source.afterStream === "over" ? over.open : Effect.void
  })
  const follow = Stream.runForEach(source.events, onEvent).pipe(
    Effect.andThen(readOnce),
    Effect.andThen(ended),
    Effect.andThen(Effect.never)
  )
  const reading = Effect.sleep(readEvery).pipe(
    Effect.andThen(Effect.suspend(() => (view.streamEnded || wantsReading(view.state) ? readOnce : Effect.void))),
    Effect.forever
  )

  yield* readOnce
  yield* Effect.raceAllFirst([over.await, follow, reading, screen.live && !source.quiet ? drawing(view) : Effect.never])
  if (!source.quiet) yield* draw(view.state)
  yield* screen.leave("erased")
  return view.state
})
