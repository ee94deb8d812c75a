/**
 * The events of `opencode serve` as facts. Seen of 1.18.33.
 *
 * One stream tells of all sessions of a server: the one of the run, those of
 * the sub-agents below it, and others that are nobody's here. Holds what the
 * wire needs: the parts that grow, what is open, what was used.
 *
 * @stability unstable
 */
import { type AgentEvent, type Outcome, type Session, UsageSum } from "@offshoot/core"
import { brokenProtocol } from "../CliProtocol.ts"
import { alive, type Fact } from "../Fact.ts"
import { type Frame, isRecord, listIn, numberIn, recordIn, textIn } from "../Frames.ts"
import { callIn, isBare, OpencodeAsks } from "./OpencodeAsks.ts"
import { ofRetry } from "./OpencodeOutcome.ts"
import { OpencodeParts } from "./OpencodeParts.ts"
import { Recent } from "./OpencodeRecent.ts"
import { rulesIn } from "./OpencodeRules.ts"
import { OpencodeTurns } from "./OpencodeTurns.ts"

const nothing: ReadonlyArray<Fact> = []
const onlyAlive: ReadonlyArray<Fact> = [alive]

/** Sub-agents of a run; of further ones nothing is told. */
const sessionsMax = 1_024

/** The session of the run, or one of a sub-agent. */
interface Known {
  readonly parts: OpencodeParts
  /** None: it is the run's own. */
  readonly nested: { readonly nestedId: string; readonly title?: string } | undefined
  /** The rules by which it asks, as it began. */
  readonly rules: string
  /** In front of tries of the model call under way. */
  waitedMillis: number
  /** Asks whose call has no arguments yet, by the call. */
  readonly held: Map<string, Frame>
}

const knownOf = (info: Frame, nested: Known["nested"]): Known => ({
  parts: new OpencodeParts(),
  nested,
  rules: JSON.stringify(rulesIn(info)),
  waitedMillis: 0,
  held: new Map()
})

/** One model call's usage: its input is what was not cached, its output what was no reasoning (1.18.33). */
const usageOf = (part: Frame): Session.Usage => {
  const tokens = recordIn(part, "tokens") ?? {}
  const cache = recordIn(tokens, "cache") ?? {}
  const cacheReadTokens = numberIn(cache, "read") ?? 0
  const cacheWriteTokens = numberIn(cache, "write") ?? 0
  const reasoningTokens = numberIn(tokens, "reasoning") ?? 0
  const costUsd = numberIn(part, "cost")
  return {
    inputTokens: (numberIn(tokens, "input") ?? 0) + cacheReadTokens + cacheWriteTokens,
    outputTokens: (numberIn(tokens, "output") ?? 0) + reasoningTokens,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens,
    // From opencode's own table of prices; nought is also what a model that is not in it costs.
    ...(costUsd === undefined || costUsd === 0 ? {} : { costUsd, costSource: "estimated" as const })
  }
}

const notice = (content: string): Fact => ({ type: "runner_output", channel: "notice", content: `${content}\n` })

export class OpencodeTranslation {
  readonly turns = new OpencodeTurns()
  readonly asks = new OpencodeAsks()
  private readonly sessions = new Map<string, Known>()
  private readonly counted = new Recent()
  private usage: Session.Usage | undefined
  private rounds = 0
  private todos = ""

  /** What broke the run, whatever its turn says; none: nothing. */
  brokenBy: Outcome.RunnerOutcome | undefined

  /** The session that the run is about, as opencode tells it. */
  begin(info: Frame): void {
    this.sessions.set(textIn(info, "id") ?? "", knownOf(info, undefined))
  }

