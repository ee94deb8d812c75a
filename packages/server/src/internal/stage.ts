/** Whether the demo can be played, and how it is begun: once at a time, and only by a server that has its agents. */
import type { Session, SubAgents } from "@offshoot/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

export interface StageShape {
  readonly state: () => "possible" | "not_now"
  /** Returns its root once its children are spawned; none: it is being played, or there is none. */
  readonly begin: Effect.Effect<Option.Option<Session.Session>, never, SubAgents.SubAgents>
}

export class Stage extends Context.Reference<StageShape>("@offshoot/server/internal/stage", {
  defaultValue: () => ({ state: () => "not_now", begin: Effect.succeed(Option.none()) })
}) {}
