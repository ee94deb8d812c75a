/**
 * `offshoot send`: sends a message to a session.
 */
import type { Ids } from "@offshoot/core"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import { jsonLine } from "../internal/jsonLine.ts"
import type * as Wire from "../Wire.ts"
import { calling, connect, type Where } from "./Connect.ts"
import { untilSignal } from "./Signals.ts"

export interface SendInput {
  readonly where: Where
  readonly id: Ids.SessionId
  readonly text: string
  readonly mode: "queue" | "interrupt"
  readonly json: boolean
}

const told = ({ mode, status }: Wire.Receipt): string => {
  if (status === "delivered") return "delivered: the session runs with it"
  if (status !== "queued") return status
  return mode === "interrupt"
    ? "on its way: it interrupts the run"
    : "on its way: the run takes it at its next safe point"
}

/** Ends once the message is recorded; what becomes of it is in the session's inbox. */
export const send = Effect.fn("Cli.send")(
  function* ({ id, json, mode, text, where }: SendInput) {
    const { client, url } = yield* connect(where)
    const receipt = yield* calling(url, client.calls.messages.send({ params: { id }, payload: { text, mode } }))
    yield* Console.log(json ? jsonLine(receipt) : told(receipt))
  },
  untilSignal,
  Effect.provide(FetchHttpClient.layer)
)
