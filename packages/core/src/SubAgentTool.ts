/**
 * The tool by which a model has children: `SubAgent` (`S-tool`).
 *
 * A thin translation of `SubAgents` for a model: what it may say, and what it is
 * told. It runs nothing and decides nothing; a session reaches what is below it
 * and nothing else.
 *
 * Invariants
 *   T1. A call that is made again, because nobody knows how it ended, accepts no
 *       second child and sends no second message.
 *   T2. What a child wrote is marked as its words, plain, and bounded.
 *
 * @stability unstable
 */
import * as Tool from "effect/ai/Tool"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { AgentDirectory } from "./AgentDirectory.ts"
import { type AgentTool, type ToolCall, type ToolSource, ToolSources } from "./AgentTools.ts"
import { answer } from "./internal/subAgentActions.ts"
import { badArguments } from "./internal/subAgentAnswers.ts"
import * as Params from "./internal/subAgentParams.ts"
import { CurrentLimits } from "./Limits.ts"
import { ProviderRouter } from "./ProviderRouter.ts"
import type { Session } from "./Session.ts"
import { jobIdOf } from "./SpawnJob.ts"
import { SubagentProfiles } from "./SubagentProfile.ts"
import type { SubAgentsShape } from "./SubAgents.ts"

export const name = "SubAgent"

/** The facade that the tool calls: tools are there before it is. */
class Facade extends Context.Reference<Option.Option<Deferred.Deferred<SubAgentsShape>>>(
  "@offshoot/core/SubAgentTool/Facade",
  { defaultValue: () => Option.none() }
) {}

/** Gives the tool its facade. Calls that were made before wait for it. */
export const open = (facade: SubAgentsShape): Effect.Effect<void> =>
  Effect.flatMap(Facade, (door) =>
    Option.isNone(door) ? Effect.void : Effect.asVoid(Deferred.succeed(door.value, facade))
  )

const make = Effect.fnUntraced(function* (door: Deferred.Deferred<SubAgentsShape>) {
  const router = yield* ProviderRouter
  const profiles = yield* SubagentProfiles
  const directory = yield* AgentDirectory
  const { depth: depthMax } = yield* CurrentLimits
  const agentChoices = Array.from(directory.keys(), (id) => ({ name: id, description: "" }))
  const rolesOf = ({ workspace }: Session) => profiles.list(Option.fromUndefinedOr(workspace))

  const call = ({ params, run: { job, session }, toolCallId }: ToolCall) =>
    Effect.gen(function* () {
      const decoded = Params.decode(params)
      if (Result.isFailure(decoded)) return badArguments(decoded.failure)
      const agents = yield* Deferred.await(door)
      const callKey = `tool:${jobIdOf(job)}:${toolCallId}`
      return yield* answer({ agents, router, self: session, callKey }, decoded.success)
    })

  /** A session at the depth limit has no children and gets none. */
  const toolsFor = Effect.fnUntraced(function* (session: Session): Effect.fn.Return<ReadonlyArray<AgentTool>> {
    if (session.depth >= depthMax) return []
    const parameters = Params.shown((yield* rolesOf(session)).profiles, agentChoices)
    const tool = Tool.dynamic(name, { description: Params.description, parameters })
    // In order: a `wait` is about the children that were created before it in the same round.
    return [{ name, tool, repeatable: true, parallel: false, asksFirst: false, call }]
  })
  return { name, toolsFor } satisfies ToolSource
})

/**
 * The tool in front of the sources that were given before; `Offshoot.layer`
 * opens it, so the same layer is to be given to both it and the agent.
 *
 * **Details** Roles, agents and models are those that its own context names.
 */
export const layer: Layer.Layer<never> = Layer.effectContext(
  Effect.gen(function* () {
    const others = yield* ToolSources
    const door = yield* Deferred.make<SubAgentsShape>()
    const source = yield* make(door)
    return Context.empty().pipe(Context.add(Facade, Option.some(door)), Context.add(ToolSources, [source, ...others]))
  })
)
