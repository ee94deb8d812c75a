/**
 * Accepted jobs that wait for their launch: one line per parent, first in first
 * out within a line, the lines in turn. A plain structure without fibers, so
 * that its rules are a table test.
 *
 * A job moves from its line to the launch queue when its parent and its agent
 * have a share left, and from there to its launch when a slot is free. So the
 * head of the launch queue never blocks on anything but the slots.
 */
import type { RunId, SessionId } from "../Ids.ts"
import type { Limits } from "../Limits.ts"
import type { QueuePlace } from "../SubAgents.ts"

/** What a run occupies while it holds a slot. A root that runs by itself is its own line. */
export interface Share {
  readonly line: SessionId
  readonly agent: string | undefined
}

export interface Entry extends Share {
  readonly runId: RunId
}

interface Line<E> {
  readonly id: SessionId
  readonly waiting: Array<Place<E>>
  /** Index of the first entry that still waits: shifting an array costs its length. */
  first: number
  /** How many entries were cut off before index 0. */
  cut: number
  /** Shares that are held: in the launch queue, or by a slot. */
  held: number
  listed: boolean
}

interface Place<E> {
  readonly entry: E
  readonly line: Line<E>
  readonly ticket: number
  state: "waiting" | "queued" | "gone"
}

/** Passed entries are cut off in blocks, so that each costs a constant. */
const cutAt = 1_024

export class FairQueue<E extends Entry> {
  readonly limits: Limits
  readonly agentMax: (agent: string) => number
  private readonly lines = new Map<SessionId, Line<E>>()
  /** Lines with somebody waiting, in turn. */
  private turn: Array<Line<E>> = []
  private readonly agents = new Map<string, number>()
  private readonly places = new Map<RunId, Place<E>>()
  private launchQueue: Array<Place<E>> = []
  private waitingCount = 0
  private slots = 0

  constructor(limits: Limits, agentMax: (agent: string) => number) {
    this.limits = limits
    this.agentMax = agentMax
  }

  /** How many wait for their launch, in the lines and in the launch queue. */
  get waiting(): number {
    return this.waitingCount + this.launchQueue.length
  }

  /** How many slots are held. */
  get running(): number {
    return this.slots
  }

  offer(entry: E): void {
    const line = this.lineFor(entry.line)
    const place: Place<E> = { entry, line, ticket: line.cut + line.waiting.length, state: "waiting" }
    line.waiting.push(place)
    this.places.set(entry.runId, place)
    this.waitingCount += 1
    if (!line.listed) {
      line.listed = true
      this.turn.push(line)
    }
  }

  /** Takes a job out before its launch; false when it is not waiting here. */
  withdraw(runId: RunId): boolean {
    const place = this.places.get(runId)
    if (place === undefined) return false
    this.places.delete(runId)
    if (place.state === "queued") {
      this.launchQueue = this.launchQueue.filter((other) => other !== place)
      this.giveBack(place.entry)
    } else {
      this.waitingCount -= 1
    }
    place.state = "gone"
    return true
  }

  /**
   * Moves what may move into the launch queue and returns it, in turn. A line
   * is served once per round, so a long one does not delay a short one.
   */
  refill(): ReadonlyArray<E> {
    const moved: Array<E> = []
    let blocked = 0
    while (this.launchQueue.length < this.limits.queue && blocked < this.turn.length) {
      const line = this.turn.shift()
      if (line === undefined) break
      const place = this.head(line)
      if (place === undefined) {
        line.listed = false
        this.forgetIfIdle(line)
        continue
      }
      this.turn.push(line)
      if (!this.hasShare(place.entry, line)) {
        blocked += 1
        continue
      }
      blocked = 0
      line.first += 1
      if (line.first >= cutAt) this.cut(line)
      this.waitingCount -= 1
      this.hold(place.entry, line)
      place.state = "queued"
      this.launchQueue.push(place)
      moved.push(place.entry)
    }
    return moved
  }

