/**
 * Hands completions to the app's handlers until they acknowledge.
 *
 * The record holds what each handler is still to be told; this module owns the
 * calling. It decides nothing about the order: that is the record's.
 *
 * A handler may be called twice for one run, when its acknowledgement was lost
 * (`S-handler`). What the record holds for a handler that the app does not have
 * any more stays there untouched, and goes on when the handler is back.
 *
 * Invariants
 *   O1. A handler hears of one parent's completions one at a time, in the order
 *       in which the record settled them, also across restarts: what is told
 *       next is always what was first in the record when the turn read it.
 *   O2. Neither handlers nor parents wait for each other; the only limit that
 *       they share is `placesMax`, of one handler.
 *   O3. A recorded completion is told without a restart: whoever records one
 *       calls `deliver` after the commit.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { type ChildCompletionHandler, ChildCompletionHandlers, CompletionNotHandled } from "./ChildCompletionHandler.ts"
import type { RunId, SessionId } from "./Ids.ts"
import { type Line, OutboxLines, pauseMillis, windowMax } from "./internal/outboxLines.ts"
import { SessionStore, type SessionStoreShape, type StoreError } from "./SessionStore.ts"
import type { ChildCompletion } from "./SpawnJob.ts"

/** A call that takes longer is interrupted and made again: a handler hands on, and five minutes outlast any hand-over. */
const callMax = Duration.minutes(5)

/** A call that takes longer steps aside: far above a slow answer, and short for those who wait behind it. */
const promptMax = Duration.seconds(10)

export class Outbox extends Context.Service<
  Outbox,
  {
    /** Who is to be told, for `JobSettled`. */
    readonly handlers: ReadonlyArray<string>
    /**
     * Says that a completion is in the record. Calls in any order, and a second
     * one, do no harm. Returns at once; no handler runs in the caller.
     *
     * **Durability**: nothing of its own. The record has the completion; after a
     * crash before the acknowledgement, the next start hands it over.
     */
    readonly deliver: (completion: ChildCompletion) => Effect.Effect<void>
  }
>()("@offshoot/core/Outbox") {}

/** Runs a fiber that ends with the layer. */
type Run = (effect: Effect.Effect<void>) => unknown

const lineOf = (completion: ChildCompletion): SessionId => completion.parentSessionId ?? completion.childSessionId

/** Calls one handler, line by line. */
class Teller {
  private readonly lines = new OutboxLines()
  private readonly store: SessionStoreShape
  private readonly handler: ChildCompletionHandler
  private readonly run: Run

  constructor(store: SessionStoreShape, handler: ChildCompletionHandler, run: Run) {
    this.store = store
    this.handler = handler
    this.run = run
  }

  /** Takes up what an earlier process left. */
  begin(lines: ReadonlyArray<SessionId>): void {
    for (const line of lines) this.lines.announce(line)
    this.start()
  }

  announce(completion: ChildCompletion): void {
    this.lines.announceCompletion(lineOf(completion), completion.runId)
    this.start()
  }

  /** Begins every turn for which there is a place. */
  private start(): void {
    for (let line = this.lines.next(); line !== undefined; line = this.lines.next()) this.run(this.serve(line))
  }

  /** One turn, and the pause after one that failed. It yields first: no handler runs in whoever announced. */
  private serve(line: Line): Effect.Effect<void> {
    return Effect.andThen(Effect.yieldNow, this.turn(line)).pipe(
      Effect.matchCauseEffect({
        onSuccess: () => Effect.sync(() => this.lines.end(line)),
        onFailure: (cause) => {
          this.lines.pause(line)
          this.start()
          return Effect.flatMap(Random.next, (random) => {
            const pause = pauseMillis(line.failures, random)
            const facts = { handler: this.handler.name, line: line.id, failures: line.failures, pauseMillis: pause }
            return Effect.logWarning("completion.not_delivered", facts, cause).pipe(
              Effect.andThen(Effect.sleep(pause)),
              Effect.andThen(Effect.sync(() => this.lines.resume(line)))
            )
          })
        }
      }),
      Effect.andThen(Effect.sync(() => this.start()))
    )
  }

  /**
   * Reads the first completions of the line and has each taken and acknowledged.
   *
   * O1: two children of one parent may settle at the same time, and their
   * announcements come in any order; neither says which was first, so even a
   * single completion is read. What was committed before the read is in it.
   * What is committed later is announced later, and so after `news` was
   * cleared: the line has another turn.
   */
  private readonly turn = Effect.fnUntraced(function* (this: Teller, line: Line) {
    if (Option.isSome(line.taken)) yield* this.acknowledge(line, line.taken.value)
    line.news = false
    line.window = yield* this.store.undelivered({ handler: this.handler.name, line: line.id, limit: windowMax })
    for (const completion of line.window) {
      yield* this.call(line, completion)
      line.taken = Option.some(completion.runId)
      yield* this.acknowledge(line, completion.runId)
    }
  })

  /** However a handler does not take it, by a failure, a defect or an interruption from inside, the turn fails. */
  private call(line: Line, completion: ChildCompletion): Effect.Effect<void, CompletionNotHandled> {
    const { handler } = this
    const cause = `no answer within ${Duration.format(callMax)}`
    const limit = Effect.sleep(promptMax).pipe(
      Effect.andThen(
        Effect.sync(() => {
          this.lines.stepAside(line)
          this.start()
        })
      ),
      Effect.andThen(Effect.sleep(Duration.subtract(callMax, promptMax))),
      Effect.andThen(Effect.suspend(() => Effect.fail(new CompletionNotHandled({ handler: handler.name, cause }))))
    )
    return Effect.raceFirst(
      Effect.suspend(() => handler.onChildCompleted(completion)),
      limit
    )
  }

  /** A commit that fails is tried again in the next turn, before anything else and without calling the handler. */
  private acknowledge(line: Line, runId: RunId): Effect.Effect<void, StoreError> {
    const change = { _tag: "CompletionAcknowledged", runId, handler: this.handler.name } as const
    return Effect.map(this.store.commit([change]), () => {
      line.taken = Option.none()
      line.failures = 0
    })
  }
}

/** Two handlers of one name would acknowledge for each other. */
const distinctNames = (handlers: ReadonlyArray<ChildCompletionHandler>): Effect.Effect<ReadonlyArray<string>> => {
  const names = handlers.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined
    ? Effect.succeed(names)
    : Effect.die(new Error(`two completion handlers are named ${twice}; a handler's name is its key in the record`))
}

/** The live outbox. With no handler there is nothing to do and nothing is kept. */
export const layer: Layer.Layer<Outbox, StoreError, SessionStore> = Layer.effect(
  Outbox,
  Effect.gen(function* () {
    const handlers = yield* ChildCompletionHandlers
    if (handlers.length === 0) return Outbox.of({ handlers: [], deliver: () => Effect.void })
    const names = yield* distinctNames(handlers)
    const store = yield* SessionStore
    // The fibers of all turns. They end with the layer; the record keeps what they had not acknowledged.
    const run = yield* FiberSet.runtime(yield* FiberSet.make<void>())()
    const tellers = handlers.map((handler) => new Teller(store, handler, run))
    const left = yield* Effect.forEach(names, (name) => store.undeliveredLines(name))
    for (const [index, teller] of tellers.entries()) teller.begin(left[index] ?? [])
    return Outbox.of({
      handlers: names,
      deliver: (completion) =>
        Effect.sync(() => {
          for (const teller of tellers) teller.announce(completion)
        })
    })
  })
)
