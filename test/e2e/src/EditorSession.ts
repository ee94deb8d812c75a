/** One session of an editor: what a person does in it, and what it came to show. */
import type { SessionNotification, SessionUpdate } from "@agentclientprotocol/sdk/unstable"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Editor, Refused } from "./Editor.ts"

const readSession = Schema.decodeUnknownSync(Schema.Struct({ sessionId: Schema.String }))

const readEnd = Schema.decodeUnknownSync(
  Schema.Struct({ stopReason: Schema.String, usage: Schema.optionalKey(Schema.Struct({ totalTokens: Schema.Int })) })
)

/** A new session in a folder. */
export const begin = (
  editor: Editor,
  cwd: string,
  mcpServers: ReadonlyArray<object> = []
): Effect.Effect<string, Refused> =>
  Effect.map(editor.call("session/new", { cwd, mcpServers }), (answer) => readSession(answer).sessionId)

/** One turn to its end. */
export const say = (
  editor: Editor,
  sessionId: string,
  text: string
): Effect.Effect<ReturnType<typeof readEnd>, Refused> =>
  Effect.map(editor.call("session/prompt", { sessionId, prompt: [{ type: "text", text }] }), readEnd)

/** Why a call is not done. */
export const refusalOf = (editor: Editor, method: string, params: object): Effect.Effect<Refused> =>
  Effect.matchEffect(editor.call(method, params), {
    onFailure: Effect.succeed,
    onSuccess: () => Effect.die(new Error(`${method} was not refused`))
  })

const contentText = (update: SessionUpdate): string => {
  if (!("content" in update) || update.content === null || update.content === undefined) return ""
  return !Array.isArray(update.content) && update.content.type === "text" ? update.content.text : ""
}

/** What a session said in chunks of one kind. */
export const textOf = (
  said: ReadonlyArray<SessionNotification>,
  sessionId: string,
  kind: SessionUpdate["sessionUpdate"] = "agent_message_chunk"
): string =>
  said
    .filter(({ sessionId: of, update }) => of === sessionId && update.sessionUpdate === kind)
    .map(({ update }) => contentText(update))
    .join("")

/** A tool call as it is shown in the end, with the states on the way. */
export interface ShownTool {
  readonly title: string
  readonly states: ReadonlyArray<string>
  readonly text: string
  /** The parent of the child that it stands for. */
  readonly parent: unknown
}

const unseen: ShownTool = { title: "", states: [], text: "", parent: undefined }

const parentOf = (meta: unknown): unknown =>
  typeof meta === "object" && meta !== null && "parentSessionId" in meta ? meta.parentSessionId : undefined

type ToolUpdate = Extract<SessionUpdate, { readonly sessionUpdate: "tool_call" | "tool_call_update" }>

const changed = (before: ShownTool, { _meta, content, status, title }: ToolUpdate): ShownTool => ({
  title: title ?? before.title,
  states:
    status === undefined || status === null || before.states.at(-1) === status
      ? before.states
      : [...before.states, status],
  text: (content ?? []).reduce(
    (text, one) => (one.type === "content" && one.content.type === "text" ? one.content.text : text),
    before.text
  ),
  parent: parentOf(_meta?.["offshoot"]) ?? before.parent
})

/** The tool calls that a session shows, in the order in which they came. */
export const toolsOf = (
  said: ReadonlyArray<SessionNotification>,
  sessionId: string
): ReadonlyMap<string, ShownTool> => {
  const tools = new Map<string, ShownTool>()
  for (const { sessionId: of, update } of said) {
    if (of !== sessionId || (update.sessionUpdate !== "tool_call" && update.sessionUpdate !== "tool_call_update")) {
      continue
    }
    tools.set(update.toolCallId, changed(tools.get(update.toolCallId) ?? unseen, update))
  }
  return tools
}

/** The tool calls whose titles fit. */
export const toolsNamed = (
  said: ReadonlyArray<SessionNotification>,
  sessionId: string,
  fits: RegExp
): ReadonlyArray<ShownTool> => [...toolsOf(said, sessionId).values()].filter(({ title }) => fits.test(title))
