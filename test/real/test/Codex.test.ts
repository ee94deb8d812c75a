/** Codex itself as a child: what it is asked, told, stopped and refused, against a scripted model. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Agents, type CliAgent, CliHost, CliRunner, ProcessTable, ProgramLauncher } from "@offshoot/adapters-cli"
import { type ExternalChildRunner, Ids } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { ModelServer, RealProgram, Script, Waypoint, describeProgram } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import * as NodeUtil from "node:util"

type Permission = NonNullable<CliAgent.AgentOptions["permission"]>

const profile = Agents.profiles.find(({ id }) => id === "codex")

const keyName = "FAKE_KEY"

/** How the end of a place finds what was started there. */
const markName = "OFFSHOOT_REAL_PLACE"

let runs = 0

/** A place, and what is needed to run Codex in it as a child. */
const atHome = Effect.fnUntraced(function* (permission: Permission = "ask") {
  const server = yield* ModelServer.ModelServer
  const place = yield* RealProgram.place("codex")
  if (profile === undefined) return yield* Effect.die(new Error("Codex is not in the list of agents"))
  const agent: CliAgent.AgentOptions = {
    permission,
    cwd: place.cwd,
    env: { [keyName]: { ref: keyName }, [markName]: place.env[markName] ?? "" }
  }
  const layer = ProgramLauncher.layer.pipe(
    Layer.provideMerge(ProcessTable.layer),
    Layer.provideMerge(CliHost.layer({ instance: place.folder, environment: place.env })),
    Layer.provideMerge(NodeServices.layer)
  )
  const context = yield* Layer.build(layer)
  const runner = yield* Effect.provideContext(
    CliRunner.make({ agentId: "codex", agent, profile, program: place.program }),
    context
  )
  const harnessOf = (prompt: string, resume?: string) =>
    RunHarness.make({
      session: RunHarness.externalSession("codex", profile.protocol.name, { workspace: place.cwd }),
      runId: `run_real_${++runs}`,
      prompt,
      ...(resume === undefined ? {} : { resume: { runId: Ids.RunId.make("run_before"), handle: resume } })
    })
  return {
    server,
    place,
    harnessOf,
    /** Runs it to its end. */
    run: Effect.fnUntraced(function* (prompt: string, resume?: string) {
      const harness = yield* harnessOf(prompt, resume)
      const end = yield* harness.run(runner)
      return { harness, end, answer: yield* harness.answer, events: yield* harness.events }
    }),
    /** Runs it while the test looks on. */
    start: Effect.fnUntraced(function* (prompt: string) {
      const harness = yield* harnessOf(prompt)
      const started = yield* harness.start(runner)
      return { harness, started }
    }),
    file: (name: string) => NodePath.join(place.cwd, name),
    nobodyAlive: Effect.gen(function* () {
      assert.deepStrictEqual(yield* RealProgram.alive(place), [])
    })
  }
})

const approved: ExternalChildRunner.Answer = { _tag: "Approved", text: Option.none() }

/** The name of the first call that begins. */
const callOf = Effect.fnUntraced(function* ({ awaitEvent }: RunHarness.RunHarness) {
  const event = yield* awaitEvent(({ type }) => type === "tool_start")
  return event.type === "tool_start" ? event.toolCallId : ""
})

const typesOf = (events: ReadonlyArray<{ readonly type: string }>, ...types: ReadonlyArray<string>) =>
  events.map(({ type }) => type).filter((type) => types.includes(type))

/** A process that leaves its group and its session. */
const daemon = "setsid sleep 100000 &"

const test = (name: string, body: Effect.Effect<void, never, ModelServer.ModelServer | Scope.Scope>) =>
  it.live(name, () => Effect.provide(body, ModelServer.layer))

