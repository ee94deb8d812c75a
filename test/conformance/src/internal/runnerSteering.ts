/** What a runner does with messages to a run of its own. */
import { assert, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { harnessOf, part, type Subject } from "./runnerSubject.ts"

export const steerTests = <R, E>(it: Vitest.MethodsNonLive<R>, subject: Subject<R, E>): void => {
  if (!subject.capabilities.steer) {
    it.effect("MUST NOT touch the inbox: it declares that it takes no messages", () =>
      Effect.gen(function* () {
        const harness = yield* harnessOf(subject.hangs)
        const started = yield* harness.start(yield* subject.runner)
        yield* harness.awaitAnswer(subject.hangs.ready)
        yield* harness.send("left", "interrupt")
        yield* started.cancel
        assert.strictEqual(yield* harness.inboxTouched, 0)
        assert.deepStrictEqual(
          (yield* harness.receipts).map(({ status }) => status),
          ["queued"]
        )
      })
    )
    return
  }

  for (const mode of ["queue", "interrupt"] as const) {
    it.effect(`MUST take a message that is to ${mode} while it runs, and say so`, () =>
      Effect.gen(function* () {
        const listens = part(subject.listens, "listens")
        const harness = yield* harnessOf(listens)
        const started = yield* harness.start(yield* subject.runner)
        yield* harness.awaitAnswer(listens.ready)
        yield* harness.send("turn left", mode)
        if (listens.asks !== undefined && mode === "queue") {
          yield* harness.awaitAsk(listens.asks)
          yield* harness.answerAsk(listens.asks, { _tag: "Approved", text: Option.none() })
        }
        yield* harness.awaitTaken
        assert.deepStrictEqual(yield* harness.receipts, [{ text: "turn left", status: "delivered", reason: undefined }])
        yield* Fiber.join(started.fiber)
        assert.include(yield* harness.answer, "turn left")
      })
    )
  }
}
