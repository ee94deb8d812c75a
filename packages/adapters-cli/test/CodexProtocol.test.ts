import { assert, describe, it } from "@effect/vitest"
import type { CliProtocol, Fact } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { protocol } from "../src/codex-app-server/CodexProtocol.ts"
import { type Frame, isRecord, recordIn, textIn } from "../src/Frames.ts"

const threadId = "thread"

const begun: Frame = { thread: { id: threadId }, approvalPolicy: "untrusted", sandbox: { type: "workspaceWrite" } }

/** A conversation whose program says what the test says. */
const opened = Effect.fnUntraced(function* (options: Partial<CliProtocol.Opening> = {}) {
  const sent: Array<Frame> = []
  const facts: Array<Fact.Fact> = []
  const conversation = yield* protocol.open({
    cwd: "/place",
    model: Option.none(),
    permission: "ask",
    resume: Option.none(),
    disabledTools: [],
    nonce: "nonce",
    send: (frame) => Effect.sync(() => void (isRecord(frame) && sent.push(frame))),
    tell: (told) => Effect.sync(() => void facts.push(...told)),
    ...options
  })
  const say = (...frames: ReadonlyArray<Frame>) => conversation.receive(frames.map((frame) => JSON.stringify(frame)))
  /** Answers the last call of ours; who waits for the answer has gone on when it returns. */
  const answer = (answered: Frame) =>
    Effect.andThen(
      Effect.suspend(() => say({ id: sent.at(-1)?.["id"], ...answered })),
      Effect.yieldNow
    )
  return {
    conversation,
    sent,
    facts,
    say,
    answer,
    notify: (method: string, params: Frame) => say({ method, params: { threadId, ...params } }),
    methods: () => sent.map((frame) => textIn(frame, "method")),
    paramsOf: (method: string) =>
      sent.flatMap((frame) => (frame["method"] === method ? [recordIn(frame, "params")] : [])),
    endsOf: () => facts.flatMap((fact) => (fact.type === "turn_ended" ? [fact.outcome] : []))
  }
})

/** One that has a thread, and a turn of which the program has not said anything. */
const prompted = Effect.fnUntraced(function* (options: Partial<CliProtocol.Opening> = {}) {
  const test = yield* opened(options)
  const beginning = yield* Effect.forkChild(test.conversation.begin, { startImmediately: true })
  yield* test.answer({ result: {} })
  yield* test.answer({ result: begun })
  yield* Fiber.join(beginning)
  const prompting = yield* Effect.forkChild(test.conversation.prompt("go"), { startImmediately: true })
  yield* test.answer({ result: { turn: { id: "turn" } } })
  yield* Fiber.join(prompting)
  const start = (id: string) => test.notify("turn/started", { turn: { id } })
  const end = (id: string, status: string) => test.notify("turn/completed", { turn: { id, status, error: null } })
  return { ...test, start, end }
})

const steered = ({ steer }: CliProtocol.Conversation, text: string) =>
  Effect.forkChild(Option.match(steer, { onNone: () => Effect.fail("none"), onSome: (hand) => hand(text) }), {
    startImmediately: true
  })

const failureOf = (begin: Effect.Effect<void, CliProtocol.TurnFailed>, answers: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const beginning = yield* Effect.forkChild(Effect.flip(begin), { startImmediately: true })
    yield* answers
    return (yield* Fiber.join(beginning)).outcome
  })

