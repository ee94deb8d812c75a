/** Codex itself as a child: what it is asked, told, stopped and refused, against a scripted model. */
import { assert } from "@effect/vitest"
import type * as RunHarness from "@offshoot/core/testing/RunHarness"
import { RealChild, Waypoint, describeProgram } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import * as NodeUtil from "node:util"
import {
  approved,
  asksNobodyButItsProvider,
  beginsAnewWithAMessage,
  daemon,
  fileIn,
  nobodyAlive,
  type Program,
  saysALongAnswerWhole,
  saysThatAConversationIsLost,
  stopsWhileItSpeaks,
  takesAMessageWhileACommandRuns,
  test,
  typesOf
} from "./everyProgram.ts"

const keyName = "FAKE_KEY"

const atHome = (permission: RealChild.Options["permission"] = "ask") =>
  RealChild.make("codex", { permission, given: [], secret: [keyName] })

const codex: Program = { atHome }

/** The name of the first call that begins. */
const firstCallOf = Effect.fnUntraced(function* ({ awaitEvent }: RunHarness.RunHarness) {
  const event = yield* awaitEvent(({ type }) => type === "tool_start")
  return event.type === "tool_start" ? event.toolCallId : ""
})

describeProgram("codex", () => {
  test(
    "asks before a command, runs it when that is approved, and tells what came of it",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { harness, started } = yield* home.start("shell echo made > made.txt; echo there ;; say all done")
      const toolCallId = yield* firstCallOf(harness)
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      yield* harness.answerAsk(toolCallId, approved)
      const end = yield* Fiber.join(started.fiber)
      assert.deepStrictEqual(end.outcome, { status: "completed", reason: "done" })
      assert.strictEqual(yield* harness.answer, "all done")
      assert.lengthOf(yield* harness.asks, 1)
      const done = yield* harness.awaitEvent(({ type }) => type === "tool_complete")
      assert.deepInclude(done, { toolCallId, toolName: "commandExecution" })
      assert.include(NodeUtil.inspect(done), "there\\n")
      assert.strictEqual(NodeFS.readFileSync(fileIn(home, "made.txt"), "utf8"), "made\n")
      assert.isAbove(Option.getOrThrow(end.usage).inputTokens ?? 0, 0)
      yield* nobodyAlive(home)
    })
  )

  test(
    "goes on without what is denied, and hears why",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { harness, started } = yield* home.start("shell touch made.txt ;; say went on")
      const why = "Leave that file alone."
      yield* harness.answerAsk(yield* firstCallOf(harness), { _tag: "Denied", text: Option.some(why) })
      const end = yield* Fiber.join(started.fiber)
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(typesOf(yield* harness.events, "tool_complete", "tool_error"), ["tool_error"])
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      const heard = (yield* home.server.requests).filter(({ turns }) => turns.some(({ text }) => text.includes(why)))
      assert.isNotEmpty(heard)
      yield* nobodyAlive(home)
    })
  )

  test(
    "changes files of the workspace unasked where edits are accepted, and asks for the rest",
    Effect.gen(function* () {
      const home = yield* atHome("accept_edits")
      const { harness, started } = yield* home.start("write notes.txt hello ;; shell touch made.txt ;; say done")
      const changed = yield* harness.awaitEvent(({ type }) => type === "file_changed")
      assert.deepInclude(changed, { path: fileIn(home, "notes.txt"), change: "added" })
      const second = yield* harness.awaitEvent(
        (event) => event.type === "tool_start" && event.toolName === "commandExecution"
      )
      if (second.type === "tool_start") yield* harness.answerAsk(second.toolCallId, { _tag: "Expired" })
      yield* Fiber.join(started.fiber)
      const asked = (yield* harness.asks).map(({ ask }) => (ask.type === "permission" ? ask.toolName : ask.type))
      assert.deepStrictEqual(asked, ["commandExecution"])
      assert.isTrue(NodeFS.existsSync(fileIn(home, "notes.txt")))
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      yield* nobodyAlive(home)
    })
  )

  test(
    "reads and changes nothing where everything is denied, and asks nobody",
    Effect.gen(function* () {
      const home = yield* atHome("deny")
      const { end, events, harness } = yield* home.run(
        "shell cat README.md ;; shell touch a.txt ;; write b.txt hi ;; say done"
      )
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(yield* harness.asks, [])
      // A refused patch is told of as a call that failed, or, when Codex refuses it before it shows it, not at all.
      const told = typesOf(events, "tool_complete", "tool_error", "file_changed")
      assert.include(
        [
          ["tool_complete", "tool_error"],
          ["tool_complete", "tool_error", "tool_error"]
        ].map(String),
        String(told)
      )
      assert.deepStrictEqual([fileIn(home, "a.txt"), fileIn(home, "b.txt")].filter(NodeFS.existsSync), [])
      yield* nobodyAlive(home)
    })
  )

  test(
    "asks nobody in full, and still gives its commands no key, but the mark of their run",
    Effect.gen(function* () {
      const home = yield* atHome("full")
      const command = `printenv ${keyName} || echo no key; printenv OFFSHOOT_RUN_ID`
      const { end, events, harness } = yield* home.run(`shell ${command} ;; say done`)
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(yield* harness.asks, [])
      const done = events.find(({ type }) => type === "tool_complete")
      assert.include(NodeUtil.inspect(done), "no key\\nrun_real_")
      yield* nobodyAlive(home)
    })
  )

  takesAMessageWhileACommandRuns(codex)
  beginsAnewWithAMessage(codex)

  stopsWhileItSpeaks(codex)

  test(
    "stops in the middle of a command, with all that the command has started",
    Effect.gen(function* () {
      const home = yield* atHome("full")
      const waypoint = yield* Waypoint.make(home.place)
      const { harness, started } = yield* home.start(`shell ${daemon} ${waypoint.command} ;; say never`)
      yield* waypoint.reached
      yield* started.cancel
      yield* nobodyAlive(home)
      const calls = typesOf(yield* harness.events, "tool_start", "tool_error")
      // A command that has just begun is not told of yet; one that is told of is closed.
      assert.include([[], ["tool_start", "tool_error"]].map(String), String(calls))
    })
  )

  test(
    "leaves nobody behind who was started in the background",
    Effect.gen(function* () {
      const home = yield* atHome("full")
      const { end } = yield* home.run(`shell ${daemon} ;; say done`)
      assert.strictEqual(end.outcome.status, "completed")
      yield* nobodyAlive(home)
    })
  )

  test(
    "is rate limited when its provider says so",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { end } = yield* home.run("status 429")
      assert.strictEqual(end.outcome.reason, "rate_limited")
    })
  )

  test(
    "gives up a rate limit that lasts, sooner than the program would",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { end } = yield* home.run("status 429 after 1")
      assert.strictEqual(end.outcome.reason, "rate_limited")
      assert.lengthOf(yield* home.server.requests, 3)
    })
  )

  test(
    "needs to be signed in when its provider says so, and asks it once",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { end } = yield* home.run("status 401")
      assert.strictEqual(end.outcome.reason, "auth_required")
      assert.lengthOf(yield* home.server.requests, 1)
    })
  )

  test(
    "comes over a failure of its provider that passes",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { answer, end } = yield* home.run("status 500 times 1 ;; say back again")
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(answer, "back again")
    })
  )

  test(
    "goes on with its conversation in another process, and counts only what is new",
    Effect.gen(function* () {
      const home = yield* atHome()
      const first = yield* home.run("say one")
      const second = yield* home.run("say two", Option.getOrThrow(first.end.resume))
      assert.strictEqual(second.answer, "two")
      assert.deepStrictEqual(second.end.usage, first.end.usage)
      assert.deepStrictEqual(second.end.resume, first.end.resume)
      const [, request] = yield* home.server.requests
      assert.isTrue(request?.turns.some(({ text }) => text.includes("say one")))
    })
  )

  saysThatAConversationIsLost(codex, "01a22e8c-0000-7000-8000-000000000000")
  saysALongAnswerWhole(codex)

  asksNobodyButItsProvider(codex)
})
