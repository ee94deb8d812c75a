import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Client } from "@offshoot/server"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const program = Effect.gen(function* () {
  const baseUrl = yield* Config.String("OFFSHOOT_URL")
  const token = yield* Config.Redacted("OFFSHOOT_TOKEN")
  const { calls, events } = yield* Client.make({ baseUrl, token })
  const root = yield* calls.sessions.create({ payload: { title: "From outside" } })
  const { session } = yield* calls.sessions.spawn({
    params: { id: root.id },
    payload: { prompt: "hello", agent: "echo" }
  })
  // What has happened, then what happens, until the child has completed.
  yield* events(root.id).pipe(
    Stream.takeUntil(({ event }) => event.type === "sub_agent_completed"),
    Stream.runForEach(({ event }) => Console.log(JSON.stringify(event)))
  )
  const { text } = yield* calls.sessions.result({ params: { id: session.id } })
  yield* Console.log(text)
})

await Effect.runPromise(program.pipe(Effect.provide(NodeHttpClient.layerUndici)))
