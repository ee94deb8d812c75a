/** The sessions of `opencode serve` 1.18.33 and the events that tell of them. */
import NodeProcess from "node:process"
import { type Fields, idOf, nowMillis } from "./Json.ts"
import type { Stage } from "./Stage.ts"
import { Asks, type Failure, type Spent } from "./Voice.ts"

export const version = "1.18.33"

export interface OpencodeSession {
  readonly id: string
  readonly parentID: string | undefined
  readonly resumed: boolean
  /** The rules that came with it, on top of the configuration. */
  rules: ReadonlyArray<unknown> | undefined
  readonly messages: Array<{ readonly info: Fields; readonly parts: Array<Fields> }>
  todos: ReadonlyArray<Fields>
}

export interface Reply {
  /** `once`, `always` or `reject`. */
  readonly reply: string
  /** What the user said with a rejection: with it the turn goes on. */
  readonly message: string
}

export class OpencodeBus {
  readonly stage: Stage
  readonly permissions = new Asks<Reply>()
  /** What waits for an answer, as it was asked. */
  readonly pending = new Map<string, Fields>()
  readonly questions = new Asks<ReadonlyArray<unknown> | undefined>()
  /** Ends every stream of events. */
  cut: () => void = () => undefined

  constructor(stage: Stage) {
    this.stage = stage
  }

  event(type: string, properties: Fields): void {
    this.stage.wire.send({ id: idOf("evt_"), type, properties })
  }

  status(sessionID: string, status: Fields): void {
    this.event("session.status", { sessionID, status })
  }
}

export const noTokens: Fields = { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } }

export const sessionInfo = (session: OpencodeSession): Fields => ({
  id: session.id,
  slug: "calm-actor",
  version,
  projectID: "global",
  directory: NodeProcess.cwd(),
  path: "",
  ...(session.parentID === undefined ? {} : { parentID: session.parentID }),
  title: "New session",
  ...(session.rules === undefined ? {} : { permission: session.rules }),
  cost: 0,
  tokens: noTokens,
  time: { created: nowMillis(), updated: nowMillis() }
})

/** Cached tokens are not in the input, reasoning is not in the output. */
export const tokensOf = (spent: Spent): Fields => ({
  total: spent.input + spent.cached + spent.output + spent.reasoning,
  input: spent.input,
  output: spent.output,
  reasoning: spent.reasoning,
  cache: { write: 0, read: spent.cached }
})

/** Dollars for one token: input, cached, output. */
const price = { input: 3e-6, cached: 3e-7, output: 1.5e-5 }

export const costOf = (spent: Spent): number =>
  spent.costUsd ??
  spent.input * price.input + spent.cached * price.cached + (spent.output + spent.reasoning) * price.output

export const errorOf = (failure: Failure): Fields => {
  if (failure.kind === "overflow") return { name: "ContextOverflowError", data: { message: failure.message } }
  if (failure.kind === "unauthorized" && !failure.retried) {
    return { name: "ProviderAuthError", data: { providerID: "fake", message: failure.message } }
  }
  return {
    name: "APIError",
    data: {
      message: failure.message,
      statusCode: failure.status,
      isRetryable: failure.kind === "rate_limit" || failure.kind === "server",
      responseHeaders: { "content-type": "application/json" },
      responseBody: JSON.stringify({ error: { message: failure.message } }),
      metadata: { url: "http://127.0.0.1/v1/chat/completions" }
    }
  }
}

export const abortedError: Fields = { name: "MessageAbortedError", data: { message: "Aborted" } }

export const filterError: Fields = {
  name: "ContentFilterError",
  data: { message: "The response was blocked by the provider's content filter" }
}

const allowed = { permission: "*", pattern: "*", action: "allow" }

/** As a server without any configuration tells them; of their rules, the first. */
export const agents: ReadonlyArray<Fields> = [
  { name: "build", mode: "primary", native: true, permission: [allowed], options: {} },
  { name: "general", mode: "subagent", native: true, permission: [allowed], options: {} }
]
