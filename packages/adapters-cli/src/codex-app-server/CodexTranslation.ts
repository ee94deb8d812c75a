/**
 * What the program says, as facts: its notifications, and its calls that ask.
 * Holds what the wire needs between frames and nothing of the run.
 *
 * - T1 Only the thread of this conversation ends its turn. Threads of
 *   sub-agents come over the same wire with their own names, and go on after it.
 * - T2 A conversation has a name once its first turn has begun: before that the
 *   program has nothing on disk to go on with (0.169.0).
 *
 * @stability unstable
 */
import type { AgentEvent, Outcome } from "@offshoot/core"
import { type Fact, alive, turnEnded } from "../Fact.ts"
import { type Frame, isRecord, listIn, numberIn, recordIn, textIn } from "../Frames.ts"
import type { Incoming } from "../JsonRpcPeer.ts"
import * as CodexAsks from "./CodexAsks.ts"
import * as CodexItems from "./CodexItems.ts"
import * as CodexOutcome from "./CodexOutcome.ts"
import { CodexSpeech } from "./CodexSpeech.ts"
import { CodexUsage } from "./CodexUsage.ts"

type Facts = ReadonlyArray<Fact>
type Told = ReadonlyArray<AgentEvent.NestedEvent>
type Notice = Extract<Incoming, { readonly _tag: "Notice" }>
type Call = Extract<Incoming, { readonly _tag: "Call" }>

const nothing: Facts = []
const lives: Facts = [alive]

/** Of the output of one command while it runs: the whole of it comes with its end. */
const outputCharsMax = 65_536
/** Of one piece of it, as of any event. */
const pieceCharsMax = 16_384
/** A title is one line of a list. */
const titleCharsMax = 120

const notice = (content: string): Fact => ({ type: "runner_output", channel: "notice", content: `${content}\n` })

/** What is remembered of one thread. */
class Thread {
  readonly speech = new CodexSpeech()
  title: string | undefined
  turnId: string | undefined
  endedTurnId: string | undefined
  /** Calls under way, by their ids; what of their output was shown. */
  readonly calls = new Map<string, { readonly item: Frame; shownChars: number }>()

  /** Whether it was the turn under way that ended: an end may be told twice, or late. */
  turnEnded(turnId: string | undefined): boolean {
    if (this.turnId === undefined ? turnId === this.endedTurnId : turnId !== this.turnId) return false
    this.turnId = undefined
    this.endedTurnId = turnId
    this.calls.clear()
    this.speech.turnEnded()
    return true
  }
}

export class CodexTranslation {
  readonly asks = new CodexAsks.OpenAsks()
  /** Messages that the program has taken over and not yet read, by our names for them. */
  readonly unread = new Map<string, string>()
  /** Somebody wishes that the turn stops: its interruption is no failure. */
  isToStop = false
  private readonly cwd: string
  private ownId: string | undefined
  private readonly threads = new Map<string, Thread>()
  private readonly turnsOfOurs = new Set<string>()
  private readonly usage = new CodexUsage()
  private round = 1
  private attempts = 0
  private lastAttempt: CodexOutcome.TurnError | undefined
  private limits: Frame | undefined
  private plan = ""

  constructor(cwd: string) {
    this.cwd = cwd
  }

  /** The thread of this conversation is known. */
  opened(threadId: string): void {
    this.ownId = threadId
  }

  get threadId(): string | undefined {
    return this.ownId
  }

  /** The turn that is under way, once the program has begun it. */
  get turnId(): string | undefined {
    return this.ownId === undefined ? undefined : this.threads.get(this.ownId)?.turnId
  }

  /** The messages that no turn has read, oldest first. */
  takeUnread(): ReadonlyArray<string> {
    const texts = [...this.unread.values()]
    this.unread.clear()
    return texts
  }

  notice({ method, params }: Notice): Facts {
    const read = Object.hasOwn(this.notices, method) ? this.notices[method] : undefined
    return read === undefined ? nothing : read(params)
  }

