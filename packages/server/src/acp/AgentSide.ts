/**
 * The agent that an editor talks to: the methods of the protocol, on root
 * sessions of a server.
 *
 * A thin translation: the server decides and records, `Link` tells. Nothing of the
 * editor's is kept here but its links. Before `initialize` nothing else is
 * answered. What is not offered is refused as unknown.
 *
 * @stability unstable
 */
import type { NewSessionResponse } from "@agentclientprotocol/sdk/unstable"
import * as NodePath from "node:path"
import { Ids, Session } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { Connected } from "../cli/Connect.ts"
import type * as Wire from "../Wire.ts"
import { type Editor, editorOf, initialized } from "./Editor.ts"
import { failed, nobodyRuns, notFound } from "./Failed.ts"
import { codes, type RequestId, RpcError } from "./JsonRpc.ts"
import * as Link from "./Link.ts"
import type { Shows } from "./LinkState.ts"
import { textChunk } from "./OwnUpdates.ts"
import * as Params from "./Params.ts"
import type { Answer, Handlers, Peer } from "./Peer.ts"
import { promptText } from "./PromptText.ts"
import * as Replay from "./Replay.ts"
import type { ServerHold } from "./ServerHold.ts"
import * as SessionList from "./SessionList.ts"

/** Conversations that one editor may have open; each holds two streams of the server. */
const linksMax = 64

/** Who plays the roots of this editor. */
export interface Players {
  /** An agent of the configuration; none: the in-process agent. */
  readonly agent: Option.Option<string>
  readonly model: Option.Option<string>
  readonly profile: Option.Option<string>
}

export interface Options {
  readonly peer: Peer
  readonly hold: ServerHold
  readonly players: Players
}

interface Open {
  readonly link: Link.Link
  readonly scope: Scope.Closeable
}

interface Side extends Options {
  readonly scope: Scope.Scope
  readonly links: Map<string, Open>
  /** The prompts that are not answered yet, by their requests. */
  readonly prompts: Map<RequestId, string>
  editor: Editor | undefined
}

const decode = {
  initialize: Params.decoder(Params.Initialize),
  create: Params.decoder(Params.NewSession),
  load: Params.decoder(Params.LoadSession),
  list: Params.decoder(Params.ListSessions),
  known: Params.decoder(Params.KnownSession),
  prompt: Params.decoder(Params.Prompt),
  cancelRequest: Params.decoder(Params.CancelRequest)
}

const none: Answer = { result: {} }

/** Information beside the conversation, or in it when the editor has no place for it. */
const notice = (side: Side, sessionId: string, title: string, description: string): Effect.Effect<void> =>
  side.peer.update(
    sessionId,
    side.editor?.notices === true
      ? { sessionUpdate: "notice", severity: "warning", title, description }
      : textChunk("agent_message_chunk", `${title}. ${description}\n\n`)
  )

/** The tools of a session are those of the server's configuration: what the editor has to offer is said to be of no use. */
const aboutServers = (
  side: Side,
  sessionId: string,
  servers: typeof Params.NewSession.Type.mcpServers
): Effect.Effect<void> => {
  const names = (servers ?? []).map(({ name }) => (typeof name === "string" ? name : "?"))
  return names.length === 0
    ? Effect.void
    : notice(
        side,
        sessionId,
        `MCP servers of the editor are not used: ${names.join(", ")}`,
        "The tools of this agent are its own: name the servers under mcpServers in offshoot.config.json, or trust the folder's .mcp.json."
      )
}

/** A session stays in its folder, wherever it is taken up. */
const aboutFolder = (side: Side, { id, workspace }: Wire.WireSession, cwd: string): Effect.Effect<void> =>
  workspace === undefined || workspace === cwd
    ? Effect.void
    : notice(side, id, `This session works in ${workspace}`, `It was begun there, and is not moved to ${cwd}.`)

const refuse = (message: string): RpcError => new RpcError({ code: codes.internal, message })

