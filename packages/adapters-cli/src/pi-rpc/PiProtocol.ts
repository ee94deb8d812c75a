/**
 * Conversations with pi over `pi --mode rpc`: commands as lines, answers by
 * their id, events beside them. Seen of 0.73.1.
 *
 * pi says `agent_end` also in front of a retry or a compaction, and nothing
 * when an abort ends a pause between two tries. So the end of a turn is asked
 * for: an answer to `get_state` comes behind everything that pi said before it,
 * and tells whether it is still at work.
 *
 * @stability unstable
 */
import type { Outcome } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  brokenProtocol,
  type CliProtocol,
  type Conversation,
  type Opening,
  TurnFailed,
  type Verdict
} from "../CliProtocol.ts"
import { type Asked, strayLine, turnEnded } from "../Fact.ts"
import { type Frame, objectOf, recordIn, textIn } from "../Frames.ts"
import type { ProgramEnd } from "../ProgramEnd.ts"
import { allowed, denied } from "./PiGate.ts"
import { PiTranslation } from "./PiTranslation.ts"
import { ofRest } from "./PiOutcome.ts"

const name = "pi-rpc"

const ungatedWords =
  "pi did not load the extension that has it ask before it acts: its standard error says why. With permission: full it is not needed"

const signInWords = "pi has no model to ask: sign in with /login in pi, or give it a provider's key"

/** Everything that a refused dialog is answered with. */
const dismissed = (id: string): Frame => ({ type: "extension_ui_response", id, cancelled: true })

/** An answer as pi's dialogs take it: of a call by its words, of another dialog by what was said. */
const answerOf = (asked: Asked, verdict: Verdict): Frame => {
  const { id } = asked
  const value = (text: string): Frame => ({ type: "extension_ui_response", id, value: text })
  if (asked.type === "permission_asked") {
    if (verdict._tag === "Approved") return value(allowed)
    return value(verdict._tag === "Denied" ? Option.getOrElse(verdict.text, () => denied) : denied)
  }
  if (verdict._tag !== "Answered") return dismissed(id)
  const isConfirm = asked.options.length === 2 && asked.options[0] === "Yes" && asked.options[1] === "No"
  return isConfirm
    ? { type: "extension_ui_response", id, confirmed: /^y(es)?$/i.test(verdict.text.trim()) }
    : value(verdict.text)
}

/** What is done with the answer to a command. */
type Taking = (answer: Frame) => Effect.Effect<void>

/** One conversation with one process. */
class PiConversation implements Conversation {
  private readonly translation = new PiTranslation()
  private readonly awaited = new Map<string, Taking>()
  private readonly opening: Opening
  private lastId = 0
  private turn = 0
  private isUnder = false

  constructor(opening: Opening) {
    this.opening = opening
  }

  readonly begin = Effect.gen({ self: this }, function* () {
    const answer = yield* this.ask({ type: "get_state" })
    const state = recordIn(answer, "data")
    if (answer["success"] !== true || state === undefined) {
      return yield* brokenProtocol(`pi did not say its state: ${wordsOf(answer)}`)
    }
    // The gate speaks when the session starts, which is before any command is read.
    if (!this.translation.isGated && this.opening.permission !== "full") return yield* brokenProtocol(ungatedWords)
    const model = recordIn(state, "model")
    if (model === undefined || textIn(model, "provider") === "unknown") {
      return yield* new TurnFailed({ outcome: { status: "error", reason: "auth_required", message: signInWords } })
    }
    const handle = textIn(state, "sessionId")
    if (handle !== undefined) yield* this.opening.tell([{ type: "conversation_named", handle }])
  })

  readonly steer = Option.some((text: string) =>
    this.ask({ type: "steer", message: text }).pipe(
      Effect.mapError(() => "pi does not read its input"),
      Effect.flatMap((answer) => (answer["success"] === true ? Effect.void : Effect.fail(wordsOf(answer))))
    )
  )

  readonly interrupt = Effect.suspend(() =>
    Effect.ignore(this.send({ type: "abort" }, () => Effect.ignore(this.askRest())))
  )

