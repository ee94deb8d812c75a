/** What every real program that speaks ACP is tried with; each has its own file, which names it. */
import { assert } from "@effect/vitest"
import type { ExternalChildRunner } from "@offshoot/core"
import { Waypoint } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import type { ProgramId } from "../src/ProgramList.ts"
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
  stopsWhileItSpeaks,
  test,
  typesOf
} from "./everyProgram.ts"

export interface AcpProgram {
  readonly id: ProgramId
  readonly options: Pick<RealChild.Options, "given" | "secret">
  /** Its tools for a command and for a new file. */
  readonly tools: { readonly shell: string; readonly write: string }
  /** What its turn does when a call was denied. */
  readonly afterDenial: "goes on" | "ends"
}

const denied: ExternalChildRunner.Answer = { _tag: "Denied", text: Option.none() }

/** Two starts of a program, and a minute between them for the one that needs it. */
const twoStartsMillis = 180_000

export const atHome = ({ id, options }: AcpProgram, more: Partial<RealChild.Options> = {}) =>
  RealChild.make(id, { ...options, ...more })

const plain = (program: AcpProgram): Program => ({
  atHome: (permission = "ask") => atHome(program, { permission })
})

const permissionTests = (program: AcpProgram): void => {
  const { shell, write } = program.tools

  test(
    "asks before a command, runs it when that is approved, and tells what came of it",
    Effect.gen(function* () {
      const home = yield* atHome(program)
      const { harness, started } = yield* home.start("shell touch made.txt ;; say all done")
      const toolCallId = yield* callOf(harness, shell)
      yield* harness.awaitAsk(toolCallId)
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      yield* harness.answerAsk(toolCallId, approved)
      const end = yield* Fiber.join(started.fiber)
      assert.deepStrictEqual(end.outcome, { status: "completed", reason: "done" })
      assert.strictEqual((yield* harness.answer).trim(), "all done")
      assert.deepStrictEqual(typesOf(yield* harness.events, "tool_start", "tool_complete", "tool_error"), [
        "tool_start",
        "tool_complete"
      ])
      assert.isTrue(NodeFS.existsSync(fileIn(home, "made.txt")))
      assert.strictEqual(Option.getOrThrow(end.usage).inputTokens, 2000)
      yield* nobodyAlive(home)
    })
  )

  test(
    `does not what is denied, and its turn ${program.afterDenial}`,
    Effect.gen(function* () {
      const home = yield* atHome(program)
      const { harness, started } = yield* home.start("shell touch made.txt ;; say went on")
      yield* harness.answerAsk(yield* callOf(harness, shell), denied)
      const end = yield* Fiber.join(started.fiber)
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual((yield* harness.answer).trim(), program.afterDenial === "ends" ? "" : "went on")
      assert.deepStrictEqual(typesOf(yield* harness.events, "tool_complete", "tool_error"), ["tool_error"])
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      yield* nobodyAlive(home)
    })
  )

  test(
    "changes files of the workspace unasked where edits are accepted, and asks before a command",
    Effect.gen(function* () {
      const home = yield* atHome(program, { permission: "accept_edits" })
      const notes = fileIn(home, "notes.txt")
      const { harness, started } = yield* home.start(`write ${notes} hello ;; shell rm notes.txt ;; say done`)
      const changed = yield* harness.awaitEvent(({ type }) => type === "file_changed")
      assert.deepInclude(changed, { path: notes, change: "added", diff: "+hello" })
      yield* harness.answerAsk(yield* callOf(harness, shell), denied)
      yield* Fiber.join(started.fiber)
      const tools = (yield* harness.asks).map(({ ask }) => (ask.type === "permission" ? ask.toolName : ask.type))
      assert.deepStrictEqual(tools, [shell])
      assert.strictEqual(NodeFS.readFileSync(notes, "utf8"), "hello")
      assert.notStrictEqual(write, shell)
    })
  )

  test(
    "asks nobody in full, and gives its commands the mark of their run",
    Effect.gen(function* () {
      const home = yield* atHome(program, { permission: "full" })
      const { end, harness } = yield* home.run("shell printenv OFFSHOOT_RUN_ID > mark.txt ;; say done")
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(yield* harness.asks, [])
      assert.include(NodeFS.readFileSync(fileIn(home, "mark.txt"), "utf8"), "run_real_")
    })
  )
}

