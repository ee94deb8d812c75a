/**
 * Talks with Claude Code as a runner of children has them: with the handshake,
 * messages by ids, and an environment in which it says when it is idle.
 */
import * as Effect from "effect/Effect"
import * as Json from "../Json.ts"
import type { Dialogue } from "./Dialogue.ts"
import { type Recording, type Scenario, type Stage, talk, waypointOf } from "./Scenario.ts"

const args = [
  "-p",
  "--input-format",
  "stream-json",
  "--output-format",
  "stream-json",
  "--verbose",
  "--include-partial-messages",
  "--permission-prompt-tool",
  "stdio",
  "--permission-mode",
  "default"
]

const env = { CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: "1", CLAUDE_CODE_STARTUP_FAILURE_RESULTS: "1" }

const idOf = (number: number) => `11111111-1111-4111-8111-${String(number).padStart(12, "0")}`

const user = (number: number, content: string) => ({
  type: "user",
  message: { role: "user", content },
  parent_tool_use_id: null,
  session_id: "",
  uuid: idOf(number)
})

const control = (request_id: string, request: object) => ({ type: "control_request", request_id, request })
const interrupt = control("interrupt-1", { subtype: "interrupt", cancel_queued: true })

const is =
  (type: string, subtype?: string) =>
  (message: unknown): boolean =>
    Json.at(message, "type") === type && (subtype === undefined || Json.at(message, "subtype") === subtype)

const isIdle = (message: unknown): boolean =>
  is("system", "session_state_changed")(message) && Json.at(message, "state") === "idle"

const isMessage = (number: number, state: string) => (message: unknown) =>
  is("command_lifecycle")(message) &&
  Json.at(message, "command_uuid") === idOf(number) &&
  Json.at(message, "state") === state

const isAsk = (message: unknown): boolean =>
  is("control_request")(message) && Json.at(message, "request", "subtype") === "can_use_tool"

const initialize = ({ hear, say }: Dialogue) =>
  Effect.andThen(
    say(control("initialize", { subtype: "initialize", hooks: {}, forwardSubagentText: true })),
    hear(is("control_response"))
  )

const answer = ({ hear, say }: Dialogue, decide: (input: unknown) => object) =>
  Effect.flatMap(hear(isAsk), (ask) =>
    say({
      type: "control_response",
      response: {
        subtype: "success",
        request_id: Json.at(ask, "request_id"),
        response: decide(Json.at(ask, "request", "input"))
      }
    })
  )

const allow = (updatedInput: unknown) => ({ behavior: "allow", updatedInput })
const deny = () => ({ behavior: "deny", message: "Not today", interrupt: false })

/** One prompt, until nothing is left to do. */
const prompt =
  (text: string, number = 1) =>
  (dialogue: Dialogue) =>
    Effect.andThen(dialogue.say(user(number, text)), dialogue.hear(isIdle))

/** The manuals of its commands, agents and models, which come with the handshake, are no part of a talk. */
const withoutManuals = (recording: Recording): Recording => ({
  ...recording,
  lines: recording.lines.map((line) =>
    line.startsWith('{"type":"control_response"') && line.includes('"commands":[')
      ? '{"type":"control_response","response":{"subtype":"success","request_id":"initialize","response":{}}}'
      : line
  )
})

const play = (
  stage: Stage,
  more: ReadonlyArray<string>,
  body: Parameters<typeof talk>[2],
  own: Readonly<Record<string, string>> = {}
) => Effect.map(talk(stage, [...args, ...more], body, { ...env, ...own }), withoutManuals)

const driven = (
  name: string,
  body: (dialogue: Dialogue, stage: Stage) => ReturnType<Parameters<typeof talk>[2]>,
  more: { readonly args?: ReadonlyArray<string>; readonly env?: Readonly<Record<string, string>> } = {}
): Scenario => ({
  name: `driven-${name}`,
  play: (stage) =>
    play(
      stage,
      more.args ?? [],
      (dialogue) => Effect.asVoid(Effect.andThen(initialize(dialogue), body(dialogue, stage))),
      more.env
    )
})

const call = (name: string, input: object) => `call ${name} ${Json.encode(input)}`

const questions = {
  questions: [
    {
      question: "Which one?",
      header: "Pick",
      options: [
        { label: "A", description: "the first" },
        { label: "B", description: "the second" }
      ],
      multiSelect: false
    },
    {
      question: "What else?",
      header: "More",
      options: [
        { label: "X", description: "X" },
        { label: "Y", description: "Y" }
      ],
      multiSelect: true
    }
  ]
}

const subAgent = (task: string) =>
  call("Task", { description: "Look around", prompt: task, subagent_type: "general-purpose" })

