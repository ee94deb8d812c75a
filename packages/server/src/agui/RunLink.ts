/**
 * One stream of a client: what it narrates, and what it reads of the record for
 * that. Owned by the one fiber that takes what the session's stream brings.
 *
 * Viewing is not owning: when a link ends, its session goes on.
 *
 * @stability unstable
 */
import {
  type AgentEvent,
  type Ids,
  type Obligation,
  Outcome,
  type Session,
  type SessionStore,
  type SubAgents
} from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Wire from "../Wire.ts"
import type { AgUiEvent, Interrupt } from "./AgUiEvent.ts"
import { custom } from "./AgUiEvent.ts"
import { interruptOf } from "./Asks.ts"
import type * as Children from "./Children.ts"
import type { Coverage } from "./Coverage.ts"
import * as Ending from "./Ending.ts"
import * as Narration from "./Narration.ts"

/** One page of a transcript, or of requests. */
const pageMax = 200

/** What a snapshot has of a transcript at most: more than anybody scrolls through. */
const entriesMax = 2_000
const charsMax = 8_000_000

export interface RunLink {
  readonly subAgents: SubAgents.SubAgentsShape
  readonly names: Ending.Names
  readonly rootId: Ids.SessionId
  readonly coverage: Coverage
  narration: Narration.Narration
  /** What the tree had used when the run began. */
  readonly usedBefore: Session.Usage
  /** Whether the transcript is to be told before anything else is: several wishes for it are one. */
  snapshotDue: boolean
  /** Whether the last word is said. */
  over: boolean
}

type Failure = SubAgents.SessionNotFound | SessionStore.StoreError
type Reads<A> = Effect.Effect<A, Failure>
/** What a step of a link returns: events to be sent. */
type Telling = Effect.fn.Return<ReadonlyArray<AgUiEvent>, Failure>

/** The end of the root's transcript: what people see of it. */
const transcript = Effect.fnUntraced(function* ({ rootId, subAgents }: RunLink) {
  const entries: Array<Session.StoredMessage> = []
  let chars = 0
  let leftOut = 0
  let after = 0
  for (let hasMore = true; hasMore;) {
    const page = yield* subAgents.messages(rootId, { after, limit: pageMax })
    for (const entry of page) {
      after = entry.position
      entries.push(entry)
      chars += entry.text.length
      while (entries.length > entriesMax || (chars > charsMax && entries.length > 1)) {
        chars -= entries.shift()?.text.length ?? 0
        leftOut += 1
      }
    }
    hasMore = page.length === pageMax
  }
  return { entries, leftOut }
})

/** The thread as it is recorded, in one event, and how much of it is left out; nothing if it is not due. */
const snapshotIfDue = (link: RunLink): Reads<ReadonlyArray<AgUiEvent>> =>
  Effect.suspend(() => {
    if (!link.snapshotDue) return Effect.succeed([])
    link.snapshotDue = false
    return Effect.map(transcript(link), ({ entries, leftOut }): ReadonlyArray<AgUiEvent> => [
      { type: "MESSAGES_SNAPSHOT", messages: link.coverage.messages(entries) },
      ...(leftOut === 0 ? [] : [custom("left_out", { entries: leftOut })])
    ])
  })

/** What is asked in the tree and not answered. */
const openRequests = (
  subAgents: SubAgents.SubAgentsShape,
  rootId: Ids.SessionId
): Effect.Effect<ReadonlyArray<Obligation.Request>, SessionStore.StoreError> =>
  Effect.map(
    subAgents.requests({
      state: "open",
      scope: { _tag: "Subtree", sessionId: rootId },
      after: Option.none(),
      limit: pageMax
    }),
    (requests) => requests.filter(({ status }) => status === "pending")
  )

/** Takes what a step says, and returns what is to be sent at once. */
const narrate = (link: RunLink, [narration, told]: Narration.Narrated): ReadonlyArray<Narration.Told> => {
  link.narration = narration
  return told
}

const usage = Effect.fnUntraced(function* ({ rootId, subAgents, usedBefore }: RunLink) {
  const used = yield* subAgents.usage(rootId)
  return {
    event: custom("usage", Wire.treeUsage(used)),
    ofRun: Ending.usedBetween(usedBefore, used.tree)
  }
})

/** Says the last words; nothing follows. */
const finish = Effect.fnUntraced(function* (
  link: RunLink,
  calls: "answered" | "kept",
  interrupts: ReadonlyMap<string, ReadonlyArray<string>>,
  lastWord: (usage: ReturnType<typeof Ending.usedBetween>) => AgUiEvent
) {
  const closing = yield* render(link, narrate(link, Narration.closeAll(link.narration, calls, interrupts)))
  const whole = yield* snapshotIfDue(link)
  const used = yield* usage(link)
  link.over = true
  return [...closing, ...whole, used.event, lastWord(used.ofRun)]
})

const noInterrupts: ReadonlyMap<string, ReadonlyArray<string>> = new Map()

