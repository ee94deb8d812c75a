/**
 * What becomes true of one session, with the events that tell of it on its own
 * stream: as one part of a commit.
 */
import * as Option from "effect/Option"
import type { OwnEvent } from "../AgentEvent.ts"
import type { Transition } from "../SessionStore.ts"
import type { SessionStreamsShape } from "../SessionStreams.ts"
import { publishOwn, type Seat } from "./publisher.ts"
import type { Built } from "./recorder.ts"

/** Changes, and the events that tell of them, in order. */
export interface Step {
  readonly changes: Transition
  readonly events: ReadonlyArray<OwnEvent>
}

/** The steps as one part of a commit; `show` gets the numbers of these events only. */
export const builtOf = (streams: SessionStreamsShape, seat: Seat, steps: ReadonlyArray<Step>): Built => {
  const events = steps.flatMap((step) => step.events)
  return {
    changes: steps.flatMap(({ changes, events: told }): Transition => [
      ...changes,
      ...told.map((event) => ({ _tag: "EventRecorded", sessionId: seat.childId, event }) as const)
    ]),
    show: (numbers) => {
      events.forEach((event, index) => {
        publishOwn(streams, seat, Option.fromUndefinedOr(numbers[index]), event)
      })
    }
  }
}

const eventsIn = ({ changes }: Built): number => changes.filter(({ _tag }) => _tag === "EventRecorded").length

/** Several parts as one; each shows its own numbers. Most ends of a run have one part that says something. */
export const joined = (parts: ReadonlyArray<Built>): Built => {
  const telling = parts.filter(({ changes }) => changes.length > 0)
  const [only] = telling
  if (only !== undefined && telling.length === 1) return only
  return {
    changes: telling.flatMap(({ changes }) => changes),
    show: (numbers) => {
      let at = 0
      for (const part of telling) {
        const count = eventsIn(part)
        part.show(numbers.slice(at, at + count))
        at += count
      }
    }
  }
}
