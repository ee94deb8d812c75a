import { afterAll, assert, it } from "@effect/vitest"
import { type CliAgent, CliRunner } from "@offshoot/adapters-cli"
import { type ExternalChildRunner, Ids, type Outcome } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import { profile } from "../src/agents/Opencode.ts"
import { commandOf, quickStart } from "./actor/Parts.ts"
import { instanceOf, layerOf, live } from "./machine.ts"

const instance = instanceOf("opencode-runs")
const folder = NodeFS.mkdtempSync(NodePath.join(NodeOS.tmpdir(), "offshoot-opencode-"))
const [program, ...behind] = commandOf("opencode")
const session = RunHarness.externalSession("opencode", "opencode-serve")
let runs = 0

afterAll(() => NodeFS.rmSync(folder, { recursive: true, force: true }))

const lines = (...words: ReadonlyArray<string>) => words.join("\n")

const runnerOf = ({ env, ...options }: Partial<CliAgent.AgentOptions> = {}) =>
  CliRunner.make({
    agentId: "opencode",
    agent: { env: { ...quickStart, ...env }, cwd: folder, ...options },
    profile: { ...profile, args: (input) => [...behind, ...profile.args(input)] },
    program
  })

const harnessOf = (prompt: string, handle?: string) =>
  RunHarness.make({
    session,
    prompt,
    runId: `run_opencode_${++runs}`,
    ...(handle === undefined ? {} : { resume: { runId: Ids.RunId.make("run_before"), handle } })
  })

/** A run to its end. */
const played = Effect.fnUntraced(function* (prompt: string, options?: Partial<CliAgent.AgentOptions>, handle?: string) {
  const harness = yield* harnessOf(prompt, handle)
  const { outcome } = yield* harness.run(yield* runnerOf(options))
  return { outcome, events: yield* harness.events, answer: yield* harness.answer, asks: yield* harness.asks }
})

const approved: ExternalChildRunner.Answer = { _tag: "Approved", text: Option.none() }

it.layer(layerOf(instance), { excludeTestServices: true, timeout: 30_000 })("a run of opencode", (it) => {
  it.effect.each<[string, Outcome.RunnerOutcome["status"], Outcome.RunnerOutcome["reason"]]>([
    ["unauthorized", "error", "auth_required"],
    ["logged-out", "error", "auth_required"],
    ["rate-limit 120", "error", "rate_limited"],
    ["retry-forever 429", "error", "rate_limited"],
    ["overflow", "error", "context_full"],
    ["refuse", "error", "refused"],
    ["api-error out of ideas", "error", "agent_failed"],
    ["cancelled", "error", "agent_failed"],
    ["limit tokens", "completed", "truncated"],
    [lines("retry 529 1", "say back"), "completed", "done"]
  ])("that plays %s ends as %s/%s", ([prompt, status, reason]) =>
    Effect.gen(function* () {
      const { outcome } = yield* played(prompt)
      assert.deepStrictEqual([outcome.status, outcome.reason], [status, reason])
      assert.strictEqual(yield* live(instance), 0)
    })
  )

  it.effect("tells all that was said while its stream was broken off, once and in order", () =>
    Effect.gen(function* () {
      const script = lines(
        "think so",
        "say one",
        "cut-stream",
        'say " two"',
        'tool Bash {"command":"make"}',
        "output made",
        "end made",
        "say three"
      )
      const { answer, events, outcome } = yield* played(script)
      assert.deepStrictEqual(outcome, { status: "completed", reason: "done" })
      assert.strictEqual(answer, "one two\n\nthree")
      const types = ["reasoning_token", "token", "tool_start", "tool_complete"]
      assert.deepStrictEqual(
        events.flatMap(({ type }, index) => (types.includes(type) && events[index - 1]?.type !== type ? [type] : [])),
        types.concat("token")
      )
    })
  )

  it.effect("hears of what was asked while its stream was broken off", () =>
    Effect.gen(function* () {
      const harness = yield* harnessOf(
        lines("say one", "cut-stream", 'ask k1 Bash {"command":"make"} -> approved:granted')
      )
      const { fiber } = yield* harness.start(yield* runnerOf())
      yield* harness.awaitAsk("k1")
      yield* harness.answerAsk("k1", approved)
      assert.strictEqual((yield* Fiber.join(fiber)).outcome.status, "completed")
      assert.strictEqual(yield* harness.answer, "one\n\ngranted")
    })
  )

  it.effect("tells of its sub-agents, its plan and its files as what they are", () =>
    Effect.gen(function* () {
      const script = lines(
        "plan look, act",
        "nested look around {",
        "say seen",
        'tool Bash {"command":"ls"}',
        "end listed",
        "}",
        "edit notes.txt hello",
        "say done"
      )
      const { answer, events, outcome } = yield* played(script)
      assert.strictEqual(outcome.status, "completed")
      assert.strictEqual(answer, "done")
      const nested = events.flatMap((event) => (event.type === "nested_agent_event" ? [event.event.type] : []))
      assert.deepStrictEqual(nested, ["token", "tool_start", "tool_complete"])
      assert.deepStrictEqual(
        events.flatMap((event) => (event.type === "task_list_changed" ? [event.tasks.map(({ title }) => title)] : [])),
        [["look", "act"]]
      )
      const changed = events.find(({ type }) => type === "file_changed")
      assert.deepInclude(changed, { path: NodePath.join(folder, "notes.txt"), change: "modified" })
    })
  )

  it.effect("says that a conversation is lost instead of beginning another", () =>
    Effect.gen(function* () {
      const { answer, outcome } = yield* played("say one", {}, "missing-conversation")
      assert.strictEqual(outcome.reason, "lost")
      assert.strictEqual(answer, "")
    })
  )

  it.effect("says what is wrong with a model that is not written as opencode writes it", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* played("say one", { model: "some-model" })).outcome.reason, "setup")
    })
  )

  it.effect("does not talk to a server that has another password than the run", () =>
    Effect.gen(function* () {
      const { answer, outcome } = yield* played("say one", { env: { OPENCODE_SERVER_PASSWORD: "another" } })
      assert.strictEqual(outcome.reason, "protocol")
      assert.strictEqual(answer, "")
    })
  )

  it.effect("asks nobody where everything is denied, and goes on", () =>
    Effect.gen(function* () {
      const script = 'ask k1 Bash {"command":"make"} -> approved:granted/denied:refused'
      const { answer, asks, outcome } = yield* played(script, { permission: "deny" })
      assert.strictEqual(outcome.status, "completed")
      assert.deepStrictEqual(asks, [])
      assert.strictEqual(answer, "refused")
    })
  )
})
