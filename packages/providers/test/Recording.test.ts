/** Recording the calls of a model, and replaying them. */
import { assert, describe, it } from "@effect/vitest"
import { AiError, LanguageModel, type Prompt, type Response } from "effect/ai"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as RecordedFailure from "../src/internal/recordedFailure.ts"
import * as RecordingFile from "../src/internal/recordingFile.ts"
import type { ModelRequest } from "../src/ProviderKind.ts"
import * as Recording from "../src/Recording.ts"
import type * as Script from "../src/Script.ts"
import * as Scripted from "../src/Scripted.ts"

const secret = "correct-horse-battery"

const script: Script.Script = {
  name: "demo",
  conversations: [
    {
      name: "busy",
      when: { user: { exact: "busy" } },
      steps: [{ text: "so far", error: { kind: "rateLimited", retryAfterMs: 1_500 } }]
    },
    {
      name: "odd",
      when: { user: { exact: "odd" } },
      steps: [{ error: { kind: "malformed", message: "not JSON: the plan" } }]
    },
    { name: "slow", when: { user: { exact: "slow" } }, steps: [{ text: "waiting", hang: true }] },
    {
      name: "other",
      steps: [
        {
          reasoning: "hm",
          text: ["one ", "two"],
          toolCalls: [{ name: "read", params: { path: "a", key: `x ${secret}` } }]
        },
        { text: "done" }
      ]
    }
  ]
}

const request: ModelRequest = {
  modelRef: { provider: "scripted", model: "demo" },
  baseUrl: Option.none(),
  apiKey: Option.some(Redacted.make(secret)),
  headers: {},
  options: {},
  settings: {}
}

const user = (text: string): Prompt.MessageEncoded => ({ role: "user", content: text })
const first = [user("the secret plan")]
const second: ReadonlyArray<Prompt.MessageEncoded> = [
  ...first,
  {
    role: "assistant",
    content: [
      { type: "text", text: "one two" },
      { type: "tool-call", id: "call_0_0", name: "read", params: { path: "a" } }
    ]
  },
  {
    role: "tool",
    content: [{ type: "tool-result", id: "call_0_0", name: "read", result: { lines: 5 }, isFailure: false }]
  }
]

const path = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  return `${yield* files.makeTempDirectoryScoped()}/calls.jsonl`
})

const recorded = Effect.fnUntraced(function* (path: string, content: Recording.Options["content"]) {
  const recorder = yield* Recording.record({ path, content })
  const { calls } = yield* recorder.kind(yield* Scripted.kind([script])).open(request)
  return yield* LanguageModel.make(calls)
})

const replayed = (path: string) => Effect.flatMap(Recording.replay(path), LanguageModel.make)

const partsOf = (model: LanguageModel.LanguageModel, prompt: ReadonlyArray<Prompt.MessageEncoded>) =>
  Stream.runCollect(model.streamText({ prompt, disableToolCallResolution: true, toolCallValidation: "deferred" }))

/** What came, and how it ended. */
const whole = Effect.fnUntraced(function* (
  model: LanguageModel.LanguageModel,
  prompt: ReadonlyArray<Prompt.MessageEncoded>
) {
  const parts: Array<Response.AnyPart> = []
  const exit = yield* Effect.exit(
    Stream.runForEach(
      model.streamText({ prompt, disableToolCallResolution: true, toolCallValidation: "deferred" }),
      (part) => Effect.sync(() => void parts.push(part))
    )
  )
  return { parts, error: Exit.findErrorOption(exit) }
})

/** Two answers are the same when they look the same: what is absent and what is undefined do. */
const shown = (value: unknown): string => JSON.stringify(value)

const textOf = (path: string) => Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(path))