  /** `nowMillis` is the time of the machine that opencode runs on too: pauses are told by their end. */
  read(event: Frame, nowMillis: number): ReadonlyArray<Fact> {
    const properties = recordIn(event, "properties") ?? {}
    const type = event["type"]
    // Answers are told of whatever session they are for.
    if (type === "permission.replied" || type === "question.replied" || type === "question.rejected") {
      return this.replied(type, properties)
    }
    const known = this.sessions.get(textIn(properties, "sessionID") ?? "")
    if (known === undefined) return type === "session.created" ? this.opened(properties) : nothing
    switch (type) {
      case "message.part.delta": {
        const said = known.parts.delta(properties)
        return said === undefined ? onlyAlive : this.placed(known, [said])
      }
      case "message.part.updated":
        return this.part(known, recordIn(properties, "part") ?? {}, "told")
      case "message.updated":
        return this.message(known, recordIn(properties, "info") ?? {})
      case "session.status":
        return this.status(known, recordIn(properties, "status") ?? {}, nowMillis)
      case "session.idle":
        return known.nested === undefined ? [alive, ...this.turns.idle()] : onlyAlive
      case "session.error":
        return known.nested === undefined
          ? [alive, ...this.turns.failed(recordIn(properties, "error") ?? {})]
          : onlyAlive
      case "session.updated":
        return this.updated(known, recordIn(properties, "info") ?? {})
      case "session.compacted":
        return known.nested === undefined ? [notice("The conversation was made shorter")] : onlyAlive
      case "permission.asked":
        return this.asked(known, properties)
      case "question.asked":
        return this.asks.questions(properties)
      case "todo.updated":
        return this.todoList(known, listIn(properties, "todos"))
      case "session.created":
        return this.opened(properties)
      default:
        return onlyAlive
    }
  }

  /** The stream broke off: what is told from here on has a gap in front of it. */
  gap(): void {
    for (const { parts } of this.sessions.values()) parts.gap()
  }

  /** A message of a session as it stands, after a gap. */
  restore(message: Frame): ReadonlyArray<Fact> {
    const info = recordIn(message, "info") ?? {}
    const known = this.sessions.get(textIn(info, "sessionID") ?? "")
    if (known === undefined) return nothing
    const facts = [...this.message(known, info)]
    for (const part of listIn(message, "parts")) {
      if (isRecord(part)) facts.push(...this.part(known, part, "restored"))
    }
    return facts
  }

  /** The sessions that are told of, the run's own first. */
  get sessionIDs(): ReadonlyArray<string> {
    return [...this.sessions.keys()]
  }

  private part(known: Known, part: Frame, how: "told" | "restored"): ReadonlyArray<Fact> {
    if (part["type"] === "text" && known.nested === undefined) this.turns.text(part)
    if (part["type"] === "step-finish") return this.step(known, part)
    if (part["type"] === "step-start") known.waitedMillis = 0
    const events = how === "told" ? known.parts.part(part) : known.parts.restore(part)
    if (events.length === 0) return onlyAlive
    const told = this.placed(known, events)
    return known.held.size === 0 ? told : [...told, ...this.released(known)]
  }

  /** An ask that does not say what is to be done waits for the arguments of its call, which are on their way. */
  private asked(known: Known, properties: Frame): ReadonlyArray<Fact> {
    const callID = callIn(properties) ?? ""
    const call = known.parts.call(callID)
    if (call !== undefined && call.input === undefined && isBare(properties)) {
      known.held.set(callID, properties)
      return onlyAlive
    }
    return this.asks.permission(properties, call?.toolName, call?.input ?? {})
  }

  private released(known: Known): ReadonlyArray<Fact> {
    return [...known.held].flatMap(([callID, properties]) => {
      if (known.parts.call(callID)?.input === undefined) return []
      known.held.delete(callID)
      return this.asked(known, properties)
    })
  }

  private message(known: Known, info: Frame): ReadonlyArray<Fact> {
    known.parts.message(info)
    if (known.nested === undefined) this.turns.message(info)
    return onlyAlive
  }

