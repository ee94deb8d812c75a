/**
 * The `offshoot` command: its flags and arguments, and nothing of what they do.
 *
 * Every handler loads its own module when it is called, so that `--version` and
 * a typing error are answered without loading the server.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Flags } from "../Settings.ts"
import { client, json, load, optional, SessionIdArgument, where, whereOf } from "./CommandFlags.ts"
import { doctor, profiles } from "./LocalCommands.ts"
import { mcp } from "./McpCommands.ts"

const serve = Command.make(
  "serve",
  {
    ...where,
    host: Flag.String("host").pipe(
      Flag.withDescription("The address to listen on (OFFSHOOT_HOST; 127.0.0.1)"),
      Flag.optional
    ),
    port: Flag.Int("port").pipe(
      Flag.withAlias("p"),
      Flag.withDescription("The port; 0 is any free one (OFFSHOOT_PORT; 4319)"),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))),
      Flag.optional
    ),
    allowRemote: Flag.Boolean("allow-remote").pipe(
      Flag.withDescription("Let other machines reach the server"),
      Flag.withDefault(false)
    ),
    demo: Flag.Boolean("demo").pipe(
      Flag.withDescription("Show the demo at the start; --no-demo starts without (OFFSHOOT_DEMO)"),
      Flag.optional
    ),
    record: Flag.String("record").pipe(
      Flag.withDescription(
        "Record the calls of models in this file, which is not there yet, without keys: for a report"
      ),
      Flag.optional
    ),
    recordContent: Flag.Literals("record-content", ["shape", "whole"]).pipe(
      Flag.withDescription("Whether the recording holds the words of prompts and answers, or only their lengths"),
      Flag.withDefault("shape")
    ),
    idleExit: Flag.Finite("idle-exit").pipe(
      Flag.withDescription("End when nothing is in flight and nobody has asked for so many minutes"),
      Flag.withSchema(Schema.Finite.check(Schema.isGreaterThan(0))),
      Flag.optional
    )
  },
  Effect.fn(function* (input) {
    const Serve = yield* load(() => import("./Serve.ts"))
    const flags: Flags = {
      allowRemote: input.allowRemote,
      ...optional("host", input.host),
      ...optional("port", input.port),
      ...optional("token", input.token),
      ...optional("dataDir", input.dataDir),
      ...optional("config", input.config),
      ...optional("demo", input.demo),
      ...optional(
        "record",
        Option.map(input.record, (path) => ({ path, content: input.recordContent }))
      )
    }
    yield* Serve.serve(flags, Option.map(input.idleExit, Duration.minutes))
  })
).pipe(
  Command.withDescription("Start the server and keep it until it is stopped"),
  Command.withExamples([
    { command: "offshoot serve --port 0 --no-demo", description: "On any free port, without the demo" }
  ])
)

/** Ids have no comma, so that one flag may name several. */
const agentsOf = (given: ReadonlyArray<string>): ReadonlyArray<string> =>
  given
    .flatMap((list) => list.split(","))
    .map((id) => id.trim())
    .filter((id) => id !== "")

