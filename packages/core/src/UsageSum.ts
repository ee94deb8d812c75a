/**
 * What several runs used together. Pure.
 *
 * A figure that a part did not tell is unknown: the sum then says of the figure
 * that it is at least what it says, and never counts the part as zero. A figure
 * that no part told is left out.
 *
 * @stability unstable
 */
import { beforeLaunch, noPendingMessage } from "./Outcome.ts"
import { type Figure, figures, type Usage } from "./Session.ts"
import type { OpenJob } from "./SessionStore.ts"
import type { ChildCompletion, SpawnJob } from "./SpawnJob.ts"

type OpenJobUse = Pick<OpenJob, "job" | "report" | "state">

/** Of a run that said nothing: every figure is unknown. */
export const untold: Usage = {}

/** A cost of which a part is estimated is estimated; one of unknown source stays so. */
const costSourceOf = (a: Usage, b: Usage): Usage["costSource"] => {
  if (a.costUsd === undefined) return b.costUsd === undefined ? undefined : b.costSource
  if (b.costUsd === undefined) return a.costSource
  if (a.costSource === undefined || b.costSource === undefined) return undefined
  return a.costSource === b.costSource ? a.costSource : "estimated"
}

/** What both used together. */
export const add = (a: Usage, b: Usage): Usage => {
  const sum: { -readonly [K in Figure]?: number } = {}
  const atLeast: Array<Figure> = []
  for (const figure of figures) {
    const [ofA, ofB] = [a[figure], b[figure]]
    if (ofA === undefined && ofB === undefined) continue
    sum[figure] = (ofA ?? 0) + (ofB ?? 0)
    const isPart = ofA === undefined || ofB === undefined
    if (isPart || a.atLeast?.includes(figure) === true || b.atLeast?.includes(figure) === true) atLeast.push(figure)
  }
  const costSource = costSourceOf(a, b)
  return {
    ...sum,
    ...(costSource === undefined ? {} : { costSource }),
    ...(atLeast.length === 0 ? {} : { atLeast })
  }
}

/** What all of them used together; nothing is known of none. */
export const total = (parts: Iterable<Usage>): Usage => {
  let sum: Usage | undefined
  for (const part of parts) sum = sum === undefined ? part : add(sum, part)
  return sum ?? untold
}

/** What a job has used when one of its runs has ended, which used `usage`: none of it known when it said nothing. */
export const spentBy = ({ spent, tries }: SpawnJob, usage: Usage | undefined): Usage => {
  // Tries of a version that did not count: nobody knows what they used.
  const before = spent ?? (tries === undefined ? undefined : untold)
  return before === undefined ? (usage ?? untold) : add(before, usage ?? untold)
}

/** What a job used over all its runs, the last of which may not have begun; none: nobody knows. */
export const ofJob = (job: SpawnJob, last: { readonly usage: Usage | undefined } | "not_begun"): Usage | undefined => {
  const used = last === "not_begun" ? job.spent : spentBy(job, last.usage)
  return used === undefined || figures.every((figure) => used[figure] === undefined) ? undefined : used
}

/** What a settled job adds to its tree; none: it never began. */
export const ofCompletion = ({ outcome, usage }: ChildCompletion): Usage | undefined =>
  usage ?? (outcome.reason === beforeLaunch.reason || outcome.reason === noPendingMessage.reason ? undefined : untold)

/** What an open job adds to its tree so far; none: it never began. */
export const ofOpenJob = ({ job, report, state }: OpenJobUse): Usage | undefined =>
  state === "queued" ? job.spent : spentBy(job, report.usage)

/** What a budget of tokens counts: cache reads and reasoning are parts of these two. */
export const tokensOf = ({ inputTokens = 0, outputTokens = 0 }: Usage): number => inputTokens + outputTokens
