import * as Option from "effect/Option"
import type { RunId, SessionId } from "../Ids.ts"
import type { Usage } from "../Session.ts"
import type { OpenJob, StoredCompletion } from "../SessionStore.ts"
import type { ChildCompletion, RunReport, SpawnJob } from "../SpawnJob.ts"
import { ofCompletion } from "../UsageSum.ts"

interface Job {
  readonly job: SpawnJob
  state: OpenJob["state"]
  report: RunReport
}

interface Settled {
  readonly completion: ChildCompletion
  /** The head of the feed before its transition: what its handlers may need begins after it. */
  readonly since: number
  readonly undelivered: Set<string>
  told: boolean
}

const lineOf = ({ childSessionId, parentSessionId }: ChildCompletion): SessionId => parentSessionId ?? childSessionId

/** The open jobs in the order of acceptance, and the completions in the order of settling. */
export class Jobs {
  private readonly jobs = new Map<RunId, Job>()
  private readonly settled = new Map<RunId, Settled>()
  private readonly used = new Map<SessionId, Map<RunId, Usage>>()
  /** What each handler has not acknowledged, by line. */
  private readonly waiting = new Map<string, Map<SessionId, Map<RunId, Settled>>>()

  accept(job: SpawnJob): void {
    if (!this.jobs.has(job.runId)) this.jobs.set(job.runId, { job, state: "queued", report: {} })
  }

  launch(runId: RunId): void {
    const open = this.jobs.get(runId)
    if (open !== undefined) open.state = "launched"
  }

  report(runId: RunId, report: RunReport): void {
    const open = this.jobs.get(runId)
    if (open !== undefined) open.report = report
  }

  replace(runId: RunId, job: SpawnJob): void {
    if (!this.jobs.delete(runId)) return
    this.jobs.delete(job.runId)
    this.jobs.set(job.runId, { job, state: "queued", report: {} })
  }

  settle(completion: ChildCompletion, handlers: ReadonlyArray<string>, since: number): void {
    const { runId } = completion
    this.jobs.delete(runId)
    // I2: the first completion of a run is the one.
    if (this.settled.has(runId)) return
    const settled: Settled = { completion, since, undelivered: new Set(handlers), told: false }
    this.settled.set(runId, settled)
    this.use(completion)
    const line = lineOf(completion)
    for (const handler of settled.undelivered) {
      const lines = this.waiting.get(handler) ?? new Map<SessionId, Map<RunId, Settled>>()
      this.waiting.set(handler, lines)
      const inLine = lines.get(line) ?? new Map<RunId, Settled>()
      lines.set(line, inLine)
      inLine.set(runId, settled)
    }
  }

  acknowledge(runId: RunId, handler: string): void {
    const settled = this.settled.get(runId)
    if (settled === undefined || !settled.undelivered.delete(handler)) return
    const line = lineOf(settled.completion)
    const lines = this.waiting.get(handler)
    const inLine = lines?.get(line)
    inLine?.delete(runId)
    if (inLine?.size === 0) lines?.delete(line)
  }

  tell(runId: RunId): void {
    const settled = this.settled.get(runId)
    if (settled !== undefined) settled.told = true
  }

  private use(completion: ChildCompletion): void {
    const usage = ofCompletion(completion)
    if (usage === undefined) return
    const used = this.used.get(completion.childSessionId)
    if (used === undefined) this.used.set(completion.childSessionId, new Map([[completion.runId, usage]]))
    else used.set(completion.runId, usage)
  }

  /** What the settled jobs of a session used, one by one. */
  usedBy(id: SessionId): Iterable<Usage> {
    return this.used.get(id)?.values() ?? []
  }

  removeSession(id: SessionId): void {
    this.used.delete(id)
    for (const [runId, { job }] of this.jobs) if (job.childSessionId === id) this.jobs.delete(runId)
    for (const [runId, { completion, undelivered }] of this.settled) {
      if (completion.childSessionId !== id) continue
      for (const handler of undelivered) this.acknowledge(runId, handler)
      this.settled.delete(runId)
    }
  }

  open(): ReadonlyArray<Pick<OpenJob, "job" | "state" | "report">> {
    return Array.from(this.jobs.values(), ({ job, report, state }) => ({ job, state, report }))
  }

  completion(runId: RunId): Option.Option<StoredCompletion> {
    return Option.map(Option.fromUndefinedOr(this.settled.get(runId)), ({ completion, told }) => ({
      ...completion,
      told
    }))
  }

  lines(handler: string): ReadonlyArray<SessionId> {
    return Array.from(this.waiting.get(handler)?.keys() ?? [])
  }

  undelivered(handler: string, line: SessionId, limit: number): ReadonlyArray<ChildCompletion> {
    const found: Array<ChildCompletion> = []
    for (const { completion } of this.waiting.get(handler)?.get(line)?.values() ?? []) {
      if (found.length >= limit) break
      found.push(completion)
    }
    return found
  }

  /** The last number before what an undelivered completion needs. */
  neededAfter(): number {
    let needed = Number.POSITIVE_INFINITY
    for (const lines of this.waiting.values()) {
      for (const inLine of lines.values()) {
        // The first of a line is the oldest of it.
        for (const { since } of inLine.values()) {
          needed = Math.min(needed, since)
          break
        }
      }
    }
    return needed
  }
}
