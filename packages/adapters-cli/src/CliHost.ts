/**
 * What this package must know of the process it runs in: whose data it serves,
 * which life of the server this is, and the environment that children may
 * inherit a part of.
 *
 * @stability unstable
 */
import { Ids } from "@offshoot/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { RunMark } from "./RunMark.ts"

/** An environment as the operating system gives it. */
export type Environment = Readonly<Record<string, string | undefined>>

export class CliHost extends Context.Service<
  CliHost,
  {
    readonly instance: string
    readonly boot: string
    /** The server's own environment; children get what `CommandAgent.environment` lets through. */
    readonly environment: Environment
    /** Where a program of a run finds the server that runs it, absolute; absent: it is not to be found. */
    readonly dataDir?: string
  }
>()("@offshoot/adapters-cli/CliHost") {}

/** The mark of one run under this host. */
export const markOf = (host: CliHost["Service"], runId: string): RunMark => ({
  instance: host.instance,
  boot: host.boot,
  runId
})

/**
 * A host with a fresh `boot`.
 *
 * `instance` names the data directory and is the same after a restart; two
 * servers on one machine must not share it, or each sweeps the other's
 * children as orphans.
 */
export const layer = (options: {
  readonly instance: string
  readonly environment: Environment
  readonly dataDir?: string
}): Layer.Layer<CliHost> =>
  Layer.effect(
    CliHost,
    Effect.map(Effect.flatten(Ids.Entropy), (boot) => CliHost.of({ ...options, boot }))
  )
