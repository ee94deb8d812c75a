/** opencode itself as a child: what it is asked, told, stopped and refused, against a scripted model. */
import { assert } from "@effect/vitest"
import type { ExternalChildRunner } from "@offshoot/core"
import type * as RunHarness from "@offshoot/core/testing/RunHarness"
import { RealChild, Waypoint, describeProgram } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import * as Json from "../src/Json.ts"
import * as EveryProgram from "./everyProgram.ts"
import {
  approved,
  asksNobodyButItsProvider,
  beginsAnewWithAMessage,
  callOf,
  daemon,
  fileIn,
  nobodyAlive,
  saysALongAnswerWhole,
  saysThatAConversationIsLost,
  stopsWhileItSpeaks,
  takesAMessageWhileACommandRuns,
  typesOf
} from "./everyProgram.ts"

const ownFile = (home: EveryProgram.Home) => NodePath.join(home.place.home, ".config/opencode/opencode.json")

/** A home whose user has this in the file of opencode's own. */
const atHome = Effect.fnUntraced(function* (permission: RealChild.Options["permission"] = "ask", own: object = {}) {
  const home = yield* RealChild.make("opencode", {
    permission,
    given: ["OPENCODE_DISABLE_MODELS_FETCH"],
    secret: ["FAKE_KEY"]
  })
  const file = ownFile(home)
  const before = Option.getOrElse(Json.decode(NodeFS.readFileSync(file, "utf8")), () => ({}))
  NodeFS.writeFileSync(file, Json.encode({ ...Object(before), permission: undefined, ...own }))
  return home
})

const expired: ExternalChildRunner.Answer = { _tag: "Expired" }

const askedTools = (harness: RunHarness.RunHarness) =>
  Effect.map(harness.asks, (asks) => asks.map(({ ask }) => (ask.type === "permission" ? ask.toolName : ask.type)))

const call = (name: string, input: object) => `call ${name} ${Json.encode(input)}`

/** Starts more slowly than any other agent, and two of these tests start it twice. */
const testMillisMax = 120_000

const opencode: EveryProgram.Program = { atHome, testMillisMax }

const test = (name: string, body: Parameters<typeof EveryProgram.test>[1]) =>
  EveryProgram.test(name, body, testMillisMax)

