/** `offshoot chat` against a server in this process, whose agent in process answers by what it is told. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Agent, AgentTools, ExternalChildRunner, Outcome, SubAgentTool } from "@offshoot/core"
import * as Cause from "effect/Cause"
import * as Command from "effect/cli/Command"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import { offshoot } from "../src/cli/Offshoot.ts"
import * as ServerRun from "../src/cli/ServerRun.ts"
import { type Signal, Signals } from "../src/cli/Signals.ts"
import { Environment } from "../src/Environment.ts"
import * as Settings from "../src/Settings.ts"

const permission = {
  type: "permission",
  toolCallId: "call_1",
  toolName: "write_file",
  arguments: { path: "a" }
} as const

/** What the agent does: it speaks, has a child, asks, or never ends. */
const work = (context: ExternalChildRunner.RunContext, tool: AgentTools.AgentTool | undefined) =>
  Effect.gen(function* () {
    const { emit, prompt } = context
    const say = (text: string) => emit({ type: "token", content: text })
    if (prompt.startsWith("The wait")) return yield* say("summed up")
    if (prompt === "spawn") {
      const params = { prompt: "count", title: "counter", wait: true }
      yield* emit({ type: "tool_start", toolCallId: "call_1", toolName: "SubAgent", arguments: params })
      yield* tool?.call({ toolCallId: "call_1", params, run: context, progress: () => Effect.void }) ?? Effect.void
      return
    }
    if (prompt === "ask") {
      const answer = yield* context.ask({ key: "ask", ask: permission })
      return yield* say(`it is ${answer._tag}`)
    }
    yield* say(`you said ${prompt}`)
    yield* say(", \u001b[31mdone\u001b[0m")
    if (prompt === "hang") return yield* Effect.never
  })

const agent = Layer.unwrap(
  Effect.map(AgentTools.ToolSources, ([source]) =>
    Agent.layer({
      run: (context) =>
        Effect.gen(function* () {
          const [tool] = yield* source?.toolsFor(context.session, () => Effect.void) ?? Effect.succeed([])
          yield* work(context, tool)
          return ExternalChildRunner.ended(Outcome.done)
        }).pipe(Effect.orDie)
    })
  )
).pipe(Layer.provideMerge(SubAgentTool.layer))

const running = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped()
  const environment = { OFFSHOOT_DATA_DIR: `${folder}/data`, PATH: process.env["PATH"] ?? "" }
  const settings = yield* Settings.load({ port: 0, demo: false }).pipe(Effect.provideService(Environment, environment))
  const server = yield* ServerRun.start(settings).pipe(
    Effect.provide(agent),
    Effect.provideService(Environment, environment)
  )
  return { ...environment, OFFSHOOT_URL: server.local, OFFSHOOT_TOKEN: Redacted.value(server.token) }
})

interface Person {
  /** What is piped in. */
  readonly input: Stream.Stream<string>
  /** At a terminal: signals to send when this was shown; each once. */
  readonly stopAt?: ReadonlyArray<string>
}

/** What a conversation showed and ended with. */
const chat = ({ input, stopAt = [] }: Person, environment: Record<string, string>, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    let shown = ""
    const signals = stopAt.map((text) => ({ text, sent: Deferred.makeUnsafe<Signal>() }))
    const display = (text: string) =>
      Effect.sync(() => {
        shown += text
        const due = signals.find(({ sent }) => !Deferred.isDoneUnsafe(sent))
        if (due !== undefined && shown.includes(due.text)) Deferred.doneUnsafe(due.sent, Effect.succeed("SIGINT"))
      })
    const terminal = Terminal.make({
      columns: Effect.succeed(0),
      rows: Effect.succeed(0),
      size: Queue.unbounded<Terminal.Size>(),
      readInput: Queue.unbounded<Terminal.UserInput>(),
      readLine: Effect.succeed(""),
      display
    })
    const exit = yield* Command.runWith(offshoot, { version: "1.2.3" })(["chat", ...args]).pipe(
      Effect.provide(
        Layer.mergeAll(
          Layer.succeed(Terminal.Terminal, terminal),
          Stdio.layerTest({
            stdin: input.pipe(Stream.encodeText),
            stdinIsTerminal: Effect.succeed(stopAt.length > 0),
            stdoutIsTerminal: Effect.succeed(stopAt.length > 0)
          }),
          Layer.succeed(Environment, environment),
          Layer.succeed(Signals, {
            nth: (count) => {
              const signal = signals[count - 1]
              return signal === undefined ? Effect.never : Deferred.await(signal.sent)
            },
            dealWith: () => Effect.void
          })
        )
      ),
      Effect.exit
    )
    const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
    const session = /--session (\S+)/.exec(shown)?.[1] ?? ""
    return { code: error === undefined ? 0 : Runtime.getErrorExitCode(error), shown, session, error }
  })

const live = <A, E>(
  name: string,
  test: (environment: Record<string, string>) => Effect.Effect<A, E, NodeServices.NodeServices>
) => it.live(name, () => Effect.scoped(Effect.flatMap(running, test)).pipe(Effect.provide(NodeServices.layer)), 30_000)

const lines = (...written: ReadonlyArray<string>): Person => ({ input: Stream.make(`${written.join("\n")}\n`) })

describe("offshoot chat", () => {
  live(
    "answers each piped line in its turn, shows nothing that a terminal would obey, and ends with the input",
    (environment) =>
      Effect.gen(function* () {
        const first = yield* chat(lines("hello", "", "again"), environment)
        assert.strictEqual(first.code, 0, String(first.error))
        assert.include(first.shown, "\nyou said hello, done\nyou said again, done\n")
        const second = yield* chat(lines("third"), environment, "--session", first.session)
        assert.include(second.shown, "you said third, done\n")
        assert.notInclude(second.shown, "hello")
      })
  )

  live(
    "S-tool: shows the tool, the child as it starts and ends, the wait, and what is said when it is woken",
    (environment) =>
      Effect.gen(function* () {
        const { code, shown } = yield* chat(lines("spawn"), environment)
        assert.strictEqual(code, 0)
        const order = [
          "⚒ SubAgent {",
          "counter: started",
          "waits for its children",
          "counter: completed",
          "summed up\n"
        ]
        const places = order.map((text) => shown.indexOf(text))
        assert.deepStrictEqual(
          places,
          places.toSorted((a, b) => a - b),
          shown
        )
        assert.notInclude(places, -1, shown)
      })
  )

  live("asks what is asked and sends the next line as the answer", (environment) =>
    Effect.gen(function* () {
      const { shown } = yield* chat(lines("ask", "what?", "no, not now"), environment)
      assert.strictEqual(shown.split("may it use write_file").length, 3, shown)
      assert.include(shown, "it is Denied\n")
    })
  )

  live("says how to answer when the input is over, and leaves the session to it", (environment) =>
    Effect.gen(function* () {
      const { code, shown } = yield* chat(lines("ask"), environment)
      assert.strictEqual(code, 1)
      assert.match(shown, /offshoot answer req_/)
    })
  )

  live("the first Ctrl-C cancels the turn, the conversation goes on, and one at rest leaves", (environment) =>
    Effect.gen(function* () {
      const input = Stream.concat(Stream.make("hang\nafter\n"), Stream.never)
      const { code, shown } = yield* chat(
        { input, stopAt: ["you said hang, done", "you said after, done\n> "] },
        environment
      )
      assert.include(shown, "(cancelled)\n")
      assert.include(shown, "you said after")
      assert.strictEqual(code, 130)
    })
  )
})