/** The metadata that leads to an agent of the configuration. */
const metadataFor = Effect.fnUntraced(function* ({ client, url }: Connected, players: Players) {
  const listed = yield* Effect.mapError(client.calls.agents.list(), (error) => failed(error, url))
  const { inProcess } = listed
  const items = listed.items.filter(({ configured }) => configured)
  if (Option.isNone(players.agent)) return inProcess ? undefined : yield* nobodyRuns(items.map(({ id }) => id))
  const id = players.agent.value
  const agent = items.find((known) => known.id === id)
  if (agent === undefined) {
    const known = items.length === 0 ? "none is configured" : `known are ${items.map((one) => one.id).join(", ")}`
    return yield* refuse(`there is no agent ${id} in the configuration: ${known}`)
  }
  const metadata: Session.Metadata = {
    [Session.metadataKeys.runtimeKind]: "external",
    [Session.metadataKeys.externalAgentId]: agent.id,
    [Session.metadataKeys.externalProtocol]: agent.protocol
  }
  return metadata
})

const close = (side: Side, id: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const open = side.links.get(id)
    side.links.delete(id)
    return open === undefined ? Effect.void : Scope.close(open.scope, Exit.void)
  })

interface Opening {
  readonly server: Connected
  readonly session: Wire.WireSession
  readonly shows: Shows
  readonly position: number
}

/** Opens the link of a session anew. It lasts as long as the editor stays. */
const link = Effect.fnUntraced(function* (side: Side, editor: Editor, opening: Opening) {
  const { id } = opening.session
  yield* close(side, id)
  if (side.links.size >= linksMax) return yield* refuse(`${linksMax} sessions are open already: close one`)
  const scope = yield* Scope.fork(side.scope)
  const opened = yield* Scope.provide(Link.open({ ...opening, editor, peer: side.peer }), scope)
  side.links.set(id, { link: opened, scope })
  return opened
})

const titleOf = (editor: Editor, cwd: string): string => `${editor.name}: ${NodePath.basename(cwd) || cwd}`

const create = Effect.fnUntraced(function* (side: Side, editor: Editor, given: unknown) {
  const { cwd, mcpServers } = yield* Effect.fromResult(decode.create(given))
  const server = yield* side.hold.connected
  const metadata = yield* metadataFor(server, side.players)
  const { model, profile } = side.players
  const session = yield* server.client.calls.sessions
    .create({
      payload: {
        title: titleOf(editor, cwd),
        workspace: cwd,
        ...(metadata === undefined ? {} : { metadata }),
        ...(Option.isNone(model) ? {} : { model: model.value }),
        ...(Option.isNone(profile) ? {} : { profile: profile.value })
      }
    })
    .pipe(Effect.mapError((error) => failed(error, server.url)))
  yield* link(side, editor, { server, session, shows: "all", position: 0 })
  const result: NewSessionResponse = { sessionId: session.id }
  return { result, afterwards: aboutServers(side, session.id, mcpServers) }
})

/** A root of the server. Children are their parents' to show. */
const rootOf = Effect.fnUntraced(function* (server: Connected, id: Ids.SessionId) {
  const session = yield* server.client.calls.sessions
    .get({ params: { id } })
    .pipe(Effect.mapError((error) => failed(error, server.url)))
  return session.kind === "root" ? session : yield* notFound(id)
})

/** Takes up an old session: with all of it, or with what happens from now on. */
const takeUp = (shows: Shows) =>
  Effect.fnUntraced(function* (side: Side, editor: Editor, given: unknown) {
    const { cwd, mcpServers, sessionId } = yield* Effect.fromResult(decode.load(given))
    const server = yield* side.hold.connected
    const session = yield* rootOf(server, sessionId)
    const position =
      shows === "all" ? yield* Replay.replay(server, side.peer, sessionId) : yield* Replay.endOf(server, sessionId)
    const opened = yield* link(side, editor, { server, session, shows, position })
    yield* opened.ready
    const answer: Answer = {
      result: {},
      afterwards: Effect.andThen(aboutFolder(side, session, cwd), aboutServers(side, sessionId, mcpServers))
    }
    return answer
  })

const list = Effect.fnUntraced(function* (side: Side, _editor: Editor, given: unknown) {
  const { cursor, cwd } = yield* Effect.fromResult(decode.list(given))
  const server = yield* side.hold.connected
  const result = yield* SessionList.list(server, { cwd: cwd ?? undefined, cursor: cursor ?? undefined })
  return { result }
})

