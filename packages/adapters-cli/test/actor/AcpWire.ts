/** JSON-RPC 2.0 in lines, as ACP speaks it: who asks what, and which answer belongs to it. */
import { type Fields, at, isFields, textAt } from "./Json.ts"
import type { Stage } from "./Stage.ts"
import { Asks } from "./Voice.ts"

/** The codes of ACP 1. */
export const codes = {
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  authRequired: -32000,
  notFound: -32002
}

export interface Refusal {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

export class AcpWire {
  readonly stage: Stage
  private readonly asks = new Asks<unknown>()
  private asked = 0

  constructor(stage: Stage) {
    this.stage = stage
  }

  notify(method: string, params: Fields): void {
    this.stage.wire.send({ jsonrpc: "2.0", method, params })
  }

  update(sessionId: string, sessionUpdate: string, fields: Fields): void {
    this.notify("session/update", { sessionId, update: { sessionUpdate, ...fields } })
  }

  respond(id: unknown, result: unknown): void {
    this.stage.wire.send({ jsonrpc: "2.0", id: this.stage.idOf(id), result })
  }

  refuse(id: unknown, error: Refusal): void {
    this.stage.wire.send({ jsonrpc: "2.0", id: this.stage.idOf(id), error })
  }

  /** Asks the client; the answer is its result, or undefined when it refuses. */
  ask(method: string, params: Fields): Promise<unknown> {
    const id = this.asked++
    this.stage.wire.send({ jsonrpc: "2.0", id, method, params })
    return this.asks.wait(String(id))
  }

  /** Whether the frame is an answer to something asked. */
  takesAnswer(frame: Fields): boolean {
    if (textAt(frame, "method") !== "") return false
    this.asks.answer(String(frame["id"]), isFields(frame["error"]) ? undefined : at(frame, "result"))
    return true
  }
}
