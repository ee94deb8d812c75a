/**
 * Records the calls of models to a file, and replays them from it: for reports
 * of what went wrong with a model that others do not have.
 *
 * A recording is lines of JSON: what the model was sent, the parts of its answer
 * in their order, and how it ended; not when. Secrets are taken out (I9), and
 * content too unless it is asked for: then every text is as many `x`. It is
 * bounded, and one that cannot go on ends without the call noticing.
 *
 * A replay answers a prompt with the first call that was recorded for an equal
 * one and is not used up. Whatever else is random in a prompt, such as the id of
 * a child or the time, makes it another prompt, and the call fails with the place
 * where it differs. It does not look at tools.
 *
 * @stability unstable
 */
import type { Session } from "@offshoot/core"
import { AiError, type LanguageModel, type Prompt, type Response } from "effect/ai"
import * as Cause from "effect/Cause"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as RecordedCall from "./internal/recordedCall.ts"
import * as RecordedFailure from "./internal/recordedFailure.ts"
import * as RecordingFile from "./internal/recordingFile.ts"
import * as Redaction from "./internal/redaction.ts"
import type { ModelCalls, ProviderKind } from "./ProviderKind.ts"

/** Ten times the longest answer that models write. */
const callCharsMax = 4 * 1024 * 1024
/** What a part is at least, when it is counted. */
const partCharsMin = 64

/** A file that cannot be recorded to or replayed from. */
export class RecordingUnusable extends Schema.TaggedError<RecordingUnusable>()("RecordingUnusable", {
  path: Schema.String,
  problem: Schema.String
}) {
  readonly retryable = false
  override get message(): string {
    return `${this.path}: ${this.problem}`
  }
}

export interface Options {
  /** A file that is not there yet. Only its owner can read it. */
  readonly path: string
  /** `whole` also writes down what was said: ask those whose words they are. What a provider says of its failure always stays. */
  readonly content: RecordedCall.Content
}

export interface Recorder {
  /**
   * The same calls, recorded. `secrets` are values that must not be seen,
   * whatever they look like.
   *
   * **Interruption**: of a call is recorded as such, with what came before it.
   * **Durability**: a call stands in the file when it has ended; one that the
   * end of the process cut off does not.
   */
  readonly around: (
    calls: ModelCalls,
    modelRef: Session.ModelRef,
    secrets: ReadonlyArray<Redacted.Redacted>
  ) => ModelCalls
  /** The same type of provider, with every model of it recorded. Its keys and headers are secrets. */
  readonly kind: (kind: ProviderKind) => ProviderKind
}

type AnyPart = Response.StreamPartEncoded | Response.PartEncoded
type Answer = RecordedCall.Call["answer"]

/** The parts of one call, as many as are recorded of one. */
class Parts {
  readonly taken: Array<AnyPart> = []
  isCut = false
  private chars = 0

  take(parts: ReadonlyArray<AnyPart>): void {
    for (const part of parts) {
      this.chars += partCharsMin + ("delta" in part ? part.delta.length : (JSON.stringify(part)?.length ?? 0))
      this.isCut ||= this.chars > callCharsMax
      if (!this.isCut) this.taken.push(part)
    }
  }
}

/** These quote what the model wrote. */
const isQuoting = ({ reason }: AiError.AiError): boolean =>
  reason._tag === "InvalidOutputError" || reason._tag === "InvalidResponseError"

const endOf = <A>(
  exit: Exit.Exit<A, AiError.AiError>,
  { isCut }: Parts,
  { text }: Redaction.Redaction,
  content: RecordedCall.Content
) => {
  if (isCut) return { how: "cut" }
  if (Exit.isSuccess(exit)) return { how: "done" }
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  if (error === undefined) return { how: Cause.hasInterruptsOnly(exit.cause) ? "interrupted" : "defect" }
  const shown = content === "shape" && isQuoting(error) ? (words: string) => "x".repeat(words.length) : text
  return { how: "failed", failure: RecordedFailure.ofError(error, shown) }
}

/** Records to a new file for as long as the models that it gives are called. */
export const record = Effect.fn("Recording.record")(function* ({
  content,
  path
}: Options): Effect.fn.Return<Recorder, RecordingUnusable, FileSystem.FileSystem> {
  const files = yield* FileSystem.FileSystem
  const digest = yield* Effect.provide(Digest.Digest, Digest.layerWebCrypto)
  const writer = yield* RecordingFile.create(files, path, content, RecordingFile.fileBytesMax).pipe(
    Effect.mapError((problem) => new RecordingUnusable({ path, problem }))
  )

  const around: Recorder["around"] = (calls, modelRef, secrets) => {
    const redaction = Redaction.make(secrets.map((secret) => String(Redacted.value(secret))))
    const note = <A>(
      answer: Answer,
      { prompt, tools }: LanguageModel.ProviderOptions,
      parts: Parts,
      exit: Exit.Exit<A, AiError.AiError>
    ) =>
      Effect.gen(function* () {
        const messages = yield* RecordedCall.messagesOf(prompt, content, redaction)
        yield* writer.write(messages, {
          line: "call",
          modelRef: { ...modelRef },
          prompt: messages.map(({ hash }) => hash),
          tools: tools.map(({ name }) => name),
          answer,
          parts: RecordedCall.partsOf(parts.taken, content, redaction),
          end: redaction.value(endOf(exit, parts, redaction, content))
        })
      }).pipe(Effect.provideService(Digest.Digest, digest))
    return {
      ...calls,
      streamText: (options) =>
        Stream.suspend(() => {
          const parts = new Parts()
          return calls.streamText(options).pipe(
            Stream.mapArray((some) => {
              parts.take(some)
              return some
            }),
            Stream.onExit((exit) => note("stream", options, parts, exit))
          )
        }),
      generateText: (options) =>
        Effect.onExit(calls.generateText(options), (exit) => {
          const parts = new Parts()
          if (Exit.isSuccess(exit)) parts.take(exit.value)
          return note("text", options, parts, exit)
        })
    }
  }

  const kind: Recorder["kind"] = (kind) => ({
    ...kind,
    open: (request) =>
      Effect.map(kind.open(request), (model) => {
        const secrets = [...Option.toArray(request.apiKey), ...Object.values(request.headers)]
        return { ...model, calls: around(model.calls, request.modelRef, secrets) }
      })
  })
  return { around, kind }
})

