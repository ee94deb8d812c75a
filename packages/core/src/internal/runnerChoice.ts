/**
 * Who runs a session (`S-external`), and what that one can do. Pure.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AgentShape } from "../Agent.ts"
import { type Capabilities, ended, type ExternalChildRunner, type RunContext } from "../ExternalChildRunner.ts"
import type * as Outcome from "../Outcome.ts"
import type { LiveRun } from "./liveRun.ts"
import type * as Recovery from "../Recovery.ts"
import { metadataKeys, type Session } from "../Session.ts"

/** Nobody could run the session: said in the seed's words. */
export const setup = (message: string): Outcome.Outcome & Outcome.RunnerOutcome => ({
  status: "error",
  reason: "setup",
  message
})

/** Who would run a session and what it can do; in-process agents can do everything. */
const capabilitiesOf = (
  session: Session,
  agent: Option.Option<AgentShape>,
  runners: ReadonlyArray<ExternalChildRunner>
): Option.Option<Capabilities> =>
  session.metadata[metadataKeys.runtimeKind] === "external"
    ? Option.map(
        Option.fromUndefinedOr(runners.find((runner) => runner.shouldHandle(session))),
        (found) => found.capabilities
      )
    : Option.as(agent, inProcess)

const inProcess: Capabilities = { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true }

/** The in-process agent goes on from the transcript; an external one needs its own word for the conversation. */
export const canResume =
  (agent: Option.Option<AgentShape>, runners: ReadonlyArray<ExternalChildRunner>): Recovery.CanResume =>
  (session, handle) =>
    Option.exists(capabilitiesOf(session, agent, runners), ({ resume }) => resume) &&
    (handle !== undefined || session.metadata[metadataKeys.runtimeKind] !== "external")

/** Who runs a session (`S-external`): a runner, or the outcome of having none. */
export const selectRunner = (
  session: Session,
  agent: Option.Option<AgentShape>,
  runners: ReadonlyArray<ExternalChildRunner>
): {
  readonly name: string
  readonly records: LiveRun["records"]
  readonly run: (context: RunContext) => ReturnType<ExternalChildRunner["run"]>
} => {
  const { metadata } = session
  const refuse = (message: string) => ({
    name: "none",
    records: "text" as const,
    run: () => Effect.succeed(ended(setup(message)))
  })
  if (metadata[metadataKeys.runtimeKind] !== "external") {
    return Option.isSome(agent)
      ? { name: "agent", records: "rounds", run: agent.value.run }
      : refuse("This session names no external runtime, and no in-process agent is configured")
  }
  if (runners.length === 0) {
    return refuse("Child session requires external runtime, but no external runner is configured")
  }
  const found = runners.find((runner) => runner.shouldHandle(session))
  const agentId = metadata[metadataKeys.externalAgentId] ?? ""
  const protocol = metadata[metadataKeys.externalProtocol] ?? ""
  return found === undefined
    ? refuse(`No external runner matched child session runtime metadata: agent_id=${agentId}, protocol=${protocol}`)
    : { name: found.name, records: "text", run: (context) => found.run(context) }
}