const run = Command.make(
  "run",
  {
    ...client,
    json,
    prompt: Argument.String("prompt").pipe(
      Argument.withDescription("What the children are to do"),
      Argument.withSchema(Schema.NonEmptyString)
    ),
    agents: Flag.String("agent").pipe(
      Flag.withAlias("a"),
      Flag.withDescription("An agent of the configuration; once for each child"),
      Flag.withMetavar("<id>"),
      Flag.atLeast(0)
    ),
    profile: Flag.String("profile").pipe(
      Flag.withDescription("The role of the children; without an agent it is played in process"),
      Flag.withMetavar("<name>"),
      Flag.optional
    ),
    maxTokens: Flag.Int("max-tokens").pipe(
      Flag.withDescription("Tokens that all of it may use together"),
      Flag.withSchema(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
      Flag.optional
    ),
    maxCost: Flag.Finite("max-cost").pipe(
      Flag.withDescription("Dollars that all of it may cost together, as far as costs are known"),
      Flag.withSchema(Schema.Finite.check(Schema.isGreaterThan(0))),
      Flag.optional
    ),
    title: Flag.String("title").pipe(
      Flag.withDescription("What the run is called; the prompt's first line"),
      Flag.optional
    ),
    model: Flag.String("model").pipe(Flag.withDescription("The model that the children are to use"), Flag.optional),
    workspace: Flag.Path("workspace").pipe(Flag.withDescription("The folder that the children work in"), Flag.optional),
    timeout: Flag.Int("timeout").pipe(
      Flag.withDescription("Seconds that one child may take"),
      Flag.withSchema(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
      Flag.optional
    ),
    text: Flag.Boolean("text").pipe(
      Flag.withDescription("Print the children's whole answers too"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* (input) {
    const Run = yield* load(() => import("./Run.ts"))
    yield* Run.run({
      where: whereOf(input),
      prompt: input.prompt,
      agents: agentsOf(input.agents),
      profile: input.profile,
      budget: {
        ...Option.match(input.maxTokens, { onNone: () => ({}), onSome: (tokens) => ({ tokens }) }),
        ...Option.match(input.maxCost, { onNone: () => ({}), onSome: (costUsd) => ({ costUsd }) })
      },
      title: input.title,
      model: input.model,
      workspace: input.workspace,
      timeoutSeconds: input.timeout,
      json: input.json,
      text: input.text
    })
  })
).pipe(
  Command.withDescription("Run a prompt on one child per agent and show the tree until all have settled"),
  Command.withExamples([
    { command: 'offshoot run "Review this change" -a reviewer -a tester', description: "Two children side by side" },
    {
      command: 'offshoot run "Review this change" --profile reviewer --max-cost 0.50',
      description: "A role, played in process, for at most half a dollar"
    },
    {
      command: 'offshoot run "Review this change" -a reviewer --json',
      description: "Every event and a summary, as JSON lines"
    }
  ])
)

const ls = Command.make(
  "ls",
  {
    ...client,
    json,
    limit: Flag.Int("limit").pipe(
      Flag.withAlias("n"),
      Flag.withDescription("How many, the newest first"),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 }))),
      Flag.withDefault(50)
    ),
    status: Flag.Literals("status", [
      "idle",
      "pending",
      "running",
      "awaiting_request",
      "waiting_for_children",
      "cancelling",
      "completed",
      "error",
      "timeout",
      "cancelled",
      "skipped"
    ]).pipe(Flag.withDescription("Only those with this status"), Flag.optional)
  },
  Effect.fn(function* (input) {
    const List = yield* load(() => import("./List.ts"))
    yield* List.list({ where: whereOf(input), limit: input.limit, status: input.status, json: input.json })
  })
).pipe(Command.withDescription("List the sessions"))

const watch = Command.make(
  "watch",
  { ...client, json, id: SessionIdArgument },
  Effect.fn(function* (input) {
    const { Ids } = yield* load(() => import("@offshoot/core"))
    const Watch = yield* load(() => import("./Watch.ts"))
    yield* Watch.watch({ where: whereOf(input), id: Ids.SessionId.make(input.id), json: input.json })
  })
).pipe(Command.withDescription("Show a session and everything below it while it lives; ending this stops nothing"))

