/**
 * `S-heartbeat`: every five seconds per live run, the first at once.
 *
 * All runs have the same period, so one line in the order of the next beat and
 * one fiber serve them all: nothing per run but its place in the line.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { SessionStreamsShape } from "../SessionStreams.ts"
import type { LiveRun } from "./liveRun.ts"
import { publishHeartbeat } from "./publisher.ts"

const periodMillis = 5_000

export class Heartbeats {
  private line: Array<LiveRun> = []
  private first = 0
  private readonly wake = Latch.makeUnsafe(false)
  private readonly streams: SessionStreamsShape

  constructor(streams: SessionStreamsShape) {
    this.streams = streams
  }

  /** Beats once now, and from now on until the run is closed. */
  add(live: LiveRun): void {
    this.beat(live, live.startedAtMillis)
    this.line.push(live)
    this.wake.openUnsafe()
  }

  /** Beats for ever; the owner of the line interrupts it. */
  readonly run: Effect.Effect<never> = Effect.suspend(() => {
    const head = this.line[this.first]
    if (head === undefined) {
      this.wake.closeUnsafe()
      return this.wake.await
    }
    return Clock.clockWith((clock) => {
      const nowMillis = clock.currentTimeMillisUnsafe()
      if (head.nextBeatAtMillis > nowMillis && !head.closed) return Effect.sleep(head.nextBeatAtMillis - nowMillis)
      this.beatDue(nowMillis)
      return Effect.void
    })
  }).pipe(Effect.forever({ disableYield: true }))

  private beatDue(nowMillis: number): void {
    let head = this.line[this.first]
    while (head !== undefined && (head.closed || head.nextBeatAtMillis <= nowMillis)) {
      this.first += 1
      if (!head.closed) {
        this.beat(head, nowMillis)
        this.line.push(head)
      }
      head = this.line[this.first]
    }
    this.line = this.line.slice(this.first)
    this.first = 0
  }

  private beat(live: LiveRun, nowMillis: number): void {
    live.nextBeatAtMillis = nowMillis + periodMillis
    const seat = { childId: live.job.childSessionId, ancestors: live.ancestors }
    publishHeartbeat(this.streams, seat, () => DateTime.formatIso(DateTime.makeUnsafe(nowMillis)))
  }
}