describeProgram("opencode", () => {
  test(
    "asks before a command, runs it when that is approved, and tells what came of it",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { harness, started } = yield* home.start("shell touch made.txt; echo there ;; say all done")
      const toolCallId = yield* callOf(harness, "bash")
      yield* harness.awaitAsk(toolCallId)
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      yield* harness.answerAsk(toolCallId, approved)
      const end = yield* Fiber.join(started.fiber)
      assert.deepStrictEqual(end.outcome, { status: "completed", reason: "done" })
      assert.strictEqual(yield* harness.answer, "all done")
      const done = yield* harness.awaitEvent(({ type }) => type === "tool_complete")
      assert.deepStrictEqual(done, { type: "tool_complete", toolCallId, toolName: "bash", result: "there\n" })
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
      yield* harness.answerAsk(yield* callOf(harness, "bash"), denied)
      const end = yield* Fiber.join(started.fiber)
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(yield* harness.answer, "went on")
      assert.deepStrictEqual(typesOf(yield* harness.events, "tool_complete", "tool_error"), ["tool_error"])
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      const failed = yield* harness.awaitEvent(({ type }) => type === "tool_error")
      assert.include(Json.encode(failed), why)
      yield* nobodyAlive(home)
    })
  )

  test(
    "changes files of the workspace unasked where edits are accepted, but not its own configuration",
    Effect.gen(function* () {
      const home = yield* atHome("accept_edits")
      const [notes, own] = [fileIn(home, "notes.txt"), fileIn(home, "opencode.json")]
      const outside = NodePath.join(home.place.folder, "outside.txt")
      const { harness, started } = yield* home.start(
        `write ${notes} hello ;; shell rm notes.txt ;; write ${own} {} ;; write ${outside} hello ;; say done`
      )
      const changed = yield* harness.awaitEvent(({ type }) => type === "file_changed")
      assert.deepInclude(changed, { path: notes, change: "added" })
      yield* harness.answerAsk(yield* callOf(harness, "bash"), expired)
      yield* harness.answerAsk(yield* callOf(harness, "write", "opencode.json"), expired)
      yield* harness.answerAsk(yield* callOf(harness, "write", "outside.txt"), expired)
      yield* Fiber.join(started.fiber)
      assert.deepStrictEqual(yield* askedTools(harness), ["bash", "write", "write"])
      assert.deepStrictEqual([notes, own, outside].map(NodeFS.existsSync), [true, false, false])
      yield* nobodyAlive(home)
    })
  )

  test(
    "changes nothing where everything is denied, and asks nobody, whatever its user's file allows",
    Effect.gen(function* () {
      const home = yield* atHome("deny", {
        permission: { bash: "allow", edit: { "*": "allow" } },
        agent: { build: { permission: { bash: "allow" } } }
      })
      const notes = fileIn(home, "notes.txt")
      const { end, events, harness } = yield* home.run(`shell touch made.txt ;; write ${notes} hi ;; say done`)
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(yield* harness.asks, [])
      assert.deepStrictEqual(typesOf(events, "tool_complete", "tool_error"), ["tool_error", "tool_error"])
      assert.deepStrictEqual([notes, fileIn(home, "made.txt")].map(NodeFS.existsSync), [false, false])
    })
  )

  test(
    "asks nobody in full, does nothing that its user's file denies, and gives its commands the mark of their run",
    Effect.gen(function* () {
      const home = yield* atHome("full", { permission: { bash: { "*": "ask", "touch *": "deny" } } })
      const { end, events, harness } = yield* home.run(
        "shell touch made.txt ;; shell printenv OFFSHOOT_RUN_ID ;; say done"
      )
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(yield* harness.asks, [])
      assert.deepStrictEqual(typesOf(events, "tool_complete", "tool_error"), ["tool_error", "tool_complete"])
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      assert.include(Json.encode(events.find(({ type }) => type === "tool_complete")), "run_real_")
      yield* nobodyAlive(home)
    })
  )

  test(
    "hands the answer to a question to its model",
    Effect.gen(function* () {
      const home = yield* atHome()
      const options = ["left", "right"].map((label) => ({ label, description: label }))
      const questions = [{ question: "Which way?", header: "Way", options }]
      const { harness, started } = yield* home.start(`${call("question", { questions })} ;; say done`)
      const key = yield* callOf(harness, "question")
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

  takesAMessageWhileACommandRuns(opencode)

  test(
    "answers a message that comes with the last words of an answer, in the same turn",
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

  beginsAnewWithAMessage(opencode)

  test(
    "has its sub-agent ask before a command too, and tells of its work under its name",
    Effect.gen(function* () {
      const home = yield* atHome()
      const task = { description: "Look", prompt: "shell echo seen", subagent_type: "general" }
      const { harness, started } = yield* home.start(`${call("task", task)} ;; say outer done`)
      const begun = yield* harness.awaitEvent(
        (event) => event.type === "nested_agent_event" && event.event.type === "tool_start"
      )
      const inner = begun.type === "nested_agent_event" ? begun.event : begun
      if (inner.type === "tool_start") yield* harness.answerAsk(inner.toolCallId, approved)
      const end = yield* Fiber.join(started.fiber)
      assert.strictEqual(end.outcome.status, "completed")
      const events = yield* harness.events
      const nested = events.flatMap((event) => (event.type === "nested_agent_event" ? [event.event] : []))
      assert.deepStrictEqual(typesOf(nested, "tool_start", "tool_complete"), ["tool_start", "tool_complete"])
      assert.include(Json.encode(nested), "seen")
      assert.deepStrictEqual(typesOf(events, "tool_start", "tool_complete"), ["tool_start", "tool_complete"])
      assert.deepStrictEqual(yield* askedTools(harness), ["bash"])
      yield* nobodyAlive(home)
    })
  )

  test(
    "does not launch a sub-agent whose own rules would let it act unasked, and says so",
    Effect.gen(function* () {
      const agent = { loose: { mode: "subagent", description: "Acts", permission: { bash: "allow" } } }
      const home = yield* atHome("ask", { agent })
      const task = { description: "Act", prompt: "shell touch made.txt", subagent_type: "loose" }
      const { end, events, harness } = yield* home.run(`${call("task", task)} ;; say outer done`)
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(yield* harness.asks, [])
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      assert.deepStrictEqual(typesOf(events, "tool_complete", "tool_error"), ["tool_error"])
      const notices = events.filter((event) => event.type === "runner_output" && event.channel === "notice")
      assert.include(Json.encode(notices), "loose")
    })
  )

  test(
    "ends when one of its commands allows the next one itself",
    Effect.gen(function* () {
      const home = yield* atHome()
      NodeFS.writeFileSync(fileIn(home, "forge.mjs"), forger)
      const { harness, started } = yield* home.start(
        "shell mkfifo heard; node forge.mjs > heard 2> /dev/null & read -r _ < heard ;; shell touch made.txt ;; say done"
      )
      yield* harness.answerAsk(yield* callOf(harness, "bash", "forge"), approved)
      const end = yield* Fiber.join(started.fiber)
      assert.deepInclude(end.outcome, { status: "error", reason: "protocol" })
      assert.include(Json.encode(end.outcome), "Somebody else has answered")
      yield* nobodyAlive(home)
    })
  )

  stopsWhileItSpeaks(opencode)

  test(
    "stops in the middle of a command, with all that the command has started",
    Effect.gen(function* () {
      const home = yield* atHome("full")
      const waypoint = yield* Waypoint.make(home.place)
      const { harness, started } = yield* home.start(`shell ${daemon} ${waypoint.command} ;; say never`)
      yield* waypoint.reached
      yield* started.cancel
      yield* nobodyAlive(home)
      assert.lengthOf(typesOf(yield* harness.events, "tool_complete", "tool_error"), 1)
    })
  )

  test(
    "is rate limited when its provider says so for long",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { end } = yield* home.run("status 429 after 120")
      assert.strictEqual(end.outcome.reason, "rate_limited")
      yield* nobodyAlive(home)
    })
  )

  test(
    "needs to be signed in when its provider says so",
    Effect.gen(function* () {
      const home = yield* atHome()
      const { end, events } = yield* home.run("status 401")
      assert.strictEqual(end.outcome.reason, "auth_required")
      assert.notInclude(Json.encode([end, events]), home.place.env["FAKE_KEY"] ?? "no key")
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
      assert.include(Json.encode(events), "try 1")
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
      assert.isTrue(requests.some(({ turns }) => turns.some(({ text }) => text.includes("say one"))))
      yield* nobodyAlive(home)
    })
  )

  saysThatAConversationIsLost(opencode, "ses_00000000000000000000000000")
  saysALongAnswerWhole(opencode)
  asksNobodyButItsProvider(opencode)
})

/** Allows the next thing that is asked for, with the password that every command has. The port is the first that opencode tries. */
const forger = `
const server = "http://127.0.0.1:4096"
const headers = {
  authorization: "Basic " + Buffer.from("opencode:" + process.env.OPENCODE_SERVER_PASSWORD).toString("base64"),
  "content-type": "application/json"
}
const events = await fetch(server + "/event", { headers })
console.log("listening")
let text = ""
for await (const chunk of events.body.pipeThrough(new TextDecoderStream())) {
  text += chunk
  const [, id] = /"permission.asked","properties":\\{"id":"(per_\\w+)"/.exec(text) ?? []
  if (id === undefined) continue
  await fetch(server + "/permission/" + id + "/reply", { method: "POST", headers, body: '{"reply":"once"}' })
  break
}
`
