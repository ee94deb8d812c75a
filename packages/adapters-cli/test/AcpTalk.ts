/** A conversation over ACP with an agent of a test's own, without a program. */
import type { CliProtocol, Fact } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import { profileOf } from "../src/acp/AcpProfile.ts"
import { type Fields, isFields, textAt } from "./actor/Json.ts"

const { protocol } = profileOf(["agent"])

export interface Reply {
  readonly result?: unknown
  readonly error?: unknown
}

/** What an agent answers, by method; what it has no answer for it never answers. */
export type Answers = Readonly<Record<string, Reply>>

const answers: Answers = {
  initialize: {
    result: { protocolVersion: 1, agentCapabilities: { loadSession: true }, authMethods: [{ name: "Log in" }] }
  },
  "session/new": { result: { sessionId: "one" } }
}

/** A conversation with an agent that answers at once. */
export const talk = Effect.fnUntraced(function* (more: Answers = {}, opening: Partial<CliProtocol.Opening> = {}) {
  const all: Answers = { ...answers, ...more }
  const facts: Array<Fact.Fact> = []
  const sent: Array<Fields> = []
  const calls = yield* Queue.unbounded<Fields>()
  const conversation: CliProtocol.Conversation = yield* protocol.open({
    cwd: "/repo",
    model: Option.none(),
    permission: "ask",
    resume: Option.none(),
    disabledTools: [],
    nonce: "nonce",
    send: (frame) =>
      Effect.sync(() => {
        if (!isFields(frame)) return
        sent.push(frame)
        if (frame["method"] !== undefined) Queue.offerUnsafe(calls, frame)
      }),
    tell: (told) => Effect.sync(() => void facts.push(...told)),
    ...opening
  })
  const say = (line: object) => conversation.receive([JSON.stringify({ jsonrpc: "2.0", ...line })])
  const answering = Queue.take(calls).pipe(
    Effect.flatMap((call) => {
      const reply = all[textAt(call, "method")]
      return reply === undefined ? Effect.void : say({ id: call["id"], ...reply })
    }),
    Effect.forever
  )
  yield* Effect.forkChild(answering)
  return {
    conversation,
    facts,
    sent,
    say,
    begun: Effect.result(conversation.begin),
    methods: () => sent.map((frame) => textAt(frame, "method") || "answer"),
    notices: () => facts.flatMap((fact) => (fact.type === "runner_output" ? [fact.content] : []))
  }
})

/** A refusal with a cause. */
export const refused = { error: { code: -32_603, message: "Internal error", data: { details: "not today" } } }
