/**
 * When the sessions of a subtree were in which state, from the record. Pure.
 *
 * A span has no end while it lasts. What the feed has forgotten is not there;
 * a session then begins with the first that is still told of it.
 *
 * @stability unstable
 */
import type { Entry } from "./Events.ts"

export type State = "queued" | "running" | "asking" | "waiting" | "stopping"

export interface Span {
  readonly state: State
  readonly fromMillis: number
  readonly toMillis: number | undefined
}

export interface Track {
  readonly id: string
  readonly spans: ReadonlyArray<Span>
  /** How its last run ended. */
  readonly end: string | undefined
}

export interface Tracks {
  readonly number: number
  readonly byId: ReadonlyMap<string, Track>
}

/** As many bars as a line can show apart; later changes lengthen the last one. */
const spansMax = 400
/** As many lines as somebody scrolls through. */
const tracksMax = 2_000

export const none: Tracks = { number: -1, byId: new Map() }

/** The types of event that this is made from. */
export const types = [
  "session_created",
  "sub_agent_started",
  "execution_started",
  "session_status_changed",
  "complete",
  "cancelled",
  "error",
  "sub_agent_completed"
] as const

const stateOf = (status: string): State | undefined => {
  switch (status) {
    case "pending":
      return "queued"
    case "running":
      return "running"
    case "awaiting_request":
      return "asking"
    case "waiting_for_children":
      return "waiting"
    case "cancelling":
      return "stopping"
    default:
      return undefined
  }
}

interface Change {
  readonly id: string
  /** None: it rests. */
  readonly state: State | undefined
  readonly end?: string
}

const changeOf = ({ event, streamId }: Entry): Change | undefined => {
  switch (event.type) {
    case "sub_agent_started":
      return { id: event.childSessionId, state: "queued" }
    case "execution_started":
      return { id: streamId, state: "running" }
    case "session_status_changed": {
      const state = stateOf(event.status)
      return state === undefined ? { id: event.sessionId, state, end: event.status } : { id: event.sessionId, state }
    }
    case "complete":
    case "error":
      return { id: streamId, state: undefined, end: event.status }
    case "cancelled":
      return { id: streamId, state: undefined, end: "cancelled" }
    case "sub_agent_completed":
      return { id: event.childSessionId, state: undefined, end: event.status }
    default:
      return undefined
  }
}

const moved = (track: Track, { end, state }: Change, atMillis: number): Track => {
  const last = track.spans.at(-1)
  const isSame = last !== undefined && last.toMillis === undefined && last.state === state
  if (isSame || (state === undefined && last?.toMillis !== undefined))
    return end === undefined ? track : { ...track, end }
  if (state !== undefined && track.spans.length >= spansMax) return track
  const closed =
    last === undefined || last.toMillis !== undefined
      ? track.spans
      : [...track.spans.slice(0, -1), { ...last, toMillis: Math.max(last.fromMillis, atMillis) }]
  return {
    ...track,
    spans: state === undefined ? closed : [...closed, { state, fromMillis: atMillis, toMillis: undefined }],
    end: state === undefined ? (end ?? track.end) : undefined
  }
}

/** The tracks after more of the feed; what was taken before changes nothing. `isWithin`: of which sessions. */
export const take = (tracks: Tracks, entries: ReadonlyArray<Entry>, isWithin: (id: string) => boolean): Tracks => {
  const byId = new Map(tracks.byId)
  let number = tracks.number
  for (const entry of entries) {
    if (entry.number <= number) continue
    number = entry.number
    const change = changeOf(entry)
    if (change === undefined || !isWithin(change.id)) continue
    const track = byId.get(change.id)
    if (track === undefined && byId.size >= tracksMax) continue
    byId.set(change.id, moved(track ?? { id: change.id, spans: [], end: undefined }, change, entry.atMillis))
  }
  return { number, byId }
}
