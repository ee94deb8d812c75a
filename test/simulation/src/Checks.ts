/** All that must hold of a world, by invariant. */
import { cancelReach, bodies } from "./checks/CancelReach.ts"
import { aftermath, completions, places } from "./checks/Completions.ts"
import { lagAddsUp } from "./checks/Lag.ts"
import { oneRun } from "./checks/OneRun.ts"
import { recordFirst } from "./checks/RecordFirst.ts"
import { streamOrder } from "./checks/StreamOrder.ts"
import { transcript } from "./checks/Transcript.ts"
import type { Plan } from "./Plan.ts"
import type { World } from "./Simulation.ts"

const named = (invariant: string, found: ReadonlyArray<string>): ReadonlyArray<string> =>
  found.map((finding) => `${invariant}: ${finding}`)

/** What is wrong with a world that went by this plan. */
export const findings = (plan: Plan, { history, overdue, remains }: World): ReadonlyArray<string> => [
  ...named("I1", oneRun(history)),
  ...named("I2", completions(history)),
  ...named("I2", aftermath(remains)),
  ...named("I2", overdue),
  ...named("I2", transcript(history)),
  ...named("I3", streamOrder(history)),
  ...named("I4", recordFirst(history)),
  ...named("I5", lagAddsUp(history)),
  ...named("I7", cancelReach(history, { ...plan, flaky: plan.commitFault > 0 })),
  ...named("I7", bodies(history)),
  ...named("I10", places(history))
]
