/**
 * The lines of Claude Code's standard output as facts.
 *
 * Holds what the wire needs and nothing else: which message streams, which
 * calls are open, what was used, where the turn stands. Text comes twice, in
 * deltas and then whole; it is told once.
 *
 * @stability unstable
 */
import type { AgentEvent, Outcome } from "@offshoot/core"
import * as Option from "effect/Option"
import type { Verdict } from "../CliProtocol.ts"
import { alive, type Asked, type Fact } from "../Fact.ts"
import { type Frame, isRecord, listIn, numberIn, recordIn, textIn } from "../Frames.ts"
import { ClaudeAsks } from "./ClaudeAsks.ts"
import { ClaudeCalls } from "./ClaudeCalls.ts"
import { noTrouble, ofResult, ofRetry, retryWords, type Trouble } from "./ClaudeOutcome.ts"
import { ClaudeTurns } from "./ClaudeTurns.ts"
import { ClaudeUsage } from "./ClaudeUsage.ts"

type Event = AgentEvent.NestedEvent

const nothing: ReadonlyArray<Fact> = []
const onlyAlive: ReadonlyArray<Fact> = [alive]

/** The agent's list of what there is to do, until it had another way to keep one. */
const todoTool = "TodoWrite"

const notice = (content: string | undefined): ReadonlyArray<Fact> =>
  content === undefined || content === ""
    ? onlyAlive
    : [{ type: "runner_output", channel: "notice", content: `${content}\n` }]

const eventOfDelta = (delta: Frame): Event | undefined => {
  const text = textIn(delta, "text")
  if (text !== undefined) return { type: "token", content: text }
  const thinking = textIn(delta, "thinking")
  return thinking === undefined ? undefined : { type: "reasoning_token", content: thinking }
}

export class ClaudeTranslation {
  readonly turns = new ClaudeTurns()
  private readonly asks = new ClaudeAsks()
  private readonly calls = new ClaudeCalls()
  private readonly usage: ClaudeUsage
  /** The message that streamed last, by the call of its sub-agent; `""` is the agent itself. */
  private readonly streamed = new Map<string, string>()
  private rounds = 0
  private waitedMillis = 0
  private trouble: Trouble = noTrouble
  private resetsAtMillis: number | undefined
  private todos = ""
  /** What the commands in the background are for. */
  private commands: ReadonlyArray<string> = []
  /** The answer is one text: its parts, with calls in between, are paragraphs of it. */
  private paragraph: "none" | "open" | "due" = "none"

  constructor(resume: Option.Option<string>) {
    this.usage = new ClaudeUsage(Option.isSome(resume) ? "resumed" : "fresh")
  }

  /** The answer to an ask, as a frame; none: it is not to be answered, or not yet. */
  answer(asked: Asked, verdict: Verdict): Frame | undefined {
    return this.asks.answer(asked, verdict)
  }

  /** What it means that the program went away in a turn. None: that it did is all there is to say. */
  exited(): Option.Option<Outcome.RunnerOutcome> {
    const last = this.turns.lastSaid()
    return last === undefined || last === "interrupted" || last.status === "completed"
      ? Option.none()
      : Option.some(last)
  }

  /** Every line but the answers to this side's own requests. */
  translate(frame: Frame): ReadonlyArray<Fact> {
    switch (frame["type"]) {
      case "stream_event":
        return this.streaming(frame)
      case "assistant":
        return this.assistant(frame)
      case "user":
        return this.user(frame)
      case "system":
        return this.system(frame)
      case "result":
        return this.result(frame)
      case "control_request":
        return this.asks.take(textIn(frame, "request_id") ?? "", recordIn(frame, "request") ?? {})
      case "control_cancel_request":
        return this.asks.withdraw(textIn(frame, "request_id") ?? "")
      case "command_lifecycle":
        this.turns.message(textIn(frame, "command_uuid") ?? "", textIn(frame, "state") ?? "")
        return onlyAlive
      case "tool_progress":
        return this.progress(frame)
      case "rate_limit_event":
        return this.rateLimit(recordIn(frame, "rate_limit_info"))
      default:
        return nothing
    }
  }