  /** Puts the jobs of an agent that are in the launch queue back to where they were in their lines. */
  recall(agent: string): void {
    const recalled = this.launchQueue.filter(({ entry }) => entry.agent === agent)
    this.launchQueue = this.launchQueue.filter(({ entry }) => entry.agent !== agent)
    for (const place of recalled.toReversed()) this.putBack(place)
  }

  /** The next job to launch, with its slot taken; undefined when no slot is free or nothing waits. */
  take(): E | undefined {
    if (this.slots >= this.limits.concurrent) return undefined
    const place = this.launchQueue.shift()
    if (place === undefined) return undefined
    place.state = "gone"
    this.places.delete(place.entry.runId)
    this.slots += 1
    return place.entry
  }

  /** Whether a run that gave up its slot may have one again now; takes it if so. */
  reenter(share: Share): boolean {
    const line = this.lineFor(share.line)
    if (this.slots >= this.limits.concurrent || !this.hasShare(share, line)) return false
    this.slots += 1
    this.hold(share, line)
    return true
  }

  /** Gives back the slot and the share of a run that waits or has ended. */
  release(share: Share): void {
    this.slots -= 1
    this.giveBack(share)
  }

  /** Whether a job still waits in its line for a place in the launch queue. */
  waitsForRoom(runId: RunId): boolean {
    return this.places.get(runId)?.state === "waiting"
  }

  /** Where a job waits. At most that many go before it; fair turns may let it go sooner. */
  place(runId: RunId): QueuePlace | undefined {
    const place = this.places.get(runId)
    if (place === undefined) return undefined
    if (place.state === "queued") {
      return { position: this.launchQueue.indexOf(place) + 1, reason: "concurrent_limit" }
    }
    const position = this.launchQueue.length + place.ticket - place.line.cut - place.line.first + 1
    if (place.line.held >= this.limits.perParent) return { position, reason: "parent_limit" }
    return { position, reason: this.hasShare(place.entry, place.line) ? "launch_queue" : "agent_limit" }
  }

  private putBack(place: Place<E>): void {
    const { line } = place
    const at = place.ticket - line.cut
    if (at >= 0) {
      line.waiting[at] = place
      line.first = Math.min(line.first, at)
    } else {
      this.cut(line)
      line.waiting.unshift(place)
      line.cut -= 1
    }
    place.state = "waiting"
    this.waitingCount += 1
    if (!line.listed) {
      line.listed = true
      this.turn.push(line)
    }
    this.giveBack(place.entry)
  }

  private lineFor(id: SessionId): Line<E> {
    const found = this.lines.get(id)
    if (found !== undefined) return found
    const line: Line<E> = { id, waiting: [], first: 0, cut: 0, held: 0, listed: false }
    this.lines.set(id, line)
    return line
  }

  /** The first entry of a line that still waits; drops what was withdrawn. */
  private head(line: Line<E>): Place<E> | undefined {
    while (line.first < line.waiting.length) {
      const place = line.waiting[line.first]
      if (place !== undefined && place.state === "waiting") return place
      line.first += 1
    }
    this.cut(line)
    return undefined
  }

  /** Forgets the entries before the first one that waits. */
  private cut(line: Line<E>): void {
    line.waiting.splice(0, line.first)
    line.cut += line.first
    line.first = 0
  }

  private hasShare(share: Share, line: Line<E>): boolean {
    if (line.held >= this.limits.perParent) return false
    return share.agent === undefined || (this.agents.get(share.agent) ?? 0) < this.agentMax(share.agent)
  }

  private hold(share: Share, line: Line<E>): void {
    line.held += 1
    if (share.agent !== undefined) this.agents.set(share.agent, (this.agents.get(share.agent) ?? 0) + 1)
  }

  private giveBack(share: Share): void {
    const line = this.lineFor(share.line)
    line.held -= 1
    this.forgetIfIdle(line)
    if (share.agent !== undefined) this.agents.set(share.agent, (this.agents.get(share.agent) ?? 1) - 1)
  }

  private forgetIfIdle(line: Line<E>): void {
    if (line.held === 0 && !line.listed) this.lines.delete(line.id)
  }
}
