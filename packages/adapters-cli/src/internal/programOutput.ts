/** What a program says: lines to its conversation, standard error to whoever watches, both within limits. */
import type { ExternalChildRunner, Outcome } from "@offshoot/core"
import * as Effect from "effect/Effect"
import type { Conversation } from "../CliProtocol.ts"
import { framer } from "../Frames.ts"
import * as OutputText from "../OutputText.ts"
import type { Prepared } from "./conversing.ts"

/** Standard error that is shown live; what comes after it is only kept as the end that an outcome tells. */
const shownErrorCharsMax = 1_048_576

export const makeOutput = (
  context: Pick<ExternalChildRunner.RunContext, "emit">,
  { limits, secrets, title }: Pick<Prepared, "limits" | "secrets" | "title">,
  receive: Conversation["receive"],
  breakOff: (outcome: Outcome.RunnerOutcome) => Effect.Effect<void>
) => {
  const lines = framer(limits.frameBytesMax)
  const errors = OutputText.channel(secrets)
  const tail = OutputText.tail(OutputText.tailCharsMax)
  let bytes = 0
  let shownChars = 0

  const broken = (message: string) => breakOff({ status: "error", reason: "protocol", message })
  const emitErrors = (texts: ReadonlyArray<string>) =>
    Effect.forEach(
      texts,
      (content) => {
        tail.push(content)
        if (shownChars > shownErrorCharsMax) return Effect.void
        shownChars += content.length
        return context.emit({ type: "runner_output", channel: "stderr", content })
      },
      { discard: true }
    )

  return {
    onStdout: (chunks: ReadonlyArray<Uint8Array>): Effect.Effect<void> =>
      Effect.suspend(() => {
        const received: Array<string> = []
        for (const chunk of chunks) {
          bytes += chunk.length
          received.push(...lines.push(chunk))
        }
        const tooLong = lines.tooLong()
        if (tooLong !== undefined) {
          const words = `${title} wrote a line of more than ${tooLong.bytesMax} bytes`
          return Effect.andThen(receive(received), broken(words))
        }
        if (bytes > limits.outputBytesMax) {
          return broken(`${title} wrote more than ${limits.outputBytesMax} bytes, which is the limit of a run`)
        }
        return received.length === 0 ? Effect.void : receive(received)
      }),
    onStderr: (chunks: ReadonlyArray<Uint8Array>): Effect.Effect<void> =>
      Effect.suspend(() => emitErrors(errors.push(chunks))),
    /** A last line without an end, and what decoding held back. */
    flush: Effect.suspend(() => {
      const rest = lines.end()
      return Effect.andThen(rest.length === 0 ? Effect.void : receive(rest), emitErrors(errors.end()))
    }),
    standardError: tail.text
  }
}
