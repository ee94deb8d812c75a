import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as FeedReader from "../src/FeedReader.ts"
import { makeDecoder } from "../src/internal/eventStream.ts"
import type { FeedScope } from "../src/SessionStore.ts"
import * as FeedRecords from "./FeedRecords.ts"
import { sessionId } from "./SessionRecords.ts"
import { whole, collecting, settle } from "./FeedReaders.ts"

const frame = (id: number | undefined, data: object): string =>
  `${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`

const numbered = (number: number): string => frame(number, FeedRecords.titled())

/** A server that answers one connection after the other with these bodies, and notes how it was asked. */
const server = (answers: Array<string | number>, asked: Array<string>) =>
  HttpClient.make((request, url) => {
    asked.push(`${url.pathname}${url.search} ${request.headers["last-event-id"] ?? "none"}`)
    const answer = answers.shift()
    const response =
      typeof answer === "number"
        ? new Response("{}", { status: answer })
        : answer === undefined
          ? new Response(new ReadableStream())
          : new Response(answer)
    return Effect.succeed(HttpClientResponse.fromWeb(request, response))
  })

const overHttp = (answers: Array<string | number>, asked: Array<string>, scope: FeedScope = whole) =>
  FeedReader.fromHttp({
    baseUrl: "http://127.0.0.1:1",
    token: Redacted.make("secret"),
    scope,
    types: Option.some(["complete", "error"]),
    after: Option.some(3)
  }).pipe(Stream.provideService(HttpClient.HttpClient, server(answers, asked)))

describe("the feed over HTTP", () => {
  it.effect("goes on after the last number that it saw or passed, and shows nothing twice", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const { fiber, seen } = yield* collecting(
        overHttp(
          [
            `retry: 1000\n\n${numbered(4)}: heartbeat\n\n${numbered(6)}`,
            503,
            `retry: 1000\n\n${numbered(6)}${numbered(9)}id: 2000\nretry: 1000\n\n`,
            `${frame(undefined, { type: "feed_reset", oldest: 3000 })}${numbered(3000)}${frame(3001, { type: "of_the_future" })}`
          ],
          asked
        )
      )
      yield* settle
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(
        seen.map(({ event, number }) => Option.getOrElse(number, () => event.type)),
        [4, 6, 9, "feed_reset", 3000]
      )
      assert.deepStrictEqual(
        asked.slice(0, 5),
        [3, 6, 6, 2000, 3001].map((after) => `/v1/feed?types=complete%2Cerror ${after}`)
      )
    })
  )

  it.effect.each([
    [whole, ""],
    [{ _tag: "Session", sessionId: sessionId("a") }, "session=ses_a&"],
    [{ _tag: "Subtree", sessionId: sessionId("a") }, "subtree=ses_a&"]
  ] as const)("asks for %o", ([scope, expected]) =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      yield* Effect.flip(Stream.runDrain(overHttp([400], asked, scope)))
      assert.deepStrictEqual(asked, [`/v1/feed?${expected}types=complete%2Cerror 3`])
    })
  )

  it.effect("a connection that is silent for a minute is given up for another", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const { fiber } = yield* collecting(overHttp([], asked))
      yield* TestClock.adjust("59 seconds")
      assert.lengthOf(asked, 1)
      yield* TestClock.adjust("5 seconds")
      assert.lengthOf(asked, 2)
      yield* Fiber.interrupt(fiber)
    })
  )

  it.effect("what is no event of this contract is said so", () =>
    Effect.gen(function* () {
      for (const text of ["data: {\n\n", "data: {}\n\n", 'data: {"type":"complete"}\n\n']) {
        const error = yield* Effect.flip(Stream.runDrain(overHttp([text], [])))
        assert.strictEqual(error._tag, "StreamUnreadable")
      }
    })
  )

  it("text that comes in any pieces is the same frames", () => {
    const text = `retry: 1000\n\n${numbered(1)}: heartbeat\n\n${frame(undefined, { type: "feed_reset", oldest: 4 })}${numbered(4)}`
    const frames = Result.getOrThrow(makeDecoder()(text))
    assert.lengthOf(frames, 3)
    for (let size = 1; size < 40; size++) {
      const decode = makeDecoder()
      const pieces: Array<FeedReader.Frame> = []
      for (let at = 0; at < text.length; at += size) {
        pieces.push(...Result.getOrThrow(decode(text.slice(at, at + size))))
      }
      assert.deepStrictEqual(pieces, frames)
    }
  })

  it("an event that never ends is refused before it fills the memory", () => {
    const decode = makeDecoder()
    const read = decode(`data: ${"x".repeat(3 * 1024 * 1024)}`)
    assert.isTrue(Result.isFailure(read))
  })
})