const messageTests = (program: AcpProgram): void => {
  test(
    "answers a message when its turn is over",
    Effect.gen(function* () {
      const home = yield* atHome(program)
      const { harness, started } = yield* home.start("say one ++ hold late")
      yield* harness.awaitAnswer("one")
      yield* harness.send("say two", "queue")
      yield* home.server.release("late")
      yield* harness.awaitTaken
      const end = yield* Fiber.join(started.fiber)
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(yield* harness.answer, "one\n\ntwo")
    })
  )

  beginsAnewWithAMessage(plain(program))
}

const stopTests = (program: AcpProgram): void => {
  stopsWhileItSpeaks(plain(program))

  test(
    "stops in the middle of a command, with all that the command has started",
    Effect.gen(function* () {
      const home = yield* atHome(program, { permission: "full" })
      const waypoint = yield* Waypoint.make(home.place)
      const { harness, started } = yield* home.start(`shell ${daemon} ${waypoint.command} ;; say never`)
      yield* waypoint.reached
      yield* started.cancel
      yield* nobodyAlive(home)
      assert.deepStrictEqual(typesOf(yield* harness.events, "tool_start", "tool_complete", "tool_error"), [
        "tool_start",
        "tool_error"
      ])
    })
  )

  test(
    "stops while it waits for a permission",
    Effect.gen(function* () {
      const home = yield* atHome(program)
      const { harness, started } = yield* home.start("shell touch made.txt ;; say never")
      yield* harness.awaitAsk(yield* callOf(harness, program.tools.shell))
      yield* started.cancel
      assert.isFalse(NodeFS.existsSync(fileIn(home, "made.txt")))
      yield* nobodyAlive(home)
    })
  )

  test(
    "leaves nobody behind who was started in the background",
    Effect.gen(function* () {
      const home = yield* atHome(program, { permission: "full" })
      const { end } = yield* home.run(`shell ${daemon} echo started ;; say done`)
      assert.strictEqual(end.outcome.status, "completed")
      yield* nobodyAlive(home)
    })
  )
}

const outcomeTests = (program: AcpProgram): void => {
  test(
    "is silent while its provider makes it wait, and is given up",
    Effect.gen(function* () {
      const home = yield* atHome(program, { waits: { firstEventSeconds: 4 } })
      const { end } = yield* home.run("status 429 after 90")
      assert.deepInclude(end.outcome, { status: "timeout", reason: "idle" })
      yield* nobodyAlive(home)
    })
  )

  test(
    "needs to be signed in when its provider says so",
    Effect.gen(function* () {
      const home = yield* atHome(program)
      const { end, events } = yield* home.run("status 401")
      assert.strictEqual(end.outcome.reason, "auth_required")
      for (const name of program.options.secret) {
        assert.notInclude(Json.encode([end, events]), home.place.env[name] ?? "no key")
      }
      yield* nobodyAlive(home)
    })
  )

  saysThatAConversationIsLost(plain(program), "11111111-1111-4111-8111-111111111111")

  test(
    "goes on with its conversation in another process, says nothing of it again, and counts only what is new",
    Effect.gen(function* () {
      const home = yield* atHome(program)
      const first = yield* home.run("say one")
      const second = yield* home.run("say two", Option.getOrThrow(first.end.resume))
      assert.strictEqual(second.answer, "two")
      assert.deepStrictEqual(second.end.usage, first.end.usage)
      assert.deepStrictEqual(second.end.resume, first.end.resume)
      const requests = yield* home.server.requests
      const last = requests.findLast(({ script }) => Option.isSome(script))
      assert.isTrue(last?.turns.some(({ text }) => text.includes("say one")))
    }),
    twoStartsMillis
  )

  saysALongAnswerWhole(plain(program))
  asksNobodyButItsProvider(plain(program))
}

export const acpProgramTests = (program: AcpProgram): void => {
  permissionTests(program)
  messageTests(program)
  stopTests(program)
  outcomeTests(program)
}
