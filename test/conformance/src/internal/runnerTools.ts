/**
 * What a runner makes of its agent's own tool calls and of an answer that is cut
 * off. That no call is left open is checked of every run of the suite, by
 * `harnessOf`; here are the runs that would leave one.
 */
import { assert, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { openCalls } from "./openCalls.ts"
import { everythingEnded, harnessOf, type Subject } from "./runnerSubject.ts"

const toolTests = <R, E>(it: Vitest.MethodsNonLive<R>, subject: Subject<R, E>): void => {
  const { leavesOpen, works } = subject
  if (works !== undefined) {
    it.effect("MUST close the tool calls that a cancel cuts off", () =>
      Effect.gen(function* () {
        const harness = yield* harnessOf(works)
        const started = yield* harness.start(yield* subject.runner)
        yield* harness.awaitAnswer(works.ready)
        assert.isAbove(openCalls(yield* harness.events).length, 0, "the agent is at work and shows no tool call")
        yield* started.cancel
        yield* everythingEnded(subject, harness)
      })
    )
  }
  if (leavesOpen !== undefined) {
    it.effect("MUST close the tool calls that its agent leaves open", () =>
      Effect.gen(function* () {
        const harness = yield* harnessOf(leavesOpen)
        yield* harness.run(yield* subject.runner)
        const types = (yield* harness.events).map(({ type }) => type)
        assert.include(types, "tool_start", "the agent shows no tool call")
        yield* everythingEnded(subject, harness)
      })
    )
  }
}

const speechTests = <R, E>(it: Vitest.MethodsNonLive<R>, subject: Subject<R, E>): void => {
  const { speaks } = subject
  if (speaks === undefined) return
  it.effect("MUST show an answer while it is being said, and keep it once, as far as it came, when it is cut off", () =>
    Effect.gen(function* () {
      const harness = yield* harnessOf(speaks)
      const started = yield* harness.start(yield* subject.runner)
      yield* harness.awaitAnswer(speaks.ready)
      yield* started.cancel
      assert.strictEqual(yield* harness.answer, speaks.said)
      if (subject.capabilities.usage) assert.isDefined((yield* harness.report).usage)
      yield* everythingEnded(subject, harness)
    })
  )
}

export const toolAndSpeechTests = <R, E>(it: Vitest.MethodsNonLive<R>, subject: Subject<R, E>): void => {
  toolTests(it, subject)
  speechTests(it, subject)
}
