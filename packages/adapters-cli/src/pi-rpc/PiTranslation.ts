/**
 * The events of `pi --mode rpc` as facts.
 *
 * Knows what one turn is made of; when it is over is the conversation's to
 * find out, because pi says `agent_end` also in front of a retry.
 *
 * @stability unstable
 */
import { UsageSum, type Session } from "@offshoot/core"
import { alive, type AskedKind, type Fact } from "../Fact.ts"
import { type Frame, isRecord, listIn, numberIn, objectOf, recordIn, textIn } from "../Frames.ts"
import { announcement, askMark } from "./PiGate.ts"
import type { Rest } from "./PiOutcome.ts"

const nothing: ReadonlyArray<Fact> = []
const onlyAlive: ReadonlyArray<Fact> = [alive]

/** Output of a running tool that is shown with each progress: pi repeats all of it every time. */
const progressCharsMax = 2_048

const kinds: Readonly<Record<string, AskedKind>> = {
  bash: "execute",
  edit: "edit",
  write: "edit",
  read: "read",
  grep: "read",
  find: "read",
  ls: "read"
}

const textsIn = (frame: Frame | undefined): string =>
  frame === undefined
    ? ""
    : listIn(frame, "content")
        .flatMap((part) => (isRecord(part) ? [textIn(part, "text") ?? ""] : []))
        .join("")

/** One model call's usage; pi's input is what was neither read from nor written to the cache (0.73.1). */
const usageOf = (message: Frame): Session.Usage | undefined => {
  const usage = recordIn(message, "usage")
  if (usage === undefined || numberIn(usage, "totalTokens") === 0) return undefined
  const cacheReadTokens = numberIn(usage, "cacheRead") ?? 0
  const cacheWriteTokens = numberIn(usage, "cacheWrite") ?? 0
  const cost = recordIn(usage, "cost")
  const costUsd = cost === undefined ? undefined : numberIn(cost, "total")
  return {
    inputTokens: (numberIn(usage, "input") ?? 0) + cacheReadTokens + cacheWriteTokens,
    outputTokens: numberIn(usage, "output") ?? 0,
    cacheReadTokens,
    cacheWriteTokens,
    // From pi's own table of prices.
    ...(costUsd === undefined || costUsd === 0 ? {} : { costUsd, costSource: "estimated" as const })
  }
}

/** A dialog of an extension; those of others than the gate are questions. */
const askedBy = (frame: Frame): ReadonlyArray<Fact> => {
  const id = textIn(frame, "id")
  const title = textIn(frame, "title") ?? ""
  if (id === undefined) return nothing
  const call = title.startsWith(askMark) ? objectOf(title.slice(askMark.length)) : undefined
  if (call !== undefined) {
    const toolName = textIn(call, "toolName") ?? ""
    return [
      {
        type: "permission_asked",
        id,
        kind: kinds[toolName] ?? "other",
        toolCallId: textIn(call, "toolCallId") ?? id,
        toolName,
        arguments: call["input"]
      }
    ]
  }
  const message = textIn(frame, "message") ?? textIn(frame, "placeholder") ?? textIn(frame, "prefill")
  const options = textIn(frame, "method") === "confirm" ? ["Yes", "No"] : listIn(frame, "options").map(String)
  return [{ type: "question_asked", id, question: message === undefined ? title : `${title}\n${message}`, options }]
}

export class PiTranslation {
  private rounds = 0
  private usage: Session.Usage | undefined
  private readonly paths = new Map<string, string>()
  private contextFull: string | undefined
  private stopReason: string | undefined
  /** Another message of this turn has been said: what comes is a paragraph of its own. */
  private said: "nothing" | "a message" | "its beginning" = "nothing"
  private errorMessage: string | undefined
  /** Whether the gate has said that it is there. */
  isGated = false
  /** The last thing that was begun and may go on by itself: a retry, a compaction, a turn. */
  isBusy = false

  get rest(): Rest {
    return { stopReason: this.stopReason, errorMessage: this.errorMessage, contextFull: this.contextFull }
  }

  /** A new turn: nothing of the last one counts. */
  begin(): void {
    this.stopReason = undefined
    this.errorMessage = undefined
    this.contextFull = undefined
    this.isBusy = true
    if (this.said !== "nothing") this.said = "a message"
  }

