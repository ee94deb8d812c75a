/**
 * What a person allowed a session for as long as it is there: by tool, with the
 * request whose answer said so. The record has it in that request; here it is
 * kept so that not every ask reads the record.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RequestId, SessionId } from "../Ids.ts"
import type { Request } from "../Obligation.ts"
import type { Granted } from "../RequestPolicy.ts"
import type { SessionStoreShape, StoreError } from "../SessionStore.ts"

/** Sessions that asked lately; one that is forgotten is read again. */
const sessionsMax = 4_096
const pageMax = 500
/** A session that asked more often than this is asked for anew: what it was allowed is not looked for any further. */
const pagesMax = 10

interface Entry {
  readonly tools: Map<string, RequestId>
  isRead: boolean
}

/** The tool of a permission that was given for the whole session. */
export const grantedBy = ({ ask, scope, status }: Request): string | undefined =>
  ask.type === "permission" && scope === "session" && (status === "approved" || status === "delivery_failed")
    ? ask.toolName
    : undefined

export class Grants {
  private readonly sessions = new Map<SessionId, Entry>()
  private readonly store: Pick<SessionStoreShape, "obligations">

  constructor(store: Pick<SessionStoreShape, "obligations">) {
    this.store = store
  }

  /** An answer that was recorded. Also while the record is being read: it may not have seen it. */
  note(request: Request): void {
    const tool = grantedBy(request)
    if (tool !== undefined) this.entry(request.sessionId).tools.set(tool, request.id)
  }

  /** What the session was allowed. */
  readonly of = Effect.fnUntraced(function* (this: Grants, id: SessionId): Effect.fn.Return<Granted, StoreError> {
    const entry = this.entry(id)
    if (!entry.isRead) {
      yield* this.read(id)
      entry.isRead = true
    }
    return entry.tools
  })

  private readonly read = Effect.fnUntraced(function* (this: Grants, sessionId: SessionId) {
    let after = Option.none<RequestId>()
    for (let page = 0; page < pagesMax; page++) {
      const scope = { _tag: "Session", sessionId } as const
      const found = yield* this.store.obligations({ kind: "request", state: "any", scope, after, limit: pageMax })
      for (const obligation of found) {
        if (obligation.kind !== "request") continue
        this.note(obligation)
        after = Option.some(obligation.id)
      }
      if (found.length < pageMax) return
    }
  })

  private entry(id: SessionId): Entry {
    const entry = this.sessions.get(id) ?? { tools: new Map<string, RequestId>(), isRead: false }
    this.sessions.delete(id)
    this.sessions.set(id, entry)
    const [oldest] = this.sessions.keys()
    if (this.sessions.size > sessionsMax && oldest !== undefined) this.sessions.delete(oldest)
    return entry
  }
}