  prompt(text: string): Effect.Effect<void, TurnFailed> {
    return Effect.suspend(() => {
      this.turn += 1
      this.isUnder = true
      this.translation.begin()
      const { turn } = this
      return this.send({ type: "prompt", message: text }, (answer) =>
        answer["success"] === true || turn !== this.turn
          ? Effect.void
          : this.end({ status: "error", reason: "agent_failed", message: `pi refused the prompt: ${wordsOf(answer)}` })
      )
    })
  }

  answer(asked: Asked, verdict: Verdict): Effect.Effect<void> {
    return Effect.ignore(this.opening.send(answerOf(asked, verdict)))
  }

  /**
   * An id that pi does not know ends it before it says anything. A pi that had
   * come to rest, and exits before it can say so, is as good as asked.
   */
  exited(_: ProgramEnd, standardError: string): Option.Option<Outcome.RunnerOutcome> {
    const { resume } = this.opening
    if (Option.isSome(resume) && standardError.includes(`No session found matching '${resume.value}'`)) {
      const message = `pi does not know the conversation ${resume.value}`
      return Option.some({ status: "error", reason: "lost", message })
    }
    const { isBusy, rest } = this.translation
    if (!this.isUnder || isBusy) return Option.none()
    const outcome = ofRest(rest)
    return outcome === "interrupted" ? Option.none() : Option.some(outcome)
  }

  receive(lines: ReadonlyArray<string>): Effect.Effect<void> {
    return lines.length === 1 && lines[0] !== undefined
      ? this.take(lines[0])
      : Effect.forEach(lines, (line) => this.take(line), { discard: true })
  }

  private take(line: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      const frame = objectOf(line)
      if (frame === undefined) return this.opening.tell([strayLine(line)])
      const type = textIn(frame, "type")
      if (type === "response") {
        // An answer to an unknown command has no id, and nobody waits for it.
        const id = textIn(frame, "id") ?? ""
        const taking = this.awaited.get(id)
        this.awaited.delete(id)
        return taking === undefined ? Effect.void : taking(frame)
      }
      const told = this.opening.tell(this.translation.read(frame))
      return type === "agent_end" || type === "auto_retry_end" || type === "compaction_end"
        ? Effect.andThen(told, Effect.ignore(this.askRest()))
        : told
    })
  }

  private send(fields: Frame, taking: Taking): Effect.Effect<void, TurnFailed> {
    return Effect.suspend(() => {
      const id = String(++this.lastId)
      this.awaited.set(id, taking)
      return this.opening.send({ id, ...fields })
    })
  }

  /** **Interruption**: the answer is left out when it comes. */
  private ask(fields: Frame): Effect.Effect<Frame, TurnFailed> {
    return Effect.suspend(() => {
      const answer = Deferred.makeUnsafe<Frame>()
      return Effect.andThen(
        this.send(fields, (frame) => Effect.asVoid(Deferred.succeed(answer, frame))),
        Deferred.await(answer)
      )
    })
  }

  /** Asks whether pi is at rest; its answer comes behind everything that it had said. */
  private askRest(): Effect.Effect<void, TurnFailed> {
    const { turn } = this
    return this.send({ type: "get_state" }, (answer) => {
      const state = recordIn(answer, "data")
      const isAtWork = state?.["isStreaming"] === true || state?.["isCompacting"] === true || this.translation.isBusy
      return turn === this.turn && !isAtWork ? this.end(ofRest(this.translation.rest)) : Effect.void
    })
  }

  private end(outcome: Outcome.RunnerOutcome | "interrupted"): Effect.Effect<void> {
    if (!this.isUnder) return Effect.void
    this.isUnder = false
    return this.opening.tell([turnEnded(outcome)])
  }
}

const wordsOf = (answer: Frame): string => textIn(answer, "error") ?? "no reason was given"

export const protocol: CliProtocol = {
  name,
  capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true },
  leaves: "input_end",
  open: (opening) => Effect.sync(() => new PiConversation(opening))
}
