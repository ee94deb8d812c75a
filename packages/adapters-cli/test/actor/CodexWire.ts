/** The lines of Codex's app-server 0.169.0: JSON-RPC without the member that says so. */
import * as NodeProcess from "node:process"
import { type Fields, isFields, nowMillis, textAt } from "./Json.ts"
import type { Stage } from "./Stage.ts"
import { Asks, type Failure, type Spent } from "./Voice.ts"

export const version = "0.169.0"

export const invalidRequest = -32600
export const methodNotFound = -32601

export class CodexWire {
  readonly stage: Stage
  private readonly asks = new Asks<unknown>()
  private asked = 0

  constructor(stage: Stage) {
    this.stage = stage
  }

  notify(method: string, params: Fields): void {
    this.stage.wire.send({ method, params, emittedAtMs: nowMillis() })
  }

  respond(id: unknown, result: unknown): void {
    this.stage.wire.send({ id: this.stage.idOf(id), result })
  }

  refuse(id: unknown, code: number, message: string): void {
    this.stage.wire.send({ id: this.stage.idOf(id), error: { code, message } })
  }

  /** Asks the client, and says when that is settled. The answer is its result, or undefined when it refuses. */
  async ask(method: string, params: Fields): Promise<unknown> {
    const id = this.asked++
    this.stage.wire.send({ method, id, params })
    const answer = await this.asks.wait(String(id))
    this.notify("serverRequest/resolved", { threadId: params["threadId"], requestId: id })
    return answer
  }

  /** Nobody waits for these answers any more. */
  withdraw(threadId: string): void {
    for (const id of this.asks.drop()) {
      this.notify("serverRequest/resolved", { threadId, requestId: Number(id) })
    }
  }

  /** Whether the frame is an answer to something asked. */
  takesAnswer(frame: Fields): boolean {
    if (textAt(frame, "method") !== "") return false
    this.asks.answer(String(frame["id"]), isFields(frame["error"]) ? undefined : frame["result"])
    return true
  }
}

/** A conversation, as it is told of. */
export interface CodexThread {
  readonly id: string
  readonly resumed: boolean
  readonly parentThreadId: string | null
  readonly approvalPolicy: string
  readonly cwd: string
  /** Over the whole thread, not over a turn. */
  readonly spent: Array<Spent>
}

export const threadOf = (thread: CodexThread): Fields => ({
  id: thread.id,
  environments: [{ environmentId: "local", cwd: thread.cwd, runtimeWorkspaceRoots: [thread.cwd] }],
  extra: null,
  sessionId: thread.id,
  forkedFromId: null,
  attachedToThreadId: null,
  parentThreadId: thread.parentThreadId,
  preview: "",
  ephemeral: false,
  section: null,
  sectionEnteredAt: null,
  projectId: null,
  historyMode: "paginated",
  modelProvider: "fake",
  model: "fake-model",
  reasoningEffort: null,
  createdAt: Math.round(nowMillis() / 1000),
  updatedAt: Math.round(nowMillis() / 1000),
  recencyAt: Math.round(nowMillis() / 1000),
  status: { type: "idle" },
  path: null,
  cwd: thread.cwd,
  cliVersion: version,
  originator: "actor",
  source: "vscode",
  canAcceptDirectInput: true,
  threadSource: null,
  agentNickname: null,
  agentRole: null,
  gitInfo: null,
  name: null,
  daybreakEnabled: null,
  turns: []
})

export const started = (thread: CodexThread): Fields => ({
  thread: threadOf(thread),
  model: "fake-model",
  modelProvider: "fake",
  serviceTier: null,
  disabledPluginIds: [],
  cwd: thread.cwd,
  runtimeWorkspaceRoots: [thread.cwd],
  instructionSources: [],
  approvalPolicy: thread.approvalPolicy,
  approvalsReviewer: "user",
  sandbox: {
    type: "workspaceWrite",
    writableRoots: [],
    networkAccess: false,
    excludeTmpdirEnvVar: false,
    excludeSlashTmp: false
  },
  activePermissionProfile: null,
  reasoningEffort: null,
  multiAgentMode: "explicitRequestOnly"
})

const sum = (calls: ReadonlyArray<Spent>, of: (call: Spent) => number): number =>
  calls.reduce((total, call) => total + of(call), 0)

/** Cached tokens are in the input, reasoning is in the output. */
const usageOf = (calls: ReadonlyArray<Spent>): Fields => ({
  totalTokens: sum(calls, (call) => call.input + call.cached + call.output + call.reasoning),
  inputTokens: sum(calls, (call) => call.input + call.cached),
  cachedInputTokens: sum(calls, (call) => call.cached),
  cacheWriteInputTokens: 0,
  outputTokens: sum(calls, (call) => call.output + call.reasoning),
  reasoningOutputTokens: sum(calls, (call) => call.reasoning)
})

export const tokenUsage = ({ spent }: CodexThread): Fields => ({
  total: usageOf(spent),
  last: usageOf(spent.slice(-1)),
  modelContextWindow: 258_400
})

export const rateLimits: Fields = {
  limitId: "codex",
  limitName: null,
  normalModelSlug: null,
  primary: null,
  secondary: null,
  credits: null,
  individualLimit: null,
  spendControlReached: null,
  planType: null,
  rateLimitReachedType: null
}

/** How often it connects again before it gives up. */
export const reconnectsMax = 5

const failureWords = (failure: Pick<Failure, "kind" | "message">): string => {
  if (failure.kind === "rate_limit") return "exceeded retry limit, last status: 429 Too Many Requests"
  if (failure.kind === "overflow") return "Codex ran out of room in the model's context window."
  if (failure.kind === "unauthorized") return `unexpected status 401 Unauthorized: ${failure.message}`
  return failure.message
}

const failureInfo = (failure: Failure): unknown => {
  switch (failure.kind) {
    case "rate_limit":
      return { responseTooManyFailedAttempts: { httpStatusCode: failure.status } }
    case "overflow":
      return "contextWindowExceeded"
    case "server":
      return "internalServerError"
    case "api":
      return "badRequest"
    case "unauthorized":
      return failure.retried ? { httpConnectionFailed: { httpStatusCode: failure.status } } : "unauthorized"
  }
}

export const errorOf = (failure: Failure): Fields => ({
  message: failureWords(failure),
  codexErrorInfo: failureInfo(failure),
  additionalDetails: null,
  misalignment: null
})

/** What is told of a failure that is tried again; a stream that broke off has no status. */
type Reconnected = Pick<Failure, "kind" | "message"> & { readonly status: number | null }

/** It tries again, and says what went wrong. */
export const reconnecting = (attempt: number, failure: Reconnected): Fields => ({
  message: `Reconnecting... ${attempt}/${reconnectsMax}`,
  codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: failure.status } },
  additionalDetails: failureWords(failure),
  misalignment: null
})

export const otherError = (message: string): Fields => ({
  message,
  codexErrorInfo: "other",
  additionalDetails: null,
  misalignment: null
})

export const initialized = (): Fields => ({
  userAgent: `actor/${version} (Debian 12.0.0; x86_64) dumb (actor; 0)`,
  codexHome: NodeProcess.env["CODEX_HOME"] ?? "",
  platformFamily: "unix",
  platformOs: "linux"
})
