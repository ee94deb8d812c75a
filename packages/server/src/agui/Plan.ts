/**
 * What the input of a client asks of a thread. Pure.
 *
 * The conversation is the server's: of the messages of an input only those are
 * sent that stand at its end and are not taken yet. A message is known by the
 * client's own id for it, so that the same input again sends nothing.
 *
 * @stability unstable
 */
import type { Obligation, SubAgents } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Notice } from "./AgUiEvent.ts"
import * as Asks from "./Asks.ts"
import * as RunInput from "./RunInput.ts"

const keyPrefix = "agui:"

/** The name of a thread among the keys of roots, and of a message among those of a session. */
export const keyOf = (id: string): string => `${keyPrefix}${id}`

/** The client's id of a message; none: somebody else sent it. */
export const idOf = (key: string | undefined): string | undefined =>
  key?.startsWith(keyPrefix) === true ? key.slice(keyPrefix.length) : undefined

/** What is to be sent. Several messages are one: none of them waits for an answer to another. */
export interface Message {
  readonly key: string
  readonly text: string
}

export interface Answer {
  readonly request: Obligation.Request
  readonly decision: SubAgents.Decision
}

export interface Plan {
  readonly message: Option.Option<Message>
  readonly answers: ReadonlyArray<Answer>
  readonly notices: ReadonlyArray<Notice>
}

/** An entry of `resume` that is no answer to what it names. */
export interface NoAnswer {
  readonly index: number
  readonly expected: string
}

/** What is known of the thread. */
export interface Known {
  /** Keys of messages that were sent before. */
  readonly keys: ReadonlySet<string>
  /** What is asked in it now. */
  readonly requests: ReadonlyArray<Obligation.Request>
  /** Whether the thread is new to the server. */
  readonly isNew: boolean
}

/** The end of the input that is only the person's, after the last message that was taken. */
const untaken = (
  messages: ReadonlyArray<RunInput.InputMessage>,
  keys: ReadonlySet<string>
): ReadonlyArray<RunInput.InputMessage> => {
  const after = messages.findLastIndex(
    ({ id, role }) => role === "assistant" || role === "tool" || (role === "user" && keys.has(keyOf(id)))
  )
  return messages.slice(after + 1).filter(({ role }) => role === "user")
}

const unused = (input: RunInput.RunInput): ReadonlyArray<Notice> => {
  const isGiven = (list: ReadonlyArray<unknown> | undefined): boolean => list !== undefined && list.length > 0
  const state = input.state
  const hasState = typeof state === "object" && state !== null ? Object.keys(state).length > 0 : state !== undefined
  return [
    ...(isGiven(input.tools)
      ? [
          {
            code: "tools_ignored",
            message: "Tools of the page are not offered to the agent: its tools are the server's."
          }
        ]
      : []),
    ...(isGiven(input.context)
      ? [
          {
            code: "context_ignored",
            message: "The context is not given to the agent: put what it should know into the message."
          }
        ]
      : []),
    ...(hasState
      ? [{ code: "state_ignored", message: "There is no shared state: the state of the input is not used." }]
      : [])
  ]
}

const answersOf = (
  entries: ReadonlyArray<RunInput.ResumeEntry>,
  requests: ReadonlyArray<Obligation.Request>
): Result.Result<Pick<Plan, "answers" | "notices">, NoAnswer> => {
  const answers: Array<Answer> = []
  const notices: Array<Notice> = []
  for (const [index, entry] of entries.entries()) {
    const request = requests.find(({ id }) => id === entry.interruptId)
    if (request === undefined) {
      const message = `Nobody in this thread waits for an answer to ${entry.interruptId}: it is answered already, over, or of another thread.`
      notices.push({ code: "interrupt_not_open", message })
      continue
    }
    const decision = Asks.decisionOf(request.ask, entry)
    if (Result.isFailure(decision)) return Result.fail({ index, expected: decision.failure })
    answers.push({ request, decision: decision.success })
  }
  return Result.succeed({ answers, notices })
}

const messageOf = (messages: ReadonlyArray<RunInput.InputMessage>) => {
  const read = messages.map((message) => ({ message, ...RunInput.textOf(message) }))
  const last = messages.at(-1)
  const text = read
    .map((one) => one.text)
    .filter((one) => one !== "")
    .join("\n\n")
  const skipped = read.reduce((sum, one) => sum + one.skipped, 0)
  return {
    message: last === undefined || text === "" ? Option.none() : Option.some({ key: keyOf(last.id), text }),
    notices:
      skipped === 0 ? [] : [{ code: "parts_skipped", message: `${skipped} parts that are no text were left out.` }]
  }
}

export const planOf = (input: RunInput.RunInput, known: Known): Result.Result<Plan, NoAnswer> =>
  Result.map(answersOf(input.resume ?? [], known.requests), ({ answers, notices }) => {
    const fresh = untaken(input.messages, known.keys)
    const { message, notices: ofMessage } = messageOf(fresh)
    const isForeign = known.isNew && input.messages.some(({ role }) => role === "assistant")
    return {
      message,
      answers,
      notices: [
        ...unused(input),
        ...ofMessage,
        ...notices,
        ...(isForeign
          ? [
              {
                code: "history_ignored",
                message: "This thread is new to the server: what was said in it elsewhere is not told to the agent."
              }
            ]
          : []),
        ...(RunInput.knowsSubagents(input)
          ? []
          : [
              {
                code: "children_inline",
                message:
                  "The client says no protocol version of 1.0 or later: children are activities, and what they say is left out."
              }
            ])
      ]
    }
  })