/** The run of ours has ended, and so has the client's. */
const end = Effect.fnUntraced(function* (link: RunLink, event: Narration.TerminalEvent | undefined) {
  const { names, rootId, subAgents } = link
  const found = Option.getOrUndefined(yield* subAgents.result(rootId))
  const isIts = found !== undefined && (event?.runId === undefined || event.runId === found.runId)
  const known = isIts
    ? Ending.endOf(rootId, found.runId, found.outcome)
    : event === undefined
      ? undefined
      : Ending.endOfEvent(rootId, event)
  return yield* finish(link, "answered", noInterrupts, (ofRun) =>
    known === undefined ? Ending.failed(neverRan, ofRun) : Ending.ended(names, known, ofRun)
  )
})

export const neverRan: Ending.Failure = {
  code: "no_pending_message",
  message: Outcome.errorText(Outcome.noPendingMessage) ?? "",
  hint: "Send a message of the user at the end of `messages`, with an id that is new."
}

/** The run is over for a reason of ours, and the session may go on. */
export const fail = (link: RunLink, failure: Ending.Failure): Reads<ReadonlyArray<AgUiEvent>> =>
  finish(link, "kept", noInterrupts, (ofRun) => Ending.failed(failure, ofRun))

/** Ends the client's run with what is asked; our run waits on. None: nothing is asked. */
export const interrupt = Effect.fnUntraced(function* (link: RunLink): Telling {
  const requests = yield* openRequests(link.subAgents, link.rootId)
  if (requests.length === 0) return []
  const shown: Array<AgUiEvent> = []
  const interrupts: Array<Interrupt> = []
  const bySpeaker = new Map<string, Array<string>>()
  for (const request of requests) {
    const { narration } = link
    const speaker = request.sessionId === link.rootId ? narration.root : narration.shown.active.get(request.sessionId)
    const canShow = speaker !== undefined && (speaker === narration.root || narration.children === "subagents")
    let toolCallId: string | undefined
    if (canShow && request.ask.type === "permission") {
      const [next, told, id] = Narration.showCall(narration, speaker, request.ask)
      shown.push(...(yield* render(link, narrate(link, [next, told]))))
      toolCallId = id
    }
    const subagentRunId = canShow ? speaker.subagentRunId : undefined
    interrupts.push(interruptOf(request, { subagentRunId, toolCallId }))
    const ids = bySpeaker.get(request.sessionId) ?? []
    bySpeaker.set(request.sessionId, [...ids, request.id])
  }
  const { runId, threadId } = link.names
  const last = yield* finish(link, "kept", bySpeaker, (ofRun) => ({
    type: "RUN_FINISHED",
    threadId,
    runId,
    outcome: { type: "interrupt", interrupts },
    ...(ofRun.length === 0 ? {} : { usage: [...ofRun] })
  }))
  return [...shown, ...last]
})

const one = (link: RunLink, told: Narration.Told): Reads<ReadonlyArray<AgUiEvent>> => {
  switch (told._tag) {
    case "Event":
      return Effect.map(snapshotIfDue(link), (whole) => {
        link.coverage.note(told.event)
        return [...whole, told.event]
      })
    case "Recorded":
    case "TakenBack":
      return Effect.sync(() => {
        link.coverage.recorded()
        return []
      })
    case "Snapshot":
      return Effect.sync(() => {
        link.snapshotDue = true
        return []
      })
    case "Asked":
      return interrupt(link)
    case "Ended":
      return end(link, told.event)
    case "NotTaken":
      return fail(link, {
        code: `message_${told.status}`,
        message: `The message was not taken: ${told.reason ?? told.status}`,
        hint: "Send it again with a new id."
      })
    case "Deleted":
      link.over = true
      return Effect.succeed([
        Ending.failed(
          { code: "session_deleted", message: "The session of this thread was deleted", hint: undefined },
          []
        )
      ])
  }
}

/** Carries out what a step says, in its order, up to the end of the run. */
const render = Effect.fnUntraced(function* (link: RunLink, told: ReadonlyArray<Narration.Told>): Telling {
  const events: Array<AgUiEvent> = []
  for (const each of told) {
    if (link.over) break
    events.push(...(yield* one(link, each)))
  }
  return events
})

/** What the session's stream brings, as far as the run goes; one after the other, for an end closes what is open then. */
export const hear = Effect.fnUntraced(function* (link: RunLink, heard: ReadonlyArray<AgentEvent.AgentEvent>): Telling {
  const events: Array<AgUiEvent> = []
  for (const event of heard) {
    if (link.over) break
    events.push(...(yield* render(link, narrate(link, Narration.hear(link.narration, event)))))
  }
  if (!link.over) events.push(...(yield* snapshotIfDue(link)))
  return events
})

/** What a client is told first, after the beginning of its run. */
export const greet = Effect.fnUntraced(function* (link: RunLink, there: ReadonlyArray<Children.Begun>): Telling {
  const events = [...(yield* snapshotIfDue(link))]
  for (const child of there) {
    events.push(...(yield* render(link, narrate(link, Narration.there(link.narration, child)))))
  }
  return events
})

/** Nothing is left to follow: how the last run ended is the end. */
export const settle = (link: RunLink): Reads<ReadonlyArray<AgUiEvent>> => end(link, undefined)