describe("A conversation with Codex", () => {
  it.effect("begins no turn when the program would do more than the mode allows", () =>
    Effect.gen(function* () {
      const { answer, conversation } = yield* opened()
      const looser = { ...begun, approvalPolicy: "never" }
      const answers = Effect.andThen(answer({ result: {} }), answer({ result: looser }))
      assert.deepInclude(yield* failureOf(Effect.scoped(conversation.begin), answers), { reason: "setup" })
    })
  )

  it.effect("is not begun when the program refuses to, in its words", () =>
    Effect.gen(function* () {
      const { answer, conversation } = yield* opened()
      const refusal = { error: { code: -32_600, message: "failed to load configuration" } }
      const answers = Effect.andThen(answer({ result: {} }), answer(refusal))
      assert.deepInclude(yield* failureOf(Effect.scoped(conversation.begin), answers), {
        reason: "setup",
        message: "Codex begins no thread: failed to load configuration"
      })
    })
  )

  it.effect("looks which MCP servers there are before it takes tools away from one", () =>
    Effect.gen(function* () {
      const { answer, conversation, methods, paramsOf } = yield* opened({ disabledTools: ["mcp__lab__look"] })
      const beginning = yield* Effect.forkChild(Effect.scoped(conversation.begin), { startImmediately: true })
      yield* answer({ result: {} })
      yield* answer({ result: { config: { mcp_servers: { lab: {} } } } })
      yield* answer({ result: begun })
      yield* Fiber.join(beginning)
      assert.deepStrictEqual(methods(), ["initialize", "initialized", "config/read", "thread/start"])
      assert.deepInclude(paramsOf("thread/start")[0], { config: { "mcp_servers.lab.disabled_tools": ["look"] } })
    })
  )

  it.effect("asks a turn to stop as soon as the program has named it", () =>
    Effect.gen(function* () {
      const { conversation, end, endsOf, paramsOf, start } = yield* prompted()
      yield* conversation.interrupt
      assert.deepStrictEqual(paramsOf("turn/interrupt"), [])
      yield* start("turn")
      assert.deepStrictEqual(paramsOf("turn/interrupt"), [{ threadId, turnId: "turn" }])
      yield* end("turn", "interrupted")
      assert.deepStrictEqual(endsOf(), ["interrupted"])
      yield* conversation.interrupt
      assert.lengthOf(paramsOf("turn/interrupt"), 1)
    })
  )

  it.effect("does not wait for an answer to its wish that a turn stops", () =>
    Effect.gen(function* () {
      const { conversation, start } = yield* prompted()
      yield* start("turn")
      yield* conversation.interrupt
    })
  )

  it.effect("takes a message when the program says so, and not when it refuses", () =>
    Effect.gen(function* () {
      const { answer, conversation, start } = yield* prompted()
      yield* start("turn")
      const taken = yield* steered(conversation, "left")
      yield* answer({ result: { turnId: "turn" } })
      yield* Fiber.join(taken)
      const refused = yield* steered(conversation, "right")
      yield* answer({ error: { code: -32_600, message: "cannot steer a review turn" } })
      assert.strictEqual(yield* Effect.flip(Fiber.join(refused)), "cannot steer a review turn")
    })
  )

  it.effect("gives a message back when its turn ends without a word of it, and none begins by it", () =>
    Effect.gen(function* () {
      const { conversation, end, endsOf, paramsOf, start } = yield* prompted()
      yield* start("turn")
      const handed = yield* steered(conversation, "left")
      yield* end("turn", "completed")
      assert.strictEqual(yield* Effect.flip(Fiber.join(handed)), "The turn was over")
      assert.lengthOf(endsOf(), 1)
      assert.lengthOf(paramsOf("turn/start"), 1)
    })
  )

  it.effect("begins a turn with a message that was taken and not read, instead of ending", () =>
    Effect.gen(function* () {
      const { answer, conversation, end, endsOf, paramsOf, start } = yield* prompted()
      yield* start("turn")
      const handed = yield* steered(conversation, "left")
      yield* answer({ result: { turnId: "turn" } })
      yield* Fiber.join(handed)
      yield* end("turn", "completed")
      assert.deepStrictEqual(endsOf(), [])
      assert.deepInclude(paramsOf("turn/start")[1], { input: [{ type: "text", text: "left", text_elements: [] }] })
      yield* answer({ result: { turn: { id: "next" } } })
      yield* start("next")
      yield* end("next", "completed")
      assert.lengthOf(endsOf(), 1)
    })
  )

  it.effect("ends when the turn that it begins by itself is refused", () =>
    Effect.gen(function* () {
      const { answer, conversation, end, endsOf, start } = yield* prompted()
      yield* start("turn")
      const handed = yield* steered(conversation, "left")
      yield* answer({ result: { turnId: "turn" } })
      yield* Fiber.join(handed)
      yield* end("turn", "completed")
      yield* answer({ error: { code: -32_600, message: "no" } })
      assert.deepInclude(endsOf()[0], { reason: "protocol" })
    })
  )

  it.effect("says a message again that was taken and not read when its turn was stopped", () =>
    Effect.gen(function* () {
      const { answer, conversation, end, paramsOf, start } = yield* prompted()
      yield* start("turn")
      const handed = yield* steered(conversation, "left")
      yield* answer({ result: { turnId: "turn" } })
      yield* Fiber.join(handed)
      yield* conversation.interrupt
      yield* end("turn", "interrupted")
      const prompting = yield* Effect.forkChild(conversation.prompt("right"), { startImmediately: true })
      yield* answer({ result: { turn: { id: "next" } } })
      yield* Fiber.join(prompting)
      const input = [{ type: "text", text: "left\n\nright", text_elements: [] }]
      assert.deepInclude(paramsOf("turn/start")[1], { input })
    })
  )

  it.effect.each<Frame>([
    { clientId: "offshoot-1" },
    // A version that does not give our name back.
    { clientId: null, content: [{ type: "text", text: "left" }] }
  ])("knows by %j a message that was read", (fields) =>
    Effect.gen(function* () {
      const { conversation, end, endsOf, notify, start } = yield* prompted()
      yield* start("turn")
      const handed = yield* steered(conversation, "left")
      yield* notify("item/completed", { item: { type: "userMessage", id: "m", ...fields } })
      yield* end("turn", "completed")
      // It was read before it was answered.
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(handed)))
      assert.lengthOf(endsOf(), 1)
    })
  )

  it.effect("refuses what nobody here can answer, and withdraws what is not waited for any more", () =>
    Effect.gen(function* () {
      const { conversation, facts, say, sent, start } = yield* prompted()
      yield* start("turn")
      yield* say({ id: 5, method: "item/tool/call", params: { threadId } })
      assert.deepInclude(sent.at(-1), { id: 5 })
      assert.strictEqual(recordIn(sent.at(-1) ?? {}, "error")?.["code"], -32_601)
      const asks = { threadId, turnId: "turn", itemId: "c", command: "make" }
      yield* say({ id: 6, method: "item/commandExecution/requestApproval", params: asks })
      yield* say({ method: "serverRequest/resolved", params: { threadId, requestId: 6 } })
      assert.deepStrictEqual(
        facts.map(({ type }) => type).filter((type) => type.includes("ask")),
        ["permission_asked", "ask_withdrawn"]
      )
      const asked = facts.find((fact) => fact.type === "permission_asked")
      const before = sent.length
      if (asked?.type === "permission_asked") yield* conversation.answer(asked, { _tag: "Expired" })
      assert.lengthOf(sent, before)
    })
  )

  it.effect("shows lines that are no frames", () =>
    Effect.gen(function* () {
      const { conversation, facts } = yield* opened()
      yield* conversation.receive(["npm warn", "{half"])
      assert.deepStrictEqual(
        facts.flatMap((fact) => (fact.type === "runner_output" ? [fact.content] : [])),
        ["npm warn\n", "{half\n"]
      )
    })
  )
})
