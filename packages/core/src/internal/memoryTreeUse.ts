import type { SessionId } from "../Ids.ts"
import type { Usage } from "../Session.ts"
import type { SessionUse, TreeUsage } from "../SessionStore.ts"
import * as UsageSum from "../UsageSum.ts"
import type { Lineage } from "./memoryFeed.ts"
import type { Jobs } from "./memoryJobs.ts"

/** What sessions that were removed had used, and how many they were. */
interface Removed {
  readonly spawned: number
  readonly usages: ReadonlyArray<Usage>
}

const nobody: Removed = { spawned: 0, usages: [] }

/** What trees used: of the sessions that are left, and of the removed ones under the nearest one above them. */
export class TreeUse {
  private readonly removed = new Map<SessionId, Removed>()
  private readonly lineage: Lineage
  private readonly jobs: Jobs

  constructor(lineage: Lineage, jobs: Jobs) {
    this.lineage = lineage
    this.jobs = jobs
  }

  of(id: SessionId, exists: (id: SessionId) => boolean): TreeUsage {
    const own: Array<Usage> = Array.from(this.jobs.usedBy(id))
    const below: Array<Usage> = [...(this.removed.get(id)?.usages ?? [])]
    let spawned = this.removed.get(id)?.spawned ?? 0
    const tree = new Set([id, ...this.lineage.below(id)])
    for (const other of tree) {
      if (other === id) continue
      below.push(...this.jobs.usedBy(other), ...(this.removed.get(other)?.usages ?? []))
      spawned += (exists(other) ? 1 : 0) + (this.removed.get(other)?.spawned ?? 0)
    }
    const open = this.jobs.open().filter(({ job }) => tree.has(job.childSessionId))
    const used: Array<Usage> = []
    for (const found of open) {
      const usage = UsageSum.ofOpenJob(found)
      if (usage === undefined) continue
      used.push(usage)
      ;(found.job.childSessionId === id ? own : below).push(usage)
    }
    return {
      own: UsageSum.total(own),
      tree: UsageSum.total([...own, ...below]),
      open: UsageSum.total(used),
      spawned,
      inFlight: open.length
    }
  }

  /** What each used, and what was removed below it. */
  each(ids: ReadonlyArray<SessionId>): ReadonlyArray<SessionUse> {
    const open = new Map<SessionId, Array<Usage>>()
    for (const found of this.jobs.open()) {
      const usage = UsageSum.ofOpenJob(found)
      const { childSessionId } = found.job
      if (usage !== undefined) open.set(childSessionId, [...(open.get(childSessionId) ?? []), usage])
    }
    const sum = (parts: ReadonlyArray<Usage>) => (parts.length === 0 ? undefined : UsageSum.total(parts))
    return ids.flatMap((sessionId) => {
      const own = sum([...this.jobs.usedBy(sessionId), ...(open.get(sessionId) ?? [])])
      const removed = sum(this.removed.get(sessionId)?.usages ?? [])
      return own === undefined && removed === undefined ? [] : [{ sessionId, own, removed }]
    })
  }

  /** Before the session and its jobs go. */
  removeSession(id: SessionId, exists: (id: SessionId) => boolean): void {
    const { spawned, usages } = this.removed.get(id) ?? nobody
    this.removed.delete(id)
    const nearest = this.lineage.ancestors(id).find(exists)
    if (nearest === undefined) return
    const kept = this.removed.get(nearest) ?? nobody
    this.removed.set(nearest, {
      spawned: kept.spawned + spawned + (exists(id) ? 1 : 0),
      usages: [...kept.usages, ...usages, ...this.jobs.usedBy(id)]
    })
  }
}
