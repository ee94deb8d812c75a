/** What is written to a program: frames in order, each on its own line, as fast as the program reads. */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { brokenProtocol, type ProgramLink } from "../CliProtocol.ts"
import { lineOf } from "../Frames.ts"

/** Twice the longest frame: a program that leaves this much unread does not read any more. */
const unreadBytesMax = 67_108_864

const encoder = new TextEncoder()

export interface ProgramInput {
  readonly send: ProgramLink["send"]
  readonly stream: Stream.Stream<Uint8Array>
  readonly close: Effect.Effect<void>
}

export const makeInput = Effect.map(Queue.unbounded<Uint8Array, Cause.Done>(), (outbox): ProgramInput => {
  let unread = 0
  return {
    send: (frame) =>
      Effect.suspend(() => {
        const bytes = encoder.encode(lineOf(frame))
        if (unread + bytes.length > unreadBytesMax) {
          return Effect.fail(
            brokenProtocol(
              `The program does not read its input: ${unread} bytes wait for it, more than ${unreadBytesMax} are not kept`
            )
          )
        }
        if (!Queue.offerUnsafe(outbox, bytes)) return Effect.fail(brokenProtocol("The program's input is closed"))
        unread += bytes.length
        return Effect.void
      }),
    stream: Stream.map(Stream.fromQueue(outbox), (bytes) => {
      unread -= bytes.length
      return bytes
    }),
    close: Effect.asVoid(Queue.end(outbox))
  }
})
