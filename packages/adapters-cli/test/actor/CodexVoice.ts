/** The voice of `codex app-server` 0.169.0. */
import { CodexTurn } from "./CodexTurn.ts"
import {
  type CodexThread,
  CodexWire,
  initialized,
  invalidRequest,
  methodNotFound,
  started,
  threadOf,
  tokenUsage,
  version
} from "./CodexWire.ts"
import { type Fields, isFields, textAt, uuid, wordsOf } from "./Json.ts"
import { Performance } from "./Play.ts"
import type { Stage } from "./Stage.ts"
import { type Voice, spentByDefault } from "./Voice.ts"

interface Running {
  readonly turn: CodexTurn
  readonly performance: Performance
}

const warning = "Model metadata for `fake-model` not found."

class CodexServer {
  private readonly stage: Stage
  private readonly wire: CodexWire
  private readonly threads = new Map<string, CodexThread>()
  private readonly running = new Map<string, Running>()
  private knows: "nobody" | "the client" = "nobody"

  constructor(stage: Stage) {
    this.stage = stage
    this.wire = new CodexWire(stage)
  }

  receive(frame: Fields): void {
    if (this.wire.takesAnswer(frame)) return
    const { id } = frame
    const method = textAt(frame, "method")
    if (id === undefined) return this.notified(method)
    if (this.knows === "nobody" && method !== "initialize") {
      return this.wire.refuse(id, invalidRequest, "Not initialized")
    }
    const handler = this.requests[method]
    if (handler === undefined) return this.wire.refuse(id, methodNotFound, `unknown method ${method}`)
    handler(id, isFields(frame["params"]) ? frame["params"] : {})
  }

  private notified(method: string): void {
    if (method !== "initialized") return
    const summary = "Codex could not find bubblewrap on PATH."
    this.wire.notify("configWarning", { summary, details: null })
    const off = { status: "disabled", serverName: "actor", installationId: uuid(), environmentId: null }
    this.wire.notify("remoteControl/status/changed", off)
  }

  private readonly requests: Readonly<Record<string, (id: unknown, params: Fields) => void>> = {
    initialize: (id) => {
      if (this.stage.has("silent-handshake")) return
      this.knows = "the client"
      this.wire.respond(id, initialized())
    },
    "thread/start": (id, params) => {
      const thread = this.opened(uuid(), "begun", params)
      this.wire.respond(id, started(thread))
      this.wire.notify("thread/started", { thread: threadOf(thread) })
    },
    "thread/resume": (id, params) => {
      const threadId = textAt(params, "threadId")
      if (threadId.startsWith("missing")) {
        return this.wire.refuse(id, invalidRequest, `no rollout found for thread id ${threadId}`)
      }
      const thread = this.opened(threadId, "resumed", params)
      this.wire.notify("thread/status/changed", { threadId, status: { type: "idle" } })
      this.wire.respond(id, started(thread))
      this.wire.notify("thread/tokenUsage/updated", { threadId, turnId: "earlier", tokenUsage: tokenUsage(thread) })
      this.wire.notify("thread/goal/cleared", { threadId })
    },
    "turn/start": (id, params) => {
      const thread = this.threads.get(textAt(params, "threadId"))
      if (thread === undefined) return this.wire.refuse(id, invalidRequest, "thread not found")
      if (this.stage.has("silent-prompt")) return
      if (this.running.has(thread.id)) return this.wire.refuse(id, invalidRequest, "a turn is already running")
      this.begin(id, thread, wordsOf(params["input"]))
    },
    "turn/steer": (id, params) => {
      const running = this.running.get(textAt(params, "threadId"))
      if (running === undefined || running.turn.turnId !== params["expectedTurnId"]) {
        return this.wire.refuse(id, invalidRequest, "no active turn to steer")
      }
      running.turn.inbox.put(wordsOf(params["input"]))
      this.wire.respond(id, { turnId: running.turn.turnId })
    },
    "turn/interrupt": (id, params) => {
      if (this.stage.has("silent-cancel")) return
      const running = this.running.get(textAt(params, "threadId"))
      if (running === undefined) return this.wire.refuse(id, invalidRequest, "no active turn to interrupt")
      running.turn.interrupted(id)
      running.performance.cancel()
    }
  }

  private opened(id: string, how: "begun" | "resumed", params: Fields): CodexThread {
    const policy = textAt(params, "approvalPolicy")
    const thread: CodexThread = {
      id,
      resumed: how === "resumed",
      parentThreadId: null,
      approvalPolicy: policy === "" ? "on-request" : policy,
      cwd: textAt(params, "cwd"),
      // What was used before is counted on.
      spent: how === "resumed" ? [spentByDefault] : []
    }
    this.threads.set(id, thread)
    return thread
  }

  private begin(id: unknown, thread: CodexThread, text: string): void {
    const turnId = uuid()
    const turn = new CodexTurn(this.wire, thread, turnId, turnId)
    const performance = new Performance(text, turn, this.stage)
    this.running.set(thread.id, { turn, performance })
    this.wire.notify("warning", { threadId: thread.id, message: warning })
    this.wire.respond(id, { turn: { ...turn.turn("inProgress", null, []), startedAt: null } })
    turn.begin(text)
    void this.play(thread, performance)
  }

  private async play(thread: CodexThread, performance: Performance): Promise<void> {
    await this.stage.play(performance)
    this.running.delete(thread.id)
  }
}

export const voice: Voice = {
  version: { text: `codex-cli ${version}`, channel: "stdout" },
  start: (stage) => {
    const server = new CodexServer(stage)
    stage.listen(
      (frame) => server.receive(frame),
      () => stage.exit(0)
    )
  }
}
