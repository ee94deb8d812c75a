/**
 * Commits transitions: decides with `Lifecycle`, writes with `SessionStore`,
 * decides again when another writer was first. The only place that changes a
 * session's status.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Lifecycle from "../Lifecycle.ts"
import type { Session } from "../Session.ts"
import * as Store from "../SessionStore.ts"

/** The command does not apply to the session as it is now, or there is no such session any more. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { command: Schema.String }) {
  readonly refusal: Option.Option<Lifecycle.Refusal>
  constructor(command: Lifecycle.Command["_tag"], refusal: Option.Option<Lifecycle.Refusal>) {
    super({ command })
    this.refusal = refusal
  }
  override get message(): string {
    return `${this.command} does not apply`
  }
}

/** What a commit made of the session, and the feed numbers it gave. */
export interface Transacted {
  readonly session: Session
  readonly numbers: ReadonlyArray<number>
}

/** A session changes a few times in a run; more conflicts in a row than this are a fault of ours. */
const conflictsMax = 32

/** Five tries within about three seconds: longer than a checkpoint or a short lock, shorter than a grace time. */
const brief = Schedule.exponential("100 millis").pipe(Schedule.upTo({ times: 5 }))

const mayMend = (error: unknown): boolean => error instanceof Store.StoreError && error.retryable

/** Tries again what a moment may mend: a lock, a full disk, an I/O error. Costs nothing while nothing fails. */
export const patiently = <A, E, R>(
  effect: Effect.Effect<A, E | Store.StoreError, R>
): Effect.Effect<A, E | Store.StoreError, R> =>
  Effect.catchIf(effect, mayMend, () => Effect.retry(effect, { schedule: brief, while: mayMend }))

export class Recorder extends Context.Service<
  Recorder,
  {
    readonly store: Store.SessionStoreShape
    readonly commit: Store.SessionStoreShape["commit"]
    /**
     * Applies a command to a session that was read before, together with the
     * changes that `build` derives from the outcome.
     */
    readonly transact: (
      start: Session,
      command: Lifecycle.Command,
      build: (next: Session) => Store.Transition
    ) => Effect.Effect<Transacted, Refused | Store.StoreError>
    /** Calls `tell` after every commit that recorded an event, until the returned function is called. */
    readonly onEvents: (tell: () => void) => () => void
  }
>()("@offshoot/core/internal/Recorder") {}

export const layer: Layer.Layer<Recorder, never, Store.SessionStore> = Layer.effect(
  Recorder,
  Effect.gen(function* () {
    const store = yield* Store.SessionStore
    const listeners = new Set<() => void>()
    const commit: Store.SessionStoreShape["commit"] = (transition) =>
      Effect.map(store.commit(transition), (numbers) => {
        if (numbers.length > 0) for (const tell of listeners) tell()
        return numbers
      })

    const attempt = (
      session: Session,
      command: Lifecycle.Command,
      build: (next: Session) => Store.Transition,
      triesLeft: number
    ): Effect.Effect<Transacted, Refused | Store.StoreError> =>
      Clock.clockWith((clock) => {
        const decided = Lifecycle.decide(session, command, clock.currentTimeMillisUnsafe())
        if (Result.isFailure(decided)) return Effect.fail(new Refused(command._tag, Option.some(decided.failure)))
        const next = decided.success
        const transition: Store.Transition = [{ _tag: "SessionChanged", session: next }, ...build(next)]
        return commit(transition).pipe(
          Effect.map((numbers): Transacted => ({ session: next, numbers })),
          Effect.catchIf(
            (error) => error.reason._tag === "VersionConflict" && triesLeft > 0,
            () => again(session, command, build, triesLeft - 1)
          )
        )
      })

    const again = (
      session: Session,
      command: Lifecycle.Command,
      build: (next: Session) => Store.Transition,
      triesLeft: number
    ): Effect.Effect<Transacted, Refused | Store.StoreError> =>
      Effect.flatMap(store.session(session.id), (found) =>
        Option.isNone(found)
          ? Effect.fail(new Refused(command._tag, Option.none()))
          : attempt(found.value, command, build, triesLeft)
      )

    return Recorder.of({
      store,
      commit,
      transact: (start, command, build) => attempt(start, command, build, conflictsMax),
      onEvents: (tell) => {
        listeners.add(tell)
        return () => {
          listeners.delete(tell)
        }
      }
    })
  })
)
