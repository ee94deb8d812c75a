/**
 * The tools and texts as an MCP server offers them.
 *
 * Between the protocol, which is `effect/ai`'s, and `Actions`: arguments are read,
 * the caller is known, the answer is put into the protocol's parts. Tools are
 * added one by one instead of as a toolkit, because a toolkit answers a model with
 * the JSON of its data, and refuses bad arguments as a failure of the protocol that
 * a model never sees.
 *
 * @stability unstable
 */
import { PlainText } from "@offshoot/core"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Actions from "./Actions.ts"
import * as Answers from "./Answers.ts"
import * as Arguments from "./Arguments.ts"
import * as Caller from "./Caller.ts"
import * as ToolSpec from "./ToolSpec.ts"

/** Where the tools get to the contract, and who it is that calls. */
export interface Door {
  /** The way to the server; a failure is told to the model as it is. */
  readonly calls: Effect.Effect<Caller.Calls, Answers.Refused>
  readonly identify: (who: Who) => Caller.Identity
}

/** What is known of one request. */
export interface Who {
  readonly client: Option.Option<string>
  readonly header: (name: string) => Option.Option<string>
}

/** Callers that are remembered; one that is forgotten is made again with its next call. */
const callersMax = 1_024

interface Known {
  readonly calls: Caller.Calls
  readonly caller: Caller.Caller
}

/** One caller for each identity and way to the server. */
const callersOf = (identify: Door["identify"]) => {
  const known = new Map<string, Known>()
  return (calls: Caller.Calls, who: Who, nowMillis: number): Caller.Caller => {
    const identity = identify(who)
    const key = JSON.stringify(identity)
    const found = known.get(key)
    if (found !== undefined && found.calls === calls) return found.caller
    const caller = Caller.make(calls, identity, nowMillis)
    known.delete(key)
    known.set(key, { calls, caller })
    for (const oldest of known.keys()) {
      if (known.size <= callersMax) break
      known.delete(oldest)
    }
    return caller
  }
}

const whoOf = Effect.gen(function* () {
  const { clientInfo } = yield* McpSchema.McpRequestContext
  const request = yield* Effect.serviceOption(HttpServerRequest.HttpServerRequest)
  const who: Who = {
    client: Option.map(Option.fromUndefinedOr(clientInfo), ({ name }) => name),
    header: (name) => Option.flatMap(request, ({ headers }) => Option.fromUndefinedOr(headers[name]))
  }
  return who
})

type ProgressToken = typeof McpSchema.ProgressToken.Type

const tokenOf = (metadata: unknown): ProgressToken | undefined => {
  const token =
    typeof metadata === "object" && metadata !== null && "progressToken" in metadata
      ? metadata.progressToken
      : undefined
  return typeof token === "string" || typeof token === "number" ? token : undefined
}

/** Progress only grows; agents that settle while others are added would let it fall. */
const teller = (server: McpServer.McpServer["Service"], token: ProgressToken | undefined): Actions.Call["tell"] => {
  if (token === undefined) return () => Effect.void
  let step = 0
  return ({ message }) => {
    step += 1
    return server.notifications["notifications/progress"]({ progressToken: token, progress: step, message })
  }
}

const textPart = (text: string) => ({ type: "text", text }) as const

const linkPart = ({ bytes, mediaType, name, uri }: Answers.Link) =>
  McpSchema.ResourceLink.make({
    type: "resource_link",
    uri,
    name,
    mimeType: mediaType,
    ...(bytes === undefined ? {} : { size: bytes })
  })

const toResult = (answer: Answers.ToolAnswer<unknown> | Answers.Refused): McpSchema.CallToolResult =>
  Answers.isRefused(answer)
    ? new McpSchema.CallToolResult({ isError: true, content: [textPart(Answers.failureText(answer.refused))] })
    : new McpSchema.CallToolResult({
        content: [textPart(answer.text), ...answer.links.map(linkPart)],
        structuredContent: answer.data
      })