const refused = (method: string, reason: AiError.AiErrorReason): AiError.AiError =>
  AiError.make({ module: "Recording", method, reason })

const same = (left: ReadonlyArray<string>, right: ReadonlyArray<string>): boolean =>
  left.length === right.length && left.every((hash, at) => hash === right[at])

/** Where a prompt that was not recorded parts from the one that is next. */
const difference = (
  calls: ReadonlyArray<RecordedCall.Call>,
  used: ReadonlySet<number>,
  messages: ReadonlyArray<RecordedCall.Recorded>
): string => {
  const next = calls.findIndex((_, at) => !used.has(at))
  const expected = calls[next]?.prompt
  if (expected === undefined) return `all ${calls.length} calls of it were replayed`
  const at = messages.findIndex(({ hash }, at) => hash !== expected[at])
  const where =
    at >= 0 && at < expected.length
      ? `message ${at + 1} of its prompt (${messages[at]?.role}) is another one`
      : `its prompt has ${expected.length} messages, this one ${messages.length}`
  return `next is call ${next + 1} of ${calls.length}: ${where}, or it was answered in another way`
}

/** How a call ends that did not simply end. */
const endingOf = ({ end }: RecordedCall.Call): Option.Option<AiError.AiErrorReason> => {
  switch (end.how) {
    case "done":
      return Option.none()
    case "failed":
      return Option.some(RecordedFailure.reasonOf(end.failure))
    case "interrupted":
    case "defect":
    case "cut": {
      const description = `the recording of this call ends here: ${end.how}`
      return Option.some(new AiError.UnknownError({ description }))
    }
  }
}

/**
 * What was recorded, as the calls of a model: `LanguageModel.make` makes one of
 * it, and `kind` a type of provider. Each recorded call is replayed once, at once.
 */
export const replay = Effect.fn("Recording.replay")(function* (
  path: string
): Effect.fn.Return<ModelCalls, RecordingUnusable, FileSystem.FileSystem> {
  const files = yield* FileSystem.FileSystem
  const digest = yield* Effect.provide(Digest.Digest, Digest.layerWebCrypto)
  const { calls, content } = yield* RecordingFile.read(files, path).pipe(
    Effect.mapError((problem) => new RecordingUnusable({ path, problem }))
  )
  const redaction = Redaction.make([])
  const used = new Set<number>()

  const next = <A extends RecordedCall.Call>(
    isWanted: (call: RecordedCall.Call) => call is A,
    method: string,
    prompt: Prompt.Prompt
  ): Effect.Effect<A, AiError.AiError> =>
    RecordedCall.messagesOf(prompt, content, redaction).pipe(
      Effect.provideService(Digest.Digest, digest),
      Effect.flatMap((messages) => {
        const hashes = messages.map(({ hash }) => hash)
        for (const [at, call] of calls.entries()) {
          if (used.has(at) || !isWanted(call) || !same(call.prompt, hashes)) continue
          used.add(at)
          return Effect.succeed(call)
        }
        const description = `${path} has no answer for this prompt: ${difference(calls, used, messages)}`
        return Effect.fail(refused(method, new AiError.InvalidRequestError({ description })))
      })
    )

  return {
    streamText: ({ prompt }) =>
      Stream.unwrap(
        Effect.map(next(isStream, "streamText", prompt), (call) =>
          Option.match(endingOf(call), {
            onNone: () => Stream.fromArray(call.parts),
            onSome: (reason) => Stream.concat(Stream.fromArray(call.parts), Stream.fail(refused("streamText", reason)))
          })
        )
      ),
    generateText: ({ prompt }) =>
      Effect.flatMap(next(isText, "generateText", prompt), (call) =>
        Option.match(endingOf(call), {
          onNone: () => Effect.succeed([...call.parts]),
          onSome: (reason) => Effect.fail(refused("generateText", reason))
        })
      )
  }
})

const isStream = (call: RecordedCall.Call): call is RecordedCall.StreamCall => call.answer === "stream"
const isText = (call: RecordedCall.Call): call is RecordedCall.TextCall => call.answer === "text"

/** What is replayed as a type of provider, whatever its models are called. */
export const kind = (calls: ModelCalls): ProviderKind => ({
  type: "recording",
  keyVariable: Option.none(),
  baseUrl: "known",
  isScripted: true,
  open: () => Effect.succeed({ calls, contextTokensMax: Option.none(), outputTokensMax: Option.none() })
})
