/**
 * What a failed call of the server means for the editor that made it happen. Pure.
 *
 * @stability unstable
 */
import { explain } from "../cli/Connect.ts"
import { codes, RpcError } from "./JsonRpc.ts"

/** What there is to do when nobody can run a session. */
export const nobodyRuns =
  "no agent can run this: name a model provider under providers in offshoot.config.json, or an agent of agents with --agent"

const hasTag = (error: unknown): error is { readonly _tag: string } =>
  typeof error === "object" && error !== null && "_tag" in error && typeof error._tag === "string"

export const notFound = (sessionId: string): RpcError =>
  new RpcError({ code: codes.notFound, message: `there is no session ${sessionId}`, data: { sessionId } })

/** A failure of any call or stream, in the words of the command line. */
export const failed = (error: unknown, url: string): RpcError => {
  if (error instanceof RpcError) return error
  const tag = hasTag(error) ? error._tag : ""
  if (tag === "AgentNotConfigured") return new RpcError({ code: codes.internal, message: nobodyRuns })
  const { message } = explain(error, url)
  return new RpcError({ code: tag === "SessionNotFound" ? codes.notFound : codes.internal, message })
}
