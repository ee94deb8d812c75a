/** Talks with pi in its rpc mode. */
import * as Effect from "effect/Effect"
import * as Json from "../Json.ts"
import type { Dialogue } from "./Dialogue.ts"
import { type Scenario, type Stage, talk, waypointOf } from "./Scenario.ts"

const args = ["--provider", "fake", "--model", "fake-model", "--mode", "rpc"]

const is =
  (type: string) =>
  (message: unknown): boolean =>
    Json.at(message, "type") === type

const command = (id: string, type: string, message?: string) => ({
  id,
  type,
  ...(message === undefined ? {} : { message })
})

const scenario = (
  name: string,
  body: (dialogue: Dialogue, stage: Stage) => ReturnType<Parameters<typeof talk>[2]>,
  more: ReadonlyArray<string> = []
): Scenario => ({ name: `rpc-${name}`, play: (stage) => talk(stage, [...args, ...more], body) })

const simple = (name: string, text: string): Scenario =>
  scenario(name, (dialogue) =>
    Effect.andThen(dialogue.say(command("1", "prompt", text)), Effect.asVoid(dialogue.hear(is("agent_end"))))
  )

export const pi: ReadonlyArray<Scenario> = [
  simple("turn", "think let me see ++ shell echo hi ;; say done"),
  simple("write", "write notes.txt hello ;; say written"),
  simple("error401", "status 401"),
  simple("cut", "say half of it ++ cut"),
  scenario("steer", (dialogue, stage) =>
    Effect.gen(function* () {
      const waypoint = yield* waypointOf(stage)
      yield* dialogue.say(command("1", "prompt", `shell ${waypoint.command} ;; say not steered`))
      yield* waypoint.reached
      yield* dialogue.say(command("2", "steer", "say steered"))
      yield* dialogue.hear((message) => is("response")(message) && Json.at(message, "id") === "2")
      yield* waypoint.pass
      yield* dialogue.hear(is("agent_end"))
    })
  ),
  scenario("abort-streaming", (dialogue, stage) =>
    Effect.gen(function* () {
      yield* dialogue.say(command("1", "prompt", "hang"))
      yield* stage.server.awaitHeld("hang")
      yield* dialogue.hear(is("message_update"))
      yield* dialogue.say(command("2", "abort"))
      yield* dialogue.hear(is("agent_end"))
    })
  ),
  scenario("abort-tool", (dialogue, stage) =>
    Effect.gen(function* () {
      const waypoint = yield* waypointOf(stage)
      yield* dialogue.say(command("1", "prompt", `shell ${waypoint.command} ;; say never`))
      yield* waypoint.reached
      yield* dialogue.say(command("2", "abort"))
      yield* dialogue.hear(is("agent_end"))
    })
  ),
  scenario("rate-limited", (dialogue) =>
    Effect.gen(function* () {
      yield* dialogue.say(command("1", "prompt", "status 429"))
      yield* dialogue.hear(is("auto_retry_start"))
      yield* dialogue.say(command("2", "abort"))
      yield* dialogue.hear((message) => is("response")(message) && Json.at(message, "id") === "2")
    })
  )
]