describeProgram("codex", () => {
  test(
    "asks before a command, runs it when that is approved, and tells what came of it",
    Effect.gen(function* () {
      const { file, nobodyAlive, start } = yield* atHome()
      const { harness, started } = yield* start("shell echo made > made.txt; echo there ;; say all done")
      const toolCallId = yield* callOf(harness)
      assert.isFalse(NodeFS.existsSync(file("made.txt")))
      yield* harness.answerAsk(toolCallId, approved)
      const end = yield* Fiber.join(started.fiber)
      assert.deepStrictEqual(end.outcome, { status: "completed", reason: "done" })
      assert.strictEqual(yield* harness.answer, "all done")
      assert.lengthOf(yield* harness.asks, 1)
      const done = yield* harness.awaitEvent(({ type }) => type === "tool_complete")
      assert.deepInclude(done, { toolCallId, toolName: "commandExecution" })
      assert.include(NodeUtil.inspect(done), "there\\n")
      assert.strictEqual(NodeFS.readFileSync(file("made.txt"), "utf8"), "made\n")
      assert.isAbove(Option.getOrThrow(end.usage).inputTokens ?? 0, 0)
      yield* nobodyAlive
    })
  )

  test(
    "goes on without what is denied, and hears why",
    Effect.gen(function* () {
      const { file, nobodyAlive, server, start } = yield* atHome()
      const { harness, started } = yield* start("shell touch made.txt ;; say went on")
      const why = "Leave that file alone."
      yield* harness.answerAsk(yield* callOf(harness), { _tag: "Denied", text: Option.some(why) })
      const end = yield* Fiber.join(started.fiber)
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(typesOf(yield* harness.events, "tool_complete", "tool_error"), ["tool_error"])
      assert.isFalse(NodeFS.existsSync(file("made.txt")))
      const heard = (yield* server.requests).filter(({ turns }) => turns.some(({ text }) => text.includes(why)))
      assert.isNotEmpty(heard)
      yield* nobodyAlive
    })
  )

  test(
    "changes files of the workspace unasked where edits are accepted, and asks for the rest",
    Effect.gen(function* () {
      const { file, nobodyAlive, start } = yield* atHome("accept_edits")
      const { harness, started } = yield* start("write notes.txt hello ;; shell touch made.txt ;; say done")
      const changed = yield* harness.awaitEvent(({ type }) => type === "file_changed")
      assert.deepInclude(changed, { path: file("notes.txt"), change: "added" })
      const second = yield* harness.awaitEvent(
        (event) => event.type === "tool_start" && event.toolName === "commandExecution"
      )
      if (second.type === "tool_start") yield* harness.answerAsk(second.toolCallId, { _tag: "Expired" })
      yield* Fiber.join(started.fiber)
      const asked = (yield* harness.asks).map(({ ask }) => (ask.type === "permission" ? ask.toolName : ask.type))
      assert.deepStrictEqual(asked, ["commandExecution"])
      assert.isTrue(NodeFS.existsSync(file("notes.txt")))
      assert.isFalse(NodeFS.existsSync(file("made.txt")))
      yield* nobodyAlive
    })
  )

  test(
    "reads and changes nothing where everything is denied, and asks nobody",
    Effect.gen(function* () {
      const { file, nobodyAlive, run } = yield* atHome("deny")
      const { end, events, harness } = yield* run(
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
      assert.deepStrictEqual([file("a.txt"), file("b.txt")].filter(NodeFS.existsSync), [])
      yield* nobodyAlive
    })
  )

  test(
    "asks nobody in full, and still gives its commands no key, but the mark of their run",
    Effect.gen(function* () {
      const { nobodyAlive, run } = yield* atHome("full")
      const command = `printenv ${keyName} || echo no key; printenv OFFSHOOT_RUN_ID`
      const { end, events, harness } = yield* run(`shell ${command} ;; say done`)
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(yield* harness.asks, [])
      const done = events.find(({ type }) => type === "tool_complete")
      assert.include(NodeUtil.inspect(done), "no key\\nrun_real_")
      yield* nobodyAlive
    })
  )

  test(
    "takes a message while a command runs",
    Effect.gen(function* () {
      const { nobodyAlive, place, start } = yield* atHome("full")
      const waypoint = yield* Waypoint.make(place)
      const { harness, started } = yield* start(`shell ${waypoint.command} ;; say not heard`)
      yield* waypoint.reached
      yield* harness.send("say heard", "queue")
      yield* harness.awaitTaken
      yield* waypoint.pass
      yield* Fiber.join(started.fiber)
      assert.strictEqual(yield* harness.answer, "heard")
      assert.deepStrictEqual(
        (yield* harness.receipts).map(({ status }) => status),
        ["delivered"]
      )
      yield* nobodyAlive
    })
  )

  test(
    "begins anew with a message that interrupts",
    Effect.gen(function* () {
      const { nobodyAlive, start } = yield* atHome("full")
      const { harness, started } = yield* start("hang")
      yield* harness.awaitAnswer("This takes a while.")
      yield* harness.send("say something else", "interrupt")
      const end = yield* Fiber.join(started.fiber)
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(yield* harness.answer, "This takes a while.\n\nsomething else")
      yield* nobodyAlive
    })
  )

  test(
    "stops while it speaks, and has told how to go on with it",
    Effect.gen(function* () {
      const { nobodyAlive, server, start } = yield* atHome("full")
      const { harness, started } = yield* start("hang")
      yield* harness.awaitAnswer("This takes a while.")
      yield* started.cancel
      yield* nobodyAlive
      yield* server.awaitLeft("hang")
      assert.isDefined((yield* harness.report).resume)
    })
  )

  test(
    "stops in the middle of a command, with all that the command has started",
    Effect.gen(function* () {
      const { nobodyAlive, place, start } = yield* atHome("full")
      const waypoint = yield* Waypoint.make(place)
      const { harness, started } = yield* start(`shell ${daemon} ${waypoint.command} ;; say never`)
      yield* waypoint.reached
      yield* started.cancel
      yield* nobodyAlive
      const calls = typesOf(yield* harness.events, "tool_start", "tool_error")
      // A command that has just begun is not told of yet; one that is told of is closed.
      assert.include([[], ["tool_start", "tool_error"]].map(String), String(calls))
    })
  )

  test(
    "leaves nobody behind who was started in the background",
    Effect.gen(function* () {
      const { nobodyAlive, run } = yield* atHome("full")
      const { end } = yield* run(`shell ${daemon} ;; say done`)
      assert.strictEqual(end.outcome.status, "completed")
      yield* nobodyAlive
    })
  )

  test(
    "is rate limited when its provider says so",
    Effect.gen(function* () {
      const { run } = yield* atHome()
      const { end } = yield* run("status 429")
      assert.strictEqual(end.outcome.reason, "rate_limited")
    })
  )

  test(
    "gives up a rate limit that lasts, sooner than the program would",
    Effect.gen(function* () {
      const { run, server } = yield* atHome()
      const { end } = yield* run("status 429 after 1")
      assert.strictEqual(end.outcome.reason, "rate_limited")
      assert.lengthOf(yield* server.requests, 3)
    })
  )

  test(
    "needs to be signed in when its provider says so, and asks it once",
    Effect.gen(function* () {
      const { run, server } = yield* atHome()
      const { end } = yield* run("status 401")
      assert.strictEqual(end.outcome.reason, "auth_required")
      assert.lengthOf(yield* server.requests, 1)
    })
  )

  test(
    "comes over a failure of its provider that passes",
    Effect.gen(function* () {
      const { run } = yield* atHome()
      const { answer, end } = yield* run("status 500 times 1 ;; say back again")
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(answer, "back again")
    })
  )

  test(
    "goes on with its conversation in another process, and counts only what is new",
    Effect.gen(function* () {
      const { run, server } = yield* atHome()
      const first = yield* run("say one")
      const second = yield* run("say two", Option.getOrThrow(first.end.resume))
      assert.strictEqual(second.answer, "two")
      assert.deepStrictEqual(second.end.usage, first.end.usage)
      assert.deepStrictEqual(second.end.resume, first.end.resume)
      const [, request] = yield* server.requests
      assert.isTrue(request?.turns.some(({ text }) => text.includes("say one")))
    })
  )

  test(
    "says that a conversation is lost instead of beginning another",
    Effect.gen(function* () {
      const { run, server } = yield* atHome()
      const { end } = yield* run("say one", "01a22e8c-0000-7000-8000-000000000000")
      assert.strictEqual(end.outcome.reason, "lost")
      assert.deepStrictEqual(yield* server.requests, [])
    })
  )

  test(
    "says an answer of two megabytes whole",
    Effect.gen(function* () {
      const { run } = yield* atHome()
      const { answer, end } = yield* run("big 2000000")
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(answer, Script.bigText(2_000_000))
    })
  )

  test(
    "asks nobody but its model's provider",
    Effect.gen(function* () {
      const { run, server } = yield* atHome()
      yield* run("say hello")
      assert.deepStrictEqual(yield* server.strays, [])
    })
  )
})
