/** An in-process agent whose runs call the `SubAgent` tool as the test says, and end when it says. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Agent from "../src/Agent.ts"
import { type AgentTool, type ToolAnswer, ToolSources } from "../src/AgentTools.ts"
import * as ExternalChildRunner from "../src/ExternalChildRunner.ts"
import * as Outcome from "../src/Outcome.ts"
import type { Session } from "../src/Session.ts"
import * as SubAgentTool from "../src/SubAgentTool.ts"

export interface Run {
  readonly session: Session
  readonly prompt: string
  readonly tools: ReadonlyArray<AgentTool>
  readonly call: (params: unknown, toolCallId?: string) => Effect.Effect<ToolAnswer>
  /** Says this and ends. */
  readonly end: (text: string) => Effect.Effect<void>
}

const runFor = (
  context: ExternalChildRunner.RunContext,
  tools: ReadonlyArray<AgentTool>,
  said: Deferred.Deferred<string>
): Run => {
  let calls = 0
  return {
    session: context.session,
    prompt: context.prompt,
    tools,
    call: (params, toolCallId = `call_${context.job.runId}_${++calls}`) => {
      const [tool] = tools
      return tool === undefined
        ? Effect.die(new Error("the run has no tool"))
        : Effect.scoped(tool.call({ toolCallId, params, run: context, progress: () => Effect.void }))
    },
    end: (text) => Effect.asVoid(Deferred.succeed(said, text))
  }
}

/** `parts`: what else the tool and the runtime are given. */
export const make = (parts: Layer.Layer<never> = Layer.empty) => {
  const runs = Effect.runSync(Queue.unbounded<Run>())
  const agent = Layer.unwrap(
    Effect.map(ToolSources, (sources) =>
      Agent.layer({
        run: (context) =>
          Effect.gen(function* () {
            const tools = yield* Effect.forEach(sources, (source) =>
              source.toolsFor(context.session, () => Effect.void)
            ).pipe(Effect.orDie)
            const said = yield* Deferred.make<string>()
            yield* Queue.offer(runs, runFor(context, tools.flat(), said))
            const text = yield* Deferred.await(said)
            yield* context.appendRound([{ role: "assistant", text, hidden: false }])
            return ExternalChildRunner.ended(Outcome.done)
          })
      })
    )
  )
  return {
    layer: agent.pipe(Layer.provideMerge(SubAgentTool.layer), Layer.provideMerge(parts)),
    next: Queue.take(runs),
    more: Effect.map(Queue.poll(runs), Option.isSome)
  }
}
