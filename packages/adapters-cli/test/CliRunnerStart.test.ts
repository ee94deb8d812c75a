import { assert, describe, it } from "@effect/vitest"
import { type AgentProfile, CliHost, CliRunner, ProgramLauncher } from "@offshoot/adapters-cli"
import { Ids } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import * as TestClock from "effect/testing/TestClock"
import type { Fact } from "../src/Fact.ts"
import * as StandInAgent from "./StandInAgent.ts"

const over: Fact = { type: "turn_ended", outcome: StandInAgent.done }

/** A run of an agent whose profile says more than the stand-in's. */
const started = Effect.fnUntraced(function* (more: Partial<AgentProfile.AgentProfile>) {
  const agent = yield* StandInAgent.make()
  const profile = { ...StandInAgent.profileOf(agent), ...more }
  const runner = yield* CliRunner.make({ agentId: "stand-in", agent: {}, program: "stand-in", profile }).pipe(
    Effect.provideService(ProgramLauncher.ProgramLauncher, agent.launcher)
  )
  const follows = { runId: Ids.RunId.make("run_before"), handle: "young" }
  const harness = yield* RunHarness.make({
    session: StandInAgent.session,
    runId: "run_start",
    prompt: "go",
    follows
  })
  return { agent, harness, run: yield* harness.start(runner) }
})

describe("a run of a coding agent", () => {
  it.effect("shows what was said at once, whatever value nobody can guess its program was given", () =>
    Effect.gen(function* () {
      const { agent, harness, run } = yield* started({})
      yield* agent.next
      yield* agent.say([{ type: "token", content: "ready" }])
      yield* harness.awaitAnswer("ready")
      yield* agent.say([over])
      yield* Fiber.join(run.fiber)
    }).pipe(Effect.provideService(Ids.Entropy, Effect.succeed("y123456789abc")), Effect.provide(StandInAgent.platform))
  )

  it.effect("is given up when nothing comes of its prompt, however much was said before it", () =>
    Effect.gen(function* () {
      const made = yield* Deferred.make<StandInAgent.StandInAgent>()
      const begin = Effect.flatMap(Deferred.await(made), ({ say }) =>
        Effect.andThen(say([{ type: "alive" }]), Effect.sleep("1 second"))
      )
      const agent = yield* StandInAgent.make({ begin })
      yield* Deferred.succeed(made, agent)
      const runner = yield* StandInAgent.runnerOf(agent, { waits: { firstEventSeconds: 4, silenceSeconds: 300 } })
      const harness = yield* RunHarness.make({ session: StandInAgent.session, runId: "run_silent", prompt: "go" })
      const run = yield* harness.start(runner)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* agent.next, { type: "prompted", text: "go" })
      yield* TestClock.adjust("4 seconds")
      yield* agent.next
      const { outcome } = yield* Fiber.join(run.fiber)
      assert.deepInclude(outcome, { reason: "idle", limitSeconds: 4 })
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("starts no program before the moment that its profile names, and says why", () =>
    Effect.gen(function* () {
      const { agent, harness, run } = yield* started({
        startDelay: ({ resume }) =>
          Option.map(resume, (handle) => ({ left: Duration.seconds(20), why: `${handle} is too young` }))
      })
      yield* harness.awaitEvent(({ type }) => type === "runner_output")
      yield* TestClock.adjust("19 seconds")
      assert.deepStrictEqual(yield* agent.happened, [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* agent.next, { type: "prompted", text: "go" })
      yield* agent.say([over])
      yield* Fiber.join(run.fiber)
      assert.deepInclude(yield* harness.events, {
        type: "runner_output",
        channel: "notice",
        content: "Stand-in is started in 20 s: young is too young\n"
      })
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("that is cancelled while it waits for that moment starts no program", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* started({
        startDelay: () => Option.some({ left: Duration.seconds(20), why: "it is too young" })
      })
      yield* run.cancel
      assert.deepStrictEqual(yield* agent.happened, [])
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect(
    "gives its program what is allowed, its mark and its place in the trace, and nothing else of the server's",
    () =>
      Effect.gen(function* () {
        const { agent, run } = yield* started({ environment: () => ({ QUIET: "1" }), passes: ["AGENT_HOME"] })
        const { env } = yield* agent.launched
        const given = Object.keys(env).toSorted()
        assert.deepStrictEqual(given, [
          "AGENT_HOME",
          "NO_COLOR",
          "OFFSHOOT_BOOT",
          "OFFSHOOT_INSTANCE",
          "OFFSHOOT_RUN_ID",
          "PATH",
          "QUIET",
          "TERM",
          "TRACEPARENT"
        ])
        yield* agent.next
        yield* agent.say([over])
        yield* Fiber.join(run.fiber)
      }).pipe(
        Effect.withSpan("whoever asked"),
        Effect.withTracer(Tracer.make({ span: (options) => new Tracer.NativeSpan(options) })),
        Effect.provideService(CliHost.CliHost, {
          instance: "i",
          boot: "b",
          environment: { PATH: "/bin", AGENT_HOME: "/a", ANTHROPIC_API_KEY: "sk-secret", CLAUDECODE: "1" }
        }),
        Effect.provide(StandInAgent.platform)
      )
  )
})
