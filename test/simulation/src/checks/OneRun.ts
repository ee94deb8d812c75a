/** I1: a session has at most one live run. */
import type { Ids } from "@offshoot/core"
import type { History } from "../Facts.ts"

interface Body {
  readonly runId: Ids.RunId
  readonly sessionId: Ids.SessionId
  readonly incarnation: number
}

/**
 * A body lives from its start to its end, or to the end of its try on the record: one
 * that did not stop is given up. A crash ends all bodies of its incarnation.
 */
export const oneRun = (history: History): ReadonlyArray<string> => {
  const found: Array<string> = []
  const live = new Map<Ids.RunId, Body>()
  for (const fact of history) {
    switch (fact._tag) {
      case "BodyStarted": {
        const { incarnation, runId, sessionId } = fact
        for (const other of live.values()) {
          if (other.sessionId === sessionId) {
            found.push(`${sessionId} runs as ${other.runId} and as ${runId} at ${fact.atMillis} ms`)
          }
        }
        live.set(runId, { runId, sessionId, incarnation })
        break
      }
      case "BodyEnded":
        live.delete(fact.runId)
        break
      case "Committed":
        for (const change of fact.transition) {
          if (change._tag === "JobSettled") live.delete(change.completion.runId)
          if (change._tag === "JobReplaced") live.delete(change.runId)
        }
        break
      case "Stopping":
        for (const body of live.values()) {
          if (fact.how === "crashed" && body.incarnation === fact.incarnation) live.delete(body.runId)
        }
        break
      default:
        break
    }
  }
  return found
}
