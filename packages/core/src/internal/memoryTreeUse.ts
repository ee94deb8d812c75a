import type { SessionId } from "../Ids.ts"
import type { Usage } from "../Session.ts"
import type { TreeUsage } from "../SessionStore.ts"
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
