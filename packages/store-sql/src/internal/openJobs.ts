import type { Ids, SpawnJob } from "@offshoot/core"

/**
 * Which of the jobs that a batch replaces are open, as the batch goes on: one
 * that is not open is not replaced. Follows no other job, so that a batch that
 * replaces none pays nothing.
 */
export class OpenJobs {
  private readonly open: Map<string, string>
  private readonly followed: ReadonlySet<Ids.RunId>

  /** `open` names the session of each followed job that is stored as open. */
  constructor(followed: ReadonlySet<Ids.RunId>, open: ReadonlyMap<string, string>) {
    this.followed = followed
    this.open = new Map(open)
  }

  accept({ childSessionId, runId }: SpawnJob.SpawnJob): void {
    if (this.followed.has(runId) && !this.open.has(runId)) this.open.set(runId, childSessionId)
  }

  end(runId: Ids.RunId): void {
    this.open.delete(runId)
  }

  /** Whether `runId` was open: then `job` is, in its stead. */
  replace(runId: Ids.RunId, job: SpawnJob.SpawnJob): boolean {
    if (!this.open.delete(runId)) return false
    if (this.followed.has(job.runId)) this.open.set(job.runId, job.childSessionId)
    return true
  }

  deleteSession(sessionId: Ids.SessionId): void {
    for (const [runId, ofSession] of this.open) if (ofSession === sessionId) this.open.delete(runId)
  }
}
