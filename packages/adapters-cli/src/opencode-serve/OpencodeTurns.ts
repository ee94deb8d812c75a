/**
 * When a turn of opencode is over. Pure.
 *
 * A session that is idle is not always at the end of its turn. It says so
 * twice when a model call fails or is stopped, and goes on in between; and a
 * message that came in its last moment may be left without an answer (1.18.33).
 *
 * - T1 A turn ends once, and only one that was begun.
 * - T2 A message that was sent has an answer before its turn ends, unless that
 *   fails or is stopped. Race: it may be on its way while the session is idle,
 *   and then begins to be worked on by itself.
 *
 * @stability unstable
 */
import { type TurnEnded, turnEnded } from "../Fact.ts"
import { type Frame, numberIn, recordIn, textIn } from "../Frames.ts"
import { ofRest } from "./OpencodeOutcome.ts"
import { Recent } from "./OpencodeRecent.ts"

/** What must be done so that the turn can end: to stop what began late, or to have a message answered that was left. */
export type Wish = { readonly type: "stop" } | { readonly type: "answer"; readonly messageID: string }

/** The last message of the agent, as far as it is told. */
interface Answering {
  readonly id: string
  isOver: boolean
  finish: string | undefined
  error: Frame | undefined
}

/** A message of ours. */
interface Own {
  readonly id: string
  /** Its place among the messages of its side. */
  readonly place: number
  isAnswered: boolean
  /** Whether its answer, or the stop of it, was asked for once more: that happens once. */
  isInsistedOn: boolean
}

export class OpencodeTurns {
  /** Messages of the user's side by their place: an answer to one answers those before it. */
  private readonly asking = new Recent()
  private readonly read = new Recent()
  private readonly answers = new Recent()
  private underway = 0
  private own: Own | undefined
  private answering: Answering | undefined
  private failure: Frame | undefined
  private isOpen = false
  private isStopping = false
  private isBusy = false
  private wishes: Array<Wish> = []

  get isUnder(): boolean {
    return this.isOpen
  }

  begin(): void {
    this.isOpen = true
    this.isStopping = false
    this.answering = undefined
    this.failure = undefined
    this.underway += 1
  }

  /** A message is on its way to the turn that is under way. */
  sent(): void {
    this.underway += 1
  }

  /** It was not taken. */
  unsent(): void {
    this.underway = Math.max(0, this.underway - 1)
  }

  stop(): void {
    this.isStopping = true
  }

  /** What is to be done now. */
  takeWishes(): ReadonlyArray<Wish> {
    if (this.wishes.length === 0) return this.wishes
    const taken = this.wishes
    this.wishes = []
    return taken
  }

  /** A message of either side, as it is told whenever it changes. */
  message(info: Frame): void {
    const id = textIn(info, "id")
    if (id === undefined) return
    if (info["role"] === "user") {
      this.asking.add(id)
      return
    }
    if (this.answers.add(id)) {
      this.answering = { id, isOver: false, finish: undefined, error: undefined }
      this.failure = undefined
      const place = this.asking.placeOf(textIn(info, "parentID") ?? "")
      if (this.own !== undefined && place !== undefined && place >= this.own.place) this.own.isAnswered = true
    }
    if (this.answering?.id !== id) return
    this.answering.isOver = numberIn(recordIn(info, "time") ?? {}, "completed") !== undefined
    this.answering.finish = textIn(info, "finish")
    this.answering.error = recordIn(info, "error")
  }

  /** A text of a message. What opencode adds to the user's side itself is `synthetic`. */
  text(part: Frame): void {
    const id = textIn(part, "messageID") ?? ""
    const place = this.asking.placeOf(id)
    if (place === undefined || part["synthetic"] === true || !this.read.add(id)) return
    this.underway = Math.max(0, this.underway - 1)
    if (this.own === undefined || place > this.own.place)
      this.own = { id, place, isAnswered: false, isInsistedOn: false }
    // It came behind the wish to stop.
    if (this.isStopping && this.isOpen) this.wishes.push({ type: "stop" })
  }

  busy(): void {
    this.isBusy = true
  }

  /** An error of the session; what comes of it is told when it is idle. One of a session that does nothing comes alone. */
  failed(error: Frame): ReadonlyArray<TurnEnded> {
    this.failure = error
    return this.isOpen && !this.isBusy && this.underway > 0 ? this.end() : []
  }

  idle(): ReadonlyArray<TurnEnded> {
    this.isBusy = false
    if (!this.isOpen || this.answering?.isOver === false) return []
    const { own } = this
    const isLeft = own !== undefined && !own.isAnswered
    if (this.isStopping) {
      // It is stopped when it comes.
      if (this.underway > 0) return []
      if (!isLeft || own.isInsistedOn) return this.end()
      own.isInsistedOn = true
      this.wishes.push({ type: "stop" })
      return []
    }
    if (this.failure !== undefined || this.answering?.error !== undefined) return this.end()
    if (this.underway > 0) return []
    if (!isLeft || own.isInsistedOn) return this.end()
    own.isInsistedOn = true
    this.wishes.push({ type: "answer", messageID: own.id })
    return []
  }

  /** Ends the turn whatever may come. */
  giveUp(outcome: TurnEnded["outcome"]): ReadonlyArray<TurnEnded> {
    if (!this.isOpen) return []
    this.isOpen = false
    return [turnEnded(outcome)]
  }

  private end(): ReadonlyArray<TurnEnded> {
    const { answering, failure, isStopping } = this
    const isAnswered = this.own?.isAnswered === true
    return this.giveUp(
      ofRest({
        finish: isAnswered ? answering?.finish : undefined,
        error: answering?.error ?? failure,
        asked: isStopping ? "to stop" : "nothing"
      })
    )
  }
}
