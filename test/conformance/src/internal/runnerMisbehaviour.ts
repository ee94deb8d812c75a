/** What a runner makes of an agent that does not keep to its protocol: a true outcome, in time, and nothing left alive. */
import { assert, type Vitest } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { everythingEnded, harnessOf, type MisbehavingPart, type Subject } from "./runnerSubject.ts"

/** For what a test does besides waiting for its run. */
const aroundMillis = 10_000

const endsInTime = Effect.fnUntraced(function* <R, E>(subject: Subject<R, E>, misbehaving: MisbehavingPart) {
  const { expect, within } = misbehaving
  const harness = yield* harnessOf(misbehaving)
  const started = yield* harness.start(yield* subject.runner)
  const end = yield* Effect.timeoutOption(Fiber.join(started.fiber), within)
  assert.isTrue(Option.isSome(end), `the run goes on after ${Duration.format(within)}`)
  const { reason, status } = Option.getOrThrow(end).outcome
  assert.deepStrictEqual({ status, reason }, { status: expect.status, reason: expect.reason })
  yield* everythingEnded(subject, harness)
})

export const misbehaviourTests = <R, E>(it: Vitest.MethodsNonLive<R>, subject: Subject<R, E>): void => {
  const { misbehaves, silentEnd } = subject
  if (silentEnd !== undefined) {
    it.effect("MUST NOT report as completed what ended without a word on how", () =>
      Effect.gen(function* () {
        const harness = yield* harnessOf(silentEnd)
        const { outcome } = yield* harness.run(yield* subject.runner)
        assert.strictEqual(outcome.status, "error")
        yield* everythingEnded(subject, harness)
      })
    )
  }
  if (misbehaves === undefined) return
  it.effect("MUST be tried with ways to misbehave that can be told apart", () =>
    Effect.sync(() => {
      assert.isAbove(misbehaves.length, 0)
      assert.strictEqual(new Set(misbehaves.map(({ name }) => name)).size, misbehaves.length)
    })
  )
  for (const misbehaving of misbehaves) {
    it.effect(
      `MUST end as ${misbehaving.expect.status}/${misbehaving.expect.reason} though its agent ${misbehaving.name}`,
      () => endsInTime(subject, misbehaving),
      { timeout: Duration.toMillis(misbehaving.within) + aroundMillis }
    )
  }
}