  /** The ask that a call is; none: it is to be refused. */
  call({ id, method, params }: Call): CodexAsks.Ask | undefined {
    const threadId = textIn(params, "threadId") ?? ""
    const thread = this.threadOf(threadId)
    const ask = CodexAsks.read(method, {
      rpcId: id,
      params,
      known: {
        cwd: this.cwd,
        turnId: textIn(params, "turnId") ?? thread.turnId ?? threadId,
        changesOf: (itemId) => {
          const item = thread.calls.get(itemId)?.item
          return item === undefined ? [] : listIn(item, "changes")
        },
        callOf: (server, tool) => {
          const found = [...thread.calls].findLast(([, { item }]) => item["server"] === server && item["tool"] === tool)
          return found?.[0]
        }
      }
    })
    if (ask !== undefined) this.asks.add(ask)
    return ask
  }

  private threadOf(threadId: string): Thread {
    const known = this.threads.get(threadId)
    if (known !== undefined) return known
    const thread = new Thread()
    this.threads.set(threadId, thread)
    return thread
  }

  /** What a thread tells: as it stands, or as told by the sub-agent that it is. */
  private told(threadId: string, events: Told): Facts {
    if (events.length === 0) return lives
    if (threadId === this.ownId) return events
    const { title } = this.threadOf(threadId)
    const nested = { nestedId: threadId, ...(title === undefined ? {} : { title }) }
    return events.map((event) => ({ type: "nested_agent_event", ...nested, event }))
  }

  /** By method. What is not here says nothing to us, and is no sign of life of a turn. */
  private readonly notices: Readonly<Record<string, (params: Frame) => Facts>> = {
    "item/agentMessage/delta": (params) => this.delta(params, (speech) => speech.answerDelta(params)),
    "item/plan/delta": (params) => this.delta(params, (speech) => speech.answerDelta(params)),
    "item/reasoning/summaryTextDelta": (params) => this.delta(params, (speech) => speech.thoughtDelta(params)),
    "item/reasoning/textDelta": (params) => this.delta(params, (speech) => speech.thoughtDelta(params)),
    "item/reasoning/summaryPartAdded": () => lives,
    "item/started": (params) => this.itemStarted(params),
    "item/completed": (params) => this.itemCompleted(params),
    "item/commandExecution/outputDelta": (params) => this.output(params),
    "item/mcpToolCall/progress": (params) => this.progress(params),
    "thread/started": ({ thread }) => this.threadStarted(isRecord(thread) ? thread : {}),
    "thread/status/changed": () => lives,
    "thread/tokenUsage/updated": (params) => this.used(params),
    "turn/started": (params) => this.turnStarted(params),
    "turn/completed": (params) => this.turnCompleted(params),
    "turn/plan/updated": (params) => this.planned(params),
    "account/rateLimits/updated": ({ rateLimits }) => {
      if (isRecord(rateLimits)) this.limits = { ...this.limits, ...rateLimits }
      return nothing
    },
    "serverRequest/resolved": ({ requestId }) =>
      this.asks
        .withdraw(typeof requestId === "string" || typeof requestId === "number" ? requestId : undefined)
        .map((id) => ({ type: "ask_withdrawn", id })),
    error: (params) => this.failedAttempt(params),
    warning: ({ message }) => this.warned(message),
    guardianWarning: ({ message }) => this.warned(message),
    configWarning: ({ summary }) => this.warned(summary),
    deprecationNotice: ({ summary }) => this.warned(summary),
    "mcpServer/startupStatus/updated": (params) =>
      params["status"] === "failed"
        ? this.warned(params["error"] ?? `MCP server ${String(params["name"])} failed`)
        : lives,
    "model/rerouted": (params) =>
      this.warned(`The model ${String(params["fromModel"])} was replaced by ${String(params["toModel"])}`)
  }

