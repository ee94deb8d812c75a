/**
 * A page of somebody's, as far as it is a client of AG-UI: the protocol's own
 * `HttpAgent`, which checks every event and every sequence of them and fails the
 * run at the first that is not valid.
 */
import { HttpAgent, type HttpAgentConfig, type RunAgentParameters } from "@ag-ui/client"
import type { BaseEvent, Interrupt, Message } from "@ag-ui/core"
import * as Effect from "effect/Effect"

export interface Target {
  readonly port: number
  readonly token: string
}

/** How a run looked from the page. */
export interface Seen {
  readonly events: ReadonlyArray<BaseEvent>
  readonly interrupts: ReadonlyArray<Interrupt>
  /** The words of the failure, when the run failed or its stream was no valid one. */
  readonly failure: string | undefined
}

export interface Page {
  readonly agent: HttpAgent
  /** Everything that the page shows of the thread. */
  readonly messages: () => ReadonlyArray<Message>
  /** Says something, or nothing, and reads the run to its end. */
  readonly run: (text?: string, parameters?: RunAgentParameters) => Effect.Effect<Seen>
  /** The first event of this run, or of the next, that fits. */
  readonly seeing: (fits: (event: BaseEvent) => boolean) => Effect.Effect<BaseEvent>
  /** Closes the connection in the middle of a run. */
  readonly leave: Effect.Effect<void>
}

let saidEver = 0

/**
 * A body that ends where the connection was lost. The client, when it is told of a
 * lost connection, throws the loss once more where nobody catches it.
 */
const endingQuietly = async function* (body: AsyncIterable<Uint8Array>) {
  try {
    yield* body
  } catch {
    return
  }
}

const quiet =
  (ask: HttpAgent["fetch"]): HttpAgent["fetch"] =>
  async (url, init) => {
    const { body, headers, status } = await ask(url, init)
    return new Response(body === null ? null : ReadableStream.from(endingQuietly(body)), { headers, status })
  }

export const open = (target: Target, config: HttpAgentConfig | { readonly threadId: string }): Page => {
  const agent = new HttpAgent({
    url: `http://127.0.0.1:${target.port}/agui`,
    headers: { Authorization: `Bearer ${target.token}` },
    ...config
  })
  agent.fetch = quiet(agent.fetch)
  const watchers = new Set<(event: BaseEvent) => void>()
  let events: Array<BaseEvent> = []
  agent.subscribe({
    onEvent: ({ event }) => {
      events.push(event)
      for (const watcher of watchers) watcher(event)
    }
  })
  const outcome = (parameters: RunAgentParameters | undefined): Effect.Effect<string | undefined> =>
    Effect.callback((resume) => {
      agent.runAgent(parameters).then(
        () => resume(Effect.succeed(undefined)),
        (error: unknown) => resume(Effect.succeed(String(error)))
      )
    })
  return {
    agent,
    messages: () => agent.messages,
    run: (text, parameters) =>
      Effect.suspend(() => {
        events = []
        if (text !== undefined) agent.addMessage({ id: `said-${++saidEver}`, role: "user", content: text })
        return Effect.map(outcome(parameters), (failure) => ({ events, interrupts: agent.pendingInterrupts, failure }))
      }),
    seeing: (fits) =>
      Effect.callback((resume) => {
        const look = (event: BaseEvent) => {
          if (fits(event)) resume(Effect.succeed(event))
        }
        watchers.add(look)
        for (const event of events) look(event)
        return Effect.sync(() => watchers.delete(look))
      }),
    leave: Effect.sync(() => agent.abortRun())
  }
}