export const claudeDriven: ReadonlyArray<Scenario> = [
  driven("turn", prompt("think let me see ++ say looking ++ shell echo hi ;; say all done")),
  driven("permissions", (dialogue, { place }) =>
    Effect.gen(function* () {
      const file = `${place.cwd}/notes.txt`
      const edit = call("Edit", { file_path: file, old_string: "hello", new_string: "bye" })
      const read = call("Read", { file_path: "/etc/hostname" })
      yield* dialogue.say(
        user(1, `shell touch one ;; shell touch two ;; write ${file} hello ;; ${edit} ;; ${read} ;; say fin`)
      )
      yield* answer(dialogue, allow)
      yield* answer(dialogue, deny)
      yield* answer(dialogue, allow)
      yield* answer(dialogue, allow)
      yield* answer(dialogue, deny)
      yield* dialogue.hear(isIdle)
    })
  ),
  driven("question", (dialogue) =>
    Effect.gen(function* () {
      yield* dialogue.say(user(1, `${call("AskUserQuestion", questions)} ;; say fin`))
      yield* answer(dialogue, (input) => ({
        behavior: "allow",
        updatedInput: {
          ...(typeof input === "object" ? input : {}),
          answers: { "Which one?": "B", "What else?": "X, Y" }
        }
      }))
      yield* dialogue.hear(isIdle)
    })
  ),
  driven(
    "steer",
    (dialogue, stage) =>
      Effect.gen(function* () {
        const waypoint = yield* waypointOf(stage)
        yield* dialogue.say(user(1, `shell ${waypoint.command} ;; say not steered`))
        yield* waypoint.reached
        yield* dialogue.say(user(2, "say steered"))
        yield* dialogue.hear(isMessage(2, "queued"))
        yield* waypoint.pass
        yield* dialogue.hear(isIdle)
      }),
    { args: ["--allowedTools", "Bash"] }
  ),
  driven("steer-late", (dialogue, { server }) =>
    Effect.gen(function* () {
      yield* dialogue.say(user(1, "say one ++ hold late"))
      yield* server.awaitHeld("late")
      yield* dialogue.say(user(2, "say steered"))
      yield* dialogue.hear(isMessage(2, "queued"))
      yield* server.release("late")
      yield* dialogue.hear(isIdle)
    })
  ),
  driven("interrupt", (dialogue, { server }) =>
    Effect.gen(function* () {
      yield* dialogue.say(user(1, "say one ++ hold never"))
      yield* server.awaitHeld("never")
      yield* dialogue.say(user(2, "say steered"))
      yield* dialogue.hear(isMessage(2, "queued"))
      yield* dialogue.say(interrupt)
      yield* dialogue.hear(isIdle)
      yield* prompt("say next", 3)(dialogue)
    })
  ),
  driven("interrupt-early", (dialogue) =>
    Effect.gen(function* () {
      yield* dialogue.say(user(1, "say one"))
      yield* dialogue.say(interrupt)
      yield* dialogue.hear(isIdle)
    })
  ),
  driven("interrupt-ask", (dialogue) =>
    Effect.gen(function* () {
      yield* dialogue.say(user(1, "shell touch one ;; say never"))
      yield* dialogue.hear(isAsk)
      yield* dialogue.say(interrupt)
      yield* dialogue.hear(isIdle)
    })
  ),
  driven("sub-agent", (dialogue) =>
    Effect.gen(function* () {
      yield* dialogue.say(user(1, `${subAgent("shell touch inner")} ;; say outer done`))
      yield* answer(dialogue, allow)
      yield* dialogue.hear(isIdle)
    })
  ),
  driven("sub-agent-interrupted", (dialogue) =>
    Effect.gen(function* () {
      yield* dialogue.say(user(1, `${subAgent("shell touch inner")} ;; say outer done`))
      yield* dialogue.hear(is("result"))
      yield* dialogue.say(interrupt)
      yield* dialogue.hear(isIdle)
    })
  ),
  driven(
    "background-command",
    prompt(
      `${call("Bash", { command: "sleep 100", description: "Waits", run_in_background: true })} ;; say outer done`
    ),
    { args: ["--allowedTools", "Bash"] }
  ),
  driven("error401", (dialogue) =>
    Effect.gen(function* () {
      yield* dialogue.say(user(1, "status 401"))
      yield* dialogue.hear(is("system", "api_retry"))
      yield* dialogue.say(interrupt)
      yield* dialogue.hear(isIdle)
    })
  ),
  driven("error403", prompt("status 403")),
  driven("not-signed-in", prompt("say never"), { env: { ANTHROPIC_API_KEY: "" } }),
  driven("rate-limited", prompt("status 429 after 90")),
  driven("retried", prompt("status 529 times 1 ;; say back again")),
  driven("cut-off", prompt("say a ++ cut ;; say b ++ cut ;; say c ++ cut ;; say d ++ cut")),
  driven("refused", prompt("refuse ;; refuse")),
  driven("max-turns", prompt("shell echo one ;; shell echo two ;; say never"), { args: ["--max-turns", "1"] }),
  {
    name: "driven-resume",
    play: (stage) =>
      Effect.gen(function* () {
        let session: unknown
        const first = (dialogue: Dialogue) =>
          Effect.gen(function* () {
            yield* initialize(dialogue)
            yield* dialogue.say(user(1, "say one"))
            session = Json.at(yield* dialogue.hear(is("result")), "session_id")
            yield* dialogue.hear(isIdle)
          })
        yield* Effect.scoped(play(stage, [], first))
        return yield* play(stage, ["--resume", String(session)], (dialogue) =>
          Effect.asVoid(Effect.andThen(initialize(dialogue), prompt("say two", 2)(dialogue)))
        )
      })
  },
  {
    name: "driven-resume-missing",
    play: (stage) =>
      play(stage, ["--resume", "11111111-1111-4111-8111-111111111111"], (dialogue) =>
        Effect.andThen(
          dialogue.say(control("initialize", { subtype: "initialize", hooks: {}, forwardSubagentText: true })),
          Effect.asVoid(dialogue.hear(is("result")))
        )
      )
  }
]
