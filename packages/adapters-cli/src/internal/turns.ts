/**
 * The turns of one run: begun by a prompt, ended by the program, met by
 * messages meanwhile, and given up when nothing comes.
 *
 * Race: a turn may end while a message is being handed to it. The program then
 * refuses the message, or takes it as the next prompt; a refused one begins the
 * next turn here, so that it is answered either way.
 */
import type { ExternalChildRunner, Outcome } from "@offshoot/core"
import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RunLimits } from "../CliAgent.ts"
import { brokenProtocol, type Conversation, type ProgramLink, type TurnFailed } from "../CliProtocol.ts"
import type { TurnEnded } from "../Fact.ts"

type Ended = TurnEnded["outcome"]

/** A turn that is over, and the prompt that the next one begins with, if there is to be one. */
export interface Played {
  readonly outcome: Outcome.RunnerOutcome
  readonly next: Option.Option<string>
}

export interface TurnsOf {
  readonly inbox: ExternalChildRunner.RunInbox
  readonly limits: RunLimits
  readonly title: string
  readonly agentId: string
  readonly clock: Clock.Clock
}

const nextOf = (texts: ReadonlyArray<string>): Option.Option<string> =>
  texts.length === 0 ? Option.none() : Option.some(texts.join("\n\n"))

export class Turns {
  private readonly of: TurnsOf
  private turn: Deferred.Deferred<Ended> | undefined
  private last: Ended | undefined
  private toldAtMillis: number
  private isAnswering = false
  private readonly breaking = Deferred.makeUnsafe<Outcome.RunnerOutcome>()
  /** Ends the run with an outcome that no turn told. */
  readonly broken: Effect.Effect<Outcome.RunnerOutcome> = Deferred.await(this.breaking)

  constructor(of: TurnsOf) {
    this.of = of
    this.toldAtMillis = of.clock.currentTimeMillisUnsafe()
  }

  /**
   * Plays one turn. Messages that come meanwhile are handed to it, or begin the
   * next one. **Interruption**: leaves the turn as it is.
   */
  play(conversation: Conversation, text: string): Effect.Effect<Played, TurnFailed> {
    return Effect.suspend(() => {
      const under = Deferred.makeUnsafe<Ended>()
      this.turn = under
      this.last = undefined
      this.isAnswering = false
      this.toldAtMillis = this.of.clock.currentTimeMillisUnsafe()
      return Effect.andThen(conversation.prompt(text), this.withMessages(conversation, under))
    })
  }

