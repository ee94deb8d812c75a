/**
 * The behaviour that every `ExternalChildRunner` must have, as one suite.
 *
 * An adapter runs it with one call. A capability declared `true` turns its
 * tests on; one declared `false` turns on the test that it is refused. The
 * clock is the real one: agents may be real programs.
 *
 * Not here: `steer`. The port carries no messages to a running child yet, so
 * there is nothing to prove or refuse.
 */
import { assert, describe, it } from "@effect/vitest"
import { type AgentEvent, type ExternalChildRunner, Limits, type Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** How to make the agent play one part. */
export interface Part {
  readonly session: Session.Session
  readonly prompt: string
}

/** A part that goes on until it is stopped; its answer holds `ready` once the agent is at work. */
export interface LivePart extends Part {
  readonly ready: string
}

export interface Subject<R, E = never> {
  readonly layer: Layer.Layer<R, E>
  readonly runner: Effect.Effect<ExternalChildRunner.ExternalChildRunner, never, R>
  /** What the runner is expected to declare. */
  readonly capabilities: ExternalChildRunner.Capabilities
  /** How many processes, connections or fibers of this subject's agents are alive, seen from outside the runner. */
  readonly live: Effect.Effect<number, never, R>
  /** Sessions of other runners, as like its own as can be. */
  readonly foreign: ReadonlyArray<Session.Session>
  readonly completes: Part & { readonly answer: string }
  /** The agent itself fails at its task. */
  readonly fails: Part
  /** Many events as fast as the agent can. */
  readonly noisy: Part & { readonly answer: string }
  /** Goes on for ever; ends when it is asked to. */
  readonly hangs: LivePart
  /** Says `stopping` when it is asked to end, and ends. Needed with `gracefulCancel`. */
  readonly polite?: LivePart & { readonly stopping: string }
  /** Says `stopping` when it is asked to end, and goes on. Needed with `gracefulCancel`. */
  readonly stubborn?: LivePart & { readonly stopping: string }
  /** Asks something and waits for the answer. Needed with `requests`. */
  readonly asks?: Part
}

const testMillisMax = 30_000

const isRequest = (event: AgentEvent.RunnerEvent): boolean =>
  event.type === "clarification_needed" || event.type === "tool_approval_requested"

const nothingHeld: RunHarness.Counts = { running: 0, waiting: 0, late: 0 }

const part = <P>(given: P | undefined, name: string): P => {
  if (given === undefined) throw new Error(`The subject declares the capability and does not say how to play "${name}"`)
  return given
}

let runs = 0

/** A harness with a run id that no other test of this process has. */
const harnessOf = ({ prompt, session }: Part) =>
  RunHarness.make({ prompt, session, runId: `run_conformance_${++runs}` })

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
      const everythingEnded = Effect.fnUntraced(function* (harness: RunHarness.RunHarness) {
        assert.strictEqual(yield* subject.live, 0)
        assert.deepStrictEqual(yield* harness.counts, nothingHeld)
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
            yield* everythingEnded(harness)
          }
        })
      )

      it.effect("MUST end everything before it returns when it is interrupted", () =>
        Effect.gen(function* () {
          const { harness, started } = yield* atWork(subject.hangs)
          yield* started.cancel
          yield* everythingEnded(harness)
        })
      )

      it.effect("MUST end everything when it is interrupted while it starts", () =>
        Effect.gen(function* () {
          const harness = yield* harnessOf(subject.hangs)
          const started = yield* harness.start(yield* subject.runner)
          yield* started.cancel
          yield* everythingEnded(harness)
        })
      )

      it.effect("MUST end everything when its caller's scope closes", () =>
        Effect.gen(function* () {
          const { harness, started } = yield* atWork(subject.hangs)
          yield* started.closeScope
          assert.strictEqual(yield* subject.live, 0)
          yield* Fiber.await(started.fiber)
          yield* everythingEnded(harness)
        })
      )

      it.effect("MUST leave no grace time when the cancel is an abort", () =>
        Effect.gen(function* () {
          const { harness, started } = yield* atWork(subject.stubborn ?? subject.hangs)
          yield* harness.abort
          yield* started.cancel
          yield* everythingEnded(harness)
        }).pipe(endlessGrace)
      )

      if (subject.capabilities.gracefulCancel) {
        it.effect("MUST let the agent say its last words within the grace time", () =>
          Effect.gen(function* () {
            const polite = part(subject.polite, "polite")
            const { harness, started } = yield* atWork(polite)
            yield* started.cancel
            assert.include(yield* harness.answer, polite.stopping)
            yield* everythingEnded(harness)
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
            yield* everythingEnded(harness)
          }).pipe(endlessGrace)
        )
      } else {
        it.effect("MUST end at once when it is interrupted: it declares no graceful cancel", () =>
          Effect.gen(function* () {
            const { harness, started } = yield* atWork(subject.hangs)
            yield* started.cancel
            yield* everythingEnded(harness)
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
          yield* everythingEnded(second.harness)
        })
      )

      it.effect(
        subject.capabilities.usage
          ? "MUST report usage when it has completed"
          : "MUST report no usage: it declares none",
        () =>
          Effect.gen(function* () {
            const harness = yield* harnessOf(subject.completes)
            const end = yield* harness.run(yield* subject.runner)
            assert.strictEqual(Option.isSome(end.usage), subject.capabilities.usage)
          })
      )

      it.effect(
        subject.capabilities.resume
          ? "MUST say how the conversation can go on"
          : "MUST offer no way to resume: it declares none",
        () =>
          Effect.gen(function* () {
            const harness = yield* harnessOf(subject.completes)
            const end = yield* harness.run(yield* subject.runner)
            assert.strictEqual(Option.isSome(end.resume), subject.capabilities.resume)
          })
      )

      if (subject.capabilities.requests) {
        it.effect("MUST give its place away while it waits for an answer", () =>
          Effect.gen(function* () {
            const harness = yield* harnessOf(part(subject.asks, "asks"))
            const started = yield* harness.start(yield* subject.runner)
            yield* harness.awaitEvent(isRequest)
            yield* started.cancel
            assert.deepStrictEqual(yield* harness.waits, ["request"])
            yield* everythingEnded(harness)
          })
        )
      } else {
        it.effect("MUST ask nothing: it declares no requests", () =>
          Effect.gen(function* () {
            const harness = yield* harnessOf(subject.noisy)
            yield* harness.run(yield* subject.runner)
            assert.isFalse((yield* harness.events).some(isRequest))
            assert.deepStrictEqual(yield* harness.waits, [])
          })
        )
      }
    })
  })
