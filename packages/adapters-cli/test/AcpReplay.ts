/**
 * Plays a recorded agent to our side of ACP: what it said line by line, with
 * the ids that our calls have now, and what our side made of it.
 *
 * Our side calls what it calls today; a recorded answer is given to the call
 * that it fits. What the recording has no answer for is answered with nothing.
 */
import type { AgentProfile, CliProtocol, Fact } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { type Fields, at, isFields, parsed, textAt } from "./actor/Json.ts"

export interface Given {
  /** `program-version/scenario` */
  readonly transcript: string
  readonly resume?: string
  readonly model?: string
  /** Of a loaded conversation: how many lines behind the answer are its history. */
  readonly historyLines?: number
  /** What is made of the asks, in their order. Without one, an ask stays open. */
  readonly verdicts?: ReadonlyArray<CliProtocol.Verdict>
  /** The turn is asked to stop before the agent says that it is over. */
  readonly interrupt?: "before_the_end"
}

export interface Replayed {
  readonly facts: ReadonlyArray<Fact.Fact>
  /** What our side said, in order. */
  readonly sent: ReadonlyArray<Fields>
  /** Why the conversation could not begin. */
  readonly failure: CliProtocol.TurnFailed["outcome"] | undefined
}

const linesOf = (transcript: string): ReadonlyArray<Fields> =>
  NodeFS.readFileSync(NodePath.join(import.meta.dirname, "fixtures", "transcripts", `${transcript}.jsonl`), "utf8")
    .split("\n")
    .map(parsed)
    .filter(isFields)

const isAnswer = (line: Fields): boolean => line["method"] === undefined

const opens: Readonly<Record<string, (line: Fields) => boolean>> = {
  initialize: (line) => at(line, "result", "protocolVersion") !== undefined,
  "session/new": (line) => at(line, "result", "sessionId") !== undefined || line["error"] !== undefined,
  "session/load": (line) => at(line, "result", "modes") !== undefined || line["error"] !== undefined,
  "session/resume": (line) => at(line, "result", "modes") !== undefined || line["error"] !== undefined
}

export const replay = Effect.fnUntraced(function* (profile: AgentProfile.AgentProfile, given: Given) {
  const lines = [...linesOf(given.transcript)]
  const facts: Array<Fact.Fact> = []
  const sent: Array<Fields> = []
  const calls = yield* Queue.unbounded<Fields>()
  const verdicts = [...(given.verdicts ?? [])]
  const conversation: CliProtocol.Conversation = yield* profile.protocol.open({
    cwd: "/lab/w/repo",
    model: Option.fromUndefinedOr(given.model),
    permission: "ask",
    resume: Option.fromUndefinedOr(given.resume),
    disabledTools: [],
    nonce: "nonce",
    send: (frame) =>
      Effect.sync(() => {
        if (!isFields(frame)) return
        sent.push(frame)
        if (frame["method"] !== undefined && frame["id"] !== undefined) Queue.offerUnsafe(calls, frame)
      }),
    tell: (told) =>
      Effect.forEach(
        told,
        (fact) => {
          facts.push(fact)
          const asks = fact.type === "permission_asked" || fact.type === "question_asked"
          const verdict = asks ? verdicts.shift() : undefined
          return asks && verdict !== undefined ? conversation.answer(fact, verdict) : Effect.void
        },
        { discard: true }
      )
  })
  const say = (line: Fields) => conversation.receive([JSON.stringify(line)])
  const sayNext = () => Effect.suspend(() => say(lines.shift() ?? {}))

  let historyLines = given.historyLines ?? 0
  const answerTo = Effect.fnUntraced(function* (call: Fields) {
    const { id } = call
    const fits = opens[textAt(call, "method")]
    if (fits === undefined) {
      if (lines[0] !== undefined && isAnswer(lines[0]) && Object.keys(lines[0]["result"] ?? {}).length === 0)
        lines.shift()
      for (; historyLines > 0; historyLines--) yield* sayNext()
      return yield* say({ jsonrpc: "2.0", id, result: {} })
    }
    while (lines[0] !== undefined && !fits(lines[0])) yield* sayNext()
    yield* say({ ...lines.shift(), id })
  })

  const beginning = yield* Effect.forkChild(Effect.result(conversation.begin), { startImmediately: true })
  while (true) {
    const next = yield* Effect.raceFirst(
      Effect.map(Queue.take(calls), (call) => ({ call })),
      Effect.map(Fiber.join(beginning), (begun) => ({ begun }))
    )
    if ("call" in next) {
      yield* answerTo(next.call)
      continue
    }
    if (next.begun._tag === "Failure") return { facts, sent, failure: next.begun.failure.outcome }
    break
  }

  const promptId = Effect.andThen(
    Effect.orDie(conversation.prompt("go on")),
    Effect.map(Queue.take(calls), ({ id }) => id)
  )
  let id = yield* promptId
  while (lines.length > 0) {
    const line = lines.shift() ?? {}
    // Where the recording set a mode and our side had no need to.
    if (isAnswer(line) && line["error"] === undefined && textAt(line, "result", "stopReason") === "") continue
    if (isAnswer(line) && given.interrupt !== undefined) yield* conversation.interrupt
    yield* say(isAnswer(line) ? { ...line, id } : line)
    if (isAnswer(line) && lines.some(isAnswer)) id = yield* promptId
  }
  const replayed: Replayed = { facts, sent, failure: undefined }
  return replayed
})

const briefly = (fact: Fact.Fact): ReadonlyArray<string> => {
  switch (fact.type) {
    case "alive":
      return []
    case "token":
      return [`says ${fact.content.replaceAll("\n\n", "¶")}`]
    case "reasoning_token":
      return [`thinks ${fact.content.replaceAll("\n", " ")}`]
    case "tool_start":
      return [`begins ${fact.toolName} ${JSON.stringify(fact.arguments)}`]
    case "tool_lifecycle":
      return [`goes on ${fact.toolName} ${fact.detail ?? ""}`]
    case "tool_complete":
      return [`ends ${fact.toolName} ${JSON.stringify(fact.result)}`]
    case "tool_error":
      return [`fails ${fact.toolName} ${fact.error}`]
    case "file_changed":
      return [`${fact.change} ${fact.path} ${fact.diff ?? ""}`]
    case "permission_asked":
      return [`asks for ${fact.kind} ${fact.toolName} ${fact.toolCallId}`]
    case "question_asked":
      return [`asks ${fact.question} ${fact.options.join("/")}`]
    case "usage_updated":
      return [`used ${JSON.stringify(fact.usage)}`]
    case "runner_output":
      return [`${fact.channel} ${fact.content.trim()}`]
    case "conversation_named":
      return [`named ${fact.handle}`]
    case "turn_ended":
      return [fact.outcome === "interrupted" ? "interrupted" : `over ${fact.outcome.reason}`]
    default:
      return [JSON.stringify(fact)]
  }
}

/** The facts in a few words each, but for those that are a sign of life only. */
export const brief = ({ facts }: Replayed): ReadonlyArray<string> => facts.flatMap(briefly)

/** How its last turn ended. */
export const outcomeOf = ({ facts }: Replayed): unknown =>
  facts.flatMap((fact) => (fact.type === "turn_ended" ? [fact.outcome] : [])).at(-1)

/** The methods that our side called, and the results that it gave. */
export const called = ({ sent }: Replayed): ReadonlyArray<string> =>
  sent.map((frame) => textAt(frame, "method") || JSON.stringify(frame["result"] ?? frame["error"]))
