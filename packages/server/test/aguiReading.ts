/**
 * What the protocol's own client makes of events: it checks each against its
 * schemas and all against its rules of sequence, and shows the messages.
 */
import { HttpAgent } from "@ag-ui/client"
import type { Message } from "@ag-ui/core"
import { EventSchemas } from "@ag-ui/core/schemas"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { AgUiEvent } from "../src/agui/AgUiEvent.ts"

export interface Reading {
  readonly messages: ReadonlyArray<Message>
  /** Why the client gave up, or what it could not use; none: everything is as the protocol wants it. */
  readonly faults: ReadonlyArray<string>
}

export const json = Schema.decodeSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

/** What the schemas refuse. */
const malformed = (event: AgUiEvent): ReadonlyArray<string> => {
  const parsed = EventSchemas.safeParse(event)
  return parsed.success ? [] : [`${event.type}: ${parsed.error.message}`]
}

/** What the client has taken out of events before it showed them: the schemas do not know it. */
const strippedOf = (sent: ReadonlyArray<AgUiEvent>, shown: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  shown.flatMap((event, index) => {
    const [was, is] = [JSON.stringify(sent[index]), JSON.stringify(event)]
    return was.length === is.length ? [] : [`${was} was shown as ${is}`]
  })

/** Reads a whole stream into a page that has some messages already. */
export const read = (events: ReadonlyArray<AgUiEvent>, initialMessages: Array<Message> = []): Effect.Effect<Reading> =>
  Effect.suspend(() => {
    const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")
    const headers = { "content-type": "text/event-stream" }
    const shown: Array<unknown> = []
    const agent = new HttpAgent({
      url: "http://127.0.0.1",
      threadId: "t",
      initialMessages,
      fetch: () => Promise.resolve(new Response(text, { headers }))
    })
    agent.subscribe({
      onEvent: ({ event }) => {
        shown.push(event)
      }
    })
    const faults = events.flatMap(malformed)
    const shownAfter = async () => {
      try {
        await agent.runAgent()
      } catch (error) {
        faults.push(String(error))
      }
      return { messages: agent.messages, faults: [...faults, ...strippedOf(events, shown)] }
    }
    return Effect.promise(shownAfter)
  })
