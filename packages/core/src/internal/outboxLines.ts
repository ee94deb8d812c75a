/**
 * Whose turn it is to be told: the lines of one handler, each the completions
 * of one parent that the handler has not acknowledged. A plain structure
 * without fibers; `Outbox` carries out what it says.
 *
 * The record is the queue. A line knows only that something is there, and holds
 * a window on it while it has its turn. So what waits costs no completion, no
 * fiber and no place: some 200 bytes per parent, as many as the record has.
 *
 * A turn takes a place, of which a handler has two kinds. A call that lasts
 * long steps aside to a slow place, and a line whose last turn failed waits for
 * one: so the parents for which a handler hangs or fails leave the prompt places
 * to the others.
 */
import * as MutableList from "effect/MutableList"
import * as Option from "effect/Option"
import type { RunId, SessionId } from "../Ids.ts"
import type { ChildCompletion } from "../SpawnJob.ts"

type Place = "prompt" | "slow"

/**
 * Places of each kind for one handler: four times the runs that go on at once
 * by default, so in a healthy process no line waits for one. Two thousand calls
 * of one handler are some 10 MB, and more than a service behind it would like.
 */
export const placesMax = 1_024

/**
 * Completions that a line has in memory, during its turn only: a read for
 * sixteen calls costs little beside their sixteen commits, and all windows of a
 * handler hold less than 33,000 completions, about 30 MB.
 */
export const windowMax = 16

const pauseMinMillis = 100
const pauseMaxMillis = 30_000

/**
 * How long a line pauses after so many failures in a row: 100 ms, twice that,
 * and so on up to 30 s; of that, by `random` from 0 to 1, between all and half,
 * so that lines which failed together do not come back together.
 */
export const pauseMillis = (failures: number, random: number): number =>
  Math.min(pauseMaxMillis, pauseMinMillis * 2 ** (failures - 1)) * (1 - random / 2)

export interface Line {
  readonly id: SessionId
  /** What this turn has read of the record; empty between turns. */
  window: ReadonlyArray<ChildCompletion>
  /** Something was recorded that the window may not hold. */
  news: boolean
  /** The run that the handler has taken and the record does not know of yet. */
  taken: Option.Option<RunId>
  /** Turns in a row that ended in a failure. */
  failures: number
  /** The kind of place that this turn holds. */
  place: Place
}

export class OutboxLines {
  private readonly lines = new Map<SessionId, Line>()
  private readonly waiting = { prompt: MutableList.make<Line>(), slow: MutableList.make<Line>() }
  private readonly held = { prompt: 0, slow: 0 }

  /** Says that the record has something for a line. */
  announce(id: SessionId): void {
    const line = this.lines.get(id)
    if (line !== undefined) {
      line.news = true
      return
    }
    const opened: Line = { id, window: [], news: true, taken: Option.none(), failures: 0, place: "prompt" }
    this.lines.set(id, opened)
    this.wait(opened)
  }

  /** Says it of one completion: no news for a line that is about to tell it. */
  announceCompletion(id: SessionId, runId: RunId): void {
    if (this.lines.get(id)?.window.some((completion) => completion.runId === runId) !== true) this.announce(id)
  }

  /** The line whose turn begins, with its place taken; undefined when none waits or no place is free. */
  next(): Line | undefined {
    return this.nextFor("prompt") ?? this.nextFor("slow")
  }

  /** Gives the prompt place of a long call to the next line, when a slow one is free. */
  stepAside(line: Line): void {
    if (line.place === "slow" || this.held.slow >= placesMax) return
    this.held.prompt -= 1
    this.held.slow += 1
    line.place = "slow"
  }

  /** Ends a turn in which everything of its window was acknowledged. */
  end(line: Line): void {
    // Nothing else runs between the look at `news` and the removal: who announces later opens the line anew.
    const more = line.news || line.window.length === windowMax
    this.leave(line)
    if (more) this.wait(line)
    else this.lines.delete(line.id)
  }

  /** Ends a turn that failed. The line waits again after `resume`. */
  pause(line: Line): void {
    line.failures += 1
    this.leave(line)
  }

  resume(line: Line): void {
    this.wait(line)
  }

  private wait(line: Line): void {
    MutableList.append(this.waiting[line.failures > 0 ? "slow" : "prompt"], line)
  }

  private nextFor(place: Place): Line | undefined {
    if (this.held[place] >= placesMax) return undefined
    const line = MutableList.take(this.waiting[place])
    if (line === MutableList.Empty) return undefined
    this.held[place] += 1
    line.place = place
    return line
  }

  private leave(line: Line): void {
    line.window = []
    this.held[line.place] -= 1
  }
}
