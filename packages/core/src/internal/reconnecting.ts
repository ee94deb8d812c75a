/**
 * One stream over as many connections as it takes.
 *
 * It owns the reader's place and the waiting between two connections. What a
 * frame means, and where the reader is after it, is the caller's `read`: a
 * plain function.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** What the server asks of readers with `retry:`. */
const delayMinMillis = 1_000

/** A server that has come back is found within this time. */
const delayMaxMillis = 10_000

/** Connections in a row without an answer before a stream gives up: five minutes, as long as a restart may take. */
const failuresMax = 32

/** What a reader makes of one frame, and where it is then. `connect_again`: nothing more of this connection counts. */
export interface Read<A> {
  readonly after: Option.Option<number>
  readonly shown: ReadonlyArray<A>
  readonly next: "go_on" | "connect_again"
}

export interface Reconnecting<F, A, E> {
  readonly after: Option.Option<number>
  /** Opens a connection after a number; succeeds when it was answered. */
  readonly connect: (after: Option.Option<number>) => Effect.Effect<Stream.Stream<F, E>, E, Scope.Scope>
  readonly read: (after: Option.Option<number>, frame: F) => Read<A>
  /** Whether the same may succeed a moment later. */
  readonly mayMend: (error: E) => boolean
  /** Asked when a connection ends by itself: whether that was the end of the stream. */
  readonly isOver: Effect.Effect<boolean>
  /** Told once when a connection is lost. */
  readonly lost: ReadonlyArray<A>
}

/** How long to wait after so many failures in a row. `chance` is between 0 and 1: readers of one server do not come back as one. */
export const delayAfter = (failures: number, chance: number): Duration.Duration =>
  Duration.millis(Math.min(delayMinMillis * 2 ** failures, delayMaxMillis) * (1 + chance / 2))

interface Position {
  after: Option.Option<number>
  begun: boolean
  /** Whether it was ever answered: a first connection that fails is a failure of the stream. */
  answered: boolean
  connected: boolean
  failures: number
  over: boolean
}

interface Seen<A> {
  readonly shown: ReadonlyArray<A>
  readonly cut: boolean
}

/** What is ready together, up to the frame after which nothing counts. */
const readAll = <F, A>(
  position: Position,
  frames: ReadonlyArray<F>,
  read: Reconnecting<F, A, never>["read"]
): Seen<A> => {
  const shown: Array<A> = []
  for (const frame of frames) {
    const one = read(position.after, frame)
    position.after = one.after
    shown.push(...one.shown)
    if (one.next === "connect_again") return { shown, cut: true }
  }
  return { shown, cut: false }
}

/** Says once that the connection is gone. */
const losing = <A>(position: Position, lost: ReadonlyArray<A>): Stream.Stream<A> => {
  const told = position.connected
  position.connected = false
  return told ? Stream.fromIterable(lost) : Stream.empty
}

/**
 * The stream. A place is kept over its connections; it fails when a connection
 * fails that was the first one, that another try does not mend, or that was one
 * too many without an answer.
 *
 * **Interruption**: closes the connection.
 */
export const reconnecting = <F, A, E>(options: Reconnecting<F, A, E>): Stream.Stream<A, E> =>
  Stream.suspend(() => {
    const position: Position = {
      after: options.after,
      begun: false,
      answered: false,
      connected: false,
      failures: 0,
      over: false
    }
    let cut = false
    const connect = Effect.gen(function* () {
      if (position.begun) yield* Effect.sleep(delayAfter(position.failures, yield* Random.next))
      position.begun = true
      cut = false
      const frames = yield* options.connect(position.after)
      position.answered = true
      position.connected = true
      position.failures = 0
      return frames
    })
    const ended = Stream.suspend(() =>
      cut
        ? Stream.empty
        : Stream.unwrap(
            Effect.map(options.isOver, (over) => {
              position.over = over
              return over ? Stream.empty : losing(position, options.lost)
            })
          )
    )
    return Stream.unwrap(connect).pipe(
      Stream.chunks,
      Stream.map((frames) => {
        const seen = readAll(position, frames, options.read)
        cut = seen.cut
        return seen
      }),
      Stream.takeUntil((seen) => seen.cut),
      Stream.flatMap(({ shown }) => Stream.fromIterable(shown)),
      Stream.concat(ended),
      Stream.catch((error) => {
        position.failures += 1
        return position.answered && options.mayMend(error) && position.failures < failuresMax
          ? losing(position, options.lost)
          : Stream.fail(error)
      }),
      Stream.repeat(Schedule.forever.pipe(Schedule.while(() => !position.over)))
    )
  })
