/** I8: a child is never allowed more than its parent. */
import { Session } from "@offshoot/core"
import type { History } from "../Facts.ts"
import { ledgerOf } from "../Ledger.ts"

export const bounds = (
  history: History,
  allowed: { readonly depthMax: number; readonly agents: ReadonlyArray<string> }
): ReadonlyArray<string> => {
  const { created } = ledgerOf(history)
  return Array.from(created.values()).flatMap(({ session }) => {
    const found: Array<string> = []
    const { depth, id, metadata, parentId, rootId, workspace } = session
    if (depth > allowed.depthMax) found.push(`${id} is at depth ${depth}, the limit is ${allowed.depthMax}`)
    const agent = metadata[Session.metadataKeys.externalAgentId]
    if (parentId !== undefined && agent !== undefined && !allowed.agents.includes(agent))
      found.push(`${id} is run by ${agent}`)
    const parent = parentId === undefined ? undefined : created.get(parentId)?.session
    if (parent === undefined) {
      if (parentId !== undefined) found.push(`${id} has no parent on the record`)
      return found
    }
    if (depth !== parent.depth + 1) found.push(`${id} is at depth ${depth}, its parent at ${parent.depth}`)
    if (rootId !== parent.rootId) found.push(`${id} has another root than its parent`)
    if (parent.workspace !== undefined && workspace !== parent.workspace) found.push(`${id} left the workspace`)
    return found
  })
}
