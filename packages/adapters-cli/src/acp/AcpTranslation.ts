/**
 * What an agent tells of its work over ACP, as facts.
 *
 * Knows what has been said in this run and what the run has used; which turn is
 * under way, and what is answered, is the conversation's business. Pure.
 *
 * @stability unstable
 */
import { type Session, UsageSum } from "@offshoot/core"
import { alive, type Fact } from "../Fact.ts"
import { type Frame, isRecord, listIn, numberIn, recordIn, textIn } from "../Frames.ts"
import { type AcpDialect, chunkText } from "./AcpDialect.ts"
import { AcpToolCalls } from "./AcpToolCalls.ts"
import * as AcpUsage from "./AcpUsage.ts"

const nothing: ReadonlyArray<Fact> = []
const onlyAlive: ReadonlyArray<Fact> = [alive]

/** Told of the session, also while nobody works on anything. */
const aboutSession: ReadonlySet<unknown> = new Set([
  "available_commands_update",
  "config_option_update",
  "session_info_update"
])

const notice = (content: string): Fact => ({ type: "runner_output", channel: "notice", content: `${content}\n` })

/** Between two messages of the agent. */
const between = "\n\n"

/** A plan that has more entries is shown as far as this. */
const tasksMax = 256

export class AcpTranslation {
  readonly calls: AcpToolCalls
  /** Parts of a conversation that were told while no turn was under way: its history. */
  history = 0
  private readonly dialect: AcpDialect
  private saying = false
  private hasBegun = false
  private plan = ""
  private message: string | undefined
  /** Whether what is said next is another message: since the last words a call or a turn came. */
  private parted = false
  private hasSaid = false
  private context = ""
  private tokens: Session.Usage | undefined
  private told = ""
  private cost: number | undefined
  /** The cost of the conversation when this run began; none: nobody told it. */
  private costBefore: number | undefined = 0

  constructor(dialect: AcpDialect, cwd: string) {
    this.dialect = dialect
    this.calls = new AcpToolCalls(dialect, cwd)
  }

  /** The conversation is an earlier one: what it cost before is known only when the agent tells it. */
  goesOn(): void {
    this.costBefore = undefined
  }

  turnBegins(): void {
    this.parts()
    this.saying = true
    this.hasBegun = true
  }

  /** What the agent says after this is another message. */
  parts(): void {
    this.parted = true
  }

  /** `result`: the answer of the prompt; none: it was refused. */
  turnEnds(result: Frame | undefined, why: string): ReadonlyArray<Fact> {
    this.saying = false
    const used = result === undefined ? undefined : this.dialect.usageInResult(result)
    return [...this.calls.turnOver(why), ...this.used(used)]
  }

  /** Takes the update of one `session/update`. */
  take(update: Frame): ReadonlyArray<Fact> {
    switch (update["sessionUpdate"]) {
      case "agent_message_chunk":
        return this.chunk("token", update)
      case "agent_thought_chunk":
        return this.chunk("reasoning_token", update)
      case "tool_call":
      case "tool_call_update":
        if (!this.saying) return this.past()
        this.parts()
        return orAlive(this.calls.take(update))
      case "user_message_chunk":
        return this.past()
      case "plan":
        return this.saying ? this.planned(update) : onlyAlive
      case "usage_update":
        return this.counted(update)
      case "current_mode_update":
        return this.modeChanged(textIn(update, "currentModeId") ?? "")
      case "notice":
        return this.noticed(update)
      case "compaction_update":
        return [notice(`The conversation is made shorter: ${textIn(update, "status") ?? "begun"}`)]
      default:
        return aboutSession.has(update["sessionUpdate"]) ? nothing : onlyAlive
    }
  }

  private past(): ReadonlyArray<Fact> {
    this.history++
    return onlyAlive
  }

  private chunk(type: "token" | "reasoning_token", update: Frame): ReadonlyArray<Fact> {
    if (!this.saying) return this.past()
    const said = this.said(type, update)
    const usage = this.dialect.usageInUpdate(update)
    return usage === undefined ? said : [...said, ...this.used(usage)]
  }

  private said(type: "token" | "reasoning_token", update: Frame): ReadonlyArray<Fact> {
    const text = chunkText(update)
    if (text === undefined || text === "") return onlyAlive
    const words = this.dialect.noticeIn(update)
    if (words !== undefined) return [notice(words)]
    return [{ type, content: type === "token" ? this.apart(text, textIn(update, "messageId")) : text }]
  }

  /** A message begins apart from the one before it: agents name their messages, or put calls between them. */
  private apart(text: string, message: string | undefined): string {
    const isNamed = message !== undefined && this.message !== undefined
    const isNew = isNamed ? message !== this.message : this.parted
    this.message = message
    this.parted = false
    const isFirst = !this.hasSaid
    this.hasSaid = true
    return isNew && !isFirst ? `${between}${text}` : text
  }

  private planned(update: Frame): ReadonlyArray<Fact> {
    const tasks = listIn(update, "entries")
      .slice(0, tasksMax)
      .flatMap((entry) =>
        isRecord(entry) ? [{ title: textIn(entry, "content") ?? "", status: textIn(entry, "status") ?? "pending" }] : []
      )
    const plan = JSON.stringify(tasks)
    if (plan === this.plan) return onlyAlive
    this.plan = plan
    return [{ type: "task_list_changed", tasks }]
  }

  /** How much of its context is taken, and what the whole conversation has cost. */
  private counted(update: Frame): ReadonlyArray<Fact> {
    const cost = recordIn(update, "cost")
    const dollars = cost === undefined ? undefined : AcpUsage.dollarsOf(cost)
    if (dollars !== undefined && !this.hasBegun) this.costBefore ??= dollars
    if (dollars !== undefined) this.cost = dollars
    const [used, size] = [numberIn(update, "used"), numberIn(update, "size")]
    const context = `${used}/${size}`
    if (used === undefined || !Number.isInteger(used) || context === this.context) return orAlive(this.used(undefined))
    this.context = context
    const limit = size !== undefined && Number.isInteger(size) ? { limitTokens: size } : {}
    return [{ type: "token_budget_updated", usedTokens: used, ...limit }, ...this.used(undefined)]
  }

  /** All that this run has used, if that has become more. */
  private used(more: Session.Usage | undefined): ReadonlyArray<Fact> {
    if (more !== undefined) this.tokens = this.tokens === undefined ? more : UsageSum.add(this.tokens, more)
    const { cost, costBefore } = this
    const usage: Session.Usage = {
      ...this.tokens,
      // Agents make it of a price list of their own.
      ...(cost === undefined || costBefore === undefined
        ? {}
        : { costUsd: Math.max(0, cost - costBefore), costSource: "estimated" as const })
    }
    const told = JSON.stringify(usage)
    if (told === this.told || told === "{}") return []
    this.told = told
    return [{ type: "usage_updated", usage }]
  }

  private modeChanged(mode: string): ReadonlyArray<Fact> {
    if (this.dialect.askingModes.includes(mode)) return nothing
    return [notice(`${this.dialect.title} is in its mode ${mode}`)]
  }

  private noticed(update: Frame): ReadonlyArray<Fact> {
    const [title, description] = [textIn(update, "title") ?? "", textIn(update, "description") ?? ""]
    return [notice(description === "" ? title : `${title}: ${description}`)]
  }
}

const orAlive = (facts: ReadonlyArray<Fact>): ReadonlyArray<Fact> => (facts.length === 0 ? onlyAlive : facts)
