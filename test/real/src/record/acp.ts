/** Talks with agents that speak ACP. What is particular to one of them is in its own list. */
import * as Effect from "effect/Effect"
import * as Json from "../Json.ts"
import type { Dialogue } from "./Dialogue.ts"
import { type Scenario, type Stage, talk, waypointOf } from "./Scenario.ts"

const answers =
  (id: number) =>
  (message: unknown): boolean =>
    Json.at(message, "id") === id && Json.at(message, "method") === undefined

const asksPermission = (message: unknown): boolean => Json.at(message, "method") === "session/request_permission"

const updates = (message: unknown): boolean => Json.at(message, "method") === "session/update"

const speaks = (message: unknown): boolean =>
  updates(message) && Json.at(message, "params", "update", "sessionUpdate") === "agent_message_chunk"

const request = (id: number, method: string, params: object) => ({ jsonrpc: "2.0", id, method, params })

/** An agent as these talks need to know it. */
interface AcpAgent {
  readonly args: ReadonlyArray<string>
  /** The mode in which it asks, where that is not the one that it begins in. */
  readonly askMode?: string
}

const greet = (dialogue: Dialogue) =>
  Effect.andThen(
    dialogue.say(
      request(0, "initialize", {
        protocolVersion: 1,
        clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
        clientInfo: { name: "lab", title: "lab", version: "0" }
      })
    ),
    dialogue.hear(answers(0))
  )

/** A session, by its id. */
const begin = (dialogue: Dialogue, stage: Stage, agent: AcpAgent) =>
  Effect.gen(function* () {
    yield* greet(dialogue)
    yield* dialogue.say(request(1, "session/new", { cwd: stage.place.cwd, mcpServers: [] }))
    const sessionId = String(Json.at(yield* dialogue.hear(answers(1)), "result", "sessionId"))
    if (agent.askMode !== undefined) {
      yield* dialogue.say(request(2, "session/set_mode", { sessionId, modeId: agent.askMode }))
      yield* dialogue.hear(answers(2))
    }
    return sessionId
  })

const prompt = (sessionId: string, text: string) =>
  request(3, "session/prompt", { sessionId, prompt: [{ type: "text", text }] })

const optionOf = (ask: unknown, kind: string): unknown => {
  const options = Json.at(ask, "params", "options")
  return Array.isArray(options)
    ? Json.at(
        options.find((option) => Json.at(option, "kind") === kind),
        "optionId"
      )
    : undefined
}

/** Answers the next ask with the option of that kind. */
const answerAsk = (dialogue: Dialogue, kind: string) =>
  Effect.gen(function* () {
    const ask = yield* dialogue.hear(asksPermission)
    const outcome = { outcome: "selected", optionId: optionOf(ask, kind) }
    yield* dialogue.say({ jsonrpc: "2.0", id: Json.at(ask, "id"), result: { outcome } })
  })

const cancel = (sessionId: string) => ({ jsonrpc: "2.0", method: "session/cancel", params: { sessionId } })

/** A talk in a session of its own; `body` begins after the session was made. */
const inSession = (
  name: string,
  agent: AcpAgent,
  body: (dialogue: Dialogue, sessionId: string, stage: Stage) => ReturnType<Parameters<typeof talk>[2]>
): Scenario => ({
  name: `acp-${name}`,
  play: (stage) =>
    talk(stage, agent.args, (dialogue) =>
      Effect.flatMap(begin(dialogue, stage, agent), (sessionId) => body(dialogue, sessionId, stage))
    )
})

const asked = (name: string, agent: AcpAgent, kind: string, script: (stage: Stage) => string): Scenario =>
  inSession(name, agent, (dialogue, sessionId, stage) =>
    Effect.gen(function* () {
      yield* dialogue.say(prompt(sessionId, script(stage)))
      yield* answerAsk(dialogue, kind)
      yield* dialogue.hear(answers(3))
    })
  )

const simple = (name: string, agent: AcpAgent, text: string): Scenario =>
  inSession(name, agent, (dialogue, sessionId) =>
    Effect.andThen(dialogue.say(prompt(sessionId, text)), Effect.asVoid(dialogue.hear(answers(3))))
  )

/** A command that changes something: what only looks is not asked for everywhere. */
const command = () => "shell touch notes.txt ;; say done"

const acp = (agent: AcpAgent): ReadonlyArray<Scenario> => [
  simple("reasoning", agent, "think let me see ++ say hello"),
  asked("permission-allowed", agent, "allow_once", command),
  asked("permission-denied", agent, "reject_once", command),
  asked("write-allowed", agent, "allow_once", ({ place }) => `write ${place.cwd}/notes.txt hello ;; say written`),
  inSession("cancel-streaming", agent, (dialogue, sessionId, stage) =>
    Effect.gen(function* () {
      yield* dialogue.say(prompt(sessionId, "hang"))
      yield* stage.server.awaitHeld("hang")
      yield* dialogue.hear(speaks)
      yield* dialogue.say(cancel(sessionId))
      yield* dialogue.hear(answers(3))
    })
  ),
  inSession("cancel-tool", agent, (dialogue, sessionId, stage) =>
    Effect.gen(function* () {
      const waypoint = yield* waypointOf(stage)
      yield* dialogue.say(prompt(sessionId, `shell ${waypoint.command} ;; say never`))
      yield* answerAsk(dialogue, "allow_once")
      yield* waypoint.reached
      yield* dialogue.say(cancel(sessionId))
      yield* dialogue.hear(answers(3))
    })
  ),
  inSession("cancel-permission", agent, (dialogue, sessionId) =>
    Effect.gen(function* () {
      yield* dialogue.say(prompt(sessionId, "shell touch notes.txt ;; say never"))
      const ask = yield* dialogue.hear(asksPermission)
      yield* dialogue.say(cancel(sessionId))
      yield* dialogue.say({ jsonrpc: "2.0", id: Json.at(ask, "id"), result: { outcome: { outcome: "cancelled" } } })
      yield* dialogue.hear(answers(3))
    })
  ),
  inSession("rate-limited", agent, (dialogue, sessionId, stage) =>
    Effect.gen(function* () {
      yield* dialogue.say(prompt(sessionId, "status 429"))
      yield* stage.server.awaitRequest(({ number, script }) => script._tag === "Some" && number > 1)
      yield* dialogue.say(cancel(sessionId))
      yield* dialogue.hear(answers(3))
    })
  )
]

export const gemini: ReadonlyArray<Scenario> = acp({ args: ["--acp"] })

export const qwen: ReadonlyArray<Scenario> = acp({ args: ["--acp"], askMode: "default" })
