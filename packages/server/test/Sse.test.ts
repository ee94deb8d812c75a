import { assert, describe, it } from "@effect/vitest"
import type { AgentEvent } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as Sse from "../src/Sse.ts"
import { rootId, runId } from "./serving.ts"

const token = (content: string): AgentEvent.AgentEvent => ({ type: "token", content })
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const body = (frames: Stream.Stream<Uint8Array>, closing: Effect.Effect<void> = Effect.never) =>
  Sse.body(frames, { heartbeatEvery: Duration.seconds(15), closing }).pipe(Stream.map(text))

describe("frames", () => {
  it("an ephemeral event has data and no id", () => {
    assert.strictEqual(
      text(Sse.liveFrame({ number: Option.none(), event: token("hi\n\r\u2028") })),
      `data: {"type":"token","content":"hi\\n\\r\u2028"}\n\n`
    )
  })

  it("a durable event has its feed number for an id, and no event field", () => {
    const frame = text(
      Sse.liveFrame({
        number: Option.some(12),
        event: { type: "complete", runId, status: "completed", reason: "done" }
      })
    )
    assert.strictEqual(
      frame,
      `id: 12\ndata: {"type":"complete","runId":"run_1","status":"completed","reason":"done"}\n\n`
    )
  })

  it("readers of one stream share one encoding, and a number is never mixed up", () => {
    const event = token("x")
    const first = Sse.liveFrame({ number: Option.none(), event })
    assert.strictEqual(Sse.liveFrame({ number: Option.none(), event }), first)
    assert.strictEqual(text(Sse.liveFrame({ number: Option.some(3), event })).slice(0, 5), "id: 3")
  })

  it("an event of the feed says on whose stream and when", () => {
    const frame = text(
      Sse.feedFrame({
        _tag: "Event",
        recorded: { number: 1, sessionId: rootId, atMillis: 0, event: { type: "session_deleted", sessionId: rootId } }
      })
    )
    assert.strictEqual(
      frame,
      `id: 1\ndata: {"type":"session_deleted","sessionId":"ses_root","streamId":"ses_root","at":"1970-01-01T00:00:00.000Z"}\n\n`
    )
  })

  it("S-feed: a reset has no id", () => {
    assert.strictEqual(text(Sse.feedFrame({ _tag: "Reset", oldest: 7 })), `data: {"type":"feed_reset","oldest":7}\n\n`)
  })

  it("a place without an event is an id that a reader remembers, and no data", () => {
    assert.strictEqual(text(Sse.feedFrame({ _tag: "Passed", upTo: 2_048 })), "id: 2048\nretry: 1000\n\n")
  })

  it.effect("events that are ready together leave in one write, in bounded writes", () =>
    Effect.gen(function* () {
      const items = Stream.fromArray(Array.from({ length: 70 }, (_, index) => token(String(index)))).pipe(
        Stream.map((event) => ({ number: Option.none<number>(), event }))
      )
      const writes = yield* Sse.framed(items, Sse.liveFrame).pipe(Stream.map(text), Stream.runCollect)
      assert.deepStrictEqual(
        writes.map((write) => write.split("\n\n").length - 1),
        [32, 32, 6]
      )
      assert.isTrue(writes.join("").startsWith(`data: {"type":"token","content":"0"}`))
    })
  )
})

describe("a stream's body", () => {
  it.effect("says when to come back, comments when it is quiet, and ends with its source", () =>
    Effect.gen(function* () {
      const done = yield* Deferred.make<void>()
      const frames = Stream.make(new TextEncoder().encode("data: 1\n\n")).pipe(
        Stream.concat(Stream.fromEffectDrain(Deferred.await(done)))
      )
      const seen = yield* Queue.unbounded<string>()
      const reader = yield* Effect.forkChild(Stream.runForEach(body(frames), (part) => Queue.offer(seen, part)))
      assert.strictEqual(yield* Queue.take(seen), "retry: 1000\n\n")
      assert.strictEqual(yield* Queue.take(seen), "data: 1\n\n")
      yield* TestClock.adjust("14 seconds")
      assert.strictEqual(yield* Queue.size(seen), 0)
      for (const step of ["1 seconds", "15 seconds", "15 seconds"] as const) {
        yield* TestClock.adjust(step)
        assert.strictEqual(yield* Queue.take(seen), ": heartbeat\n\n")
        assert.strictEqual(yield* Queue.size(seen), 0)
      }
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(reader)
      assert.strictEqual(yield* Queue.size(seen), 0)
    })
  )

  it.effect("ends with a last comment when the server stops", () =>
    Effect.gen(function* () {
      const closing = yield* Deferred.make<void>()
      const reader = yield* Effect.forkChild(Stream.runCollect(body(Stream.never, Deferred.await(closing))))
      yield* TestClock.adjust("1 seconds")
      yield* Deferred.succeed(closing, undefined)
      assert.deepStrictEqual(yield* Fiber.join(reader), ["retry: 1000\n\n", ": the server is stopping\n\n"])
    })
  )
})
