/**
 * Who is signed in. The cookie itself says until when it counts, so that nothing
 * is kept of those that were given, only of those that were given back.
 */
import { Ids } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Security from "../Security.ts"

/** Sign-outs that are remembered: more than one person does in a week. The oldest is forgotten first. */
const endedMax = 1_024

export interface SignInsShape {
  readonly issue: Effect.Effect<string>
  readonly isKnown: (value: string, nowMillis: number) => boolean
  /** It counts no more, also for who has kept it. */
  readonly end: (value: string) => Effect.Effect<void>
}

export class SignIns extends Context.Service<SignIns, SignInsShape>()("@offshoot/server/internal/signIns") {}

export const layer = (token: Redacted.Redacted): Layer.Layer<SignIns> =>
  Layer.effect(
    SignIns,
    Effect.gen(function* () {
      const entropy = yield* Ids.Entropy
      const { issue, read } = Security.signIns(token)
      const ended = new Set<string>()
      return {
        issue: Effect.flatMap(entropy, (nonce) =>
          Effect.map(Clock.currentTimeMillis, (nowMillis) => issue(nonce, nowMillis))
        ),
        isKnown: (value, nowMillis) => {
          const nonce = read(value, nowMillis)
          return nonce !== undefined && !ended.has(nonce)
        },
        end: (value) =>
          Effect.map(Clock.currentTimeMillis, (nowMillis) => {
            const nonce = read(value, nowMillis)
            if (nonce === undefined) return
            ended.add(nonce)
            const [oldest] = ended
            if (ended.size > endedMax && oldest !== undefined) ended.delete(oldest)
          })
      }
    })
  )
