/**
 * A recorded transcript of Codex, played to a conversation of ours: what the
 * program said, in its order, and what we say and tell because of it.
 *
 * An answer of the program is given when the call that it answers was made, so
 * a transcript fits only a conversation that calls as it was called then.
 */
import type { CliProtocol, Fact } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { protocol } from "../src/codex-app-server/CodexProtocol.ts"
import { type Frame, isRecord, numberIn, objectOf, recordIn, textIn } from "../src/Frames.ts"

export const folder = NodePath.join(import.meta.dirname, "fixtures/transcripts/codex-0.169.0")

const linesOf = (name: string): ReadonlyArray<string> =>
  NodeFS.readFileSync(NodePath.join(folder, `app-server-${name}.jsonl`), "utf8")
    .split("\n")
    .filter((line) => line !== "")

type Failed = CliProtocol.TurnFailed["outcome"]
type Step = (
  conversation: CliProtocol.Conversation
) => Effect.Effect<unknown, CliProtocol.TurnFailed | string, Scope.Scope>

export const prompt =
  (text: string): Step =>
  (conversation) =>
    conversation.prompt(text)

export const interrupt: Step = (conversation) => conversation.interrupt

export const steer =
  (text: string): Step =>
  ({ steer: hand }) =>
    Option.match(hand, { onNone: () => Effect.void, onSome: (take) => take(text) })

export interface Played {
  readonly resume?: string
  readonly permission?: CliProtocol.PermissionMode
  /** What makes each call after the third, by its number; the third is the prompt. */
  readonly steps?: Readonly<Record<number, Step>>
  readonly verdictOf?: (asked: Fact.Asked) => CliProtocol.Verdict
}

export interface Replayed {
  /** Without signs of life, and with neighbouring pieces of one text as one. */
  readonly facts: ReadonlyArray<Fact.Fact>
  readonly sent: ReadonlyArray<Frame>
  /** What a step of ours came to when it failed. */
  readonly failed: Failed | string | undefined
}

const merged = (facts: ReadonlyArray<Fact.Fact>): ReadonlyArray<Fact.Fact> => {
  const all: Array<Fact.Fact> = []
  for (const fact of facts) {
    const last = all.at(-1)
    if (fact.type === "alive") continue
    if ((fact.type === "token" || fact.type === "reasoning_token") && last?.type === fact.type) {
      all.splice(-1, 1, { ...fact, content: last.content + fact.content })
    } else all.push(fact)
  }
  return all
}

const approved: CliProtocol.Verdict = { _tag: "Approved", text: Option.none() }

const play = Effect.fnUntraced(function* (name: string, played: Played) {
  const facts: Array<Fact.Fact> = []
  const sent: Array<Frame> = []
  const calls = yield* Queue.unbounded<number>()
  const asked: Array<Fact.Asked> = []
  let failed: Failed | string | undefined
  const conversation = yield* protocol.open({
    cwd: "/place/repo",
    model: Option.none(),
    permission: played.permission ?? "ask",
    resume: Option.fromUndefinedOr(played.resume),
    disabledTools: [],
    nonce: "nonce",
    send: (frame) =>
      Effect.suspend(() => {
        if (!isRecord(frame)) return Effect.void
        sent.push(frame)
        const id = numberIn(frame, "id")
        return id === undefined || !("method" in frame) ? Effect.void : Effect.asVoid(Queue.offer(calls, id))
      }),
    tell: (told) =>
      Effect.sync(() => {
        for (const fact of told) {
          facts.push(fact)
          if (fact.type === "permission_asked" || fact.type === "question_asked") asked.push(fact)
        }
      })
  })
  const steps: Readonly<Record<number, Step>> = { 1: ({ begin }) => begin, 3: prompt("go"), ...played.steps }
  const running: Array<Fiber.Fiber<unknown>> = []
  for (const line of linesOf(name)) {
    const frame = objectOf(line) ?? {}
    const id = "method" in frame ? undefined : numberIn(frame, "id")
    if (id !== undefined) {
      const step = steps[id]?.(conversation).pipe(
        Effect.catch((error) =>
          Effect.sync(() => {
            failed = typeof error === "string" ? error : error.outcome
          })
        )
      )
      if (step !== undefined) running.push(yield* Effect.forkChild(step, { startImmediately: true }))
      while ((yield* Queue.take(calls)) !== id);
    }
    yield* conversation.receive([line])
    for (const ask of asked.splice(0)) yield* conversation.answer(ask, played.verdictOf?.(ask) ?? approved)
  }
  yield* Effect.forEach(running, Fiber.join)
  const replayed: Replayed = { facts: merged(facts), sent, failed }
  return replayed
})

/** Plays the transcript of this name to its end. */
export const replay = (name: string, played: Played = {}): Effect.Effect<Replayed> => Effect.scoped(play(name, played))

/** Parameters of the calls of this method, in order. */
export const sentTo = ({ sent }: Replayed, method: string): ReadonlyArray<Frame> =>
  sent.flatMap((frame) => (textIn(frame, "method") === method ? [recordIn(frame, "params") ?? {}] : []))

/** What the calls of the program were answered with, in order. */
export const answers = ({ sent }: Replayed): ReadonlyArray<unknown> =>
  sent.flatMap((frame) => ("result" in frame ? [frame["result"]] : "error" in frame ? [frame["error"]] : []))

export const outcomeOf = ({ facts }: Replayed): Fact.TurnEnded["outcome"] | undefined => {
  const end = facts.findLast((fact) => fact.type === "turn_ended")
  return end?.type === "turn_ended" ? end.outcome : undefined
}

export const answerOf = ({ facts }: Replayed): string =>
  facts.map((fact) => (fact.type === "token" ? fact.content : "")).join("")

/** The facts of a type that are left when news of the program itself and of usage are not looked at. */
export const actsOf = ({ facts }: Replayed): ReadonlyArray<Fact.Fact> =>
  facts.filter(({ type }) => type !== "runner_output" && type !== "usage_updated")
