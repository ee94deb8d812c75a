/** What there is and what goes on: totals, roles, models, agents, and the demo. */
import { Agent, AgentDirectory, SubAgents, SubagentProfile } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Api } from "../Api.ts"
import * as Problems from "../Problems.ts"
import { version } from "../Version.ts"
import * as Wire from "../Wire.ts"
import * as WireAgents from "../WireAgents.ts"
import * as WireOverview from "../WireOverview.ts"
import * as Refusals from "./refusals.ts"
import { Stage } from "./stage.ts"
import { agentsOf, Surveys } from "./surveys.ts"

const noDemo = new Problems.DemoNotPossible({
  detail: "The demo is being played, or this server was started without it.",
  hint: "Wait until it is over, or start the server without OFFSHOOT_DEMO=0 and --no-demo."
})

const overview = HttpApiBuilder.group(
  Api,
  "overview",
  Effect.fn(function* (handlers) {
    const subAgents = yield* SubAgents.SubAgents
    const stage = yield* Stage
    return handlers.handleAll({
      overview: () =>
        subAgents.overview.pipe(
          Effect.map((now) => WireOverview.overview(now, { version, demo: stage.state() })),
          Effect.mapError(Refusals.storeError)
        ),
      demo: () =>
        stage.begin.pipe(
          Effect.provideService(SubAgents.SubAgents, subAgents),
          Effect.flatMap(
            Option.match({
              onNone: () => Effect.fail(noDemo),
              onSome: (root) => Effect.succeed({ session: Wire.record(root) })
            })
          )
        )
    })
  })
)

const agents = HttpApiBuilder.group(
  Api,
  "agents",
  Effect.fn(function* (handlers) {
    const directory = yield* AgentDirectory.AgentDirectory
    const inProcess = Option.isSome(yield* Agent.Agent)
    const roles = yield* SubagentProfile.SubagentProfiles
    const subAgents = yield* SubAgents.SubAgents
    const surveys = yield* Surveys
    return handlers.handleAll({
      list: () =>
        Effect.map(surveys.seen, (seen) => ({
          items: agentsOf([...directory.values()], seen, AgentDirectory.concurrentMaxDefault),
          inProcess
        })),
      profiles: ({ query }) => Effect.map(roles.list(Option.fromUndefinedOr(query.workspace)), WireAgents.profiles),
      models: () => Effect.map(subAgents.models, WireAgents.models)
    })
  })
)

export const layer = Layer.mergeAll(overview, agents)
