import { afterAll, assert, describe, it } from "@effect/vitest"
import { type CliAgent, CliRunner } from "@offshoot/adapters-cli"
import { Ids, type Outcome } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as NodeFS from "node:fs"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import * as NodeProcess from "node:process"
import { profile } from "../src/agents/Claude.ts"
import { commandOf, quickStart } from "./actor/Parts.ts"
import { instanceOf, layerOf, live, printed } from "./machine.ts"

const instance = instanceOf("claude-runs")
const folder = NodeFS.mkdtempSync(NodePath.join(NodeOS.tmpdir(), "offshoot-claude-"))
const [program, ...behind] = commandOf("claude")
const session = RunHarness.externalSession("claude", "claude-stream-json")
let runs = 0

afterAll(() => NodeFS.rmSync(folder, { recursive: true, force: true }))

const lines = (...words: ReadonlyArray<string>) => words.join("\n")

const runnerOf = (options: Partial<CliAgent.AgentOptions> = {}) =>
  CliRunner.make({
    agentId: "claude",
    agent: { env: quickStart, cwd: folder, ...options },
    profile: { ...profile, args: (input) => [...behind, ...profile.args(input)] },
    program
  })

const harnessOf = (prompt: string, handle?: string) =>
  RunHarness.make({
    session,
    prompt,
    runId: `run_claude_${++runs}`,
    ...(handle === undefined ? {} : { resume: { runId: Ids.RunId.make("run_before"), handle } })
  })

const started = Effect.fnUntraced(function* (prompt: string) {
  const harness = yield* harnessOf(prompt)
  const { fiber } = yield* harness.start(yield* runnerOf())
  return { harness, fiber }
})

/** The events of one type of a run to its end, and how it ended. */
const played = Effect.fnUntraced(function* (prompt: string, options?: Partial<CliAgent.AgentOptions>) {
  const harness = yield* harnessOf(prompt)
  const { outcome } = yield* harness.run(yield* runnerOf(options))
  return { outcome, events: yield* harness.events, answer: yield* harness.answer, asks: yield* harness.asks }
})

const secret = "sk-nobody-may-read-this"