describe("a recording", () => {
  it.layer(NodeServices.layer, { excludeTestServices: true })("in a file", (it) => {
    it.effect("is replayed with the same parts in the same order, round after round", () =>
      Effect.gen(function* () {
        const file = yield* path
        const model = yield* recorded(file, "whole")
        const before = [yield* partsOf(model, first), yield* partsOf(model, second)]
        const again = yield* replayed(file)
        const after = [yield* partsOf(again, first), yield* partsOf(again, second)]
        assert.strictEqual(shown(after), shown(before).replaceAll(secret, "[redacted]"))
      })
    )

    it.effect("holds each message once, no secret, no time, and is its owner's", () =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const file = yield* path
        const model = yield* recorded(file, "whole")
        yield* partsOf(model, first)
        yield* partsOf(model, second)
        const text = yield* textOf(file)
        assert.strictEqual(text.split("the secret plan").length, 2)
        assert.notInclude(text, secret)
        assert.notMatch(text, /timestamp|\d{4}-\d\d-\d\dT/)
        assert.strictEqual((yield* files.stat(file)).mode & 0o077, 0)
      })
    )

    it.effect("without content has no word of what was said, and is replayed by its shape", () =>
      Effect.gen(function* () {
        const file = yield* path
        const model = yield* recorded(file, "shape")
        yield* partsOf(model, first)
        yield* Effect.exit(partsOf(model, [user("odd")]))
        const text = yield* textOf(file)
        for (const word of ["secret plan", "one ", "hm", "the plan", secret]) assert.notInclude(text, word)
        const parts = yield* partsOf(yield* replayed(file), [user("xxxxxxxxxxxxxxx")])
        assert.deepStrictEqual(
          parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : [])),
          ["xxxx", "xxx"]
        )
      })
    )

    it.effect("fails where the call failed, after what was said", () =>
      Effect.gen(function* () {
        const file = yield* path
        const before = yield* whole(yield* recorded(file, "whole"), [user("busy")])
        const after = yield* whole(yield* replayed(file), [user("busy")])
        assert.strictEqual(shown(after.parts), shown(before.parts))
        const error = Option.getOrThrow(after.error)
        assert.strictEqual(error.reason._tag, "RateLimitError")
        assert.deepStrictEqual(error.retryAfter, Duration.millis(1_500))
      })
    )

    it.effect("of a call that was stopped says that it was", () =>
      Effect.gen(function* () {
        const file = yield* path
        const model = yield* recorded(file, "whole")
        const stream = model.streamText({ prompt: [user("slow")] })
        const fiber = yield* Effect.forkChild(
          Stream.runForEach(stream, () => Effect.void),
          { startImmediately: true }
        )
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
        const { error, parts } = yield* whole(yield* replayed(file), [user("slow")])
        assert.isAbove(parts.length, 0)
        assert.include(Option.getOrThrow(error).message, "interrupted")
      })
    )

    it.effect("is replayed once for each call, and says where another prompt differs", () =>
      Effect.gen(function* () {
        const file = yield* path
        const model = yield* recorded(file, "whole")
        yield* partsOf(model, first)
        yield* partsOf(model, second)
        const again = yield* replayed(file)
        const messageOf = (prompt: ReadonlyArray<Prompt.MessageEncoded>) =>
          Effect.map(Effect.flip(partsOf(again, prompt)), (error) => error.message)
        assert.include(
          yield* messageOf([user("another plan")]),
          "next is call 1 of 2: message 1 of its prompt (user) is another one"
        )
        yield* partsOf(again, first)
        assert.include(yield* messageOf(first), "next is call 2 of 2: its prompt has 3 messages, this one 1")
        yield* partsOf(again, second)
        assert.include(yield* messageOf(second), "all 2 calls of it were replayed")
      })
    )

    it.effect("keeps answers that were not streamed apart from those that were", () =>
      Effect.gen(function* () {
        const file = yield* path
        const model = yield* recorded(file, "whole")
        const ask = (model: LanguageModel.LanguageModel) =>
          model.generateText({ prompt: first, disableToolCallResolution: true, toolCallValidation: "deferred" })
        const before = yield* ask(model)
        const again = yield* replayed(file)
        assert.strictEqual(Exit.isFailure(yield* Effect.exit(partsOf(again, first))), true)
        assert.strictEqual((yield* ask(again)).text, before.text)
      })
    )

    it.effect("ends when it is full, and the calls go on", () =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const file = yield* path
        const writer = yield* RecordingFile.create(files, file, "whole", 200)
        yield* writer.write([], { line: "call", text: "x".repeat(80) })
        yield* writer.write([], { line: "call", text: "y".repeat(200) })
        yield* writer.write([], { line: "call", text: "z" })
        const lines = (yield* textOf(file)).trimEnd().split("\n")
        assert.deepStrictEqual(
          lines.map((line) => line.slice(0, 20)),
          ['{"line":"recording",', '{"line":"call","text', '{"line":"full","byte']
        )
      })
    )

    it.effect("is refused when its file is there already, or is no recording, and says which line", () =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const file = yield* path
        yield* files.writeFileString(file, '{"line":"recording","version":1,"content":"whole"}\n{"line":"cal"}\n')
        const taken = yield* Effect.flip(Recording.record({ path: file, content: "whole" }))
        assert.include(taken.message, file)
        assert.include((yield* Effect.flip(Recording.replay(file))).message, "line 2 is not one of a recording")
        assert.include((yield* Effect.flip(Recording.replay(`${file}.none`))).message, `${file}.none`)
      })
    )
  })
})

const marked = { offshoot: { kind: "context_full" } } as const

describe("a recorded failure", () => {
  it.each<AiError.AiErrorReason>([
    new AiError.RateLimitError({ retryAfter: Duration.seconds(2) }),
    new AiError.QuotaExhaustedError({}),
    new AiError.AuthenticationError({ kind: "ExpiredKey", description: "d" }),
    new AiError.ContentPolicyError({ description: "d" }),
    new AiError.InvalidRequestError({ description: "d", metadata: marked }),
    new AiError.InternalProviderError({ description: "d" }),
    new AiError.InvalidResponseError({ description: "d" }),
    new AiError.InvalidOutputError({ description: "d" }),
    new AiError.NetworkError({ reason: "TransportError", method: "POST", url: "", description: "d" }),
    new AiError.UnknownError({ description: "UnknownError: d" })
  ])("is the same failure again: $_tag", (reason) => {
    const error = AiError.make({ module: "m", method: "n", reason })
    const again = RecordedFailure.reasonOf(RecordedFailure.ofError(error, (text) => text))
    assert.strictEqual(again._tag, reason._tag)
    assert.strictEqual(again.isRetryable, reason.isRetryable)
    assert.include(again.message, reason.message)
  })
})
