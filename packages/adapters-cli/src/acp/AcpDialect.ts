/**
 * Where agents that speak ACP differ, as data: each agent's file says how its
 * own departs from the plain protocol.
 *
 * @stability unstable
 */
import type { Session } from "@offshoot/core"
import { type Frame, recordIn, textIn } from "../Frames.ts"
import type { RpcRefused } from "../JsonRpcPeer.ts"
import type { Form } from "./AcpForm.ts"
import * as AcpUsage from "./AcpUsage.ts"

export interface AcpDialect {
  /** As outcomes name the program. */
  readonly title: string
  /**
   * The modes in which it asks before it acts, by the agent's own ids. The
   * first that it offers is set; whoever answers what it asks is decided here,
   * so that no other mode is ever wanted.
   */
  readonly askingModes: ReadonlyArray<string>
  /** `arguments`: the program was started with the model, nothing is left to say. */
  readonly model: "protocol" | "arguments"
  /** The name of a tool, where it does not stand in `name`. */
  readonly toolNameOf: (call: Frame) => string | undefined
  /** What the program itself says in its agent's name: shown as its notice, and no part of the answer. */
  readonly noticeIn: (update: Frame) => string | undefined
  /** Why a call failed that is told as completed. */
  readonly failureIn: (call: Frame) => string | undefined
  /** What one model call used, told with an update; all of them are summed. */
  readonly usageInUpdate: (update: Frame) => Session.Usage | undefined
  /** What a turn used, told with its end. */
  readonly usageInResult: (result: Frame) => Session.Usage | undefined
  /** Why its model did not answer, from the refusal of a prompt: a status of HTTP, or that there is no room for an answer. */
  readonly causeOf: (refused: RpcRefused) => number | "context_full" | undefined
  /** What its stop reason `max_tokens` means: the answer is cut, or there is no room for one. */
  readonly maxTokens: "length" | "context_full"
  /** The questions of a permission that is none; answers go back with it. */
  readonly formIn: (permission: Frame) => Form | undefined
  /** Whether a loaded session is told again behind the answer to `session/load` too, and not only before it. */
  readonly replaysLate: boolean
  /** By which this runtime goes on with a session that begins now, and back again. */
  readonly handleOf: (sessionId: string, nowMillis: number) => string
  readonly sessionIdOf: (handle: string) => string
}

/** Codes of JSON-RPC are negative; agents that tell a status of HTTP put it in their place. */
const statusInCode = ({ code }: RpcRefused): number | undefined => (code >= 400 && code < 600 ? code : undefined)

/** The protocol as it is written down, for any agent that a person names. */
export const plain = (title: string): AcpDialect => ({
  title,
  askingModes: ["default", "ask", "manual"],
  model: "protocol",
  toolNameOf: () => undefined,
  noticeIn: () => undefined,
  failureIn: () => undefined,
  usageInUpdate: () => undefined,
  usageInResult: (result) => {
    const counts = recordIn(result, "usage")
    return counts === undefined ? undefined : AcpUsage.ofCounts(counts)
  },
  causeOf: statusInCode,
  maxTokens: "length",
  formIn: () => undefined,
  replaysLate: false,
  handleOf: (sessionId) => sessionId,
  sessionIdOf: (handle) => handle
})

/** The text of a chunk. */
export const chunkText = (update: Frame): string | undefined => {
  const content = recordIn(update, "content")
  return content === undefined || content["type"] !== "text" ? undefined : textIn(content, "text")
}
