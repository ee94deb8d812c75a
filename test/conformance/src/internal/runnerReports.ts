/** What a runner tells of a run besides its answer: usage, and how the conversation can go on. */
import { assert, type Vitest } from "@effect/vitest"
import { Ids } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { harnessOf, part, type Subject } from "./runnerSubject.ts"

/** The end of a run and all that it told of itself, whichever way. */
const outcomeOf = Effect.fnUntraced(function* <R, E>(subject: Subject<R, E>, played: Parameters<typeof harnessOf>[0]) {
  const harness = yield* harnessOf(played)
  const end = yield* harness.run(yield* subject.runner)
  const report = yield* harness.report
  return {
    usage: Option.orElse(end.usage, () => Option.fromUndefinedOr(report.usage)),
    resume: Option.orElse(end.resume, () => Option.fromUndefinedOr(report.resume))
  }
})

const usageTests = <R, E>(it: Vitest.MethodsNonLive<R>, subject: Subject<R, E>): void => {
  if (!subject.capabilities.usage) {
    it.effect("MUST report no usage: it declares none", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual((yield* outcomeOf(subject, subject.completes)).usage, Option.none())
      })
    )
    return
  }
  it.effect("MUST report usage when it has completed", () =>
    Effect.gen(function* () {
      assert.isTrue(Option.isSome((yield* outcomeOf(subject, part(subject.leaves, "leaves"))).usage))
    })
  )
  it.effect("MUST have reported its usage when it is cancelled", () =>
    Effect.gen(function* () {
      const spends = part(subject.spends, "spends")
      const harness = yield* harnessOf(spends)
      const started = yield* harness.start(yield* subject.runner)
      yield* harness.awaitAnswer(spends.ready)
      yield* started.cancel
      assert.isDefined((yield* harness.report).usage)
    })
  )
}

const resumeTests = <R, E>(it: Vitest.MethodsNonLive<R>, subject: Subject<R, E>): void => {
  if (!subject.capabilities.resume) {
    it.effect("MUST offer no way to resume: it declares none", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual((yield* outcomeOf(subject, subject.completes)).resume, Option.none())
      })
    )
    return
  }
  for (const [name, from] of [
    ["as another try of its job", "resume"],
    ["as the next job of its session", "follows"]
  ] as const) {
    it.effect(`MUST go on with the conversation whose name it gave, ${name}`, () =>
      Effect.gen(function* () {
        const { resume } = yield* outcomeOf(subject, part(subject.leaves, "leaves"))
        const handle = Option.getOrThrow(resume)
        const before = { runId: Ids.RunId.make("run_before"), handle }
        const resumes = part(subject.resumes, "resumes")
        const harness = yield* harnessOf(resumes, { [from]: before })
        const end = yield* harness.run(yield* subject.runner)
        assert.strictEqual(end.outcome.status, "completed")
        assert.include(yield* harness.answer, resumes.nameIn?.(handle) ?? handle)
      })
    )
  }
  it.effect("MUST have told how to go on as soon as it knows, while it runs", () =>
    Effect.gen(function* () {
      const names = part(subject.names, "names")
      const harness = yield* harnessOf(names)
      const started = yield* harness.start(yield* subject.runner)
      yield* harness.awaitAnswer(names.ready)
      assert.isUndefined(started.fiber.pollUnsafe(), "the run has ended: this part is to go on")
      assert.isDefined((yield* harness.report).resume)
      yield* started.cancel
    })
  )
  it.effect("MUST begin a conversation when there is none to go on with", () =>
    Effect.gen(function* () {
      const { resume } = yield* outcomeOf(subject, part(subject.leaves, "leaves"))
      const handle = Option.getOrThrow(resume)
      const resumes = part(subject.resumes, "resumes")
      const harness = yield* harnessOf(resumes)
      const end = yield* harness.run(yield* subject.runner)
      assert.strictEqual(end.outcome.status, "completed")
      assert.notInclude(yield* harness.answer, resumes.nameIn?.(handle) ?? handle)
    })
  )
}

export const reportTests = <R, E>(it: Vitest.MethodsNonLive<R>, subject: Subject<R, E>): void => {
  usageTests(it, subject)
  resumeTests(it, subject)
}
