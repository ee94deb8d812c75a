/**
 * Runs one coding agent of this machine as children, whatever protocol it
 * speaks.
 *
 * Owns the program from its start to its last process, every wait for it,
 * what is asked and answered, and the way out. What frames mean is the
 * protocol's business, what is particular to an agent its profile's.
 *
 * - R1 An end of the program without an end of its turn is never a success.
 * - R2 A cancel asks by the protocol, then closes the input, then goes down the
 *   ladder of `StopLadder`, all within the grace time (I7). What the program
 *   says meanwhile is still told.
 * - R3 Nothing is told after the run has returned (I3).
 *
 * @stability unstable
 */
import { ExternalChildRunner, Ids, Limits, type Outcome, Telemetry } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import type { AgentProfile, ArgumentsInput } from "./AgentProfile.ts"
import * as ChildEnvironment from "./ChildEnvironment.ts"
import * as CliAgent from "./CliAgent.ts"
import { CliHost, markOf } from "./CliHost.ts"
import { graceWithin, handles } from "./internal/agentRun.ts"
import * as Conversing from "./internal/conversing.ts"
import { cancelledWithin, placed } from "./internal/placing.ts"
import * as CommandOutcome from "./command/CommandOutcome.ts"
import { ProgramLauncher } from "./ProgramLauncher.ts"
import * as RunMark from "./RunMark.ts"
import * as SessionMark from "./SessionMark.ts"
import { Worktrees } from "./Worktrees.ts"

export interface Options {
  readonly agentId: string
  readonly agent: CliAgent.AgentOptions
  readonly profile: AgentProfile
  /** What is started: a name on `PATH`, or a path. */
  readonly program: string
}

/** Of the runtime's grace time, what the protocol's way out and the end of a worktree may take. */
const spentBefore = ({ isolation }: CliAgent.AgentOptions, { exit, interrupt }: CliAgent.RunLimits) => {
  const protocols = Duration.sum(interrupt, exit)
  return isolation === "worktree" ? Duration.sum(protocols, cancelledWithin) : protocols
}

/** The session's model; a runner is told it with the job. */
const modelOf = ({ job }: ExternalChildRunner.RunContext, agent: CliAgent.AgentOptions): Option.Option<string> =>
  Option.fromUndefinedOr(job.model.trim() === "" ? agent.model : job.model.trim())

/** Where a run's program is started, and by what its processes are known. */
interface Start {
  readonly cwd: string
  readonly mark: RunMark.RunMark
}

/** Everything that is started for one run. */
const prepare = Effect.fnUntraced(function* (
  { agent, agentId, profile, program }: Options,
  context: ExternalChildRunner.RunContext,
  { cwd, mark }: Start
) {
  const host = yield* CliHost
  // What is said and ends as a secret begins waits for what comes next: no text ends like this.
  const nonce = `~${yield* Effect.flatten(Ids.Entropy)}`
  const input: ArgumentsInput = {
    model: modelOf(context, agent),
    permission: agent.permission ?? "ask",
    resume: Option.flatMap(context.resume, ({ handle }) => Option.fromUndefinedOr(handle)),
    disabledTools: context.job.disabledTools ?? [],
    cwd
  }
  const passed = profile.passes.flatMap((name) => {
    const value = host.environment[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const own = { ...Object.fromEntries(passed), ...profile.environment({ ...input, nonce }), ...agent.env }
  const marked = {
    ...RunMark.toEnvironment(mark),
    ...SessionMark.toEnvironment(context.session.id, host.dataDir),
    ...(yield* Telemetry.environment)
  }
  const environment = ChildEnvironment.environment(own, host.environment, marked)
  if (Result.isFailure(environment)) {
    return Result.fail(CommandOutcome.ofMissingVariables(agentId, environment.failure))
  }
  const prepared: Conversing.Prepared = {
    agentId,
    program,
    title: profile.title,
    args: [...profile.args(input), ...(agent.args ?? [])],
    environment: environment.success.variables,
    secrets: [...environment.success.secrets, nonce],
    limits: CliAgent.limitsOf(agent),
    mark,
    nonce,
    input
  }
  return Result.succeed(prepared)
})

/** Waits as long as the agent's program must not be started. */
const startDelayed = Effect.fnUntraced(function* (
  { profile }: Options,
  context: ExternalChildRunner.RunContext,
  { resume }: ArgumentsInput
) {
  const nowMillis = yield* Clock.currentTimeMillis
  const delay = Option.flatMap(Option.fromUndefinedOr(profile.startDelay), (of) => of({ resume, nowMillis }))
  if (Option.isNone(delay)) return
  const { left, why } = delay.value
  const content = `${profile.title} is started in ${Math.ceil(Duration.toSeconds(left))} s: ${why}\n`
  yield* context.emit({ type: "runner_output", channel: "notice", content })
  yield* Effect.sleep(left)
})

/**
 * The runner of the agent `agentId`.
 *
 * **Interruption** of a run: R2; an abort leaves no grace time.
 * **Durability**: the conversation's handle is recorded as soon as the program
 * tells it, so that a try after the end of this process goes on with it.
 */
export const make = Effect.fn("CliRunner.make")(function* (options: Options) {
  const { agent, agentId, profile } = options
  const launcher = yield* ProgramLauncher
  const host = yield* CliHost
  // Each by itself: a context taken whole would bring this scope along, and the caller's must win.
  const platform = Context.make(FileSystem.FileSystem, yield* FileSystem.FileSystem).pipe(
    Context.add(Path.Path, yield* Path.Path),
    Context.merge(
      Option.match(yield* Effect.serviceOption(Worktrees), {
        onNone: () => Context.empty(),
        onSome: (worktrees) => Context.make(Worktrees, worktrees)
      })
    )
  )

  const runIn = Effect.fnUntraced(function* (context: ExternalChildRunner.RunContext, start: Start) {
    const prepared = yield* Effect.provideService(prepare(options, context, start), CliHost, host)
    if (Result.isFailure(prepared)) return ExternalChildRunner.ended(prepared.failure)
    const grace = graceWithin(agent, yield* Limits.GraceTime, spentBefore(agent, prepared.success.limits))
    yield* startDelayed(options, context, prepared.success.input)
    return yield* Conversing.converse({
      launcher,
      context,
      protocol: profile.protocol,
      prepared: prepared.success,
      grace,
      notStarted: (error): Outcome.RunnerOutcome => CommandOutcome.ofNotStarted(agentId, options.program, error)
    })
  })

  const run = Effect.fn("CliRunner.run")(function* (context: ExternalChildRunner.RunContext) {
    const mark = markOf(host, context.job.runId)
    return yield* placed({ agentId, agent, mark }, context, (cwd) => runIn(context, { cwd, mark })).pipe(
      Effect.provide(platform)
    )
  })

  const runner: ExternalChildRunner.ExternalChildRunner = {
    name: `${profile.protocol.name}:${agentId}`,
    capabilities: profile.protocol.capabilities,
    shouldHandle: (session) => handles(agentId, profile.protocol.name, session),
    run
  }
  return runner
})
