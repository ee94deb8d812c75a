/** An in-process agent whose runs the test ends one by one. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Agent from "../src/Agent.ts"
import * as ExternalChildRunner from "../src/ExternalChildRunner.ts"
import type { SessionId } from "../src/Ids.ts"
import * as Outcome from "../src/Outcome.ts"
import { SubAgents } from "../src/SubAgents.ts"

export interface Run {
  readonly sessionId: SessionId
  readonly prompt: string
  /** Whether it goes on from an earlier run. */
  readonly isResumed: boolean
  readonly end: Effect.Effect<void>
}

export const make = () => {
  const runs = Effect.runSync(Queue.unbounded<Run>())
  const layer: Layer.Layer<never> = Agent.layer({
    run: ({ appendRound, prompt, resume, session }) =>
      Effect.gen(function* () {
        const ended = yield* Deferred.make<void>()
        yield* Queue.offer(runs, {
          sessionId: session.id,
          prompt,
          isResumed: Option.isSome(resume),
          end: Effect.asVoid(Deferred.succeed(ended, undefined))
        })
        yield* Deferred.await(ended)
        yield* appendRound([{ role: "assistant", text: "so far", hidden: false }])
        return ExternalChildRunner.ended(Outcome.done)
      })
  })
  return { layer, next: Queue.take(runs), more: Queue.size(runs) }
}

/** A root in process that is asked to begin. */
export const running = Effect.fnUntraced(function* () {
  const agents = yield* SubAgents
  const { id } = yield* agents.createRoot({ prompt: "begin" })
  yield* agents.run(id)
  return id
})

export const wakeWhenAll = (id: SessionId) =>
  Effect.flatMap(SubAgents, (agents) => agents.wakeWhen(id, { children: [], policy: "all", lease: Option.none() }))
