/**
 * The server's snapshot as the reading that `TreeView` takes. Pure.
 *
 * @stability unstable
 */
import * as TreeView from "@offshoot/core/TreeView"
import type { Request, Session, Snapshot } from "./Wire.ts"

const millisOf = (iso: string | undefined): number | undefined => {
  const millis = iso === undefined ? Number.NaN : Date.parse(iso)
  return Number.isNaN(millis) ? undefined : millis
}

const toolOf = ({ hold, run, status }: Session): TreeView.Known["tool"] => {
  if (status !== "running") return undefined
  const last = run?.lastTool
  const name = hold?.type === "tool" ? hold.toolName : last?.phase === "begin" ? last.name : undefined
  const argument = hold?.argument ?? last?.argument
  return name === undefined ? undefined : { name, ...(argument === undefined ? {} : { argument }) }
}

/** Members that are left out when there is no value. */
const known = <A extends object>(members: { readonly [K in keyof A]: A[K] | undefined }): Partial<A> => {
  const kept: Partial<A> = {}
  for (const key in members) {
    const value = members[key]
    if (value !== undefined) kept[key] = value
  }
  return kept
}

const knownOf = (session: Session, request: TreeView.Known["request"]): TreeView.Known => ({
  id: session.id,
  title: session.title,
  status: session.status,
  createdAtMillis: millisOf(session.run?.startedAt ?? session.createdAt) ?? 0,
  updatedAtMillis: millisOf(session.updatedAt) ?? 0,
  ...known<Pick<TreeView.Known, Optional>>({
    parentId: session.parentId,
    agent: session.agent,
    profile: session.profile,
    model: session.modelUsed ?? session.model,
    reason: session.reason,
    error: session.error,
    place: session.place,
    sinceMillis: millisOf(session.hold?.since),
    tool: toolOf(session),
    usage: session.usage,
    request
  })
})

type Optional =
  | "parentId"
  | "agent"
  | "profile"
  | "model"
  | "reason"
  | "error"
  | "place"
  | "sinceMillis"
  | "tool"
  | "usage"
  | "request"

const openOf = (request: Request): TreeView.OpenRequest => ({
  id: request.id,
  sessionId: request.sessionId,
  ask: request.ask,
  openedAtMillis: millisOf(request.openedAt) ?? 0,
  expiresAtMillis: millisOf(request.expiresAt)
})

const askedIn = ({ ask, id }: TreeView.OpenRequest): TreeView.Known["request"] => ({
  requestId: id,
  question: TreeView.questionOf(ask)
})

/** A snapshot, newest first, as a level, parents first. */
export const levelOf = ({ number, requests, sessions, truncated }: Snapshot): TreeView.Level => {
  const open = requests.filter(({ status }) => status === "pending").map(openOf)
  const asked = new Map(open.map((request) => [request.sessionId, askedIn(request)]))
  return {
    number,
    truncated,
    sessions: sessions.toReversed().map((session) => knownOf(session, asked.get(session.id))),
    requests: open
  }
}
