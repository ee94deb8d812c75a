/**
 * Shows a tree while it lives: the record into `TreeView` for who there is and
 * how it is, the live stream for what is said, `TreeView` onto the screen.
 *
 * The record converges by itself, whatever is lost on the way. Only places in
 * the queue are in neither and are read now and then. Viewing is not owning: it
 * stops nothing when it ends.
 */
import type { AgentEvent, FeedReader } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Followed } from "../Client.ts"
import * as TreeLines from "../TreeLines.ts"
import * as TreeView from "@offshoot/core/TreeView"
import type * as Wire from "../Wire.ts"
import type { OutputClosed } from "./Failures.ts"
import { Screen } from "./Screen.ts"

/** Ten drawings a second are as many as people see. */
const drawEvery = Duration.millis(100)
/** Ages move on even if nothing else does. */
const drawAtLeastMillis = 1_000
/** How long a place in the queue may be out of date. */
const readEvery = Duration.seconds(2)
/** How long the last words of a tree are waited for that the record says is over: they come on a connection of their own. */
const lastWordsMax = Duration.seconds(2)

export interface Source<E, R> {
  readonly root: { readonly id: string; readonly title: string }
  /** The session and all below it, as the record has them, for ever. */
  readonly told: Stream.Stream<FeedReader.Told<Wire.Snapshot>, E, R>
  /** What is said meanwhile. */
  readonly events: Stream.Stream<Followed, E, R>
  /** The sessions as they are now; none when they cannot be read now. */
  readonly read: Effect.Effect<Option.Option<Wire.Snapshot>, never, R>
  /** Whether there is nothing more to wait for. */
  readonly isOver: (state: TreeView.TreeState) => boolean
  /** What follows when the live stream has ended by itself: nothing more can come, or the record is still followed. */
  readonly afterStream: "over" | "read_on"
  /** Called for each live event before it is shown. */
  readonly onEvent?: (event: AgentEvent.AgentEvent) => Effect.Effect<void, OutputClosed>
  /** Whether the tree is shown at all; without it only `onEvent` tells. */
  readonly quiet: boolean
}

const millisOf = (iso: string): number =>
  Option.match(DateTime.make(iso), { onNone: () => 0, onSome: DateTime.toEpochMillis })

/** An agent in this process is known by its model: who reads the words of a script sees whose they are. */
const labelOf = ({ agent, model }: Wire.WireSession): Pick<TreeView.Known, "agent"> => {
  const label = agent ?? model
  return label === undefined ? {} : { agent: label }
}

/** A session of the wire as a reading. */
export const knownOf = (session: Wire.WireSession, request?: TreeView.Known["request"]): TreeView.Known => ({
  id: session.id,
  ...(session.parentId === undefined ? {} : { parentId: session.parentId }),
  title: session.title,
  ...labelOf(session),
  status: session.status,
  ...(session.reason === undefined ? {} : { reason: session.reason }),
  ...(session.error === undefined ? {} : { error: session.error }),
  createdAtMillis: millisOf(session.run?.startedAt ?? session.createdAt),
  updatedAtMillis: millisOf(session.updatedAt),
  ...(session.place === undefined ? {} : { place: session.place }),
  ...(request === undefined ? {} : { request })
})

const askedIn = ({ ask, id }: Wire.WireRequest): TreeView.Known["request"] => ({
  requestId: id,
  question: ask.type === "question" ? ask.question : TreeView.mayUse(ask.toolName)
})

/** A snapshot of the wire, newest first, as a level, parents first. */
export const levelOf = ({ number, requests, sessions, truncated }: Wire.Snapshot): TreeView.Level => {
  const asked = new Map(requests.map((request) => [request.sessionId, askedIn(request)]))
  return {
    number,
    truncated,
    sessions: sessions.toReversed().map((session) => knownOf(session, asked.get(session.id)))
  }
}