  private streaming(frame: Frame): ReadonlyArray<Fact> {
    const event = recordIn(frame, "event")
    if (event === undefined) return nothing
    const parent = textIn(frame, "parent_tool_use_id")
    switch (event["type"]) {
      case "content_block_delta": {
        const delta = recordIn(event, "delta")
        const said = delta === undefined ? undefined : eventOfDelta(delta)
        if (said === undefined) return onlyAlive
        return parent === undefined ? [this.inParagraph(said)] : this.placed(parent, [said], frame)
      }
      case "content_block_start":
        if (parent === undefined) this.endParagraph()
        return onlyAlive
      case "message_start":
        return this.messageStart(recordIn(event, "message") ?? {}, parent)
      case "message_delta": {
        const used = recordIn(event, "usage")
        if (used === undefined || parent !== undefined) return onlyAlive
        this.usage.callEnded(used)
        return this.used()
      }
      case "ping":
        return nothing
      default:
        return onlyAlive
    }
  }

  private inParagraph(said: Event): Event {
    if (said.type !== "token" || said.content === "") return said
    const isNew = this.paragraph === "due"
    this.paragraph = "open"
    return isNew ? { type: "token", content: `\n\n${said.content}` } : said
  }

  private endParagraph(): void {
    if (this.paragraph === "open") this.paragraph = "due"
  }

  private messageStart(message: Frame, parent: string | undefined): ReadonlyArray<Fact> {
    this.streamed.set(parent ?? "", textIn(message, "id") ?? "")
    if (parent !== undefined) return onlyAlive
    this.rounds++
    this.waitedMillis = 0
    this.usage.callBegan(message)
    return [{ type: "runner_progress", round: this.rounds }, ...this.used()]
  }

  private assistant(frame: Frame): ReadonlyArray<Fact> {
    const message = recordIn(frame, "message") ?? {}
    const parent = textIn(frame, "parent_tool_use_id")
    if (frame["is_api_error_message"] === true) {
      if (parent === undefined) this.trouble = this.troubleOf(frame)
      return onlyAlive
    }
    const isTold = this.streamed.get(parent ?? "") === textIn(message, "id")
    const events: Array<Event> = []
    for (const block of listIn(message, "content")) {
      if (!isRecord(block)) continue
      const type = textIn(block, "type") ?? ""
      if (type === "text" || type === "thinking") {
        const said = isTold ? undefined : eventOfDelta(block)
        if (parent === undefined && said !== undefined) this.endParagraph()
        if (said !== undefined) events.push(parent === undefined ? this.inParagraph(said) : said)
      } else if (type.endsWith("tool_use")) {
        events.push(...this.calls.begin(block))
        if (parent === undefined) events.push(...this.todoList(block))
      }
    }
    return events.length === 0 ? onlyAlive : this.placed(parent, events, frame)
  }

  private user(frame: Frame): ReadonlyArray<Fact> {
    const parent = textIn(frame, "parent_tool_use_id")
    const result = recordIn(frame, "tool_use_result")
    const events = listIn(recordIn(frame, "message") ?? {}, "content").flatMap((block) =>
      isRecord(block) && (textIn(block, "type") ?? "").endsWith("tool_result")
        ? this.calls.end(block, result, parent)
        : []
    )
    return events.length === 0 ? onlyAlive : this.placed(parent, events, frame)
  }

  private system(frame: Frame): ReadonlyArray<Fact> {
    switch (frame["subtype"]) {
      case "init": {
        const handle = textIn(frame, "session_id")
        return handle === undefined ? onlyAlive : [{ type: "conversation_named", handle }]
      }
      case "session_state_changed":
        return this.state(textIn(frame, "state") ?? "")
      case "background_tasks_changed":
        this.commands = listIn(frame, "tasks").flatMap((task) =>
          isRecord(task) && textIn(task, "task_type") === "local_bash" ? (textIn(task, "description") ?? []) : []
        )
        return onlyAlive
      case "api_retry":
        return this.retry(frame)
      case "task_progress":
        return this.taskProgress(frame)
      case "task_notification": {
        const ended = this.calls.notified(frame)
        return ended === undefined ? onlyAlive : this.placed(ended.parent, [ended.event], frame)
      }
      case "compact_boundary":
        return notice(compactedWords(recordIn(frame, "compact_metadata") ?? {}))
      case "informational":
      case "model_refusal_fallback":
      case "model_refusal_no_fallback":
        return notice(textIn(frame, "content"))
      case "notification":
        return notice(textIn(frame, "text"))
      default:
        return onlyAlive
    }
  }

  /** A command in the background does not keep the program from being idle: it ends with the program. */
  private state(state: string): ReadonlyArray<Fact> {
    const ended = this.turns.state(state)
    const left = ended.length === 0 ? "" : this.commands.join("; ")
    return left === ""
      ? [alive, ...ended]
      : [...notice(`Left in the background, where it ends with this run: ${left}`), ...ended]
  }

