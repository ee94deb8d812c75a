/** All that must hold of a world, by invariant. */
import { bounds } from "./checks/Bounds.ts"
import { bodies, cancelReach } from "./checks/CancelReach.ts"
import { closing } from "./checks/Closing.ts"
import { aftermath, alarms, completions } from "./checks/Completions.ts"
import { converges, feed } from "./checks/Feed.ts"
import { lagAddsUp } from "./checks/Lag.ts"
import { oneRun } from "./checks/OneRun.ts"
import { receipts } from "./checks/Receipts.ts"
import { recordFirst } from "./checks/RecordFirst.ts"
import { nothingOpen, requests } from "./checks/Requests.ts"
import { secrets } from "./checks/Secrets.ts"
import { places, slots } from "./checks/Slots.ts"
import { streamOrder } from "./checks/StreamOrder.ts"
import { telling } from "./checks/Telling.ts"
import { transcript } from "./checks/Transcript.ts"
import { tries } from "./checks/Tries.ts"
import { waits } from "./checks/Waits.ts"
import { hasStoreFaults, isFlaky, type Plan, secret } from "./Plan.ts"
import { agents } from "./SimRunner.ts"
import type { World } from "./Simulation.ts"

const named = (invariant: string, found: ReadonlyArray<string>): ReadonlyArray<string> =>
  found.map((finding) => `${invariant}: ${finding}`)

/** How long a commit may be on its way: with faults it is tried for some three seconds. */
const commitMillis = (plan: Plan): number => {
  const { commits, storeMillis } = plan
  const onceMillis = (typeof storeMillis === "number" ? storeMillis : 0) + commits.answerMillisMax
  return hasStoreFaults(plan) ? 4_000 + 6 * onceMillis : 2 * onceMillis
}

/** When answers overtake each other or are lost, what comes too late for one reader is not what does for another. */
const areAnswersInOrder = ({ commits }: Plan): boolean => commits.answerMillisMax === 0 && commits.unanswered === 0

/** What is wrong with a world that went by this plan. */
export const findings = (plan: Plan, { history, overdue, remains }: World): ReadonlyArray<string> => {
  const allowance = {
    graceMillis: plan.graceMillis,
    outages: plan.outages,
    flaky: isFlaky(plan) || plan.commits.answerMillisMax > 0
  }
  const handlers = plan.handlers.map(({ name }) => name)
  return [
    ...named("I1", oneRun(history)),
    ...named("I2", completions(history)),
    ...named("I2", telling(history, handlers)),
    ...named("I2", aftermath(remains)),
    ...named("I2", overdue),
    ...named("I2", transcript(history, hasStoreFaults(plan))),
    ...named("I2", tries(history)),
    ...named("I2", alarms(history, hasStoreFaults(plan) ? ["wait.repaired", "upkeep.failed"] : [])),
    ...named("I3", streamOrder(history)),
    ...named("I4", recordFirst(history)),
    ...named("I4", feed(history)),
    ...named("I4", converges(remains)),
    ...named("I5", areAnswersInOrder(plan) ? lagAddsUp(history) : []),
    ...named("I6", waits(history, commitMillis(plan), allowance)),
    ...named("I6", receipts(history)),
    ...named("I6", requests(history)),
    ...named("I6", nothingOpen(remains.open)),
    ...named("I7", cancelReach(history, allowance)),
    ...named("I7", closing(history, allowance)),
    ...named("I7", bodies(history)),
    ...named("I8", bounds(history, { depthMax: plan.limits.depth, agents })),
    ...named("I9", secrets(history, secret)),
    ...named("I10", slots(history, plan.limits.concurrent)),
    ...named("I10", places(history))
  ]
}
