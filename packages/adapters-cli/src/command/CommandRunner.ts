/**
 * Runs one `command` agent: any program that the configuration names.
 *
 * Standard output is the answer, as it arrives; standard error is
 * `runner_output`. The program's exit is the run's end. It cannot be steered,
 * asks nothing and reports no usage; a graceful cancel is SIGTERM.
 *
 * @stability unstable
 */
import { ExternalChildRunner, Limits, Telemetry } from "@offshoot/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as ChildEnvironment from "../ChildEnvironment.ts"
import { CliHost, markOf } from "../CliHost.ts"
import { graceWithin, handles } from "../internal/agentRun.ts"
import * as OutputText from "../OutputText.ts"
import { ProgramLauncher } from "../ProgramLauncher.ts"
import * as RunMark from "../RunMark.ts"
import * as SessionMark from "../SessionMark.ts"
import * as CommandAgent from "./CommandAgent.ts"
import * as CommandOutcome from "./CommandOutcome.ts"

const capabilities: ExternalChildRunner.Capabilities = {
  steer: false,
  requests: false,
  resume: false,
  usage: false,
  gracefulCancel: true
}

/** From SIGTERM to SIGKILL: what the agent asks for, as far as the runtime's own grace time allows. */
export const graceOf = (agent: CommandAgent.CommandAgent, runtimes: Duration.Duration): Duration.Duration =>
  graceWithin(agent, runtimes, Duration.zero)

/** Both outputs of one run on their way into events. */
const outputsOf = (context: ExternalChildRunner.RunContext, secrets: ReadonlyArray<string>) => {
  const stdout = OutputText.channel(secrets)
  const stderr = OutputText.channel(secrets)
  const standardError = OutputText.tail(OutputText.tailCharsMax)
  const emitTokens = (texts: ReadonlyArray<string>) =>
    Effect.forEach(texts, (content) => context.emit({ type: "token", content }), { discard: true })
  const emitErrors = (texts: ReadonlyArray<string>) =>
    Effect.forEach(
      texts,
      (content) => {
        standardError.push(content)
        return context.emit({ type: "runner_output", channel: "stderr", content })
      },
      { discard: true }
    )
  return {
    onStdout: (chunks: ReadonlyArray<Uint8Array>) => Effect.suspend(() => emitTokens(stdout.push(chunks))),
    onStderr: (chunks: ReadonlyArray<Uint8Array>) => Effect.suspend(() => emitErrors(stderr.push(chunks))),
    /** What decoding still held back when the output ended. */
    flush: Effect.suspend(() => Effect.andThen(emitTokens(stdout.end()), emitErrors(stderr.end()))),
    standardError: standardError.text
  }
}

/**
 * The runner of the agent `agentId`.
 *
 * **Details**: a session's `workspace` is where the program runs, else the
 * agent's `cwd`, else where the server runs.
 *
 * **Interruption** of a run: SIGTERM to the program's group and to everything
 * else that carries the run's mark, SIGKILL after the grace time; an abort
 * leaves no grace time. What the program says meanwhile is still emitted.
 */
export const make = Effect.fn("CommandRunner.make")(function* (options: {
  readonly agentId: string
  readonly agent: CommandAgent.CommandAgent
}) {
  const { agent, agentId } = options
  const launcher = yield* ProgramLauncher
  const host = yield* CliHost

  const run = Effect.fn("CommandRunner.run")(function* (context: ExternalChildRunner.RunContext) {
    const mark = markOf(host, context.job.runId)
    const invocation = CommandAgent.invocation(agent, context.prompt)
    if (Result.isFailure(invocation)) return ExternalChildRunner.ended(CommandOutcome.setup(invocation.failure))
    const own = {
      ...RunMark.toEnvironment(mark),
      ...SessionMark.toEnvironment(context.session.id, host.dataDir),
      ...(yield* Telemetry.environment)
    }
    const environment = ChildEnvironment.environment(agent.env, host.environment, own)
    if (Result.isFailure(environment)) {
      return ExternalChildRunner.ended(CommandOutcome.ofMissingVariables(agentId, environment.failure))
    }
    const { program, stdin } = invocation.success
    const outputs = outputsOf(context, environment.success.secrets)
    return yield* launcher
      .run({
        ...invocation.success,
        stdin: stdin === undefined ? undefined : Stream.encodeText(Stream.make(stdin)),
        cwd: context.session.workspace ?? agent.cwd,
        env: environment.success.variables,
        mark,
        onStdout: outputs.onStdout,
        onStderr: outputs.onStderr,
        onStdoutEnd: Effect.void,
        grace: graceOf(agent, yield* Limits.GraceTime),
        stopMode: context.stopMode,
        aborted: context.aborted
      })
      .pipe(
        Effect.tap(outputs.flush),
        Effect.map((end) => CommandOutcome.ofEnd(program, end, outputs.standardError())),
        Effect.catchTag("ProgramNotStarted", (error) =>
          Effect.succeed(CommandOutcome.ofNotStarted(agentId, program, error))
        ),
        Effect.map(ExternalChildRunner.ended)
      )
  })

  const runner: ExternalChildRunner.ExternalChildRunner = {
    name: `${CommandAgent.protocol}:${agentId}`,
    capabilities,
    shouldHandle: (session) => handles(agentId, CommandAgent.protocol, session),
    run
  }
  return runner
})
