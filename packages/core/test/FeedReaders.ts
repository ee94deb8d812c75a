/** Readers of a record's feed, over connections that may fail, for tests. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as FeedReader from "../src/FeedReader.ts"
import * as FeedPages from "../src/internal/feedPages.ts"
import * as Recorder from "../src/internal/recorder.ts"
import type { StoreError } from "../src/SessionStore.ts"

export class Broken extends Data.TaggedError("Broken")<{ readonly mends: boolean }> {}

export const broken = new Broken({ mends: true })

export const anywhere = Option.none<number>()

export const whole = { _tag: "All" } as const

/** The feed of the record, as a source without faults. */
export const source = Effect.map(Recorder.Recorder, (recorder) =>
  FeedReader.fromFeed((after) => FeedPages.feed(recorder, { after, scope: whole, types: Option.none() }))
)

/** What may happen to one connection: it is not answered, or cut after so many frames. */
export type Fault =
  | { readonly _tag: "Refused" }
  | { readonly _tag: "Cut"; readonly frames: number; readonly fails: boolean }

/** A source whose connections meet what is in the list, one after the other, and then nothing. */
export const faulty = (inner: FeedReader.Source<StoreError>, faults: Array<Fault>): FeedReader.Source<Broken> => ({
  mayMend: ({ mends }) => mends,
  connect: (after) =>
    Effect.suspend(() => {
      const fault = faults.shift()
      if (fault?._tag === "Refused") return Effect.fail(broken)
      return Effect.map(Effect.orDie(inner.connect(after)), (frames) => {
        const reliable = Stream.orDie(frames)
        if (fault === undefined) return reliable
        const kept = Stream.take(Stream.rechunk(reliable, 1), fault.frames)
        return fault.fails ? Stream.concat(kept, Stream.fail(broken)) : kept
      })
    })
})

export const faultAt = Effect.gen(function* () {
  if ((yield* Random.next) < 0.25) return { _tag: "Refused" } satisfies Fault
  return { _tag: "Cut", frames: yield* Random.nextIntBetween(0, 40), fails: yield* Random.nextBoolean } satisfies Fault
})

/** Reads until it is told to stop; `seen` grows as it reads. */
export const collecting = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.gen(function* () {
    const seen: Array<A> = []
    const fiber = yield* Effect.forkChild(
      Stream.runForEach(stream, (item) => Effect.sync(() => seen.push(item))),
      { startImmediately: true }
    )
    return { seen, fiber }
  })

/** Long enough for every wait between two connections, step by step. */
export const settle = Effect.repeat(Effect.andThen(TestClock.adjust("16 seconds"), Effect.yieldNow), { times: 40 })

export const seeds = Array.from({ length: 60 }, (_, index) => index)
