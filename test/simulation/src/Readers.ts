/** The readers of a world: fast, slow, stopped, late and leaving ones. */
import type { Ids, SubAgents } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { FactOf, Witness } from "./Facts.ts"
import type { Act, Pace } from "./Plan.ts"

/** So that a slow reader ends in time. */
const restsMax = 30

type How = FactOf<"ReaderClosed">["how"]

interface Open {
  readonly reader: number
  readonly fiber: Fiber.Fiber<void>
  how: How
}

export class Readers {
  private readonly recorder: Witness
  private readonly release: Deferred.Deferred<void>
  private readonly open = new Set<Open>()
  private count = 0

  constructor(recorder: Witness, release: Deferred.Deferred<void>) {
    this.recorder = recorder
    this.release = release
  }

  /** Opens what the act says; beside a reader that is not fast, a fast one. */
  read(
    app: SubAgents.SubAgentsShape,
    witness: Witness,
    sessionId: Ids.SessionId,
    act: Extract<Act, { readonly _tag: "Read" }>
  ): Effect.Effect<void> {
    const { leavesAfterMillis, pace } = act
    return Effect.gen({ self: this }, function* () {
      const twin =
        pace._tag === "fast" ? undefined : yield* this.one(app, witness, sessionId, act, { _tag: "fast" }, undefined)
      const opened = yield* this.one(app, witness, sessionId, act, pace, twin?.reader)
      if (leavesAfterMillis === undefined) return
      yield* Effect.sleep(leavesAfterMillis)
      yield* this.close(opened, "left")
    })
  }

  /** Ends every reader, as one that was cut off or one that has read all there is. */
  closeAll(how: How): Effect.Effect<void> {
    return Effect.suspend(() => Effect.forEach([...this.open], (one) => this.close(one, how), { discard: true }))
  }

  private close(one: Open, how: How): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (!this.open.has(one)) return Effect.void
      one.how = how
      return Fiber.interrupt(one.fiber)
    })
  }

  private one(
    app: SubAgents.SubAgentsShape,
    witness: Witness,
    sessionId: Ids.SessionId,
    act: Extract<Act, { readonly _tag: "Read" }>,
    pace: Pace,
    twin: number | undefined
  ): Effect.Effect<Open> {
    return Effect.suspend(() => {
      const reader = ++this.count
      const { scope } = act
      const after = act.after === "late" ? Option.none<number>() : Option.some(0)
      this.recorder.add({ _tag: "ReaderOpened", reader, sessionId, scope, twin })
      let taken = 0
      let rests = 0
      const rest = (): Effect.Effect<void> => {
        taken += 1
        if (pace._tag === "stopped") return taken === pace.after + 1 ? Deferred.await(this.release) : Effect.void
        if (pace._tag === "fast" || taken % pace.every !== 0 || rests >= restsMax) return Effect.void
        rests += 1
        return Effect.sleep(pace.restMillis)
      }
      const reading = Stream.runForEach(app.events(sessionId, { scope, after }), (item) =>
        Effect.suspend(() => {
          witness.add({ _tag: "Seen", reader, item })
          return rest()
        })
      )
      const closed = (exit: Exit.Exit<void, unknown>) =>
        Effect.sync(() => {
          const how = Exit.isSuccess(exit) ? "ended" : Exit.hasInterrupts(exit) ? (one?.how ?? "cut") : "failed"
          if (one !== undefined) this.open.delete(one)
          this.recorder.add({ _tag: "ReaderClosed", reader, how })
        })
      let one: Open | undefined
      const start = Effect.forkDetach(reading.pipe(Effect.onExit(closed), Effect.ignore), { startImmediately: true })
      return Effect.map(start, (fiber) => {
        one = { reader, fiber, how: "cut" }
        if (fiber.pollUnsafe() === undefined) this.open.add(one)
        return one
      })
    })
  }
}