  read(frame: Frame): ReadonlyArray<Fact> {
    switch (frame["type"]) {
      case "message_update":
        return this.delta(recordIn(frame, "assistantMessageEvent"))
      case "tool_execution_start":
      case "tool_execution_update":
      case "tool_execution_end":
        return this.call(frame)
      case "turn_end":
        return this.turnEnd(recordIn(frame, "message"))
      case "extension_ui_request":
        return this.dialog(frame)
      case "auto_retry_start":
        this.isBusy = true
        return [{ type: "runner_progress", round: this.rounds, detail: retryWords(frame) }]
      case "compaction_start":
        this.isBusy = true
        return [{ type: "runner_progress", round: this.rounds, detail: "The conversation is being made shorter" }]
      case "compaction_end":
        return this.compacted(frame)
      case "extension_error":
        return [notice(`An extension failed: ${textIn(frame, "error") ?? "no reason was given"}`)]
      case "agent_start":
        this.isBusy = true
        return onlyAlive
      case "agent_end":
      case "auto_retry_end":
        this.isBusy = false
        return onlyAlive
      case "message_end":
        if (this.said === "its beginning") this.said = "a message"
        return onlyAlive
      case "turn_start":
      case "message_start":
        return onlyAlive
      default:
        return nothing
    }
  }

  private delta(event: Frame | undefined): ReadonlyArray<Fact> {
    const type = event?.["type"]
    if (event === undefined || (type !== "text_delta" && type !== "thinking_delta")) return onlyAlive
    const content = textIn(event, "delta") ?? ""
    if (type === "thinking_delta") return [{ type: "reasoning_token", content }]
    const begins = this.said === "a message"
    this.said = "its beginning"
    return [{ type: "token", content: begins ? `\n\n${content}` : content }]
  }

  private call(frame: Frame): ReadonlyArray<Fact> {
    const toolCallId = textIn(frame, "toolCallId") ?? ""
    const toolName = textIn(frame, "toolName") ?? ""
    const named = { toolCallId, toolName }
    switch (frame["type"]) {
      case "tool_execution_start": {
        const args = recordIn(frame, "args")
        const path = args === undefined ? undefined : textIn(args, "path")
        if (path !== undefined && kinds[toolName] === "edit") this.paths.set(toolCallId, path)
        return [{ type: "tool_start", ...named, arguments: args ?? null }]
      }
      case "tool_execution_update": {
        const detail = textsIn(recordIn(frame, "partialResult")).slice(-progressCharsMax)
        return detail === "" ? onlyAlive : [{ type: "tool_lifecycle", ...named, phase: "output", detail }]
      }
      default:
        return this.callEnd(frame, named)
    }
  }

  private callEnd(
    frame: Frame,
    named: { readonly toolCallId: string; readonly toolName: string }
  ): ReadonlyArray<Fact> {
    const result = recordIn(frame, "result")
    const text = textsIn(result)
    const path = this.paths.get(named.toolCallId)
    this.paths.delete(named.toolCallId)
    if (frame["isError"] === true) return [{ type: "tool_error", ...named, error: text }]
    const ended: Fact = { type: "tool_complete", ...named, result: text }
    if (path === undefined) return [ended]
    const details = result === undefined ? undefined : recordIn(result, "details")
    const diff = details === undefined ? undefined : textIn(details, "diff")
    return [
      ended,
      {
        type: "file_changed",
        path,
        change: "modified",
        toolCallId: named.toolCallId,
        ...(diff === undefined ? {} : { diff })
      }
    ]
  }

  private turnEnd(message: Frame | undefined): ReadonlyArray<Fact> {
    if (message === undefined) return onlyAlive
    this.stopReason = textIn(message, "stopReason")
    this.errorMessage = textIn(message, "errorMessage")
    this.rounds += 1
    const used = usageOf(message)
    const round: Fact = { type: "runner_progress", round: this.rounds }
    if (used === undefined) return [round]
    this.usage = this.usage === undefined ? used : UsageSum.add(this.usage, used)
    return [{ type: "usage_updated", usage: this.usage }, round]
  }

  private dialog(frame: Frame): ReadonlyArray<Fact> {
    switch (textIn(frame, "method")) {
      case "select":
      case "confirm":
      case "input":
      case "editor":
        return askedBy(frame)
      case "notify": {
        const message = textIn(frame, "message") ?? ""
        if (message !== announcement) return [notice(message)]
        this.isGated = true
        return nothing
      }
      default:
        return nothing
    }
  }

  private compacted(frame: Frame): ReadonlyArray<Fact> {
    this.isBusy = frame["willRetry"] === true
    const error = textIn(frame, "errorMessage")
    if (error !== undefined && textIn(frame, "reason") === "overflow") this.contextFull = error
    return error === undefined ? onlyAlive : [notice(error)]
  }
}

const notice = (content: string): Fact => ({ type: "runner_output", channel: "notice", content: `${content}\n` })

const retryWords = (frame: Frame): string =>
  `Try ${numberIn(frame, "attempt") ?? "?"} of ${numberIn(frame, "maxAttempts") ?? "?"} after: ${textIn(frame, "errorMessage") ?? "a failure"}`