const cancel = Command.make(
  "cancel",
  {
    ...client,
    json,
    id: SessionIdArgument,
    abort: Flag.Boolean("abort").pipe(
      Flag.withDescription("Leave the children no time to clean up"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* (input) {
    const { Ids } = yield* load(() => import("@offshoot/core"))
    const Cancel = yield* load(() => import("./Cancel.ts"))
    yield* Cancel.cancel({
      where: whereOf(input),
      id: Ids.SessionId.make(input.id),
      abort: input.abort,
      json: input.json
    })
  })
).pipe(Command.withDescription("Stop a session and everything below it"))

const send = Command.make(
  "send",
  {
    ...client,
    json,
    id: SessionIdArgument,
    text: Argument.String("text").pipe(
      Argument.withDescription("What to tell the session"),
      Argument.withSchema(Schema.NonEmptyString)
    ),
    interrupt: Flag.Boolean("interrupt").pipe(
      Flag.withDescription("Now, instead of at the run's next safe point"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* (input) {
    const { Ids } = yield* load(() => import("@offshoot/core"))
    const Send = yield* load(() => import("./Send.ts"))
    yield* Send.send({
      where: whereOf(input),
      id: Ids.SessionId.make(input.id),
      text: input.text,
      mode: input.interrupt ? "interrupt" : "queue",
      json: input.json
    })
  })
).pipe(Command.withDescription("Send a message to a session; one that is at rest runs again with it"))

const chat = Command.make(
  "chat",
  {
    ...client,
    session: Flag.String("session").pipe(
      Flag.withDescription("The id of a session to go on with; without it a new one begins"),
      Flag.withSchema(Schema.NonEmptyString.check(Schema.isMaxLength(128))),
      Flag.optional
    ),
    model: Flag.String("model").pipe(Flag.withDescription("The model of a new session"), Flag.optional),
    profile: Flag.String("profile").pipe(Flag.withDescription("The role of a new session"), Flag.optional)
  },
  Effect.fn(function* (input) {
    const { Ids } = yield* load(() => import("@offshoot/core"))
    const Chat = yield* load(() => import("./Chat.ts"))
    yield* Chat.chat({
      where: whereOf(input),
      session: Option.map(input.session, (id) => Ids.SessionId.make(id)),
      model: input.model,
      profile: input.profile
    })
  })
).pipe(
  Command.withDescription("Talk to an agent: a line is a message; Ctrl-C cancels the turn, once more leaves"),
  Command.withExamples([
    { command: "offshoot chat --model provider:model", description: "A new conversation" },
    { command: 'echo "Review this change" | offshoot chat', description: "One turn, without a terminal" }
  ])
)

const acp = Command.make(
  "acp",
  {
    ...client,
    agent: Flag.String("agent").pipe(
      Flag.withAlias("a"),
      Flag.withDescription("An agent of the configuration that plays new sessions; else the one in process does"),
      Flag.optional
    ),
    model: Flag.String("model").pipe(Flag.withDescription("The model of new sessions"), Flag.optional),
    profile: Flag.String("profile").pipe(Flag.withDescription("The role of new sessions"), Flag.optional)
  },
  Effect.fn(function* (input) {
    const Acp = yield* load(() => import("./Acp.ts"))
    yield* Acp.acp({
      where: whereOf(input),
      players: { agent: input.agent, model: input.model, profile: input.profile }
    })
  })
).pipe(
  Command.withDescription("Be the agent of an editor, over standard input and output (Agent Client Protocol)"),
  Command.withExamples([
    { command: "offshoot acp --model provider:model", description: "What an editor is configured to start" }
  ])
)

const requests = Command.make(
  "requests",
  { ...client, json },
  Effect.fn(function* (input) {
    const Requests = yield* load(() => import("./Requests.ts"))
    yield* Requests.requests({ where: whereOf(input), json: input.json })
  })
).pipe(Command.withDescription("List what children ask and nobody has answered"))

const answer = Command.make(
  "answer",
  {
    ...client,
    json,
    id: Argument.String("id").pipe(
      Argument.withDescription("The id of a request, as requests shows it"),
      Argument.withSchema(Schema.NonEmptyString.check(Schema.isMaxLength(128)))
    ),
    decision: Argument.Literals("decision", ["approve", "deny", "answer"]).pipe(
      Argument.withDescription("A permission is approved or denied, a question answered")
    ),
    text: Argument.String("text").pipe(
      Argument.withDescription("The answer, or why"),
      Argument.withSchema(Schema.NonEmptyString),
      Argument.optional
    )
  },
  Effect.fn(function* (input) {
    const { Ids } = yield* load(() => import("@offshoot/core"))
    const Answer = yield* load(() => import("./Answer.ts"))
    yield* Answer.answer({
      where: whereOf(input),
      id: Ids.RequestId.make(input.id),
      decision: input.decision,
      text: input.text,
      json: input.json
    })
  })
).pipe(
  Command.withDescription("Answer what a child asks"),
  Command.withExamples([
    { command: "offshoot answer req_… approve", description: "Let a tool run" },
    { command: 'offshoot answer req_… answer "the blue one"', description: "Answer a question" }
  ])
)

/** The command with all that is below it. */
export const offshoot = Command.make("offshoot").pipe(
  Command.withDescription("The sub-agent runtime: spawn children, watch them, get the truth about how they ended"),
  Command.withSubcommands([serve, run, ls, watch, cancel, send, chat, acp, mcp, requests, answer, profiles, doctor])
)
