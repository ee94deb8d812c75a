/** One tool of one server, as the agent loop calls it. */
import type { AgentTools } from "@offshoot/core"
import { Tool } from "effect/ai"
import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { McpConnection } from "../McpConnection.ts"
import type { ListedTool } from "../ToolListing.ts"
import { answerOf, failure } from "../ToolResult.ts"
import type { Progress } from "./sdkSession.ts"
import { firstChars, maskOf, plain } from "./secretText.ts"

/** Progress that nobody has seen yet. The newest says most; a flood of it costs nothing more. */
const progressKept = 16

const progressCharsMax = 500

const progressWords = ({ message, progress, total }: Progress): string => {
  const count = total === undefined ? `${progress}` : `${progress}/${total}`
  return message === undefined || message === "" ? count : `${count} ${firstChars(plain(message), progressCharsMax)}`
}

/** What the model wrote, if a tool can take it. A call without parameters has none. */
const argumentsOf = (params: unknown): Readonly<Record<string, unknown>> | undefined => {
  if (params === undefined || params === null) return {}
  return typeof params === "object" && !Array.isArray(params) ? { ...params } : undefined
}

const call = (connection: McpConnection, tool: ListedTool) =>
  Effect.fn("McpTools.call")(function* (made: AgentTools.ToolCall) {
    const { name, policy, secrets } = connection.definition
    const params = argumentsOf(made.params)
    if (params === undefined) return failure("The arguments of this tool must be a JSON object.")
    const mask = maskOf(secrets)
    const progress = yield* Queue.sliding<string, Cause.Done>(progressKept)
    // The call's own scope ends it; the server never waits for who looks on.
    yield* Stream.fromQueue(progress).pipe(
      Stream.runForEach((detail) => made.progress(mask(detail))),
      Effect.forkScoped
    )
    return yield* connection
      .call(tool.name, params, (reported) => Queue.offerUnsafe(progress, progressWords(reported)))
      .pipe(
        Effect.map((raw) => answerOf(raw, mask)),
        Effect.catchTag("CallRefused", ({ problem }) => Effect.succeed(failure(problem))),
        Effect.catchTag("ConnectFailed", ({ problem }) =>
          Effect.succeed(failure(`The call was not made, because the MCP server ${name} is not available: ${problem}`))
        ),
        Effect.catchTag("ConnectionLost", ({ problem }) =>
          Effect.succeed(
            failure(
              `The MCP server ${name} was lost during this call: ${problem}\nWhether the call had an effect is not known. The next call connects again.`
            )
          )
        ),
        Effect.timeoutOrElse({
          duration: Duration.seconds(policy.callSeconds),
          orElse: () =>
            Effect.succeed(
              failure(
                `The call took longer than ${policy.callSeconds} s and was cancelled. Whether it had an effect is not known.`
              )
            )
        })
      )
  })

export const agentTool = (name: string, connection: McpConnection, tool: ListedTool): AgentTools.AgentTool => ({
  name,
  tool: Tool.dynamic(name, {
    ...(tool.description === undefined ? {} : { description: tool.description }),
    parameters: tool.inputSchema
  }).annotate(Tool.Strict, false),
  repeatable: tool.repeatable,
  parallel: tool.parallel,
  asksFirst: tool.asksFirst,
  call: call(connection, tool)
})
