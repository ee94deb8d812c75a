/**
 * The in-process agent: runs a session that names no external runtime.
 *
 * Only the port. With `layerNone`, which is the default, running such a session
 * settles it as `error`/`setup`.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { RunContext, RunEnd } from "./ExternalChildRunner.ts"

export interface AgentShape {
  readonly run: (context: RunContext) => Effect.Effect<RunEnd, never, Scope.Scope>
}

/** The in-process agent of this process, if it has one. */
export class Agent extends Context.Reference<Option.Option<AgentShape>>("@offshoot/core/Agent", {
  defaultValue: () => Option.none()
}) {}

export const layer = (agent: AgentShape): Layer.Layer<never> => Layer.succeed(Agent, Option.some(agent))

/** No in-process agent. */
export const layerNone: Layer.Layer<never> = Layer.succeed(Agent, Option.none())