  /** The program has said that its turn is over. Later ends of the same turn change nothing. */
  end(outcome: Ended): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.turn === undefined || this.last !== undefined) return Effect.void
      this.last = outcome
      return Effect.asVoid(Deferred.succeed(this.turn, outcome))
    })
  }

  /** Returns once no turn is under way. */
  get over(): Effect.Effect<void> {
    return Effect.suspend(() => (this.turn === undefined ? Effect.void : Effect.asVoid(Deferred.await(this.turn))))
  }

  /** How the last turn ended; none: there was none, or it is under way. */
  get lastOutcome(): Option.Option<Outcome.RunnerOutcome> {
    return Option.map(Option.fromUndefinedOr(this.last), (ended) => this.outcomeOf(ended))
  }

  /** Takes note of every fact that comes by. */
  noting(tell: ProgramLink["tell"]): ProgramLink["tell"] {
    return (facts) => {
      if (facts.length > 0) {
        this.toldAtMillis = this.of.clock.currentTimeMillisUnsafe()
        this.isAnswering = true
      }
      return tell(facts)
    }
  }

  breakOff(outcome: Outcome.RunnerOutcome): Effect.Effect<void> {
    return Effect.asVoid(Deferred.succeed(this.breaking, outcome))
  }

  /** Returns when a turn is silent for too long while nothing is open; a silence begins again behind what was open. */
  stalled(isOpen: () => boolean): Effect.Effect<Outcome.RunnerOutcome> {
    return Effect.suspend((): Effect.Effect<Outcome.RunnerOutcome> => {
      const { agentId, clock, limits } = this.of
      const limit = this.isAnswering ? limits.silence : limits.firstEvent
      const nowMillis = clock.currentTimeMillisUnsafe()
      if (this.turn === undefined || this.last !== undefined || isOpen()) this.toldAtMillis = nowMillis
      const quiet = Duration.millis(nowMillis - this.toldAtMillis)
      if (Duration.isLessThan(quiet, limit)) {
        // A turn may begin meanwhile, and has the other limit then.
        const next = Duration.min(Duration.subtract(limit, quiet), Duration.min(limits.firstEvent, limits.silence))
        return Effect.andThen(Effect.sleep(next), this.stalled(isOpen))
      }
      return Effect.succeed({
        status: "timeout",
        reason: "idle",
        elapsedSeconds: Math.floor(Duration.toSeconds(quiet)),
        limitSeconds: Math.floor(Duration.toSeconds(limit)),
        setting: `agents.${agentId}.waits.${this.isAnswering ? "silenceSeconds" : "firstEventSeconds"}`
      })
    })
  }

  private outcomeOf(ended: Ended): Outcome.RunnerOutcome {
    return ended === "interrupted"
      ? {
          status: "error",
          reason: "agent_failed",
          message: `${this.of.title} stopped its turn and nobody here had asked it to`
        }
      : ended
  }

  /** Everything that waits, as texts of the next turn. */
  private readonly takeAll = Effect.fnUntraced(function* (this: Turns) {
    const texts: Array<string> = []
    yield* this.of.inbox.take((message) => Effect.sync(() => texts.push(message.text)))
    return texts
  })

  /** Hands what waits to the turn under way; gives back what the program did not take. */
  private readonly steer = Effect.fnUntraced(function* (
    this: Turns,
    hand: (text: string) => Effect.Effect<void, string>
  ) {
    const left: Array<string> = []
    yield* this.of.inbox.take((message) =>
      hand(message.text).pipe(
        // A program that does not say whether it took a message gets it again, as the next prompt.
        Effect.timeoutOrElse({ duration: this.of.limits.interrupt, orElse: () => Effect.fail("no answer") }),
        Effect.catch(() => Effect.sync(() => void left.push(message.text)))
      )
    )
    return left
  })

  private readonly interrupted = Effect.fnUntraced(function* (
    this: Turns,
    conversation: Conversation,
    under: Deferred.Deferred<Ended>
  ) {
    const { limits, title } = this.of
    const seconds = Duration.toSeconds(limits.interrupt)
    return yield* Effect.andThen(conversation.interrupt, Deferred.await(under)).pipe(
      Effect.timeoutOrElse({
        duration: limits.interrupt,
        orElse: () => Effect.fail(brokenProtocol(`${title} did not stop its turn within ${seconds} s`))
      })
    )
  })

  private readonly withMessages = Effect.fnUntraced(function* (
    this: Turns,
    conversation: Conversation,
    under: Deferred.Deferred<Ended>
  ) {
    const { inbox } = this.of
    const left: Array<string> = []
    const over = Effect.map(Deferred.await(under), (outcome) => ({ _tag: "Over", outcome }) as const)
    const toInterrupt = Effect.as(inbox.arrived("interrupt"), { _tag: "Interrupt" } as const)
    const toHand = Option.match(conversation.steer, {
      onNone: () => Effect.never,
      onSome: (hand) => Effect.as(inbox.arrived("queue"), { _tag: "Hand", hand } as const)
    })
    while (true) {
      const what = yield* Effect.raceAllFirst([over, toInterrupt, toHand])
      if (what._tag === "Hand") {
        left.push(...(yield* this.steer(what.hand)))
        continue
      }
      const outcome = what._tag === "Over" ? what.outcome : yield* this.interrupted(conversation, under)
      const hasFailed = what._tag === "Over" && outcome !== "interrupted" && outcome.status !== "completed"
      // After a failure the rest stays where it is: for the next try, or its sender.
      if (!hasFailed) left.push(...(yield* this.takeAll()))
      return { outcome: this.outcomeOf(outcome), next: hasFailed ? Option.none() : nextOf(left) } satisfies Played
    }
  })
}
