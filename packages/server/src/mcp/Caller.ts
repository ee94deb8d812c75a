/**
 * Who calls, and what is theirs.
 *
 * A caller is a host in a place: its agents are children of one root session,
 * which is found again by its request key, so that a host that is started anew
 * finds what it left. A caller that is itself a session of ours has its agents
 * below that session, where depth, budgets and tools bound them (I8).
 *
 * A caller reaches what is below its own session. For anything else the answer
 * is the one for what is not there.
 *
 * @stability unstable
 */
import * as NodeCrypto from "node:crypto"
import * as NodePath from "node:path"
import type { Ids } from "@offshoot/core"
import * as Effect from "effect/Effect"
import type { ClientShape } from "../Client.ts"
import * as Problems from "../Problems.ts"
import type * as Wire from "../Wire.ts"
import * as WaitCursor from "./WaitCursor.ts"

export type Calls = ClientShape["calls"]

/**
 * - `Host`: a program with a name, in a folder when it is on this machine.
 * - `Session`: a program that a session of ours has started.
 */
export type Identity =
  | { readonly _tag: "Host"; readonly name: string; readonly folder: string | undefined }
  | { readonly _tag: "Session"; readonly sessionId: Ids.SessionId }

/** A line in a list. */
const nameCharsMax = 80

const nameOf = (name: string): string =>
  name
    .replaceAll(/[^\w.@/ -]/g, "")
    .trim()
    .slice(0, nameCharsMax) || "unknown"

const digest = (text: string): string => NodeCrypto.createHash("sha256").update(text).digest("hex").slice(0, 16)

/** One root for each host in each folder; hosts that come over HTTP have no folder. */
export const rootOf = ({ folder, name }: Extract<Identity, { readonly _tag: "Host" }>): Wire.NewSession => {
  const host = nameOf(name)
  return folder === undefined
    ? { title: host, requestKey: `mcp-http:${host}`, metadata: { "mcp.host": host } }
    : {
        title: `${host} in ${nameOf(NodePath.basename(folder))}`,
        requestKey: `mcp:${host}:${digest(folder)}`,
        workspace: folder,
        metadata: { "mcp.host": host, "mcp.folder": folder }
      }
}

/** Trees are bounded; whoever is deeper is not below anybody. */
const depthMax = 256

const isMissing = (error: unknown): boolean => error instanceof Problems.SessionNotFound

export interface Caller {
  /** What is called on behalf of the caller's own session, which is made when it is first needed or was deleted. */
  readonly asSelf: <A, E>(call: (self: Ids.SessionId) => Effect.Effect<A, E>) => Effect.Effect<A, E | RootError>
  /** Up to which ends it was told, as far as this process knows: what a wait without a cursor goes on from. */
  told: WaitCursor.WaitCursor
  /** A session below the caller's own. */
  readonly owned: (id: Ids.SessionId) => Effect.Effect<Wire.WireSession, OwnedError>
}

type RootError = Effect.Error<ReturnType<Calls["sessions"]["create"]>>
type OwnedError = RootError | Effect.Error<ReturnType<Calls["sessions"]["get"]>>

const notFound = (id: Ids.SessionId) =>
  new Problems.SessionNotFound({
    detail: `there is no agent ${id} of yours`,
    hint: "list_agents names those that there are.",
    sessionId: id
  })

/** `sinceMillis`: ends before it are not told unless their agents are named. */
export const make = (calls: Calls, identity: Identity, sinceMillis: number): Caller => {
  let known: Ids.SessionId | undefined = identity._tag === "Session" ? identity.sessionId : undefined

  const self = Effect.suspend(() => {
    if (known !== undefined) return Effect.succeed(known)
    if (identity._tag === "Session") return Effect.succeed(identity.sessionId)
    return Effect.map(calls.sessions.create({ payload: rootOf(identity) }), ({ id }) => {
      known = id
      return id
    })
  })

  /** Somebody may have deleted the root since; then there is another. */
  const asSelf: Caller["asSelf"] = (call) =>
    Effect.flatMap(self, call).pipe(
      Effect.catchIf(
        (error) => identity._tag === "Host" && error instanceof Problems.SessionNotFound && error.sessionId === known,
        () => {
          known = undefined
          return Effect.flatMap(self, call)
        }
      )
    )

  const isBelow = Effect.fnUntraced(function* (own: Ids.SessionId, session: Wire.WireSession) {
    if (session.id === own) return false
    if (session.rootId === own) return true
    let parentId = session.parentId
    for (let depth = 0; depth < depthMax && parentId !== undefined; depth += 1) {
      if (parentId === own) return true
      parentId = (yield* calls.sessions.get({ params: { id: parentId } })).parentId
    }
    return false
  })

  const owned: Caller["owned"] = Effect.fnUntraced(function* (id) {
    const own = yield* self
    const session = yield* calls.sessions.get({ params: { id } })
    return (yield* isBelow(own, session)) ? session : yield* notFound(id)
  })

  return {
    told: WaitCursor.from(sinceMillis),
    asSelf,
    owned: (id) => Effect.catchIf(owned(id), isMissing, () => Effect.fail(notFound(id)))
  }
}
