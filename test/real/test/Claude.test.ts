/** Claude Code itself as a child: what it is asked, told, stopped and refused, against a scripted model. */
import { assert } from "@effect/vitest"
import type { ExternalChildRunner } from "@offshoot/core"
import { Waypoint, describeProgram } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import * as Json from "../src/Json.ts"
import * as RealChild from "../src/RealChild.ts"
import {
  approved,
  asksNobodyButItsProvider,
  beginsAnewWithAMessage,
  callOf,
  daemon,
  fileIn,
  nobodyAlive,
  type Program,
  saysALongAnswerWhole,
  saysThatAConversationIsLost,
  takesAMessageWhileACommandRuns,
  test,
  typesOf
} from "./everyProgram.ts"

const atHome = (permission: RealChild.Options["permission"] = "ask") =>
  RealChild.make("claude", { permission, given: ["ANTHROPIC_BASE_URL"], secret: ["ANTHROPIC_API_KEY"] })

const claude: Program = { atHome }

const call = (name: string, input: object) => `call ${name} ${Json.encode(input)}`

describeProgram("claude", () => {
  test(
    "asks before a command, runs it when that is approved, and tells what came of it",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { harness, started } = yield* home.start("shell touch made.txt; echo there ;; say all done")
      const toolCallId = yield* callOf(harness, "Bash")
      yield* harness.awaitAsk(toolCallId)
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      yield* harness.answerAsk(toolCallId, approved)
      const end = yield* Fiber.join(started.fiber)
      assert.deepStrictEqual(end.outcome, { status: "completed", reason: "done" })
      assert.strictEqual(yield* harness.answer, "all done")
      const done = yield* harness.awaitEvent(({ type }) => type === "tool_complete")
      assert.deepStrictEqual(done, { type: "tool_complete", toolCallId, toolName: "Bash", result: "there" })
      assert.isTrue(NodeFS.existsSync(fileIn(home, "made.txt")))
      assert.deepInclude(Option.getOrThrow(end.usage), { inputTokens: 2000, outputTokens: 60, cacheReadTokens: 400 })
      yield* nobodyAlive(home)
    })
  )

  test(
    "goes on without what is denied, and hears why",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { harness, started } = yield* home.start("shell touch made.txt ;; say went on")
      const why = "Leave that file alone."
      const denied: ExternalChildRunner.Answer = { _tag: "Denied", text: Option.some(why) }
      yield* harness.answerAsk(yield* callOf(harness, "Bash"), denied)
      const end = yield* Fiber.join(started.fiber)
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(yield* harness.answer, "went on")
      assert.deepStrictEqual(typesOf(yield* harness.events, "tool_complete", "tool_error"), ["tool_error"])
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      const failed = yield* harness.awaitEvent(({ type }) => type === "tool_error")
      assert.deepInclude(failed, { error: why })
      yield* nobodyAlive(home)
    })
  )

  test(
    "changes files of the workspace unasked where edits are accepted, and asks before it removes one with a command",
    Effect.gen(function* () {
      const home = yield* atHome("accept_edits")
      const notes = fileIn(home, "notes.txt")
      const outside = NodePath.join(home.place.folder, "outside.txt")
      const { harness, started } = yield* home.start(
        `write ${notes} hello ;; shell rm notes.txt ;; write ${outside} hello ;; say done`
      )
      const changed = yield* harness.awaitEvent(({ type }) => type === "file_changed")
      assert.deepInclude(changed, { path: notes, change: "added" })
      yield* harness.answerAsk(yield* callOf(harness, "Bash"), { _tag: "Expired" })
      const asked = yield* harness.awaitEvent(
        (event) => event.type === "tool_start" && Json.encode(event.arguments).includes("outside.txt")
      )
      if (asked.type === "tool_start") yield* harness.answerAsk(asked.toolCallId, { _tag: "Expired" })
      yield* Fiber.join(started.fiber)
      const tools = (yield* harness.asks).map(({ ask }) => (ask.type === "permission" ? ask.toolName : ask.type))
      assert.deepStrictEqual(tools, ["Bash", "Write"])
      assert.deepStrictEqual([notes, outside].map(NodeFS.existsSync), [true, false])
      yield* nobodyAlive(home)
    })
  )

  test(
    "changes nothing where everything is denied, and asks nobody",
    Effect.gen(function* () {
      const home = yield* atHome("deny")
      const notes = fileIn(home, "notes.txt")
      const { end, events, harness } = yield* home.run(`shell touch made.txt ;; write ${notes} hi ;; say done`)
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(yield* harness.asks, [])
      assert.deepStrictEqual(typesOf(events, "tool_complete", "tool_error"), ["tool_error", "tool_error"])
      assert.isFalse(NodeFS.existsSync(notes))
    })
  )

  test(
    "asks nobody in full, though it may not skip its own permissions as root, and gives its commands the mark of their run",
    Effect.gen(function* () {
      const home = yield* atHome("full")
      const { end, events, harness } = yield* home.run("shell touch made.txt; printenv OFFSHOOT_RUN_ID ;; say done")
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(yield* harness.asks, [])
      assert.include(Json.encode(events.find(({ type }) => type === "tool_complete")), "run_real_")
      yield* nobodyAlive(home)
    })
  )

  test(
    "hands the answer to a question to its model",
    Effect.gen(function* () {
      const home = yield* atHome()
      const options = ["left", "right"].map((label) => ({ label, description: label }))
      const questions = [{ question: "Which way?", header: "Way", options, multiSelect: false }]
      const { harness, started } = yield* home.start(`${call("AskUserQuestion", { questions })} ;; say done`)
      const key = yield* callOf(harness, "AskUserQuestion")
      assert.deepStrictEqual((yield* harness.awaitAsk(key)).ask, {
        type: "question",
        question: "Which way?",
        options: ["left", "right"]
      })
      yield* harness.answerAsk(key, { _tag: "Answered", text: "straight on" })
      yield* Fiber.join(started.fiber)
      const done = yield* harness.awaitEvent(({ type }) => type === "tool_complete")
      assert.include(Json.encode(done), "straight on")
    })
  )

  takesAMessageWhileACommandRuns(claude)

  test(
    "answers a message that comes too late for the turn, in a turn of its own",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { harness, started } = yield* home.start("say one ++ hold late")
      yield* harness.awaitAnswer("one")
      yield* harness.send("say two", "queue")
      yield* harness.awaitTaken
      yield* home.server.release("late")
      const end = yield* Fiber.join(started.fiber)
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(yield* harness.answer, "one\n\ntwo")
    })
  )

  beginsAnewWithAMessage(claude)

  test(
    "is not done before a sub-agent in the background is, whose work is nested",
    Effect.gen(function* () {
      const home = yield* atHome("full")
      const task = { description: "Look", prompt: "shell sleep 1; echo seen", subagent_type: "general-purpose" }
      const { end, events } = yield* home.run(`${call("Task", task)} ;; say outer done`)
      assert.strictEqual(end.outcome.status, "completed")
      const nested = events.flatMap((event) => (event.type === "nested_agent_event" ? [event.event] : []))
      assert.deepStrictEqual(typesOf(nested, "tool_start", "tool_complete"), ["tool_start", "tool_complete"])
      assert.include(Json.encode(nested), "seen")
      assert.deepStrictEqual(typesOf(events, "tool_start", "tool_complete"), ["tool_start", "tool_complete"])
      yield* nobodyAlive(home)
    })
  )

  test(
    "stops while it speaks, and has told how to go on with it and what it used",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { harness, started } = yield* home.start("hang")
      yield* harness.awaitAnswer("This takes a while.")
      yield* started.cancel
      yield* nobodyAlive(home)
      yield* home.server.awaitLeft("hang")
      const { resume, usage } = yield* harness.report
      assert.isDefined(resume)
      assert.strictEqual(usage?.inputTokens, 1000)
    })
  )

  test(
    "stops in the middle of a command, with all that the command has started",
    Effect.gen(function* () {
      const home = yield* atHome("full")
      const waypoint = yield* Waypoint.make(home.place)
      const { harness, started } = yield* home.start(`shell ${daemon} ${waypoint.command} ;; say never`)
      yield* waypoint.reached
      yield* started.cancel
      yield* nobodyAlive(home)
      assert.deepStrictEqual(typesOf(yield* harness.events, "tool_start", "tool_error"), ["tool_start", "tool_error"])
    })
  )

  test(
    "leaves nobody behind who was started in the background, and says what it leaves",
    Effect.gen(function* () {
      const home = yield* atHome("full")
      const background = { command: "sleep 100000", description: "Waits for long", run_in_background: true }
      const { end, events } = yield* home.run(`shell ${daemon} ;; ${call("Bash", background)} ;; say done`)
      assert.strictEqual(end.outcome.status, "completed")
      assert.include(Json.encode(events), "Waits for long")
      yield* nobodyAlive(home)
    })
  )

  test(
    "is rate limited when its provider says so for long",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { end } = yield* home.run("status 429 after 90")
      assert.strictEqual(end.outcome.reason, "rate_limited")
      yield* nobodyAlive(home)
    })
  )

  test(
    "needs to be signed in when its provider says so, and does not try it ten times",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { end, events } = yield* home.run("status 401")
      assert.strictEqual(end.outcome.reason, "auth_required")
      // It asks again by itself before it says that it does.
      assert.isBelow((yield* home.server.requests).length, 5)
      assert.notInclude(Json.encode([end, events]), home.place.env["ANTHROPIC_API_KEY"] ?? "no key")
      yield* nobodyAlive(home)
    })
  )

  test(
    "comes over a failure of its provider that passes, and says that it tries again",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { answer, end, events } = yield* home.run("status 529 times 1 ;; say back again")
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(answer, "back again")
      assert.include(Json.encode(events), "answered 529")
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
      const requests = yield* home.server.requests
      assert.isTrue(requests.at(-1)?.turns.some(({ text }) => text.includes("say one")))
    })
  )

  saysThatAConversationIsLost(claude, "11111111-1111-4111-8111-111111111111")
  saysALongAnswerWhole(claude)
  asksNobodyButItsProvider(claude)
})
