/**
 * Commits transitions: decides with `Lifecycle`, writes with `SessionStore`,
 * decides again when another writer was first, and shows what was committed in
 * the order of the feed. The only place that changes a session's status.
 *
 * Invariants
 *   I4. What is shown was committed; and of two commits the one with the
 *       smaller numbers is shown first, whichever fiber is resumed first. So a
 *       reader that has seen a number has seen every smaller one of its stream.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Lifecycle from "../Lifecycle.ts"
import type { Session } from "../Session.ts"
import * as Store from "../SessionStore.ts"

/** The command does not apply to the session as it is now, or there is no such session any more. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly command: Lifecycle.Command["_tag"]
  readonly refusal: Option.Option<Lifecycle.Refusal>
}> {
  override get message(): string {
    return `${this.command} does not apply`
  }
}

/** A session changes a few times in a run; more conflicts in a row than this are a fault of ours. */
const conflictsMax = 32

/** Five tries within about three seconds: longer than a checkpoint or a short lock, shorter than a grace time. */
const brief = Schedule.exponential("100 millis").pipe(Schedule.upTo({ times: 5 }))

/** A conflict is no fault of the store: whoever meets one decides again. */
const mayMend = (error: unknown): boolean =>
  error instanceof Store.StoreError && error.reason._tag === "StorageUnavailable" && error.retryable

/** Tries again what a moment may mend: a lock, a full disk, an I/O error. Costs nothing while nothing fails. */
export const patiently = <A, E, R>(
  effect: Effect.Effect<A, E | Store.StoreError, R>
): Effect.Effect<A, E | Store.StoreError, R> =>
  Effect.catchIf(effect, mayMend, () => Effect.retry(effect, { schedule: brief, while: mayMend }))

/** Shows what a commit recorded, with the feed numbers it got. Runs once, after the commit, in the order of the feed. */
export type Show = (numbers: ReadonlyArray<number>) => void

export const showNothing: Show = () => undefined

export class Recorder extends Context.Service<
  Recorder,
  {
    readonly store: Store.SessionStoreShape
    /**
     * Commits, then shows. Returns when it was shown.
     *
     * **Interruption**: uninterruptible; a store bounds its commits.
     */
    readonly commit: (transition: Store.Transition, show: Show) => Effect.Effect<void, Store.StoreError>
    /**
     * Applies a command to a session that was read before, together with the
     * changes that `build` derives from the outcome. Returns the session after it.
     * A conflict of one of those changes is the caller's: it fails with it.
     * Run again after a failure, it finds out whether it stood.
     */
    readonly transact: (
      start: Session,
      command: Lifecycle.Command,
      build: (next: Session) => Built
    ) => Effect.Effect<Session, Refused | Store.StoreError>
    /** Calls `tell` after every commit that recorded an event, until the returned function is called. */
    readonly onEvents: (tell: () => void) => () => void
  }
>()("@offshoot/core/internal/recorder") {}

/** What goes with a transition of a session: more changes, and how to show them. */
export interface Built {
  readonly changes: Store.Transition
  readonly show: Show
}

interface Held {
  readonly numbers: ReadonlyArray<number>
  readonly show: Show
  readonly shown: Deferred.Deferred<void>
  /** The last commit that had begun when this one arrived: only those can still fill the gap before it. */
  readonly barrier: number
}

/** Shows commits in the order of their numbers. */
class Sequencer {
  private next: number
  private tickets = 0
  /** Commits under way, oldest first. */
  private readonly outstanding = new Set<number>()
  private readonly held = new Map<number, Held>()
  private readonly listeners = new Set<() => void>()

  constructor(head: number) {
    this.next = head + 1
  }

  onEvents(tell: () => void): () => void {
    this.listeners.add(tell)
    return () => {
      this.listeners.delete(tell)
    }
  }

  begin(): number {
    this.tickets += 1
    this.outstanding.add(this.tickets)
    return this.tickets
  }

  /** To be called once for every `begin`, however the commit ended. */
  end(ticket: number): void {
    this.outstanding.delete(ticket)
    if (this.held.size > 0) this.skip()
  }

  /** Shows now, or returns what will be completed when it was its turn. */
  arrive(numbers: ReadonlyArray<number>, show: Show): Deferred.Deferred<void> | undefined {
    const [first] = numbers
    if (first === undefined) {
      show(numbers)
      return undefined
    }
    if (first !== this.next) {
      const shown = Deferred.makeUnsafe<void>()
      this.held.set(first, { numbers, show, shown, barrier: this.tickets })
      return shown
    }
    try {
      this.pass(numbers, show)
    } finally {
      this.follow()
    }
    return undefined
  }

