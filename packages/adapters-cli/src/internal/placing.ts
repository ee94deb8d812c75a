/** Where a run works: a folder that is allowed, or a worktree of its session; and what it leaves there. */
import { ExternalChildRunner } from "@offshoot/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AgentOptions } from "../CliAgent.ts"
import { setup } from "../command/CommandOutcome.ts"
import type { RunMark } from "../RunMark.ts"
import * as WorkspaceRoots from "../WorkspaceRoots.ts"
import { artifactsOf, outcomeOf, type Placed, Worktrees } from "../Worktrees.ts"

/** A diff of a large repository takes a second or two; a worktree that takes longer stays, and is told as kept. */
const finishWithin = Duration.seconds(20)

/** Of the grace time of a cancel: what is not done by then is left as it is. */
export const cancelledWithin = Duration.seconds(2)

export interface Place {
  readonly agentId: string
  readonly agent: AgentOptions
  readonly mark: RunMark
}

type Run<R> = (cwd: string) => Effect.Effect<ExternalChildRunner.RunEnd, never, R>

const ended = (message: string) => Effect.succeed(ExternalChildRunner.ended(setup(message)))

const hasChangesWords =
  "The workspace has changes that are in no commit: this child does not see them, it works on what is committed.\n"

/**
 * Makes the diff, lets go of the worktree if that loses nothing, and reports
 * what is left, in place of the worktree that was reported at the begin.
 */
const finish = (context: ExternalChildRunner.RunContext, placed: Placed, within: Duration.Duration) =>
  placed.finish(within).pipe(
    Effect.flatMap((left) => artifactsOf(context.keep, placed, left)),
    Effect.tap((artifacts) => context.report({ artifacts }))
  )

const inWorktree = Effect.fnUntraced(function* <R>(
  context: ExternalChildRunner.RunContext,
  placed: Placed,
  run: Run<R>
) {
  // Known also of a run that never returns.
  yield* context.report({ artifacts: [placed.artifact] })
  if (placed.hasChanges) {
    yield* context.emit({ type: "runner_output", channel: "notice", content: hasChangesWords })
  }
  const end = yield* Effect.onInterrupt(run(placed.directory), () => finish(context, placed, cancelledWithin))
  return { ...end, artifacts: yield* finish(context, placed, finishWithin) }
})

/**
 * Runs where the configuration and the session say; refuses what is not allowed.
 *
 * **Interruption**: what the run leaves is reported, within `cancelledWithin`.
 */
export const placed = Effect.fnUntraced(function* <R>(
  { agent, agentId, mark }: Place,
  context: ExternalChildRunner.RunContext,
  run: Run<R>
) {
  const directory = yield* Effect.result(
    WorkspaceRoots.resolve({
      agentId,
      roots: agent.roots ?? [],
      cwd: agent.cwd,
      workspace: context.session.workspace
    })
  )
  if (directory._tag === "Failure") return yield* ended(directory.failure.message)
  if (agent.isolation !== "worktree") return yield* run(directory.success)
  const worktrees = yield* Effect.serviceOption(Worktrees)
  if (Option.isNone(worktrees)) {
    return yield* ended(`agents.${agentId}.isolation is worktree, and this app has no layer Worktrees`)
  }
  const tree = yield* Effect.result(
    worktrees.value.acquire({ id: context.session.id, directory: directory.success, mark })
  )
  if (tree._tag === "Failure") return ExternalChildRunner.ended(outcomeOf(tree.failure))
  return yield* inWorktree(context, tree.success, run)
})