/** The link of a session that the editor has opened; one whose server was lost is opened anew. */
const linkOf = Effect.fnUntraced(function* (side: Side, editor: Editor, id: Ids.SessionId) {
  const open = side.links.get(id)
  if (open === undefined) return yield* notFound(id)
  if (open.link.isAlive()) return open.link
  const server = yield* side.hold.connected
  const session = yield* rootOf(server, id)
  const position = yield* Replay.endOf(server, id)
  return yield* link(side, editor, { server, session, shows: "at_work", position })
})

const prompt = Effect.fnUntraced(function* (side: Side, editor: Editor, given: unknown, request: RequestId) {
  const { prompt: blocks, sessionId } = yield* Effect.fromResult(decode.prompt(given))
  const text = yield* Effect.fromResult(promptText(blocks))
  const opened = yield* linkOf(side, editor, sessionId)
  side.prompts.set(request, sessionId)
  const result = yield* Effect.ensuring(
    opened.prompt(text),
    Effect.sync(() => side.prompts.delete(request))
  )
  return { result }
})

/** Closing is cancelling what goes on, as the protocol has it; the session stays, and can be taken up again. */
const closeSession = Effect.fnUntraced(function* (side: Side, _editor: Editor, given: unknown) {
  const { sessionId } = yield* Effect.fromResult(decode.known(given))
  const open = side.links.get(sessionId)
  if (open === undefined) return yield* notFound(sessionId)
  yield* open.link.cancel
  yield* close(side, sessionId)
  return none
})

const remove = Effect.fnUntraced(function* (side: Side, _editor: Editor, given: unknown) {
  const { sessionId } = yield* Effect.fromResult(decode.known(given))
  const server = yield* side.hold.connected
  yield* rootOf(server, sessionId)
  yield* close(side, sessionId)
  yield* server.client.calls.sessions
    .remove({ params: { id: sessionId } })
    .pipe(Effect.mapError((error) => failed(error, server.url)))
  return none
})

type Method = (side: Side, editor: Editor, given: unknown, request: RequestId) => Effect.Effect<Answer, RpcError>

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["session/new", create],
  ["session/load", takeUp("all")],
  ["session/resume", takeUp("at_work")],
  ["session/list", list],
  ["session/prompt", prompt],
  ["session/close", closeSession],
  ["session/delete", remove]
])

/** The editor may also stop a child that it shows as a session. */
const cancel = Effect.fnUntraced(function* (side: Side, id: Ids.SessionId) {
  const own = side.links.get(id)
  if (own !== undefined) return yield* own.link.cancel
  for (const { link: known } of side.links.values()) if (yield* known.cancelChild(id)) return
})

const notified = Effect.fnUntraced(function* (side: Side, method: string, given: unknown) {
  if (method === "session/cancel") {
    const { sessionId } = yield* Effect.fromResult(decode.known(given))
    return yield* cancel(side, sessionId)
  }
  if (method !== "$/cancel_request") return
  const { requestId } = yield* Effect.fromResult(decode.cancelRequest(given))
  const sessionId = side.prompts.get(requestId)
  if (sessionId !== undefined) yield* cancel(side, Ids.SessionId.make(sessionId))
})

const requested = (side: Side, id: RequestId, method: string, given: unknown): Effect.Effect<Answer, RpcError> =>
  Effect.suspend(() => {
    if (method === "initialize") {
      return Effect.map(Effect.fromResult(decode.initialize(given)), (params): Answer => {
        side.editor = editorOf(params)
        return { result: initialized }
      })
    }
    const found = methods.get(method)
    if (found === undefined) {
      const message = `there is no method ${method.slice(0, 128)}`
      return Effect.fail(new RpcError({ code: codes.methodNotFound, message, data: { method: method.slice(0, 128) } }))
    }
    return side.editor === undefined
      ? Effect.fail(new RpcError({ code: codes.invalidRequest, message: `initialize comes before ${method}` }))
      : found(side, side.editor, given, id)
  })

/** The methods for one editor. Its links end with the scope; its sessions do not. */
export const make = (options: Options): Effect.Effect<Handlers, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    const side: Side = { ...options, scope, links: new Map(), prompts: new Map(), editor: undefined }
    return {
      request: (id, method, params) => requested(side, id, method, params),
      notification: (method, params) =>
        notified(side, method, params).pipe(
          Effect.catch((error) => Effect.logWarning("acp.notification_refused", error))
        )
    }
  })
