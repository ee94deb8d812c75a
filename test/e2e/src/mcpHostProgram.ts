/**
 * A host as a program of its own, so that it can be killed: it starts `offshoot
 * mcp` as its environment is, makes the calls of its arguments, each `NAME JSON`,
 * and prints what comes: `pid`, `progress`, `answer` and the words of the answer.
 *
 * It ends with its standard input, and so with the tests.
 */
import * as NodeProcess from "node:process"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as McpHost from "./McpHost.ts"

const readArguments = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

NodeProcess.stdin.on("close", () => NodeProcess.kill(NodeProcess.pid, "SIGKILL")).resume()

const [name = "killed", ...calls] = NodeProcess.argv.slice(2)

const talk = Effect.gen(function* () {
  const host = yield* McpHost.start({ cwd: NodeProcess.cwd(), env: NodeProcess.env, name, errors: "inherit" })
  yield* Console.log(`pid ${host.pid}`)
  for (const call of calls) {
    const [tool = "", ...json] = call.split(" ")
    const answer = yield* host.call(tool, readArguments(json.join(" ")), ({ message }) => {
      NodeProcess.stdout.write(`progress ${message ?? ""}\n`)
    })
    yield* Console.log(`answer ${answer.text.replaceAll("\n", " ")}`)
  }
  return yield* Effect.never
})

NodeRuntime.runMain(Effect.scoped(talk))
