/** How a runner asks, and what it makes of the answers. */
import { assert, type Vitest } from "@effect/vitest"
import type { ExternalChildRunner } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { everythingEnded, harnessOf, part, type Subject } from "./runnerSubject.ts"

const answers: ReadonlyArray<readonly ["approved" | "denied" | "expired", ExternalChildRunner.Answer]> = [
  ["approved", { _tag: "Approved", text: Option.none() }],
  ["denied", { _tag: "Denied", text: Option.none() }],
  ["expired", { _tag: "Expired" }]
]

export const requestTests = <R, E>(it: Vitest.MethodsNonLive<R>, subject: Subject<R, E>): void => {
  if (!subject.capabilities.requests) {
    it.effect("MUST ask nothing: it declares no requests", () =>
      Effect.gen(function* () {
        const harness = yield* harnessOf(subject.noisy)
        yield* harness.run(yield* subject.runner)
        assert.deepStrictEqual(yield* harness.asks, [])
        assert.deepStrictEqual(yield* harness.waits, [])
      })
    )
    return
  }

  for (const [name, answer] of answers) {
    it.effect(`MUST honour that what it asked for is ${name}`, () =>
      Effect.gen(function* () {
        const asks = part(subject.asks, "asks")
        const harness = yield* harnessOf(asks)
        const started = yield* harness.start(yield* subject.runner)
        const asking = yield* harness.awaitAsk(asks.key)
        assert.strictEqual(asking.ask.type, "permission")
        assert.isUndefined(started.fiber.pollUnsafe(), "it goes on without an answer")
        yield* harness.answerAsk(asks.key, answer)
        yield* Fiber.join(started.fiber)
        const said = yield* harness.answer
        assert.include(said, asks[name])
        // Some agents hear of a permission that was not given, and not why.
        for (const [other] of answers) if (asks[other] !== asks[name]) assert.notInclude(said, asks[other])
        yield* everythingEnded(subject, harness)
      })
    )
  }

  it.effect("MUST give its place away while it waits for an answer, and end when it is cancelled there", () =>
    Effect.gen(function* () {
      const asks = part(subject.asks, "asks")
      const harness = yield* harnessOf(asks)
      const started = yield* harness.start(yield* subject.runner)
      yield* harness.awaitAsk(asks.key)
      assert.deepStrictEqual(yield* harness.waits, ["request"])
      yield* started.cancel
      yield* everythingEnded(subject, harness)
    })
  )

  it.effect("MUST block only the run that asks", () =>
    Effect.gen(function* () {
      const runner = yield* subject.runner
      const asks = part(subject.asks, "asks")
      const first = yield* harnessOf(asks)
      const second = yield* harnessOf(asks)
      const waiting = yield* first.start(runner)
      const other = yield* second.start(runner)
      yield* first.awaitAsk(asks.key)
      yield* second.answerAsk(asks.key, { _tag: "Approved", text: Option.none() })
      yield* Fiber.join(other.fiber)
      assert.include(yield* second.answer, asks.approved)
      const quiet = yield* harnessOf(subject.completes)
      yield* quiet.run(runner)
      assert.strictEqual(yield* quiet.answer, subject.completes.answer)
      assert.isUndefined(waiting.fiber.pollUnsafe())
      yield* waiting.cancel
    })
  )
}
