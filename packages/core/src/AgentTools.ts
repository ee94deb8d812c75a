/**
 * The tools of in-process agents: what one is, and where they come from.
 *
 * A source gives the tools of one session for the time of one run: those of the
 * app, of an MCP server, or `SubAgent`. A tool decides nothing about itself: it
 * is permitted by the session's `ToolScope`, asked for through `requests`, bounded
 * and recorded by the agent loop, whatever its source says.
 *
 * @stability unstable
 */
import type { Prompt, Tool } from "effect/ai"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { RunContext } from "./ExternalChildRunner.ts"
import type { Session } from "./Session.ts"

/** One call, bound to the run that makes it. `params` is what the model wrote: unknown until the tool has decoded it. */
export interface ToolCall {
  readonly toolCallId: string
  readonly params: unknown
  readonly run: RunContext
  /** Shown live as `tool_lifecycle`; never waited for. */
  readonly progress: (detail: string) => Effect.Effect<void>
}

/**
 * What a call came to. `result` is JSON. `modelOutput` stands for it where the
 * model reads it: text, images, files. A failure is an answer to the model.
 */
export interface ToolAnswer {
  readonly isFailure: boolean
  readonly result: unknown
  readonly modelOutput?: Prompt.ToolResultPart["modelOutput"]
  /** The run ends with this round, because its session waits for its children: their end wakes it. */
  readonly afterwards?: "rest"
}

export interface AgentTool {
  /** Unique among the tools of a run; the first source that has a name keeps it. */
  readonly name: string
  /** What the model is shown: name, description and JSON schema. */
  readonly tool: Tool.Any
  /**
   * Whether a call may be made again when nobody knows how it ended: after a
   * crash a call that is not repeatable is told to the model as of unknown outcome.
   */
  readonly repeatable: boolean
  /** Whether it may run beside other calls of the same round. */
  readonly parallel: boolean
  /** Whether a person, or a rule, is asked before each call. */
  readonly asksFirst: boolean
  /**
   * Makes the call. **Interruption**: ends it; nothing that it started is alive
   * when its scope has closed.
   */
  readonly call: (call: ToolCall) => Effect.Effect<ToolAnswer, never, Scope.Scope>
}

/** A source that has no tools now: a server that cannot be started or reached. Its tools are missing from the run, which is told. */
export class ToolSourceUnavailable extends Schema.TaggedError<ToolSourceUnavailable>()("ToolSourceUnavailable", {
  source: Schema.String,
  problem: Schema.String
}) {
  readonly retryable = true
  override get message(): string {
    return `the tools of ${this.source} are not available: ${this.problem}`
  }
}

export interface ToolSource {
  /** For logs and for the run that is told of its absence. */
  readonly name: string
  /**
   * The tools of this session while the scope is open.
   *
   * **Details**: a source of several parts gives those that it has, and calls
   * `missing` for each that it has not; it does not fail for one of them.
   *
   * **Interruption**: leaves nothing open.
   */
  readonly toolsFor: (
    session: Session,
    missing: (unavailable: ToolSourceUnavailable) => Effect.Effect<void>
  ) => Effect.Effect<ReadonlyArray<AgentTool>, ToolSourceUnavailable, Scope.Scope>
}

/** The sources of this process, in order. None by default: an agent without tools answers in words. */
export class ToolSources extends Context.Reference<ReadonlyArray<ToolSource>>("@offshoot/core/ToolSources", {
  defaultValue: () => []
}) {}

/** Gives the sources; those of an outer layer are replaced. */
export const layer = (sources: ReadonlyArray<ToolSource>): Layer.Layer<never> => Layer.succeed(ToolSources, sources)