interface View {
  state: TreeView.TreeState
  /** Whether the drawing is older than the state. */
  changed: boolean
  /** The greatest feed number on the live stream. */
  heardUpTo: number
  /** Where the record said that it is over; 0: not yet, or by a snapshot. */
  overAt: number
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

const tick = (at: Option.Option<string>) =>
  Option.match(at, { onNone: () => Clock.currentTimeMillis, onSome: (iso) => Effect.succeed(millisOf(iso)) })

type Step = ReturnType<typeof stepping>

/** Follows the record. */
const following = <E, R>(source: Source<E, R>, view: View, step: Step) =>
  Stream.runForEach(
    source.told,
    Effect.fnUntraced(function* (told) {
      if (told._tag === "Lost") return yield* step(TreeView.connected(view.state, "lost"), [])
      const live = TreeView.connected(view.state, "live")
      if (told._tag === "Resumed") return yield* step(live, [])
      if (told._tag === "Snapshot") {
        const level = levelOf(told.snapshot)
        return yield* step(
          TreeView.level(live, level),
          level.sessions.map(({ id }) => id)
        )
      }
      const { at, event, number, streamId } = told.entry
      if (Option.isNone(number) || Option.isNone(streamId)) return
      const recorded = { number: number.value, streamId: streamId.value, event }
      const next = TreeView.recorded(live, recorded, yield* tick(at))
      if (view.overAt === 0 && source.isOver(next)) view.overAt = number.value
      yield* step(next, [TreeView.subjectOf(recorded)])
    })
  )

/** Listens to what is said, until nothing more can come. */
const listening = Effect.fnUntraced(function* <E, R>(source: Source<E, R>, view: View, spoken: Latch.Latch) {
  yield* Stream.runForEach(
    source.events,
    Effect.fnUntraced(function* ({ event, number }) {
      if (source.onEvent !== undefined) yield* source.onEvent(event)
      const next = TreeView.heard(view.state, event, yield* Clock.currentTimeMillis)
      view.changed ||= next !== view.state
      view.state = next
      view.heardUpTo = Math.max(
        view.heardUpTo,
        Option.getOrElse(number, () => 0)
      )
      if (view.overAt > 0 && view.heardUpTo >= view.overAt) yield* spoken.open
    })
  )
  view.streamEnded = true
  yield* spoken.open
})

/**
 * Shows the tree until it is over and returns its last state.
 *
 * **Interruption**: stops the showing, nothing else.
 */
export const show = Effect.fn("LiveTree.show")(function* <E, R>(source: Source<E, R>) {
  const screen = yield* Screen
  const over = yield* Latch.make(false)
  const spoken = yield* Latch.make(false)
  const view: View = {
    state: TreeView.start(source.root, yield* Clock.currentTimeMillis),
    changed: true,
    heardUpTo: 0,
    overAt: 0,
    streamEnded: false
  }
  const step = stepping(source, view, screen, over)

  const readOnce = Effect.flatMap(
    source.read,
    Option.match({
      onNone: () => Effect.void,
      onSome: (snapshot) => {
        const level = levelOf(snapshot)
        return step(
          TreeView.level(view.state, level),
          level.sessions.map(({ id }) => id)
        )
      }
    })
  )
  const reading = Effect.sleep(readEvery).pipe(
    Effect.andThen(Effect.suspend(() => (isQueued(view.state) ? readOnce : Effect.void))),
    Effect.forever
  )
  const live = listening(source, view, spoken).pipe(
    Effect.andThen(source.afterStream === "over" ? Effect.andThen(readOnce, over.open) : Effect.never),
    Effect.andThen(Effect.never)
  )
  const ended = Effect.andThen(
    over.await,
    Effect.suspend(() =>
      view.overAt === 0 || view.streamEnded || view.heardUpTo >= view.overAt
        ? Effect.void
        : Effect.asVoid(Effect.timeoutOption(spoken.await, lastWordsMax))
    )
  )

  yield* Effect.raceAllFirst([
    ended,
    following(source, view, step),
    live,
    reading,
    screen.live && !source.quiet ? drawing(view) : Effect.never
  ])
  if (!source.quiet) yield* draw(view.state)
  yield* screen.leave("erased")
  return view.state
})

/** Whether somebody waits for a launch: places move without an event. */
const isQueued = (state: TreeView.TreeState): boolean => {
  for (const { status } of TreeView.walk(state)) if (status === "pending") return true
  return false
}
