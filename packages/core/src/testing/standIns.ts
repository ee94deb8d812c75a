/**
 * What stands in for requests and messages around one run: a test answers and
 * sends, and sees what the run did with it. Nothing is recorded.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Answer, Asking, RunContext, RunInbox } from "../ExternalChildRunner.ts"
import { MessageId, type SessionId } from "../Ids.ts"
import type { ReceiptStatus, Steer, SteerMode } from "../Obligation.ts"

/** Things that happened, and who waits for one of them. */
export class Watched {
  private readonly watchers = new Set<() => void>()

  changed(): void {
    for (const watcher of this.watchers) watcher()
  }

  /** The first value that `look` finds, now or after a change. **Interruption**: of the waiting loses nothing. */
  until<A>(look: () => A | undefined): Effect.Effect<A> {
    return Effect.callback<A>((resume) => {
      const watcher = () => {
        const found = look()
        if (found === undefined) return
        this.watchers.delete(watcher)
        resume(Effect.succeed(found))
      }
      this.watchers.add(watcher)
      watcher()
      return Effect.sync(() => {
        this.watchers.delete(watcher)
      })
    })
  }
}

/** Asks of a run, answered by key, before or after they come. */
export class StandInRequests {
  readonly asked: Array<Asking> = []
  private readonly answers = new Map<string, Deferred.Deferred<Answer>>()
  private readonly watched: Watched

  constructor(watched: Watched) {
    this.watched = watched
  }

  ask(whileWaiting: RunContext["whileWaiting"]): RunContext["ask"] {
    // Who watches for the ask may look at once: by then the run waits.
    return (asking) =>
      whileWaiting(
        "request",
        Effect.suspend(() => {
          this.asked.push(asking)
          this.watched.changed()
          return Deferred.await(this.answerTo(asking.key))
        })
      )
  }

  answer(key: string, answer: Answer): Effect.Effect<void> {
    return Effect.asVoid(Deferred.succeed(this.answerTo(key), answer))
  }

  private answerTo(key: string): Deferred.Deferred<Answer> {
    const known = this.answers.get(key)
    if (known !== undefined) return known
    const answer = Deferred.makeUnsafe<Answer>()
    this.answers.set(key, answer)
    return answer
  }
}

/** A message that was sent to a run, and what became of it. */
export interface Receipt {
  readonly text: string
  readonly status: ReceiptStatus
  readonly reason: string | undefined
}

/** Messages to a run. An earlier interrupt that nobody took gives way to a later one, as in the real inbox. */
export class StandInInbox {
  /** How often the run took messages or waited for some. */
  touched = 0
  private readonly messages: Array<{ steer: Steer; handing: boolean }> = []
  private readonly watched: Watched
  private readonly sessionId: SessionId

  constructor(watched: Watched, sessionId: SessionId) {
    this.watched = watched
    this.sessionId = sessionId
  }

  receipts(): ReadonlyArray<Receipt> {
    return this.messages.map(({ steer: { reason, status, text } }) => ({ text, status, reason }))
  }

  send(text: string, mode: SteerMode): void {
    for (const message of this.messages) {
      if (mode !== "interrupt" || message.steer.mode !== "interrupt") continue
      if (message.steer.status === "queued" && !message.handing) {
        message.steer = { ...message.steer, status: "superseded" }
      }
    }
    const steer: Steer = {
      kind: "steer",
      id: MessageId.make(`msg_harness_${this.messages.length + 1}`),
      sessionId: this.sessionId,
      version: 1,
      openedAtMillis: 0,
      expiresAtMillis: Number.MAX_SAFE_INTEGER,
      origin: "user",
      mode,
      text,
      hidden: false,
      status: "queued"
    }
    this.messages.push({ steer, handing: false })
    this.watched.changed()
  }

  readonly inbox: RunInbox = {
    take: Effect.fnUntraced({ self: this }, function* (hand) {
      this.touched += 1
      let count = 0
      for (const message of this.messages.slice()) {
        if (message.steer.status !== "queued" || message.handing) continue
        message.handing = true
        const refused = yield* Effect.match(hand(message.steer), {
          onSuccess: () => undefined,
          onFailure: (words) => words
        }).pipe(
          Effect.ensuring(
            Effect.sync(() => {
              message.handing = false
            })
          )
        )
        message.steer =
          refused === undefined
            ? { ...message.steer, status: "delivered" }
            : { ...message.steer, status: "refused", reason: refused }
        if (refused === undefined) count += 1
        this.watched.changed()
      }
      return count
    }),
    arrived: (mode) =>
      Effect.suspend(() => {
        this.touched += 1
        return Effect.asVoid(this.watched.until(() => (this.waits(mode) ? true : undefined)))
      })
  }

  private waits(mode: SteerMode): boolean {
    return this.messages.some(
      ({ handing, steer }) => !handing && steer.status === "queued" && (mode === "queue" || steer.mode === "interrupt")
    )
  }
}
