/** What the runners of this machine's agents decide alike: whose session it is, how long its program has to end. */
import { Session } from "@offshoot/core"
import * as Duration from "effect/Duration"

const graceDefault = Duration.seconds(5)

/** What killing and the last reading may take: a run must be over before the runtime gives it up. */
const graceMargin = Duration.seconds(3)

/** Whether this session is for the agent with this id on this protocol (`S-external`). */
export const handles = (agentId: string, protocol: string, session: Session.Session): boolean =>
  session.metadata[Session.metadataKeys.runtimeKind] === "external" &&
  session.metadata[Session.metadataKeys.externalAgentId] === agentId &&
  session.metadata[Session.metadataKeys.externalProtocol] === protocol

/**
 * From SIGTERM to SIGKILL: what the agent asks for, as far as the runtime's own
 * grace time allows after what was `spent` of it before.
 */
export const graceWithin = (
  { graceSeconds }: { readonly graceSeconds?: number | undefined },
  runtimes: Duration.Duration,
  spent: Duration.Duration
): Duration.Duration =>
  Duration.min(
    graceSeconds === undefined ? graceDefault : Duration.seconds(graceSeconds),
    Duration.max(Duration.zero, Duration.subtract(runtimes, Duration.sum(graceMargin, spent)))
  )