  private pass(numbers: ReadonlyArray<number>, show: Show): void {
    this.next = (numbers[numbers.length - 1] ?? 0) + 1
    show(numbers)
    this.tellAll()
  }

  tellAll(): void {
    for (const tell of this.listeners) tell()
  }

  private follow(): void {
    let held = this.held.get(this.next)
    while (held !== undefined) {
      this.held.delete(this.next)
      this.pass(held.numbers, held.show)
      Deferred.doneUnsafe(held.shown, Effect.void)
      held = this.held.get(this.next)
    }
  }

  /** Passes over numbers that nobody of ours can bring any more: their answer was lost, or they are another process's. */
  private skip(): void {
    const [oldest = Number.POSITIVE_INFINITY] = this.outstanding
    while (this.held.size > 0) {
      const first = Math.min(...this.held.keys())
      if ((this.held.get(first)?.barrier ?? 0) >= oldest) return
      this.next = first
      this.follow()
    }
  }
}

/** What the commits would have made of the session that were reported as failed, and of which one may stand. */
type Doubt = Array<Session>

/** Nobody else makes the same of a session at the same moment: the commit stood, and only its answer was lost. */
const isThatCommit = (doubt: Doubt, found: Session): boolean =>
  doubt.some(
    ({ runId, status, updatedAtMillis, version }) =>
      found.version === version &&
      found.status === status &&
      found.runId === runId &&
      found.updatedAtMillis === updatedAtMillis
  )

const transactWith = (
  store: Store.SessionStoreShape,
  commit: Recorder["Service"]["commit"]
): Recorder["Service"]["transact"] => {
  const attempt = (
    session: Session,
    command: Lifecycle.Command,
    build: (next: Session) => Built,
    triesLeft: number,
    doubt: Doubt
  ): Effect.Effect<Session, Refused | Store.StoreError> =>
    Clock.clockWith((clock) => {
      const decided = Lifecycle.decide(session, command, clock.currentTimeMillisUnsafe())
      if (Result.isFailure(decided))
        return Effect.fail(new Refused({ command: command._tag, refusal: Option.some(decided.failure) }))
      const next = decided.success
      const { changes, show } = build(next)
      return commit([{ _tag: "SessionChanged", session: next }, ...changes], show).pipe(
        Effect.as(next),
        Effect.tapError(({ reason }) =>
          Effect.sync(() => {
            if (reason._tag === "StorageUnavailable") doubt.push(next)
          })
        ),
        Effect.catchIf(
          ({ reason }) => reason._tag === "VersionConflict" && reason.sessionId === session.id && triesLeft > 0,
          () => again(session, command, build, triesLeft - 1, doubt)
        )
      )
    })

  const again = (
    session: Session,
    command: Lifecycle.Command,
    build: (next: Session) => Built,
    triesLeft: number,
    doubt: Doubt
  ): Effect.Effect<Session, Refused | Store.StoreError> =>
    Effect.flatMap(store.session(session.id), (found) => {
      if (Option.isNone(found)) return Effect.fail(new Refused({ command: command._tag, refusal: Option.none() }))
      return isThatCommit(doubt, found.value)
        ? Effect.succeed(found.value)
        : attempt(found.value, command, build, triesLeft, doubt)
    })

  return (start, command, build) => {
    const doubt: Doubt = []
    return Effect.suspend(() => attempt(start, command, build, conflictsMax, doubt))
  }
}

const make = Effect.gen(function* () {
  const store = yield* Store.SessionStore
  const { head } = yield* store.feedBounds
  const sequencer = new Sequencer(head)

  const commit = (transition: Store.Transition, show: Show): Effect.Effect<void, Store.StoreError> =>
    Effect.suspend(() => {
      const ticket = sequencer.begin()
      return Effect.matchCauseEffect(store.commit(transition), {
        onSuccess: (numbers) => {
          try {
            const shown = sequencer.arrive(numbers, show)
            return shown === undefined ? Effect.void : Deferred.await(shown)
          } finally {
            sequencer.end(ticket)
          }
        },
        onFailure: (cause) => {
          sequencer.end(ticket)
          sequencer.tellAll() // it may stand: whoever reads the record looks again
          return Effect.failCause(cause)
        }
      })
    }).pipe(Effect.uninterruptible)

  return Recorder.of({
    store,
    commit,
    transact: transactWith(store, commit),
    onEvents: (tell) => sequencer.onEvents(tell)
  })
})

export const layer: Layer.Layer<Recorder, Store.StoreError, Store.SessionStore> = Layer.effect(Recorder, make)
