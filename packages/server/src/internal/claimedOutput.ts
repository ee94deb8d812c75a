/** The way to standard output taken from everybody else in this process. */
import * as NodeProcess from "node:process"
import * as NodeStream from "node:stream"
import * as NodeSink from "@effect/platform-node/NodeSink"
import * as Effect from "effect/Effect"
import * as PlatformError from "effect/PlatformError"
import * as Stdio from "effect/Stdio"
import type { OwnOutputShape } from "../cli/OwnOutput.ts"

const failed = (cause: unknown): PlatformError.PlatformError =>
  PlatformError.systemError({ module: "Stdio", method: "stdout", _tag: "Unknown", cause })

/**
 * One write at a time: the next is asked for when the last has left this process,
 * so that nothing is lost when it ends, and what waits can still be made smaller.
 */
const writableOf = (write: (text: Uint8Array, done: (error?: Error | null) => void) => boolean) =>
  new NodeStream.Writable({
    highWaterMark: 1,
    write: (piece: Uint8Array, _encoding, done) => {
      write(piece, done)
    }
  })

/** What is printed past the console too, as some libraries do, goes to standard error. */
export const claimedOutput: OwnOutputShape = {
  claim: (stdio) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => {
          const { stderr, stdout } = NodeProcess
          const own = stdout.write.bind(stdout)
          stdout.write = stderr.write.bind(stderr)
          return own
        }),
        (own) =>
          Effect.sync(() => {
            NodeProcess.stdout.write = own
          })
      ),
      (own) => {
        const writable = writableOf(own)
        return Stdio.make({
          ...stdio,
          stdout: () => NodeSink.fromWritable({ evaluate: () => writable, onError: failed, endOnDone: false })
        })
      }
    )
}
