/** Talks with Claude Code in its stream-json protocol. */
import * as Effect from "effect/Effect"
import * as Json from "../Json.ts"
import type { Dialogue } from "./Dialogue.ts"
import { type Scenario, type Stage, talk, waypointOf } from "./Scenario.ts"

const args = [
  "-p",
  "--input-format",
  "stream-json",
  "--output-format",
  "stream-json",
  "--verbose",
  "--include-partial-messages",
  "--permission-prompt-tool",
  "stdio"
]

const user = (content: string) => ({
  type: "user",
  message: { role: "user", content },
  parent_tool_use_id: null,
  session_id: ""
})

const control = (request_id: string, request: object) => ({ type: "control_request", request_id, request })

const is =
  (type: string, subtype?: string) =>
  (message: unknown): boolean =>
    Json.at(message, "type") === type && (subtype === undefined || Json.at(message, "subtype") === subtype)

const asksForTool = (message: unknown): boolean =>
  is("control_request")(message) && Json.at(message, "request", "subtype") === "can_use_tool"

/** Answers the next ask with what `decide` makes of the tool's input. */
const answerAsk = (dialogue: Dialogue, decide: (input: unknown) => object) =>
  Effect.gen(function* () {
    const ask = yield* dialogue.hear(asksForTool)
    yield* dialogue.say({
      type: "control_response",
      response: {
        subtype: "success",
        request_id: Json.at(ask, "request_id"),
        response: decide(Json.at(ask, "request", "input"))
      }
    })
  })

const allow = (updatedInput: unknown) => ({ behavior: "allow", updatedInput })

/** One turn from its message to its result. */
const turn = (text: string) => (dialogue: Dialogue) =>
  Effect.andThen(dialogue.say(user(text)), dialogue.hear(is("result")))

const simple = (
  name: string,
  text: string,
  more: ReadonlyArray<string> = [],
  env: Readonly<Record<string, string>> = {}
) => ({
  name,
  play: (stage: Stage) => talk(stage, [...args, ...more], turn(text), env)
})

const interrupt = control("interrupt-1", { subtype: "interrupt" })

/** Runs its commands without asking, for what is about something else. */
const allowed = ["--allowedTools", "Bash"]

export const claude: ReadonlyArray<Scenario> = [
  {
    name: "live-initialize",
    play: (stage) =>
      talk(stage, args, (dialogue) =>
        Effect.gen(function* () {
          yield* dialogue.say(control("initialize-1", { subtype: "initialize", hooks: {} }))
          yield* dialogue.hear(is("control_response"))
          yield* turn("think let me see ++ say hello")(dialogue)
        })
      )
  },
  {
    name: "live-permission-allowed",
    play: (stage) =>
      talk(stage, args, (dialogue) =>
        Effect.gen(function* () {
          yield* dialogue.say(user("shell touch notes.txt ;; say done"))
          yield* answerAsk(dialogue, allow)
          yield* dialogue.hear(is("result"))
        })
      )
  },
  {
    name: "live-permission-denied",
    play: (stage) =>
      talk(stage, args, (dialogue) =>
        Effect.gen(function* () {
          yield* dialogue.say(user("shell touch notes.txt ;; say it was denied"))
          yield* answerAsk(dialogue, () => ({ behavior: "deny", message: "Not today", interrupt: false }))
          yield* dialogue.hear(is("result"))
        })
      )
  },
  {
    name: "live-write-allowed",
    play: (stage) =>
      talk(stage, args, (dialogue) =>
        Effect.gen(function* () {
          yield* dialogue.say(user(`write ${stage.place.cwd}/notes.txt hello ;; say written`))
          yield* answerAsk(dialogue, allow)
          yield* dialogue.hear(is("result"))
        })
      )
  },
  {
    name: "live-interrupt-streaming",
    play: (stage) =>
      talk(stage, args, (dialogue) =>
        Effect.gen(function* () {
          yield* dialogue.say(user("hang"))
          yield* stage.server.awaitHeld("hang")
          yield* dialogue.hear(is("stream_event"))
          yield* dialogue.say(interrupt)
          yield* dialogue.hear(is("result"))
          yield* turn("say still here")(dialogue)
        })
      )
  },
  {
    name: "live-interrupt-tool",
    play: (stage) =>
      talk(stage, [...args, ...allowed], (dialogue) =>
        Effect.gen(function* () {
          const waypoint = yield* waypointOf(stage)
          yield* dialogue.say(user(`shell ${waypoint.command} ;; say never`))
          yield* waypoint.reached
          yield* dialogue.say(interrupt)
          yield* dialogue.hear(is("result"))
        })
      )
  },
  {
    name: "live-steer",
    play: (stage) =>
      talk(stage, [...args, ...allowed], (dialogue) =>
        Effect.gen(function* () {
          const waypoint = yield* waypointOf(stage)
          yield* dialogue.say(user(`shell ${waypoint.command} ;; say not steered`))
          yield* waypoint.reached
          yield* dialogue.say(user("say steered"))
          yield* waypoint.pass
          yield* dialogue.hear(is("result"))
        })
      )
  },
  {
    name: "live-error401",
    play: (stage) =>
      talk(stage, args, (dialogue) =>
        Effect.gen(function* () {
          yield* dialogue.say(user("status 401"))
          yield* dialogue.hear(is("system", "api_retry"))
          yield* dialogue.say(interrupt)
          yield* dialogue.hear(is("result"))
        })
      )
  },
  simple("live-error401-no-retries", "status 401", [], { CLAUDE_CODE_MAX_RETRIES: "0" }),
  simple("live-rate-limited", "status 429 after 1", [], { CLAUDE_CODE_MAX_RETRIES: "1" }),
  simple("live-retried-once", "status 529 times 1 ;; say back again"),
  simple("live-cut", "say half of it ++ cut"),
  simple("live-refused", "say I would rather not ++ refuse"),
  simple("live-max-turns", "shell echo one ;; shell echo two ;; say never", [...allowed, "--max-turns", "1"]),
  simple(
    "live-sub-agent",
    `call Agent ${Json.encode({ description: "Look", prompt: "shell echo inner ;; say inner done", subagent_type: "general-purpose" }).replaceAll(";;", "\\u003b\\u003b")} ;; say outer done`,
    allowed
  ),
  {
    name: "live-resume",
    play: (stage) =>
      Effect.gen(function* () {
        let session: unknown
        yield* Effect.scoped(
          talk(stage, args, (dialogue) =>
            Effect.gen(function* () {
              session = Json.at(yield* turn("say one")(dialogue), "session_id")
            })
          )
        )
        return yield* talk(stage, [...args, "--resume", String(session)], turn("say two"))
      })
  },
  {
    name: "live-resume-missing",
    play: (stage) => talk(stage, [...args, "--resume", "11111111-1111-4111-8111-111111111111"], turn("say two"))
  }
]
