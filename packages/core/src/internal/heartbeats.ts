/**
 * `S-heartbeat`: every five seconds per live run, the first at once.
 *
 * All runs have the same period, so one line in the order of the next beat and
 * one fiber serve them all: nothing per run but its place in the line.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { SessionStreamsShape } from "../SessionStreams.ts"
import type { LiveRun } from "./liveRun.ts"
import { publishHeartbeat } from "./publisher.ts"

const periodMillis = 5_000

export class Heartbeats {
  /** In the order of the next beat: whoever beats goes to the end. */
  private readonly line = new Set<LiveRun>()
  private readonly wake = Latch.makeUnsafe(false)
  private readonly streams: SessionStreamsShape

  constructor(streams: SessionStreamsShape) {
    this.streams = streams
  }

  /** Beats once now, and from now on until it is removed. */
  add(live: LiveRun): void {
    this.beat(live, live.startedAtMillis)
    this.line.add(live)
    if (this.line.size === 1) this.wake.openUnsafe()
  }

  remove(live: LiveRun): void {
    this.line.delete(live)
  }

  /** Beats for ever; the owner of the line interrupts it. */
  readonly run: Effect.Effect<never> = Effect.suspend(() => {
    const [head] = this.line
    if (head === undefined) {
      this.wake.closeUnsafe()
      return this.wake.await
    }
    return Clock.clockWith((clock) => {
      const nowMillis = clock.currentTimeMillisUnsafe()
      if (head.nextBeatAtMillis > nowMillis) return Effect.sleep(head.nextBeatAtMillis - nowMillis)
      this.beatDue(nowMillis)
      return Effect.void
    })
  }).pipe(Effect.forever({ disableYield: true }))

  private beatDue(nowMillis: number): void {
    for (const live of this.line) {
      if (live.nextBeatAtMillis > nowMillis) return
      this.line.delete(live)
      this.beat(live, nowMillis)
      this.line.add(live)
    }
  }

  private beat(live: LiveRun, nowMillis: number): void {
    live.nextBeatAtMillis = nowMillis + periodMillis
    if (live.closed) return
    const seat = { childId: live.job.childSessionId, ancestors: live.ancestors }
    publishHeartbeat(this.streams, seat, nowMillis)
  }
}
