/**
 * Lets a message that is to interrupt cut short what a run is just doing: its
 * model call or its tool calls, never what is being recorded.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { RunInbox } from "../ExternalChildRunner.ts"

/** Mutable, owned by the run. */
export class Steering {
  private active: Fiber.Fiber<unknown, unknown> | undefined
  /** A message waits that has cut something short, or is to. */
  private cutting: Deferred.Deferred<void> | undefined

  /** Watches the inbox until the scope closes. */
  watch(inbox: RunInbox): Effect.Effect<void, never, Scope.Scope> {
    const once = Effect.andThen(
      inbox.arrived("interrupt"),
      Effect.suspend(() => {
        const taken = Deferred.makeUnsafe<void>()
        this.cutting = taken
        this.active?.interruptUnsafe()
        return Deferred.await(taken)
      })
    )
    // Ends with the run's scope; it dies of nothing.
    return Effect.asVoid(Effect.forkScoped(Effect.forever(once), { startImmediately: true }))
  }

  /** What waited was taken: the next thing is not cut short by it. */
  taken(): void {
    if (this.cutting === undefined) return
    Deferred.doneUnsafe(this.cutting, Effect.void)
    this.cutting = undefined
  }

  /**
   * Does something that may be cut short; none: it was.
   *
   * **Interruption**: ends it, and waits for its end.
   */
  cuttable<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Option.Option<A>, E, R> {
    return Effect.suspend(() => {
      if (this.cutting !== undefined) return Effect.succeed(Option.none<A>())
      return Effect.flatMap(Effect.forkChild(effect, { startImmediately: true }), (fiber) => {
        const exit = fiber.pollUnsafe()
        if (exit !== undefined) return Effect.map(exit, Option.some)
        this.active = fiber
        return Effect.flatMap(
          Effect.onInterrupt(Fiber.await(fiber), () => Fiber.interrupt(fiber)),
          (ended) => {
            this.active = undefined
            const wasCut = this.cutting !== undefined && Exit.isFailure(ended) && Cause.hasInterruptsOnly(ended.cause)
            return wasCut ? Effect.succeed(Option.none<A>()) : Effect.map(ended, Option.some)
          }
        )
      })
    })
  }
}
