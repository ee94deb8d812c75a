import { Agent, ExternalChildRunner, Offshoot, Outcome, SessionStore, SubAgents } from "@offshoot/core"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

// Your agent: anything that emits events and ends with an outcome.
const agent = Agent.layer({
  run: ({ emit, prompt }) =>
    emit({ type: "token", content: prompt.toUpperCase() }).pipe(Effect.as(ExternalChildRunner.ended(Outcome.done)))
})

const program = Effect.gen(function* () {
  const agents = yield* SubAgents.SubAgents
  const parent = yield* agents.createRoot({ title: "My app" })
  const { session } = yield* agents.spawn(parent.id, { prompt: "hello" })
  yield* agents.wait(parent.id, { children: [], policy: "all", timeout: "1 minute" })
  const result = yield* agents.result(session.id)
  yield* Console.log(Option.match(result, { onNone: () => "still running", onSome: ({ text }) => text }))
})

const Live = Offshoot.layer.pipe(Layer.provide([SessionStore.layerMemory, agent]))

await Effect.runPromise(program.pipe(Effect.provide(Live)))
