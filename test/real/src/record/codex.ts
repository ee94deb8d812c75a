/** Talks with Codex's app server, in its JSON-RPC without the word. */
import * as Effect from "effect/Effect"
import * as Json from "../Json.ts"
import type { Dialogue } from "./Dialogue.ts"
import { type Scenario, type Stage, talk, waypointOf } from "./Scenario.ts"

const answers =
  (id: number) =>
  (message: unknown): boolean =>
    Json.at(message, "id") === id && Json.at(message, "method") === undefined

const tells =
  (method: string) =>
  (message: unknown): boolean =>
    Json.at(message, "method") === method

const turnEnds = tells("turn/completed")

const input = (text: string) => [{ type: "text", text, text_elements: [] }]

const clientInfo = { name: "lab", title: "lab", version: "0" }

const greet = (dialogue: Dialogue) =>
  Effect.gen(function* () {
    yield* dialogue.say({ id: 1, method: "initialize", params: { clientInfo, capabilities: null } })
    yield* dialogue.hear(answers(1))
    yield* dialogue.say({ method: "initialized" })
  })

type Sandbox = "danger-full-access" | "workspace-write" | "read-only"

/** A thread, by its id. */
const begin = (dialogue: Dialogue, stage: Stage, approvalPolicy: string, sandbox: Sandbox) =>
  Effect.gen(function* () {
    yield* greet(dialogue)
    yield* dialogue.say({ id: 2, method: "thread/start", params: { cwd: stage.place.cwd, approvalPolicy, sandbox } })
    return String(Json.at(yield* dialogue.hear(answers(2)), "result", "thread", "id"))
  })

/** Begins a turn, and has its id. */
const send = (dialogue: Dialogue, threadId: string, text: string, id = 3) =>
  Effect.gen(function* () {
    yield* dialogue.say({ id, method: "turn/start", params: { threadId, input: input(text) } })
    return String(Json.at(yield* dialogue.hear(answers(id)), "result", "turn", "id"))
  })

const simple = (name: string, text: string): Scenario => ({
  name,
  play: (stage) =>
    talk(stage, ["app-server"], (dialogue) =>
      Effect.gen(function* () {
        const thread = yield* begin(dialogue, stage, "never", "danger-full-access")
        yield* send(dialogue, thread, text)
        yield* dialogue.hear(turnEnds)
      })
    )
})

export const codex: ReadonlyArray<Scenario> = [
  simple("app-server-rate-limited", "status 429"),
  simple("app-server-retried-once", "status 500 times 1 ;; say back again"),
  simple("app-server-cut", "say half of it ++ cut"),
  simple("app-server-reasoning", "think let me see ++ say hello"),
  simple("app-server-write", "write notes.txt hello ;; say written"),
  {
    name: "app-server-interrupt-streaming",
    play: (stage) =>
      talk(stage, ["app-server"], (dialogue) =>
        Effect.gen(function* () {
          const threadId = yield* begin(dialogue, stage, "never", "danger-full-access")
          const turnId = yield* send(dialogue, threadId, "hang")
          yield* stage.server.awaitHeld("hang")
          yield* dialogue.hear(tells("item/agentMessage/delta"))
          yield* dialogue.say({ id: 4, method: "turn/interrupt", params: { threadId, turnId } })
          yield* dialogue.hear(turnEnds)
          yield* send(dialogue, threadId, "say still here", 5)
          yield* dialogue.hear(turnEnds)
        })
      )
  },
  {
    name: "app-server-interrupt-tool",
    play: (stage) =>
      talk(stage, ["app-server"], (dialogue) =>
        Effect.gen(function* () {
          const waypoint = yield* waypointOf(stage)
          const threadId = yield* begin(dialogue, stage, "never", "danger-full-access")
          const turnId = yield* send(dialogue, threadId, `shell ${waypoint.command} ;; say never`)
          yield* waypoint.reached
          yield* dialogue.say({ id: 4, method: "turn/interrupt", params: { threadId, turnId } })
          yield* dialogue.hear(turnEnds)
        })
      )
  },
  {
    name: "app-server-steer",
    play: (stage) =>
      talk(stage, ["app-server"], (dialogue) =>
        Effect.gen(function* () {
          const waypoint = yield* waypointOf(stage)
          const threadId = yield* begin(dialogue, stage, "never", "danger-full-access")
          const expectedTurnId = yield* send(dialogue, threadId, `shell ${waypoint.command} ;; say not steered`)
          yield* waypoint.reached
          yield* dialogue.say({
            id: 4,
            method: "turn/steer",
            params: { threadId, expectedTurnId, input: input("say steered") }
          })
          yield* dialogue.hear(answers(4))
          yield* waypoint.pass
          yield* dialogue.hear(turnEnds)
        })
      )
  },
  {
    name: "app-server-permission-cancelled",
    play: (stage) =>
      talk(stage, ["app-server"], (dialogue) =>
        Effect.gen(function* () {
          const thread = yield* begin(dialogue, stage, "untrusted", "read-only")
          yield* send(dialogue, thread, "shell touch notes.txt ;; say never")
          const ask = yield* dialogue.hear(tells("item/commandExecution/requestApproval"))
          yield* dialogue.say({ id: Json.at(ask, "id"), result: { decision: "cancel" } })
          yield* dialogue.hear(turnEnds)
        })
      )
  },
  {
    name: "app-server-resume",
    play: (stage) =>
      Effect.gen(function* () {
        let threadId = ""
        yield* Effect.scoped(
          talk(stage, ["app-server"], (dialogue) =>
            Effect.gen(function* () {
              threadId = yield* begin(dialogue, stage, "never", "danger-full-access")
              yield* send(dialogue, threadId, "say one")
              yield* dialogue.hear(turnEnds)
            })
          )
        )
        return yield* talk(stage, ["app-server"], (dialogue) =>
          Effect.gen(function* () {
            yield* greet(dialogue)
            yield* dialogue.say({ id: 2, method: "thread/resume", params: { threadId } })
            yield* dialogue.hear(answers(2))
            yield* send(dialogue, threadId, "say two")
            yield* dialogue.hear(turnEnds)
          })
        )
      })
  },
  {
    name: "app-server-resume-missing",
    play: (stage) =>
      talk(stage, ["app-server"], (dialogue) =>
        Effect.gen(function* () {
          yield* greet(dialogue)
          const threadId = "01a22e8c-0000-7000-8000-000000000000"
          yield* dialogue.say({ id: 2, method: "thread/resume", params: { threadId } })
          yield* dialogue.hear(answers(2))
        })
      )
  }
]
