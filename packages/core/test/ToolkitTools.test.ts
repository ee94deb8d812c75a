import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Tool, Toolkit } from "effect/ai"
import { defaults } from "../src/AgentLimits.ts"
import { ToolSources } from "../src/AgentTools.ts"
import { callTools } from "../src/internal/toolRound.ts"
import * as RunHarness from "../src/testing/RunHarness.ts"
import { CurrentToolCall, fromToolkit } from "../src/ToolkitTools.ts"

class Shelf extends Context.Service<Shelf, { readonly books: ReadonlyArray<string> }>()(
  "@offshoot/core/test/ToolkitTools.test/Shelf"
) {}

class Missing extends Schema.TaggedError<Missing>()("Missing", { book: Schema.String }) {}

const book = { parameters: Schema.Struct({ book: Schema.String }), success: Schema.String }
const Kit = Toolkit.make(
  Tool.make("find", { ...book, failure: Missing, dependencies: [Shelf] }).annotate(Tool.Readonly, true),
  Tool.make("lend", { ...book, failure: Missing, failureMode: "return" }),
  Tool.make("burn", book).annotate(Tool.Destructive, true),
  Tool.make("stamp", { ...book, needsApproval: () => false }).annotate(Tool.Idempotent, true),
  Tool.make("where", { success: Schema.Struct({ session: Schema.String, count: Schema.Number }) })
)

const handlers = Kit.toLayer({
  find: ({ book }) =>
    Effect.flatMap(Shelf, ({ books }) =>
      books.includes(book) ? Effect.succeed(book) : Effect.fail(new Missing({ book }))
    ),
  lend: ({ book }) => Effect.fail(new Missing({ book })),
  burn: () => Effect.die("on fire"),
  stamp: ({ book }, { preliminary }) => Effect.as(preliminary(`stamping ${book}`), "stamped"),
  where: () =>
    Effect.map(CurrentToolCall, (call) => ({
      session: Option.match(call, { onNone: () => "", onSome: ({ run }) => run.session.id }),
      count: 1
    }))
})

const sources = Layer.effect(ToolSources, Effect.all([fromToolkit("library", Kit)])).pipe(
  Layer.provide(handlers),
  Layer.provide(Layer.succeed(Shelf, { books: ["one"] }))
)

const called = (name: string, params: unknown) =>
  Effect.gen(function* () {
    const session = RunHarness.externalSession("none", "none")
    const harness = yield* RunHarness.make({ session, runId: "run_kit", prompt: "" })
    const found = yield* Effect.forEach(yield* ToolSources, (source) => source.toolsFor(session, () => Effect.void))
    const tools = new Map(found.flat().map((tool) => [tool.name, tool]))
    yield* harness.answerAsk("tool:run_kit:c", { _tag: "Approved", text: Option.none() })
    const env = { context: harness.context, tools, limits: defaults }
    const { answers } = yield* callTools(env, [{ id: "c", name, params }])
    return { answer: answers[0]?.answer, events: yield* harness.events, tools }
  }).pipe(Effect.scoped, Effect.provide(sources))

describe("a toolkit as a source of tools", () => {
  it.effect("what its tools are annotated with says how they are called", () =>
    Effect.gen(function* () {
      const { tools } = yield* called("none", {})
      assert.deepStrictEqual(
        Array.from(tools.values(), (tool) => [tool.name, tool.repeatable, tool.parallel, tool.asksFirst]),
        [
          ["find", true, true, false],
          ["lend", false, false, false],
          ["burn", false, false, true],
          ["stamp", true, false, true],
          ["where", false, false, false]
        ]
      )
    })
  )

  it.effect("a handler has its services and the call that it serves, and answers as its schema encodes", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* called("find", { book: "one" })).answer, { isFailure: false, result: "one" })
      assert.deepStrictEqual((yield* called("where", {})).answer?.result, { session: "ses_harness", count: 1 })
    })
  )

  it.effect("parameters that do not fit are told to the model, and the handler is not called", () =>
    Effect.gen(function* () {
      const { answer } = yield* called("burn", { book: 7 })
      assert.isTrue(answer?.isFailure)
      assert.include(String(answer?.result), "book")
    })
  )

  it.effect("failures are answers in both modes, as the schema of the tool encodes them, and so is a defect", () =>
    Effect.gen(function* () {
      const missing = { isFailure: true, result: { _tag: "Missing", book: "two" } }
      assert.deepStrictEqual((yield* called("find", { book: "two" })).answer, missing)
      assert.deepStrictEqual((yield* called("lend", { book: "two" })).answer, missing)
      assert.deepStrictEqual((yield* called("burn", { book: "two" })).answer, {
        isFailure: true,
        result: "The tool failed: on fire"
      })
    })
  )

  it.effect("preliminary results are shown as progress", () =>
    Effect.gen(function* () {
      const { answer, events } = yield* called("stamp", { book: "one" })
      assert.strictEqual(answer?.result, "stamped")
      assert.deepInclude(events, {
        type: "tool_lifecycle",
        toolCallId: "c",
        toolName: "stamp",
        phase: "progress",
        detail: "stamping one"
      })
    })
  )
})
