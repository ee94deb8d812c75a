/**
 * What a failed call of the server means for the editor that made it happen. Pure.
 *
 * @stability unstable
 */
import { explain } from "../cli/Connect.ts"
import { ServerUnreachable } from "../cli/Failures.ts"
import { codes, RpcError } from "./JsonRpc.ts"

/** What there is to do when nobody can run a session. `agents`: those that could, if they were named. */
export const nobodyRuns = (agents: ReadonlyArray<string>): RpcError => {
  const known = agents.length === 0 ? "" : ` (${agents.join(", ")})`
  const message = `no agent can run this: name a model provider under providers in offshoot.config.json, or one of its agents${known} with --agent`
  return new RpcError({ code: codes.internal, message })
}

const hasTag = (error: unknown): error is { readonly _tag: string } =>
  typeof error === "object" && error !== null && "_tag" in error && typeof error._tag === "string"

export const notFound = (sessionId: string): RpcError =>
  new RpcError({ code: codes.notFound, message: `there is no session ${sessionId}`, data: { sessionId } })

/** A failure of any call or stream, in the words of the command line. */
export const failed = (error: unknown, url: string): RpcError => {
  if (error instanceof RpcError) return error
  const tag = hasTag(error) ? error._tag : ""
  if (tag === "AgentNotConfigured") return nobodyRuns([])
  const told = explain(error, url)
  const { message } = told
  return told instanceof ServerUnreachable
    ? new RpcError({ code: codes.internal, message, data: { unreachable: true } })
    : new RpcError({ code: tag === "SessionNotFound" ? codes.notFound : codes.internal, message })
}

/** Whether the server did not answer at all: another one may have to be found. */
export const isUnreachable = ({ data }: RpcError): boolean => data?.["unreachable"] === true
