/** One streamed call of a model: what it says is shown while it comes. */
import type { AiError, Prompt as Prompts } from "effect/ai"
import { Prompt } from "effect/ai"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { RunnerEvent } from "../AgentEvent.ts"
import type { RunContext } from "../ExternalChildRunner.ts"
import type { RoutedModel } from "../ProviderRouter.ts"
import type { Session } from "../Session.ts"
import type { ResponseReader } from "./readResponse.ts"
import { inModelSpan, type ModelSaid } from "./spans.ts"
import type { RunTools } from "./toolsOfRun.ts"

export interface ModelCall {
  readonly session: Session
  readonly model: RoutedModel
  readonly messages: ReadonlyArray<Prompts.Message>
  readonly toolkit: RunTools["toolkit"]
  readonly emit: RunContext["emit"]
}

/**
 * Calls the model and hands every part to the reader, which has what came also
 * when the call fails or is stopped.
 *
 * **Interruption**: ends the request to the provider.
 */
export const callModel = (call: ModelCall, reader: ResponseReader): Effect.Effect<void, AiError.AiError> =>
  // The library's own span would say the same as ours, and costs a quarter of an instant call.
  inModelSpan(call, Effect.withTracerEnabled(streamed(call, reader), false), () => saidOf(reader))

const saidOf = (reader: ResponseReader): ModelSaid => {
  const { facts, finish, text, usage } = reader.response()
  return { usage, finish, model: facts.model, text }
}

const streamed = (
  { emit, messages, model, toolkit }: ModelCall,
  reader: ResponseReader
): Effect.Effect<void, AiError.AiError> =>
  Stream.runForEachArray(
    model.model.streamText({
      prompt: Prompt.fromMessages(messages),
      toolkit,
      disableToolCallResolution: true,
      // What the model calls is judged by the tool round, which answers also what is not there.
      toolCallValidation: "deferred"
    }),
    (parts) => {
      const events: Array<RunnerEvent> = []
      for (const part of parts) {
        const event = reader.take(part)
        if (event !== undefined) events.push(event)
      }
      const [first] = events
      if (first === undefined) return Effect.void
      return events.length === 1 ? emit(first) : Effect.forEach(events, emit, { discard: true })
    }
  )
