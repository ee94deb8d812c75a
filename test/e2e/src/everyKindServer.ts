/**
 * The server of the kill loop: `App` as `offshoot serve` has it, with scripted
 * agents, an in-process agent and a completion handler beside the programs of
 * its configuration. `everyKindServer.ts PORT TOLD`: the handler adds each run
 * id to the file TOLD.
 *
 * It dies with its standard input, so that no end of the tests leaves it behind.
 */
import * as NodeFS from "node:fs"
import * as NodeProcess from "node:process"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Agent, AgentDirectory, ChildCompletionHandler, ExternalChildRunner, Outcome } from "@offshoot/core"
import * as ScriptedRunner from "@offshoot/core/testing/ScriptedRunner"
import { App, Environment, Settings } from "@offshoot/server"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { scriptedAgents } from "./Kinds.ts"

const [port = "0", told = ""] = NodeProcess.argv.slice(2)

NodeProcess.stdin.on("close", () => NodeProcess.kill(NodeProcess.pid, "SIGKILL")).resume()

const all = { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true }

const census: ScriptedRunner.Census = { open: 0, started: 0 }

const runners = scriptedAgents.map(({ id, resume }) =>
  ScriptedRunner.make({ agent: id, census, capabilities: { ...all, resume } })
)

const entries = scriptedAgents.map(({ id }) => ({
  id,
  protocol: ScriptedRunner.protocol,
  concurrentMax: Number.MAX_SAFE_INTEGER
}))

const script = ScriptedRunner.make({ agent: "in-process", census, capabilities: all })

/** Plays a script, and answers in one word when it is woken or spoken to. */
const agent: Agent.AgentShape = {
  run: (context) =>
    context.prompt.startsWith("say ") && !context.prompt.includes("The wait ")
      ? script.run(context)
      : Effect.as(context.emit({ type: "token", content: "heard" }), ExternalChildRunner.ended(Outcome.done))
}

const failed = new Set<string>()

/** Does not take every twelfth completion at the first time in each life. */
const handler: ChildCompletionHandler.ChildCompletionHandler = {
  name: "list",
  onChildCompleted: ({ runId }) =>
    Effect.suspend(() => {
      if (runId.endsWith("7") && !failed.has(runId)) {
        failed.add(runId)
        return Effect.fail(new ChildCompletionHandler.CompletionNotHandled({ handler: "list", cause: "not now" }))
      }
      NodeFS.appendFileSync(told, `${runId}\n`)
      return Effect.void
    })
}

const serve = Effect.gen(function* () {
  const settings = yield* Settings.load({ port: Number(port), demo: false })
  const token = App.tokenOf(settings)
  const context = yield* Layer.build(App.layer(settings, token))
  const { announced } = yield* Effect.provideContext(App.addresses(settings), context)
  yield* Console.log(`offshoot ready ${announced} token ${Redacted.value(token)}`)
  return yield* Effect.never
})

const given = Layer.mergeAll(
  ExternalChildRunner.layer(runners),
  AgentDirectory.layer(entries),
  Agent.layer(agent),
  ChildCompletionHandler.layer([handler]),
  Layer.succeed(Environment.Environment, NodeProcess.env),
  NodeServices.layer,
  Logger.layer([])
)

NodeRuntime.runMain(Effect.provide(Effect.scoped(serve), given))
