/**
 * What an agent asks over ACP and waits for: permissions, and questions that
 * come as a form. Pure, with the open asks as its state.
 *
 * - A1 An agent's ask is answered once, in the agent's own words for it.
 * - A2 Only what is allowed once is ever chosen: what an agent would remember
 *   is not ours to give.
 *
 * @stability unstable
 */
import type { Verdict } from "../CliProtocol.ts"
import type { Asked, Fact, QuestionAsked } from "../Fact.ts"
import { type Frame, isRecord, listIn, recordIn, textIn } from "../Frames.ts"
import type { RpcId } from "../JsonRpcPeer.ts"
import type { AcpDialect } from "./AcpDialect.ts"
import { type Form, fieldsMax, ofElicitation } from "./AcpForm.ts"
import type { AcpToolCalls } from "./AcpToolCalls.ts"
import * as AcpWire from "./AcpWire.ts"

const nothing: Frame = {}

/** What follows from an answer: the result of the agent's call, and what is told. */
export interface Answered {
  readonly reply: { readonly id: RpcId; readonly result: Frame } | undefined
  readonly facts: ReadonlyArray<Fact>
}

interface Permission {
  readonly _tag: "Permission"
  readonly rpcId: RpcId
  readonly call: string
  readonly options: ReadonlyArray<unknown>
}

interface Questions {
  readonly _tag: "Questions"
  readonly rpcId: RpcId
  readonly form: Form
  readonly answers: Readonly<Record<string, unknown>>
  readonly at: number
}

type Open = Permission | Questions

const unanswered: Answered = { reply: undefined, facts: [] }

const declinedWords = "This call was not allowed"

const optionOf = (options: ReadonlyArray<unknown>, kind: string): string | undefined => {
  const option = options.find((one) => isRecord(one) && textIn(one, "kind") === kind)
  return isRecord(option) ? textIn(option, "optionId") : undefined
}

/** A2. None: there is no such option, and the ask is dismissed. */
export const resultOf = (options: ReadonlyArray<unknown>, verdict: Verdict): Frame => {
  const chosen = optionOf(options, verdict._tag === "Approved" ? "allow_once" : "reject_once")
  const refused = chosen ?? optionOf(options, "reject_once")
  return refused === undefined ? AcpWire.dismissed : AcpWire.selected(refused)
}

/** Whether the verdict came to an allowed call. */
const isAllowed = (options: ReadonlyArray<unknown>, verdict: Verdict): boolean =>
  verdict._tag === "Approved" && optionOf(options, "allow_once") !== undefined

export class AcpAsks {
  private readonly open = new Map<string, Open>()
  private readonly dialect: AcpDialect
  private readonly calls: AcpToolCalls

  constructor(dialect: AcpDialect, calls: AcpToolCalls) {
    this.dialect = dialect
    this.calls = calls
  }

  /** `session/request_permission` */
  permission(rpcId: RpcId, params: Frame): ReadonlyArray<Fact> {
    const { facts, what } = this.calls.asked(recordIn(params, "toolCall") ?? nothing, `call-${rpcId}`)
    const form = this.dialect.formIn(params)
    if (form !== undefined) return [...facts, ...this.questions(rpcId, form)]
    const id = this.freeName(`permission:${what.toolCallId}`)
    this.open.set(id, { _tag: "Permission", rpcId, call: what.toolCallId, options: listIn(params, "options") })
    return [...facts, { type: "permission_asked", id, ...what }]
  }

  /** `elicitation/create`. None: it is no form, or one that nobody would fill in. */
  elicitation(rpcId: RpcId, params: Frame): ReadonlyArray<Fact> | undefined {
    const form = ofElicitation(params)
    return form === undefined ? undefined : this.questions(rpcId, form)
  }

  answer(asked: Asked, verdict: Verdict): Answered {
    const ask = this.open.get(asked.id)
    if (ask === undefined) return unanswered
    this.open.delete(asked.id)
    if (ask._tag === "Questions") return this.answered(ask, verdict)
    return {
      reply: { id: ask.rpcId, result: resultOf(ask.options, verdict) },
      facts: isAllowed(ask.options, verdict) ? [] : this.calls.denied(ask.call, declinedWords)
    }
  }

  /** The agent does not wait for it any more. */
  withdrawn(rpcId: unknown): ReadonlyArray<Fact> {
    for (const [id, ask] of this.open) {
      if (ask.rpcId !== rpcId) continue
      this.open.delete(id)
      return [{ type: "ask_withdrawn", id }]
    }
    return []
  }

  /** Dismisses all of them; the agent is asked to stop. */
  dismissed(): ReadonlyArray<NonNullable<Answered["reply"]>> {
    const all = [...this.open.values()]
    this.open.clear()
    return all.map((ask) => ({
      id: ask.rpcId,
      result: ask._tag === "Questions" ? ask.form.cancelled : AcpWire.dismissed
    }))
  }

  private freeName(name: string): string {
    let free = name
    for (let index = 2; this.open.has(free); index++) free = `${name}#${index}`
    return free
  }

  private questions(rpcId: RpcId, form: Form): ReadonlyArray<Fact> {
    return this.next({ _tag: "Questions", rpcId, form, answers: {}, at: 0 })
  }

  private next(ask: Questions): ReadonlyArray<QuestionAsked> {
    const field = ask.form.fields[ask.at]
    if (field === undefined) return []
    const id = this.freeName(`${ask.form.name}:${field.key}`)
    this.open.set(id, ask)
    return [{ type: "question_asked", id, question: field.question, options: field.options }]
  }

  private answered(ask: Questions, verdict: Verdict): Answered {
    const { answers, at, form, rpcId } = ask
    const reply = (result: Frame): Answered => ({ reply: { id: rpcId, result }, facts: [] })
    if (verdict._tag === "Expired") return reply(form.cancelled)
    const words = verdict._tag === "Answered" ? verdict.text : wordsOf(verdict)
    const field = form.fields[at]
    const value = words === undefined ? undefined : field?.valueOf(words)
    if (field === undefined || value === undefined) return reply(form.declined)
    const all = { ...answers, [field.key]: value }
    if (at + 1 >= Math.min(form.fields.length, fieldsMax)) return reply(form.accepted(all))
    return { reply: undefined, facts: this.next({ ...ask, answers: all, at: at + 1 }) }
  }
}

/** A question that was approved without a word is not answered. */
const wordsOf = (verdict: Exclude<Verdict, { readonly _tag: "Answered" | "Expired" }>): string | undefined =>
  verdict._tag === "Approved" && verdict.text._tag === "Some" ? verdict.text.value : undefined
