/**
 * The behaviour that every `ExternalChildRunner` must have, as one suite.
 *
 * An adapter runs it with one call. A capability declared `true` turns its
 * tests on; one declared `false` turns on the test that it is refused. The
 * clock is the real one: agents may be real programs.
 */
import { assert, describe, it } from "@effect/vitest"
import { Limits } from "@offshoot/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { everythingEnded, harnessOf, type LivePart, part, type Subject } from "./internal/runnerSubject.ts"
import { misbehaviourTests } from "./internal/runnerMisbehaviour.ts"
import { reportTests } from "./internal/runnerReports.ts"
import { requestTests } from "./internal/runnerRequests.ts"
import { steerTests } from "./internal/runnerSteering.ts"
import { toolAndSpeechTests } from "./internal/runnerTools.ts"

export type { LivePart, MisbehavingPart, Part, Subject } from "./internal/runnerSubject.ts"

const testMillisMax = 30_000

/** A grace time that no test outlives: whoever waits for its end fails by time. */
const endlessGrace = Effect.provideService(Limits.GraceTime, Duration.hours(1))

export const suite = <R, E = never>(name: string, subject: Subject<R, E>) =>
  describe(`ExternalChildRunner (${name})`, { timeout: testMillisMax }, () => {
    it.layer(subject.layer, { excludeTestServices: true })((it) => {
      /** A run that is at work: its agent has said so. */
      const atWork = Effect.fnUntraced(function* (live: LivePart) {
        const runner = yield* subject.runner
        const harness = yield* harnessOf(live)
        const started = yield* harness.start(runner)
        yield* harness.awaitAnswer(live.ready)
        assert.isAbove(yield* subject.live, 0, "the agent is at work and `live` does not see it")
        return { harness, started }
      })
      it.effect("MUST declare the capabilities that it is tested for", () =>
        Effect.gen(function* () {
          assert.deepStrictEqual((yield* subject.runner).capabilities, subject.capabilities)
        })
      )

      it.effect("MUST handle its own sessions and no others", () =>
        Effect.gen(function* () {
          const runner = yield* subject.runner
          const own = [subject.completes, subject.fails, subject.noisy, subject.hangs]
          assert.deepStrictEqual(
            own.map(({ session }) => runner.shouldHandle(session)),
            own.map(() => true)
          )
          assert.isAbove(subject.foreign.length, 0)
          assert.deepStrictEqual(
            subject.foreign.filter((session) => runner.shouldHandle(session)),
            []
          )
        })
      )

      it.effect("MUST emit the whole answer and end as completed", () =>
        Effect.gen(function* () {
          const harness = yield* harnessOf(subject.completes)
          const end = yield* harness.run(yield* subject.runner)
          assert.deepStrictEqual(end.outcome, { status: "completed", reason: "done" })
          assert.strictEqual(yield* harness.answer, subject.completes.answer)
        })
      )

      it.effect("MUST emit events in the order in which the agent acted", () =>
        Effect.gen(function* () {
          const harness = yield* harnessOf(subject.noisy)
          yield* harness.run(yield* subject.runner)
          assert.strictEqual(yield* harness.answer, subject.noisy.answer)
        })
      )

      it.effect("MUST report a failure of the agent as an outcome, not as an error", () =>
        Effect.gen(function* () {
          const harness = yield* harnessOf(subject.fails)
          const end = yield* harness.run(yield* subject.runner)
          assert.strictEqual(end.outcome.status, "error")
          assert.strictEqual(end.outcome.reason, "agent_failed")
        })
      )

      it.effect("MUST leave nothing alive when it has returned, though its scope is still open", () =>
        Effect.gen(function* () {
          const runner = yield* subject.runner
          for (const ends of [subject.completes, subject.fails, subject.noisy]) {
            const harness = yield* harnessOf(ends)
            const started = yield* harness.start(runner)
            yield* Fiber.join(started.fiber)
            yield* everythingEnded(subject, harness)
          }
        })
      )

      it.effect("MUST end everything before it returns when it is interrupted", () =>
        Effect.gen(function* () {
          const { harness, started } = yield* atWork(subject.hangs)
          yield* started.cancel
          yield* everythingEnded(subject, harness)
        })
      )

      it.effect("MUST end everything when it is interrupted while it starts", () =>
        Effect.gen(function* () {
          const harness = yield* harnessOf(subject.hangs)
          const started = yield* harness.start(yield* subject.runner)
          yield* started.cancel
          yield* everythingEnded(subject, harness)
        })
      )

      it.effect("MUST end everything when its caller's scope closes", () =>
        Effect.gen(function* () {
          const { harness, started } = yield* atWork(subject.hangs)
          yield* started.closeScope
          assert.strictEqual(yield* subject.live, 0)
          yield* Fiber.await(started.fiber)
          yield* everythingEnded(subject, harness)
        })
      )

      it.effect("MUST leave no grace time when the cancel is an abort", () =>
        Effect.gen(function* () {
          const { harness, started } = yield* atWork(subject.stubborn ?? subject.hangs)
          yield* harness.abort
          yield* started.cancel
          yield* everythingEnded(subject, harness)
        }).pipe(endlessGrace)
      )

      if (subject.capabilities.gracefulCancel) {
        it.effect("MUST let the agent say its last words within the grace time", () =>
          Effect.gen(function* () {
            const polite = part(subject.polite, "polite")
            const { harness, started } = yield* atWork(polite)
            yield* started.cancel
            assert.include(yield* harness.answer, polite.stopping)
            yield* everythingEnded(subject, harness)
          }).pipe(endlessGrace)
        )

        it.effect("MUST cut the grace time short when the cancel becomes an abort", () =>
          Effect.gen(function* () {
            const stubborn = part(subject.stubborn, "stubborn")
            const { harness, started } = yield* atWork(stubborn)
            const cancel = yield* Effect.forkChild(started.cancel, { startImmediately: true })
            yield* harness.awaitAnswer(stubborn.stopping)
            assert.isUndefined(cancel.pollUnsafe(), "the agent goes on and the cancel has returned")
            yield* harness.abort
            yield* Fiber.join(cancel)
            yield* everythingEnded(subject, harness)
          }).pipe(endlessGrace)
        )
      } else {
        it.effect("MUST end at once when it is interrupted: it declares no graceful cancel", () =>
          Effect.gen(function* () {
            const { harness, started } = yield* atWork(subject.hangs)
            yield* started.cancel
            yield* everythingEnded(subject, harness)
          }).pipe(endlessGrace)
        )
      }

      it.effect("MUST keep runs apart that go on at once", () =>
        Effect.gen(function* () {
          const runner = yield* subject.runner
          const parts = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? subject.completes : subject.fails))
          const ends = yield* Effect.forEach(
            parts,
            Effect.fnUntraced(function* (ends) {
              const harness = yield* harnessOf(ends)
              const { outcome } = yield* harness.run(runner)
              return { status: outcome.status, answer: yield* harness.answer }
            }),
            { concurrency: "unbounded" }
          )
          for (const [index, end] of ends.entries()) {
            assert.strictEqual(end.status, index % 2 === 0 ? "completed" : "error")
            if (index % 2 === 0) assert.strictEqual(end.answer, subject.completes.answer)
          }
        })
      )

      it.effect("MUST stop only the run that is interrupted", () =>
        Effect.gen(function* () {
          const first = yield* atWork(subject.hangs)
          const second = yield* atWork(subject.hangs)
          yield* first.started.cancel
          assert.isAbove(yield* subject.live, 0)
          assert.isUndefined(second.started.fiber.pollUnsafe())
          yield* second.started.cancel
          yield* everythingEnded(subject, second.harness)
        })
      )

      reportTests(it, subject)
      requestTests(it, subject)
      steerTests(it, subject)
      toolAndSpeechTests(it, subject)
      misbehaviourTests(it, subject)
    })
  })