it.layer(layerOf(instance, { ...NodeProcess.env, A_SECRET: secret }), { excludeTestServices: true, timeout: 30_000 })(
  "a run of Claude Code",
  (it) => {
    it.effect.each<[string, Outcome.RunnerOutcome["status"], Outcome.RunnerOutcome["reason"]]>([
      ["unauthorized", "error", "auth_required"],
      ["logged-out", "error", "auth_required"],
      ["rate-limit 90", "error", "rate_limited"],
      ["retry-forever 429", "error", "rate_limited"],
      ["retry-forever 529", "error", "unavailable"],
      ["overflow", "error", "context_full"],
      ["refuse", "error", "refused"],
      ["api-error out of ideas", "error", "agent_failed"],
      ["limit turns", "completed", "truncated"],
      ["limit tokens", "completed", "truncated"],
      [lines("retry 529 1", "say back"), "completed", "done"]
    ])("that plays %s ends as %s/%s", ([prompt, status, reason]) =>
      Effect.gen(function* () {
        const { outcome } = yield* played(prompt)
        assert.deepStrictEqual([outcome.status, outcome.reason], [status, reason])
        assert.strictEqual(yield* live(instance), 0)
      })
    )

    it.effect("quotes its model's server without the secrets that it was given (I9)", () =>
      Effect.gen(function* () {
        const env = { ...quickStart, ANTHROPIC_API_KEY: { ref: "A_SECRET" } }
        const { events, outcome } = yield* played(`api-error the key ${secret} is not known`, { env })
        assert.include(printed(outcome), "the key <redacted> is not known")
        assert.notInclude(printed([events, outcome]), secret)
      })
    )

    it.effect("that is to go on with an unknown conversation is lost, and does not begin another", () =>
      Effect.gen(function* () {
        const harness = yield* harnessOf("say one", "missing-1")
        const { outcome } = yield* harness.run(yield* runnerOf())
        assert.strictEqual(outcome.reason, "lost")
        assert.deepStrictEqual([yield* harness.answer, yield* harness.report], ["", {}])
      })
    )

    it.effect("hands the answer to a question back in the agent's own form", () =>
      Effect.gen(function* () {
        const { fiber, harness } = yield* started("question toolu_q Which one? ? left, right")
        const { ask } = yield* harness.awaitAsk("toolu_q")
        assert.deepStrictEqual(ask, { type: "question", question: "Which one?", options: ["left", "right"] })
        yield* harness.answerAsk("toolu_q", { _tag: "Answered", text: "right" })
        yield* Fiber.join(fiber)
        assert.strictEqual(yield* harness.answer, "right")
      })
    )

    it.effect("allows edits by its mode, tells of them, and asks for the rest", () =>
      Effect.gen(function* () {
        const asking = 'ask toolu_e Edit {"file_path":"made.txt"} -> approved:made/denied:no'
        const { answer, asks } = yield* played(asking, { permission: "accept_edits" })
        assert.deepStrictEqual([answer, asks], ["made", []])
        const { events } = yield* played("edit made.txt hello")
        const path = NodePath.join(NodeFS.realpathSync(folder), "made.txt")
        const changes = events.flatMap((event) => (event.type === "file_changed" ? [[event.change, event.path]] : []))
        assert.deepStrictEqual(changes, [["modified", path]])
      })
    )

    it.effect("shows the agent's own sub-agents as nested", () =>
      Effect.gen(function* () {
        const script = lines(
          "nested look around {",
          'tool Bash {"command":"ls"}',
          "end made.txt",
          "say seen",
          "}",
          "say on"
        )
        const { answer, events } = yield* played(script)
        const nested = events.flatMap((event) =>
          event.type === "nested_agent_event" ? [[event.title, event.event.type]] : []
        )
        assert.deepStrictEqual(nested, [
          ["look around", "tool_start"],
          ["look around", "tool_complete"],
          ["look around", "token"]
        ])
        assert.strictEqual(answer, "on")
      })
    )

    it.effect("tells a plan as it changes", () =>
      Effect.gen(function* () {
        const { events } = yield* played(lines("plan one, two", "plan one, two", "plan one"))
        const plans = events.flatMap((event) => (event.type === "task_list_changed" ? [event.tasks.length] : []))
        assert.deepStrictEqual(plans, [2, 1])
      })
    )

    it.effect("answers a message that came while its turn was ending", () =>
      Effect.gen(function* () {
        const { fiber, harness } = yield* started(lines("ready", "pause 100"))
        yield* harness.awaitAnswer("ready")
        yield* harness.send("say steered", "queue")
        const { outcome } = yield* Fiber.join(fiber)
        assert.strictEqual(outcome.reason, "done")
        assert.strictEqual(yield* harness.answer, "ready\n\nsteered")
      })
    )

    it.effect("stops for a message that is to interrupt, and goes on with it", () =>
      Effect.gen(function* () {
        const { fiber, harness } = yield* started(lines("ready", "hang"))
        yield* harness.awaitAnswer("ready")
        yield* harness.send("say turned", "interrupt")
        const { outcome } = yield* Fiber.join(fiber)
        assert.strictEqual(outcome.reason, "done")
        assert.strictEqual(yield* harness.answer, "ready\n\nturned")
      })
    )

    describe("that is cancelled", () => {
      it.effect("has told what it used, the call included that was cut off", () =>
        Effect.gen(function* () {
          const harness = yield* harnessOf(lines("usage 1000 50", "ready", "hang"))
          const { cancel } = yield* harness.start(yield* runnerOf())
          yield* harness.awaitAnswer("ready")
          yield* cancel
          assert.isAbove((yield* harness.report).usage?.inputTokens ?? 0, 1000)
          assert.strictEqual(yield* live(instance), 0)
        })
      )
    })
  }
)
