/**
 * When a turn of Claude Code is over, and what became of the messages to it.
 *
 * A `result` is not the end: sub-agents in the background go on behind it, and
 * a message that came too late for the turn begins one more. The program says
 * `idle` when nothing of all that is left (2.1.330). One that says no states
 * is over with its result (2.0.0, 2.1.0). Pure.
 *
 * - T1 A turn ends once, and only one that was begun.
 * - T2 A message that was sent is read before its turn ends, or taken back.
 *   Race: the program may be idle while a message is on its way to it.
 *
 * @stability unstable
 */
import { type TurnEnded, turnEnded } from "../Fact.ts"

type Ended = TurnEnded["outcome"]

/** A message that the program has not begun to work on. */
interface Sent {
  readonly text: string
  state: "sent" | "read" | "taken back"
}

export class ClaudeTurns {
  private readonly waiting = new Map<string, Sent>()
  private outcome: Ended | undefined
  private isOpen = false
  private isStopping = false
  /** Whether this version tells what becomes of messages, and when it is idle. */
  private tellsMessages = false
  private tellsStates = false

  get stopping(): "stopping" | "going on" {
    return this.isStopping ? "stopping" : "going on"
  }

  get isUnder(): boolean {
    return this.isOpen
  }

  /** Begins a turn with this message, and those that an earlier one gave back in front of it. */
  begin(id: string, text: string): string {
    const whole = [...this.takenBack(), text].join("\n\n")
    this.isOpen = true
    this.isStopping = false
    this.outcome = undefined
    this.waiting.set(id, { text: whole, state: "sent" })
    return whole
  }

  /** A message to the turn under way. */
  sent(id: string, text: string): void {
    this.waiting.set(id, { text, state: "sent" })
  }

  /** The turn is asked to stop: what has ended of it so far is not its end. */
  stop(): void {
    this.isStopping = true
    this.outcome = undefined
  }

  /** What the program says of a message (`command_lifecycle`). */
  message(id: string, state: string): void {
    this.tellsMessages = true
    const sent = this.waiting.get(id)
    if (sent === undefined) return
    if (state === "queued") sent.state = "read"
    else if (state === "cancelled") sent.state = "taken back"
    else this.waiting.delete(id)
  }

  /** One of several ends that a turn may have: the last of them counts. */
  ended(outcome: Ended): ReadonlyArray<TurnEnded> {
    if (!this.isOpen) return []
    this.outcome = outcome
    return this.tellsStates ? [] : this.end(outcome)
  }

  /** Ends the turn whatever may come. */
  giveUp(outcome: Ended): ReadonlyArray<TurnEnded> {
    return this.isOpen ? this.end(outcome) : []
  }

  /** What the program says of itself (`session_state_changed`). */
  state(state: string): ReadonlyArray<TurnEnded> {
    this.tellsStates = true
    if (state !== "idle" || !this.isOpen || this.hasUnread()) return []
    if (this.outcome !== undefined) return this.end(this.outcome)
    return this.isStopping ? this.end("interrupted") : []
  }

  /** The end of the turn that was told, though not that it is the last: how the program stood when it went away. */
  lastSaid(): Ended | undefined {
    return this.outcome
  }

  private end(outcome: Ended): ReadonlyArray<TurnEnded> {
    this.isOpen = false
    for (const [id, { state }] of this.waiting) if (state !== "taken back") this.waiting.delete(id)
    return [turnEnded(outcome)]
  }

  /** T2 */
  private hasUnread(): boolean {
    if (!this.tellsMessages) return false
    for (const { state } of this.waiting.values()) if (state === "sent") return true
    return false
  }

  private takenBack(): ReadonlyArray<string> {
    const texts = [...this.waiting.values()].flatMap(({ state, text }) => (state === "taken back" ? [text] : []))
    this.waiting.clear()
    return texts
  }
}
