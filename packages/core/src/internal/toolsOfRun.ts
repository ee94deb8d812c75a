/** The tools of one run: those that its sources have now and its session may use. */
import type { Tool, Toolkit } from "effect/ai"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { AgentLimitsShape } from "../AgentLimits.ts"
import type { AgentTool, ToolSource, ToolSourceUnavailable } from "../AgentTools.ts"
import type { RunContext } from "../ExternalChildRunner.ts"
import { readResultName } from "./readResult.ts"
import { offeredTools } from "./toolRound.ts"

/** Sources that are asked at once: there are a handful, and one that starts a program takes seconds. */
const concurrency = 8

export interface RunTools {
  /** Also those that the session may not use: a call of one of them is refused with words of its own. */
  readonly byName: ReadonlyMap<string, AgentTool>
  /** What the model is shown (`S-job`). Calling is not its business, so that the types of the tools are nobody's. */
  readonly toolkit: Toolkit.WithHandler<Record<never, Tool.Any>>
  /** What is not there, and why. */
  readonly missing: ReadonlyArray<string>
}

const toolkitOf = (tools: Iterable<AgentTool>): RunTools["toolkit"] => {
  const shown: Record<string, Tool.Any> = {}
  for (const { name, tool } of tools) shown[name] = tool
  return {
    tools: shown,
    handle: () => Effect.die(new Error("the agent loop makes the calls, not the model's response"))
  }
}

/**
 * Asks every source. A source that has nothing now is told to the run.
 *
 * **Interruption**: leaves nothing open: what the sources opened is the scope's.
 */
export const toolsOfRun = (
  context: RunContext,
  sources: ReadonlyArray<ToolSource>,
  limits: AgentLimitsShape
): Effect.Effect<RunTools, never, Scope.Scope> => {
  const missing: Array<string> = []
  const miss = (unavailable: ToolSourceUnavailable) =>
    Effect.suspend(() => {
      missing.push(unavailable.message)
      return context.emit({ type: "runner_output", channel: "tools", content: unavailable.message })
    })
  return Effect.forEach(
    sources,
    (source) =>
      Effect.catchTag(source.toolsFor(context.session, miss), "ToolSourceUnavailable", (unavailable) =>
        Effect.as(miss(unavailable), [])
      ),
    { concurrency }
  ).pipe(
    Effect.map((found) => {
      const { job, session } = context
      const disabled = new Set(job.disabledTools)
      const byName = new Map<string, AgentTool>()
      for (const tool of found.flat()) {
        if (!byName.has(tool.name) && !disabled.has(tool.name)) byName.set(tool.name, tool)
      }
      const offered = offeredTools({ session, tools: byName, limits })
      const own = offered.get(readResultName)
      if (own !== undefined) byName.set(own.name, own)
      return { byName, toolkit: toolkitOf(offered.values()), missing }
    })
  )
}