  private retry(frame: Frame): ReadonlyArray<Fact> {
    const outcome = ofRetry(frame, this.waitedMillis)
    const delayMillis = numberIn(frame, "retry_delay_ms") ?? 0
    this.waitedMillis += delayMillis
    const attempt = `try ${numberIn(frame, "attempt") ?? "?"} of ${numberIn(frame, "max_retries") ?? "?"}`
    const detail = `The model's server answered ${retryWords(frame)}: ${attempt} in ${Math.ceil(delayMillis / 1000)} s`
    const told: Fact = { type: "runner_progress", round: Math.max(1, this.rounds), detail }
    return outcome === undefined ? [told] : [told, ...this.turns.giveUp(outcome)]
  }

  private result(frame: Frame): ReadonlyArray<Fact> {
    const outcome = ofResult(frame, this.trouble, this.turns.stopping)
    if (outcome === undefined) return onlyAlive
    this.trouble = noTrouble
    this.usage.settle(frame)
    return [...this.used(), ...this.turns.ended(outcome)]
  }

  private used(): ReadonlyArray<Fact> {
    const usage = this.usage.total()
    return usage === undefined ? onlyAlive : [{ type: "usage_updated", usage }]
  }

  private taskProgress(frame: Frame): ReadonlyArray<Fact> {
    const toolCallId = textIn(frame, "tool_use_id") ?? ""
    const toolName = this.calls.nameOf(toolCallId)
    const detail = textIn(frame, "description")
    return toolName === undefined || detail === undefined
      ? onlyAlive
      : [{ type: "tool_lifecycle", toolCallId, toolName, phase: "progress", detail }]
  }

  /** A running tool that says nothing else; of a sub-agent, that it tries a model call again. */
  private progress(frame: Frame): ReadonlyArray<Fact> {
    const parent = textIn(frame, "parent_tool_use_id")
    const retry = recordIn(frame, "subagent_retry")
    if (parent === undefined || retry === undefined) return onlyAlive
    const words = retryWords({ ...retry, error: retry["error_category"] })
    const round = Math.max(1, numberIn(retry, "attempt") ?? 1)
    return this.placed(parent, [{ type: "runner_progress", round, detail: words }], frame)
  }

  private rateLimit(info: Frame | undefined): ReadonlyArray<Fact> {
    const resetsAtSeconds = info && textIn(info, "status") === "rejected" ? numberIn(info, "resetsAt") : undefined
    this.resetsAtMillis = resetsAtSeconds === undefined ? undefined : resetsAtSeconds * 1000
    return onlyAlive
  }

  /** Both times are the program's: how long it is from the one to the other needs no clock of ours. */
  private troubleOf(frame: Frame): Trouble {
    const sinceMillis = this.resetsAtMillis === undefined ? Number.NaN : this.resetsAtMillis
    const seconds = Math.ceil((sinceMillis - Date.parse(textIn(frame, "timestamp") ?? "")) / 1000)
    return { word: textIn(frame, "error"), retryAfterSeconds: seconds > 0 ? seconds : undefined }
  }

  private todoList(block: Frame): ReadonlyArray<Event> {
    if (textIn(block, "name") !== todoTool) return []
    const tasks = listIn(recordIn(block, "input") ?? {}, "todos").flatMap((todo) => {
      const title = isRecord(todo) ? textIn(todo, "content") : undefined
      return !isRecord(todo) || title === undefined ? [] : [{ title, status: textIn(todo, "status") ?? "pending" }]
    })
    const told = JSON.stringify(tasks)
    if (told === this.todos) return []
    this.todos = told
    return [{ type: "task_list_changed", tasks }]
  }

  /** Events where they belong: at the agent, or at the sub-agent of that call. */
  private placed(parent: string | undefined, events: ReadonlyArray<Event>, frame: Frame): ReadonlyArray<Fact> {
    if (parent === undefined) return events
    const title = textIn(frame, "task_description") ?? this.calls.titleOf(parent)
    const nested = { nestedId: parent, ...(title === undefined ? {} : { title }) }
    return events.map((event) => ({ type: "nested_agent_event", ...nested, event }))
  }
}

const compactedWords = (metadata: Frame): string => {
  const before = numberIn(metadata, "pre_tokens")
  const after = numberIn(metadata, "post_tokens")
  const sizes = before === undefined || after === undefined ? "" : `: ${before} tokens before, ${after} after`
  return `The conversation was made shorter${sizes}`
}
