/** The voice of `opencode serve` 1.18.33: HTTP on this machine, events beside it. */
import * as NodeHttp from "node:http"
import type { AddressInfo } from "node:net"
import NodeProcess from "node:process"
import * as NodeTimers from "node:timers/promises"
import { type Fields, at, idOf, isFields, parsed, textAt, wordsOf } from "./Json.ts"
import { OpencodeBus, type OpencodeSession, agents, sessionInfo, version } from "./OpencodeBus.ts"
import { OpencodeTurn } from "./OpencodeTurn.ts"
import { Performance } from "./Play.ts"
import type { Stage } from "./Stage.ts"
import type { Voice } from "./Voice.ts"
import { Wire, serverSentEvents, writeAll } from "./Wire.ts"

interface Call {
  /** The parts of the path that the route leaves open. */
  readonly parts: ReadonlyArray<string>
  readonly body: Fields
  readonly response: NodeHttp.ServerResponse
}

interface Running {
  readonly turn: OpencodeTurn
  readonly performance: Performance
}

/** It says that it lives, whatever its agent does. */
const heartbeatMillis = 10_000

const answer = (response: NodeHttp.ServerResponse, status: number, body?: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

const notFound = (response: NodeHttp.ServerResponse, what: string): void =>
  answer(response, 404, { name: "NotFoundError", data: { message: `${what} not found` } })

const bodyOf = async (request: NodeHttp.IncomingMessage): Promise<Fields> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  const body = parsed(Buffer.concat(chunks).toString("utf8"))
  return isFields(body) ? body : {}
}

class OpencodeServer {
  private readonly stage: Stage
  private readonly bus: OpencodeBus
  private readonly streams = new Set<NodeHttp.ServerResponse>()
  private readonly sessions = new Map<string, OpencodeSession>()
  private readonly running = new Map<string, Running>()

  constructor(stage: Stage) {
    this.stage = stage
    this.bus = new OpencodeBus(stage)
    this.bus.cut = () => {
      for (const stream of this.streams) stream.destroy()
    }
    const toAll = (bytes: Buffer) => {
      for (const stream of this.streams) stream.write(bytes)
    }
    stage.rewire(new Wire(toAll, serverSentEvents, () => stage.exit(0)))
    void this.beat()
  }

  private async beat(): Promise<void> {
    for await (const _ of NodeTimers.setInterval(heartbeatMillis, undefined, { ref: false })) {
      this.bus.event("server.heartbeat", {})
    }
  }

  async serve(request: NodeHttp.IncomingMessage, response: NodeHttp.ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    if (this.stage.has("deaf")) return
    if (!this.admits(request)) return answer(response, 401, { name: "Unauthorized" })
    const path = new URL(request.url ?? "/", "http://localhost").pathname
    const asked = `${request.method} ${path}`
    for (const [route, handle] of this.routes) {
      const match = route.exec(asked)
      if (match !== null) return handle({ parts: match.slice(1), body, response })
    }
    return notFound(response, path)
  }

  /** Without a password in its environment it lets everybody in. */
  private admits(request: NodeHttp.IncomingMessage): boolean {
    const password = this.stage.env["OPENCODE_SERVER_PASSWORD"]
    if (password === undefined || password === "") return true
    const user = this.stage.env["OPENCODE_SERVER_USERNAME"] ?? "opencode"
    return request.headers.authorization === `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`
  }

  private readonly routes: ReadonlyArray<readonly [RegExp, (call: Call) => void]> = [
    [/^GET \/global\/health$/, ({ response }) => answer(response, 200, { healthy: true, version })],
    [/^GET \/event$/, ({ response }) => this.listenIn(response)],
    [/^GET \/agent$/, ({ response }) => answer(response, 200, agents)],
    [/^GET \/permission$/, ({ response }) => answer(response, 200, [...this.bus.pending.values()])],
    [/^GET \/question$/, ({ response }) => answer(response, 200, [])],
    [/^POST \/session$/, (call) => this.create(call)],
    [/^GET \/session\/status$/, ({ response }) => answer(response, 200, this.statuses())],
    [
      /^GET \/session\/([^/]+)$/,
      (call) => this.with(call, (session) => answer(call.response, 200, sessionInfo(session)))
    ],
    [/^PATCH \/session\/([^/]+)$/, (call) => this.with(call, (session) => this.change(call, session))],
    [
      /^GET \/session\/([^/]+)\/message$/,
      (call) => this.with(call, ({ messages }) => answer(call.response, 200, messages))
    ],
    [/^GET \/session\/([^/]+)\/todo$/, (call) => this.with(call, ({ todos }) => answer(call.response, 200, todos))],
    [/^GET \/session\/([^/]+)\/diff$/, (call) => this.with(call, () => answer(call.response, 200, []))],
    [/^POST \/session\/([^/]+)\/prompt_async$/, (call) => this.with(call, (session) => this.prompt(call, session))],
    [/^POST \/session\/([^/]+)\/abort$/, (call) => this.with(call, (session) => this.abort(call, session))],
    [/^POST \/session\/[^/]+\/permissions\/([^/]+)$/, (call) => this.reply(call, textAt(call.body, "response"), "")],
    [
      /^POST \/permission\/([^/]+)\/reply$/,
      (call) => this.reply(call, textAt(call.body, "reply"), textAt(call.body, "message"))
    ],
    [
      /^POST \/question\/([^/]+)\/reply$/,
      ({ body, parts, response }) => {
        const answers = at(body, "answers")
        this.bus.questions.answer(parts[0] ?? "", Array.isArray(answers) ? answers : [])
        answer(response, 200, true)
      }
    ],
    [
      /^POST \/question\/([^/]+)\/reject$/,
      ({ parts, response }) => {
        this.bus.questions.answer(parts[0] ?? "", undefined)
        answer(response, 200, true)
      }
    ]
  ]

