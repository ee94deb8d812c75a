/**
 * The events that a client of AG-UI is sent, in the types of the protocol's own
 * library, which are types alone: nothing of it runs here.
 *
 * The library names the types of events in an enum; on the wire they are text,
 * and so they are here.
 *
 * @stability unstable
 */
import type { Event } from "@ag-ui/core"

export type { Interrupt, Message, TokenUsage } from "@ag-ui/core"

type AsText<E> = E extends { readonly type: infer Type extends string }
  ? Omit<E, "type"> & { readonly type: `${Type}` }
  : never

export type AgUiEvent = AsText<Event>

/** The version of the protocol that is spoken here. */
export const protocolVersion = "1.0"

/** Who produced an event: no name is the root. */
export interface Speaker {
  /** The session, or the name of a nested agent below one. */
  readonly key: string
  /** The id of its invocation in this run of the client; none for the root. */
  readonly subagentRunId: string | undefined
}

export const taggedBy = ({ subagentRunId }: Pick<Speaker, "subagentRunId">): { readonly subagentRunId?: string } =>
  subagentRunId === undefined ? {} : { subagentRunId }

/** What is ours in what the protocol leaves open. */
export const custom = (name: string, value: unknown): AgUiEvent => ({
  type: "CUSTOM",
  name: `offshoot.${name}`,
  value
})

/** Something that a developer should know and that ends nothing. */
export interface Notice {
  readonly code: string
  readonly message: string
}

export const notice = (told: Notice): AgUiEvent => custom("notice", told)