const annotationsOf = ({ hints, title }: (typeof ToolSpec.tools)[ToolSpec.ToolName]) => ({
  title,
  readOnlyHint: hints.reads === "only",
  destructiveHint: hints.ends === "something",
  idempotentHint: hints.repeat === "harmless",
  // Agents may reach anything that their own tools do.
  openWorldHint: hints.reads !== "only"
})

type AnyAction = (call: Actions.Call, written: unknown) => Effect.Effect<Answers.ToolAnswer<unknown> | Answers.Refused>

/** An action with its reader: what comes is whatever a model wrote. */
const reading = <Name extends ToolSpec.ToolName>(name: Name, shape: Arguments.Shown): AnyAction => {
  const { parameters } = ToolSpec.tools[name]
  const read = Arguments.reader<ToolSpec.Parameters<Name>>(parameters, shape)
  const act = Actions.actions[name]
  return (call, written) => {
    const params = read(written)
    return Result.isFailure(params)
      ? Effect.succeed(Answers.refused("invalid_arguments", params.failure))
      : act(call, params.success)
  }
}

const names: ReadonlyArray<ToolSpec.ToolName> = [
  "list_profiles",
  "spawn_agent",
  "spawn_agents",
  "wait_agents",
  "get_result",
  "list_agents",
  "send_message",
  "answer_request",
  "cancel_agent"
]

const noAnnotations = Context.empty()

const agentId = McpSchema.param("agent_id", ToolSpec.AgentId)
const artifactId = McpSchema.param("artifact_id", ToolSpec.ArtifactId)

const notRead = ({ refused }: Answers.Refused): McpSchema.InvalidParams =>
  new McpSchema.InvalidParams({ message: Answers.failureText(refused) })

/** Adds everything to the `McpServer` of the context. */
export const layer = (door: Door): Layer.Layer<never, never, McpServer.McpServer> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const server = yield* McpServer.McpServer
      const callerOf = callersOf(door.identify)

      const begin = Effect.gen(function* () {
        const who = yield* whoOf
        const calls = yield* door.calls
        return { calls, caller: callerOf(calls, who, yield* Clock.currentTimeMillis) }
      })

      for (const name of names) {
        const spec = ToolSpec.tools[name]
        const inputSchema = Arguments.shown(spec.parameters, "arguments")
        const act = reading(name, inputSchema)
        yield* server.addTool({
          tool: new McpSchema.Tool({
            name,
            title: spec.title,
            description: spec.description,
            inputSchema,
            outputSchema: Arguments.shown(spec.answer, "answer"),
            annotations: annotationsOf(spec)
          }),
          annotations: noAnnotations,
          handle: (written: unknown) =>
            Effect.gen(function* () {
              const { requestMetadata } = yield* McpSchema.McpRequestContext
              const tell = teller(server, tokenOf(requestMetadata))
              const begun = yield* begin
              return toResult(yield* act({ ...begun, tell }, written))
            }).pipe(Effect.catchIf(Answers.isRefused, (refused) => Effect.succeed(toResult(refused))))
        })
      }

      yield* McpServer.registerResource`offshoot://agents/${agentId}/result`({
        name: "The answer of an agent",
        description: "The whole answer of an agent of yours that has settled.",
        mimeType: "text/plain",
        content: (_, id) =>
          Effect.gen(function* () {
            const { calls, caller } = yield* begin
            yield* caller.owned(id)
            return PlainText.plain((yield* calls.sessions.result({ params: { id } })).text)
          }).pipe(Effect.mapError((error) => notRead(Answers.isRefused(error) ? error : Actions.refusalOf(error))))
      })
      yield* McpServer.registerResource`offshoot://agents/${agentId}/artifacts/${artifactId}`({
        name: "A text that an agent left",
        description: "A text that an agent of yours left beside its answer, whole.",
        content: (_, id, artifact) =>
          Effect.gen(function* () {
            const { calls, caller } = yield* begin
            yield* caller.owned(id)
            const kept = yield* calls.sessions.artifact({ params: { id, artifactId: artifact } })
            return kept.encoding === "base64" ? new Uint8Array(Buffer.from(kept.text, "base64")) : kept.text
          }).pipe(Effect.mapError((error) => notRead(Answers.isRefused(error) ? error : Actions.refusalOf(error))))
      })
    })
  )
