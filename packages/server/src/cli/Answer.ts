/**
 * `offshoot answer`: answers what a child asks.
 */
import type { Ids } from "@offshoot/core"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import { jsonLine } from "../internal/jsonLine.ts"
import type * as Wire from "../Wire.ts"
import { calling, connect, type Where } from "./Connect.ts"
import { UsageRefused } from "./Failures.ts"
import { untilSignal } from "./Signals.ts"

export interface AnswerInput {
  readonly where: Where
  readonly id: Ids.RequestId
  readonly decision: Wire.DecisionBody["decision"]
  readonly text: Option.Option<string>
  readonly json: boolean
}

/** Ends once the answer is recorded. The same answer twice is harmless. */
export const answer = Effect.fn("Cli.answer")(
  function* ({ decision, id, json, text, where }: AnswerInput) {
    if (decision === "answer" && Option.isNone(text)) {
      return yield* new UsageRefused({ told: "answer needs its text: offshoot answer <id> answer <text>" })
    }
    const { client, url } = yield* connect(where)
    const payload = { decision, ...Option.match(text, { onNone: () => ({}), onSome: (words) => ({ text: words }) }) }
    const request = yield* calling(url, client.calls.requests.answer({ params: { id }, payload }))
    yield* Console.log(json ? jsonLine(request) : `the request is ${request.status}`)
  },
  untilSignal,
  Effect.provide(FetchHttpClient.layer)
)