  private listenIn(response: NodeHttp.ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" })
    response.write(`data: ${JSON.stringify({ id: idOf("evt_"), type: "server.connected", properties: {} })}\n\n`)
    this.streams.add(response)
    response.on("close", () => this.streams.delete(response))
  }

  /** Rules are added to those that there are. */
  private change({ body, response }: Call, session: OpencodeSession): void {
    const { permission } = body
    if (Array.isArray(permission)) session.rules = [...(session.rules ?? []), ...permission]
    const info = sessionInfo(session)
    this.bus.event("session.updated", { sessionID: session.id, info })
    answer(response, 200, info)
  }

  private opened(id: string, how: "begun" | "resumed", permission: unknown): OpencodeSession {
    const session: OpencodeSession = {
      id,
      parentID: undefined,
      resumed: how === "resumed",
      rules: Array.isArray(permission) ? permission : undefined,
      messages: [],
      todos: []
    }
    this.sessions.set(id, session)
    return session
  }

  private create({ body, response }: Call): void {
    const session = this.opened(`${idOf("ses_")}${NodeProcess.pid}`, "begun", body["permission"])
    this.bus.event("session.created", { sessionID: session.id, info: sessionInfo(session) })
    answer(response, 200, sessionInfo(session))
  }

  /** Sessions outlive their server: every one is known but those that are called missing. */
  private with(call: Call, use: (session: OpencodeSession) => void): void {
    const id = call.parts[0] ?? ""
    if (id.startsWith("missing")) return notFound(call.response, `Session ${id}`)
    use(this.sessions.get(id) ?? this.opened(id, "resumed", undefined))
  }

  private statuses(): Fields {
    return Object.fromEntries([...this.running.keys()].map((id) => [id, { type: "busy" }]))
  }

  private prompt({ body, response }: Call, session: OpencodeSession): void {
    if (this.stage.has("silent-prompt")) return
    answer(response, 204)
    const known = session.messages.find(({ info }) => info["id"] === body["messageID"])
    const text = wordsOf(known?.parts ?? body["parts"])
    const running = this.running.get(session.id)
    if (running !== undefined) return running.turn.add(text)
    const turn = new OpencodeTurn(this.bus, session)
    const performance = new Performance(text, turn, this.stage)
    this.running.set(session.id, { turn, performance })
    turn.begin(text)
    void this.play(session, performance)
  }

  private async play(session: OpencodeSession, performance: Performance): Promise<void> {
    await this.stage.play(performance)
    this.running.delete(session.id)
  }

  private abort({ response }: Call, session: OpencodeSession): void {
    if (this.stage.has("silent-cancel")) return
    const running = this.running.get(session.id)
    answer(response, 200, true)
    if (running !== undefined) return void running.performance.cancel()
    this.bus.status(session.id, { type: "idle" })
    this.bus.event("session.idle", { sessionID: session.id })
  }

  private reply({ parts, response }: Call, reply: string, message: string): void {
    const id = parts[0] ?? ""
    if (this.bus.permissions.answer(id, { reply, message })) return answer(response, 200, true)
    return notFound(response, `Permission ${id}`)
  }
}

export const voice: Voice = {
  version: { text: version, channel: "stdout" },
  start: (stage) => {
    const server = new OpencodeServer(stage)
    const http = NodeHttp.createServer((request, response) => void server.serve(request, response))
    const host = stage.argument("--hostname") ?? "127.0.0.1"
    http.listen(Number(stage.argument("--port") ?? 0), host, () => {
      const address: AddressInfo | string | null = http.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      if (stage.env["OPENCODE_SERVER_PASSWORD"] === undefined) {
        writeAll(1, Buffer.from("Warning: OPENCODE_SERVER_PASSWORD is not set; server is unsecured.\n"))
      }
      if (stage.has("silent-handshake")) return
      writeAll(1, Buffer.from(`opencode server listening on http://${host}:${port}\n`))
    })
  }
}
