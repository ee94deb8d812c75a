/**
 * What the configuration says of one coding agent, and the decisions that
 * follow from it alone: limits, permission mode, where it may work.
 *
 * @stability unstable
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { ChildVariables } from "./ChildEnvironment.ts"
import { PermissionMode } from "./CliProtocol.ts"
import { frameBytesMin } from "./Frames.ts"

/** A wait that takes longer than an hour is nobody's intention. */
const Seconds = Schema.Finite.check(Schema.isBetween({ minimum: 0.1, maximum: 3600 }))
/** A gibibyte: a longer line is no frame of anything. */
const frameBytesMost = 1_073_741_824
/** 16 GiB, read at full speed for a minute: nothing that was worth saying. */
const outputBytesMost = 17_179_869_184

/**
 * How long each wait for the program may take. What is waited for is in the
 * name; a wait for a permission is the request's own deadline, one for a tool
 * the watchdog's, and one for a cancel the grace time.
 */
const Waits = Schema.Struct({
  /** From the start of the program until a prompt can be sent. */
  beginSeconds: Schema.optionalKey(Seconds),
  /** From a prompt to the first thing that shows that it is being worked on. */
  firstEventSeconds: Schema.optionalKey(Seconds),
  /** Between two such things, while no tool call and no ask is open. */
  silenceSeconds: Schema.optionalKey(Seconds),
  /** From the protocol's wish that a turn stops to its end. */
  interruptSeconds: Schema.optionalKey(Seconds),
  /** From the end of the work to the program's own exit. */
  exitSeconds: Schema.optionalKey(Seconds)
})

const fields = {
  /** Added behind the arguments of the profile. */
  args: Schema.optionalKey(Schema.Array(Schema.String)),
  env: Schema.optionalKey(ChildVariables),
  /** Where it works when the session names no workspace. Without both, where the server runs. */
  cwd: Schema.optionalKey(Schema.NonEmptyString),
  /** The folders inside which a session's workspace may lie. Without it: `cwd`, or where the server runs. */
  roots: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  /** `worktree`: a git worktree of its own for each session. */
  isolation: Schema.optionalKey(Schema.Literals(["none", "worktree"])),
  /** For sessions that name none. */
  model: Schema.optionalKey(Schema.NonEmptyString),
  /** `ask` by default. */
  permission: Schema.optionalKey(PermissionMode),
  waits: Schema.optionalKey(Waits),
  /** Of one line of its output. */
  frameBytesMax: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: frameBytesMin, maximum: frameBytesMost }))
  ),
  /** Of all that one run says. */
  outputBytesMax: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1024, maximum: outputBytesMost }))),
  graceSeconds: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 3600 }))),
  /** How many runs of this agent may hold a slot at once. */
  concurrent: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)))
}

/** A program with a profile of ours: found by its name, or by `profile` when the program is called otherwise. */
export const CliAgent = Schema.Struct({
  protocol: Schema.optionalKey(Schema.NonEmptyString),
  program: Schema.NonEmptyString,
  profile: Schema.optionalKey(Schema.NonEmptyString),
  ...fields
})
export type CliAgent = typeof CliAgent.Type

/** Any agent that speaks the Agent Client Protocol: the program and its arguments are all that must be known. */
export const AcpAgent = Schema.Struct({
  protocol: Schema.optionalKey(Schema.Literal("acp")),
  acp: Schema.NonEmptyArray(Schema.NonEmptyString),
  ...fields
})
export type AcpAgent = typeof AcpAgent.Type

/** What both have: all but who it is. */
export type AgentOptions = Omit<AcpAgent, "protocol" | "acp">

/** Limits of one run, all of them known. */
export interface RunLimits {
  readonly begin: Duration.Duration
  readonly firstEvent: Duration.Duration
  readonly silence: Duration.Duration
  readonly interrupt: Duration.Duration
  readonly exit: Duration.Duration
  readonly frameBytesMax: number
  readonly outputBytesMax: number
}

/**
 * Of six agents that were measured (July to November 2026): the slowest start
 * was 8.6 s with nothing cached, the longest silence of one that would still
 * answer 45 s, a turn stopped within 0.25 s, and a program that ends with its
 * input was gone within 2 s.
 */
const defaults = { begin: 60, firstEvent: 120, silence: 300, interrupt: 3, exit: 2 }

/** An agent that repeats its whole message with each piece of it says half of this for an answer of 2 MB. */
const outputBytesDefault = 1_073_741_824

export const limitsOf = ({ frameBytesMax, outputBytesMax, waits = {} }: AgentOptions): RunLimits => ({
  begin: Duration.seconds(waits.beginSeconds ?? defaults.begin),
  firstEvent: Duration.seconds(waits.firstEventSeconds ?? defaults.firstEvent),
  silence: Duration.seconds(waits.silenceSeconds ?? defaults.silence),
  interrupt: Duration.seconds(waits.interruptSeconds ?? defaults.interrupt),
  exit: Duration.seconds(waits.exitSeconds ?? defaults.exit),
  frameBytesMax: frameBytesMax ?? frameBytesMin,
  outputBytesMax: outputBytesMax ?? outputBytesDefault
})