  private warned(words: unknown): Facts {
    return typeof words === "string" ? [notice(words)] : nothing
  }

  private delta(params: Frame, read: (speech: CodexSpeech) => Told): Facts {
    const threadId = textIn(params, "threadId") ?? ""
    return this.told(threadId, read(this.threadOf(threadId).speech))
  }

  private threadStarted(thread: Frame): Facts {
    const id = textIn(thread, "id")
    if (id === undefined) return nothing
    this.ownId ??= id
    this.threadOf(id).title ??= textIn(thread, "agentNickname")
    return lives
  }

  private turnStarted(params: Frame): Facts {
    const threadId = textIn(params, "threadId") ?? ""
    const turn = recordIn(params, "turn")
    const turnId = turn && textIn(turn, "id")
    if (turnId === undefined) return lives
    this.threadOf(threadId).turnId = turnId
    this.turnsOfOurs.add(turnId)
    return threadId === this.ownId ? [{ type: "conversation_named", handle: threadId }] : lives
  }

  private itemStarted(params: Frame): Facts {
    const threadId = textIn(params, "threadId") ?? ""
    const item = recordIn(params, "item") ?? {}
    const events = CodexItems.started(item)
    if (events.length > 0) this.threadOf(threadId).calls.set(textIn(item, "id") ?? "", { item, shownChars: 0 })
    return this.told(threadId, events)
  }

  private itemCompleted(params: Frame): Facts {
    const threadId = textIn(params, "threadId") ?? ""
    const item = recordIn(params, "item") ?? {}
    const thread = this.threadOf(threadId)
    switch (item["type"]) {
      case "userMessage":
        this.messageRead(item)
        return lives
      case "contextCompaction":
        return this.told(threadId, [
          { type: "runner_output", channel: "notice", content: "The conversation was made shorter\n" }
        ])
      case "collabAgentToolCall":
        this.nameAgents(item)
    }
    const hadBegun = thread.calls.delete(textIn(item, "id") ?? "")
    const begin = hadBegun ? [] : CodexItems.started(item)
    return this.told(threadId, [...thread.speech.ended(item), ...begin, ...CodexItems.completed(item)])
  }

  /** By our name for it, or by its words where a version does not give the name back. */
  private messageRead(item: Frame): void {
    const name = textIn(item, "clientId")
    if (name !== undefined) return void this.unread.delete(name)
    const [content] = listIn(item, "content")
    const text = isRecord(content) ? textIn(content, "text") : undefined
    const [found] = [...this.unread].find(([, unread]) => unread === text) ?? []
    if (found !== undefined) this.unread.delete(found)
  }

  /** A sub-agent is called by what it was asked to do. */
  private nameAgents(item: Frame): void {
    const [title] = (textIn(item, "prompt") ?? "").trim().split("\n", 1)
    if (item["tool"] !== "spawnAgent" || title === undefined || title === "") return
    for (const id of listIn(item, "receiverThreadIds")) {
      if (typeof id === "string") this.threadOf(id).title ??= title.slice(0, titleCharsMax)
    }
  }

  /** What comes is not all of it ("hi" was missing): a sign of progress, not the result. */
  private output(params: Frame): Facts {
    const threadId = textIn(params, "threadId") ?? ""
    const toolCallId = textIn(params, "itemId") ?? ""
    const call = this.threadOf(threadId).calls.get(toolCallId)
    const left = call === undefined ? 0 : outputCharsMax - call.shownChars
    const detail = (textIn(params, "delta") ?? "").slice(0, Math.min(left, pieceCharsMax))
    if (call === undefined || detail === "") return lives
    call.shownChars += detail.length
    return this.told(threadId, [
      { type: "tool_lifecycle", toolCallId, toolName: "commandExecution", phase: "output", detail }
    ])
  }