  /** A model call is over. What the sub-agents use is used by the run. */
  private step(known: Known, part: Frame): ReadonlyArray<Fact> {
    if (!this.counted.add(textIn(part, "id") ?? "")) return onlyAlive
    const used = usageOf(part)
    this.usage = this.usage === undefined ? used : UsageSum.add(this.usage, used)
    const told: Fact = { type: "usage_updated", usage: this.usage }
    if (known.nested !== undefined) return [told]
    this.rounds += 1
    return [told, { type: "runner_progress", round: this.rounds }]
  }

  private status(known: Known, status: Frame, nowMillis: number): ReadonlyArray<Fact> {
    if (status["type"] === "busy" && known.nested === undefined) this.turns.busy()
    if (status["type"] !== "retry") return onlyAlive
    if (known.nested === undefined) this.turns.busy()
    const delayMillis = Math.max(0, (numberIn(status, "next") ?? nowMillis) - nowMillis)
    const outcome = ofRetry(status, { delayMillis, waitedMillis: known.waitedMillis })
    known.waitedMillis += delayMillis
    const words = `${textIn(status, "message") ?? "A model call failed"}: try ${numberIn(status, "attempt") ?? "?"} in ${Math.ceil(delayMillis / 1000)} s`
    const told = this.placed(known, [{ type: "runner_progress", round: Math.max(1, this.rounds), detail: words }])
    return outcome === undefined ? told : [...told, ...this.turns.giveUp(outcome)]
  }

  private opened(properties: Frame): ReadonlyArray<Fact> {
    const info = recordIn(properties, "info") ?? {}
    const id = textIn(info, "id")
    const isOurs = this.sessions.has(textIn(info, "parentID") ?? "")
    if (id === undefined || !isOurs || this.sessions.has(id) || this.sessions.size >= sessionsMax) return nothing
    const title = textIn(info, "title")
    const nested = { nestedId: id, ...(title === undefined ? {} : { title }) }
    this.sessions.set(id, knownOf(info, nested))
    return onlyAlive
  }

  /** The rules of a session are as it began with them. */
  private updated(known: Known, info: Frame): ReadonlyArray<Fact> {
    return info["permission"] === undefined || JSON.stringify(rulesIn(info)) === known.rules
      ? onlyAlive
      : this.broken("Somebody else has changed the rules by which opencode asks")
  }

  private replied(type: string, properties: Frame): ReadonlyArray<Fact> {
    const id = textIn(properties, "requestID") ?? ""
    const isRejection = type === "question.rejected" || textIn(properties, "reply") === "reject"
    const replied = this.asks.replied(id, isRejection ? "rejected" : "granted")
    if (replied === "ours") return onlyAlive
    return replied === "forged" ? this.broken("Somebody else has answered what opencode had asked here") : replied
  }

  /** A tool of the program has used the program's own server. */
  private broken(words: string): ReadonlyArray<Fact> {
    this.brokenBy ??= brokenProtocol(`${words}: a tool that it ran can do so`).outcome
    return this.turns.giveUp(this.brokenBy)
  }

  private todoList(known: Known, todos: ReadonlyArray<unknown>): ReadonlyArray<Fact> {
    if (known.nested !== undefined) return onlyAlive
    const tasks = todos.flatMap((todo) => {
      const title = isRecord(todo) ? textIn(todo, "content") : undefined
      return !isRecord(todo) || title === undefined ? [] : [{ title, status: textIn(todo, "status") ?? "pending" }]
    })
    const told = JSON.stringify(tasks)
    if (told === this.todos) return onlyAlive
    this.todos = told
    return [{ type: "task_list_changed", tasks }]
  }

  /** Events where they belong: at the agent, or at the sub-agent whose session it is. */
  private placed({ nested }: Known, events: ReadonlyArray<AgentEvent.NestedEvent>): ReadonlyArray<Fact> {
    return nested === undefined ? events : events.map((event) => ({ type: "nested_agent_event", ...nested, event }))
  }
}
