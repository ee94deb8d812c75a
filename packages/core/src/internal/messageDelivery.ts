/** How a live run takes the messages that wait for it. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RunInbox } from "../ExternalChildRunner.ts"
import type { Steer } from "../Obligation.ts"
import type { StoreError } from "../SessionStore.ts"
import type { Waiting } from "./inboxBook.ts"
import { end, type InboxParts } from "./inboxParts.ts"
import type { LiveRun } from "./liveRun.ts"
import * as MessageSteps from "./messageSteps.ts"

/**
 * Hands one message over and records how that went. Once it was handed over the
 * record follows, also when the run is interrupted meanwhile; not after the run
 * was closed, when the settling has the say.
 */
const handOver = (
  parts: InboxParts,
  live: LiveRun,
  waiting: Waiting,
  hand: (message: Steer) => Effect.Effect<void, string>
): Effect.Effect<boolean, StoreError> =>
  Effect.uninterruptibleMask((restore) => {
    const { steer } = waiting
    waiting.handing = true
    return Effect.matchEffect(restore(hand(steer)), {
      onSuccess: () =>
        Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
          if (live.closed) return Effect.succeed(false)
          const taker = Option.some({ runId: live.job.runId, round: live.rounds })
          return end(parts, steer, MessageSteps.delivered(steer, taker, nowMillis))
        }),
      onFailure: (words) =>
        Effect.flatMap(Clock.currentTimeMillis, (nowMillis) =>
          live.closed
            ? Effect.succeed(false)
            : Effect.as(end(parts, steer, MessageSteps.undelivered(steer, "refused", words, nowMillis)), false)
        )
    }).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          waiting.handing = false
        })
      )
    )
  })

const takeAll = Effect.fnUntraced(function* (
  parts: InboxParts,
  live: LiveRun,
  before: Effect.Effect<void, StoreError>,
  hand: (message: Steer) => Effect.Effect<void, string>
) {
  const { book } = parts
  const id = live.job.childSessionId
  let count = 0
  for (const waiting of book.of(id)) {
    if (live.closed) break
    // Two takes at once: each message belongs to the first.
    if (waiting.handing || !book.has(id, waiting.steer.id)) continue
    yield* before
    if (yield* handOver(parts, live, waiting, hand)) count += 1
  }
  return count
}, Effect.orDie)

/** `before` writes down what was said before a message is delivered. */
export const forRun =
  (parts: InboxParts) =>
  (live: LiveRun, before: Effect.Effect<void, StoreError>): RunInbox => {
    const id = live.job.childSessionId
    const { book } = parts
    return {
      take: (hand) => takeAll(parts, live, before, hand),
      arrived: (mode) =>
        Effect.callback<void>((resume) => {
          const look = () => {
            if (!book.arrived(id, mode)) return
            leave()
            resume(Effect.void)
          }
          const leave = book.listen(id, look)
          look()
          return Effect.sync(leave)
        })
    }
  }