  private progress(params: Frame): Facts {
    const threadId = textIn(params, "threadId") ?? ""
    const toolCallId = textIn(params, "itemId") ?? ""
    const item = this.threadOf(threadId).calls.get(toolCallId)?.item
    if (item === undefined) return lives
    const toolName = CodexItems.mcpToolName(textIn(item, "server") ?? "", textIn(item, "tool") ?? "")
    const detail = (textIn(params, "message") ?? "").slice(0, pieceCharsMax)
    return this.told(threadId, [{ type: "tool_lifecycle", toolCallId, toolName, phase: "progress", detail }])
  }

  private used(params: Frame): Facts {
    const threadId = textIn(params, "threadId") ?? ""
    const isOurs = this.turnsOfOurs.has(textIn(params, "turnId") ?? "")
    const usage = this.usage.take(threadId, isOurs, recordIn(params, "tokenUsage") ?? {})
    if (threadId === this.ownId) this.callEnded()
    if (usage === undefined) return lives
    return [{ type: "usage_updated", usage }]
  }

  /** A call of the model has come to its end: what failed before it is past. */
  private callEnded(): void {
    this.round++
    this.attempts = 0
    this.lastAttempt = undefined
  }

  private planned(params: Frame): Facts {
    const threadId = textIn(params, "threadId") ?? ""
    const tasks = listIn(params, "plan")
      .filter(isRecord)
      .map((step) => ({
        title: textIn(step, "step") ?? "",
        status: step["status"] === "inProgress" ? "in_progress" : (textIn(step, "status") ?? "pending")
      }))
    const plan = JSON.stringify([threadId, tasks])
    if (plan === this.plan) return lives
    this.plan = plan
    return this.told(threadId, [{ type: "task_list_changed", tasks }])
  }

  /** An error that ends the turn comes again with the end. */
  private failedAttempt(params: Frame): Facts {
    if (params["willRetry"] !== true) return lives
    const threadId = textIn(params, "threadId") ?? ""
    const error = recordIn(params, "error")
    const attempt = CodexOutcome.attemptOf(error)
    const detail = `${(error && textIn(error, "message")) ?? "It tries again"}: ${attempt.message}`
    const progress: AgentEvent.NestedEvent = { type: "runner_progress", round: this.round, detail }
    if (threadId !== this.ownId) return this.told(threadId, [progress])
    this.attempts++
    this.lastAttempt = attempt
    const outcome = CodexOutcome.ofRetry(attempt, this.attempts)
    return outcome === undefined ? [progress] : [progress, turnEnded(outcome)]
  }

  private turnCompleted(params: Frame): Facts {
    const threadId = textIn(params, "threadId") ?? ""
    const turn = recordIn(params, "turn") ?? {}
    const wasUnderWay = this.threadOf(threadId).turnEnded(textIn(turn, "id"))
    // T1
    if (threadId !== this.ownId || !wasUnderWay) return lives
    const error = recordIn(turn, "error")
    const wasStopped = turn["status"] === "interrupted" && (this.isToStop || error === undefined)
    const outcome = wasStopped ? "interrupted" : this.outcomeOf(turn, error)
    this.isToStop = false
    this.attempts = 0
    this.lastAttempt = undefined
    return [...this.leftAtWork(), turnEnded(outcome)]
  }

  private outcomeOf(turn: Frame, error: Frame | undefined): Outcome.RunnerOutcome {
    if (turn["status"] === "completed") return { status: "completed", reason: "done" }
    return CodexOutcome.ofFailure(CodexOutcome.errorOf(error), {
      lastRetry: this.lastAttempt,
      retryAfterSeconds: CodexOutcome.retryAfterSecondsOf(this.limits, numberIn(turn, "completedAt"))
    })
  }

  private leftAtWork(): Facts {
    const count = [...this.threads].filter(([id, { turnId }]) => id !== this.ownId && turnId !== undefined).length
    return count === 0 ? nothing : [notice(`When its turn ended ${count} of its own sub-agents were still at work`)]
  }
}
