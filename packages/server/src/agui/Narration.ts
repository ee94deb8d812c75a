/**
 * What a client of AG-UI is told of one run: our events in, its events out.
 * Pure.
 *
 * Some things need the record, and a pure function has none: then it says what is
 * to be read (`Snapshot`, `Asked`) or that the run is over (`Ended`), in
 * the place where that belongs among the events.
 *
 * Invariants
 *   N1. What is opened is closed before the run is.
 *   N2. After something was missed, every entry of the root's transcript is
 *       followed by a snapshot, so that what the client has of the record is whole.
 *   N3. A run of the client ends with a run of ours only if that one took its messages.
 *
 * @stability unstable
 */
import type { AgentEvent } from "@offshoot/core"
import { type AgUiEvent, custom, type Speaker, taggedBy } from "./AgUiEvent.ts"
import * as Calls from "./Calls.ts"
import * as Children from "./Children.ts"
import * as Speech from "./Speech.ts"

export type TerminalEvent = Extract<AgentEvent.OwnEvent, { readonly type: "complete" | "cancelled" | "error" }>

export interface Narration {
  readonly root: Speaker
  /** What the ids of new messages begin with. */
  readonly prefix: string
  /** Whether the client knows sub-agents, or is shown children as activities. */
  readonly children: "subagents" | "activities"
  readonly speeches: ReadonlyMap<string, Speech.Speech>
  readonly calls: Calls.Calls
  readonly shown: Children.Children
  /** Whether something of the root's was missed, or said and taken back. */
  readonly gap: boolean
  /** The last entry of the transcript that the client has with what it was told, and does not know of yet. */
  readonly mark: string | undefined
  /** Messages of the client that no run has taken yet. */
  readonly onTheWay: ReadonlySet<string>
  /** Entries of the transcript that the client's own messages became. */
  readonly own: ReadonlySet<string>
  /** The run that took its messages, as far as it is known. */
  readonly runId: string | undefined
}

export type Told =
  | { readonly _tag: "Event"; readonly event: AgUiEvent }
  /** What the root said up to here is an entry of its transcript. */
  | { readonly _tag: "Recorded" }
  /** What the root said since its last entry counts no more. */
  | { readonly _tag: "TakenBack" }
  /** The whole transcript is to be told. */
  | { readonly _tag: "Snapshot" }
  /** Somebody is asked something, if it is not answered already. */
  | { readonly _tag: "Asked" }
  | { readonly _tag: "Ended"; readonly event: TerminalEvent }
  /** The messages of the client will not be taken. */
  | { readonly _tag: "NotTaken"; readonly status: string; readonly reason: string | undefined }
  | { readonly _tag: "Deleted" }

export type Narrated = readonly [Narration, ReadonlyArray<Told>]

export const begin = (
  rootId: string,
  prefix: string,
  options: Pick<Narration, "children" | "calls" | "gap">
): Narration => ({
  root: { key: rootId, subagentRunId: undefined },
  prefix,
  ...options,
  speeches: new Map(),
  shown: Children.none,
  mark: undefined,
  onTheWay: new Set(),
  own: new Set(),
  runId: undefined
})

const told = (events: ReadonlyArray<AgUiEvent>): ReadonlyArray<Told> =>
  events.map((event): Told => ({ _tag: "Event", event }))

const nothing: ReadonlyArray<Told> = []

/** One step after the other, each on what the one before it left. */
const all = (state: Narration, steps: ReadonlyArray<(state: Narration) => Narrated>): Narrated => {
  const out: Array<Told> = []
  let now = state
  for (const step of steps) {
    const [next, more] = step(now)
    now = next
    out.push(...more)
  }
  return [now, out]
}

const isRoot = ({ root }: Narration, { key }: Speaker): boolean => key === root.key

const speechOf = ({ prefix, root, speeches }: Narration, { key, subagentRunId }: Speaker): Speech.Speech =>
  speeches.get(key) ?? Speech.silent(key === root.key ? `${prefix}-` : `${prefix}-${subagentRunId ?? key}-`)

const spoken =
  (speaker: Speaker, speak: (speech: Speech.Speech, mark: string | undefined) => Speech.Spoken) =>
  (state: Narration): Narrated => {
    const before = speechOf(state, speaker)
    const mark = isRoot(state, speaker) ? state.mark : undefined
    const [speech, events] = speak(before, mark)
    if (speech === before) return [state, told(events)]
    const marked = mark !== undefined && before.open?.kind === "text" && speech.open !== before.open
    return [
      { ...state, speeches: new Map(state.speeches).set(speaker.key, speech), ...(marked ? { mark: undefined } : {}) },
      told(events)
    ]
  }

const closed = (speaker: Speaker) => spoken(speaker, (speech, mark) => Speech.close(speech, speaker, mark))

const said = (speaker: Speaker, kind: "text" | "thought", words: string) =>
  spoken(speaker, (speech, mark) => Speech.say(speech, speaker, kind, words, mark))

const called =
  (change: (calls: Calls.Calls) => Calls.Called) =>
  (state: Narration): Narrated => {
    const [calls, events] = change(state.calls)
    return [calls === state.calls ? state : { ...state, calls }, told(events)]
  }

const shows =
  (...events: ReadonlyArray<AgUiEvent>) =>
  (state: Narration): Narrated => [state, told(events)]

const activity = (messageId: string, activityType: string, content: Record<string, unknown>): AgUiEvent => ({
  type: "ACTIVITY_SNAPSHOT",
  messageId,
  activityType: `offshoot.${activityType}`,
  content,
  replace: true
})

/** What any speaker may say of its own work. */
const work = (state: Narration, speaker: Speaker, event: AgentEvent.OwnEvent): Narrated => {
  switch (event.type) {
    case "token":
      return said(speaker, "text", event.content)(state)
    case "reasoning_token":
      return said(speaker, "thought", event.content)(state)
    case "tool_start":
      return all(state, [closed(speaker), called((calls) => Calls.begin(calls, speaker, event))])
    case "tool_complete":
    case "tool_error": {
      const content = Calls.resultText(event.type === "tool_error" ? event.error : event.result)
      const call = { toolCallId: event.toolCallId, toolName: event.toolName, arguments: {} }
      return called((calls) => Calls.answer(calls, speaker, call, content))(state)
    }
    case "task_list_changed": {
      const tasks = activity(`tasks:${speaker.subagentRunId ?? speaker.key}`, "tasks", { tasks: event.tasks })
      return shows({ ...tasks, ...taggedBy(speaker) })(state)
    }
    case "file_changed":
    case "budget_exceeded":
    case "tool_outcome_unknown":
      return shows({ ...custom(event.type, event), ...taggedBy(speaker) })(state)
    case "nested_agent_event":
      return nested(state, speaker, event)
    default:
      return [state, nothing]
  }
}

const started = (state: Narration, { key, parentKey, title }: Children.Begun): Narrated => {
  const [shown, speaker] = Children.begin(state.shown, key)
  if (speaker?.subagentRunId === undefined) return [state, nothing]
  const parent = state.shown.active.get(parentKey)?.subagentRunId
  const event: AgUiEvent = {
    type: "SUBAGENT_STARTED",
    subagentRunId: speaker.subagentRunId,
    name: title === "" ? key : title,
    ...(parent === undefined ? {} : { parentSubagentRunId: parent }),
    metadata: { offshoot: { sessionId: key, parentSessionId: parentKey } }
  }
  return [{ ...state, shown }, told([event])]
}

type NestedEvent = Extract<AgentEvent.OwnEvent, { readonly type: "nested_agent_event" }>

/** A nested agent begins with the first that is heard of it; its end is that of its owner. */
const nested = (state: Narration, owner: Speaker, { event, nestedId, title = "" }: NestedEvent): Narrated => {
  const key = Children.nestedKey(owner.key, nestedId)
  return all(state, [
    (now) => started(now, { key, title: title === "" ? nestedId : title, parentKey: owner.key }),
    (now) => {
      const speaker = now.shown.active.get(key)
      return speaker === undefined ? [now, nothing] : work(now, speaker, event)
    }
  ])
}

/** Everything of a speaker that is open, but for itself. */
const silenced =
  (speaker: Speaker, calls: "answered" | "kept") =>
  (state: Narration): Narrated =>
    all(state, [
      ...Children.nestedOf(state.shown, speaker.key).map((inner) => over(inner, calls)),
      closed(speaker),
      ...(calls === "answered" ? [called((open) => Calls.abandon(open, speaker))] : [])
    ])

const forgotten = (state: Narration, key: string): Narration => {
  const speeches = new Map(state.speeches)
  speeches.delete(key)
  return { ...state, speeches, shown: Children.end(state.shown, key) }
}

/** The end of an invocation of which nothing but that is told: suspended while its calls are kept. */
const over =
  (speaker: Speaker, calls: "answered" | "kept", interruptIds: ReadonlyArray<string> = []) =>
  (state: Narration): Narrated =>
    all(state, [
      silenced(speaker, calls),
      shows({
        type: "SUBAGENT_FINISHED",
        subagentRunId: speaker.subagentRunId ?? speaker.key,
        ...(calls === "answered"
          ? {}
          : {
              outcome: {
                type: "suspended" as const,
                ...(interruptIds.length === 0 ? {} : { interruptIds: [...interruptIds] })
              }
            })
      }),
      (now) => [forgotten(now, speaker.key), nothing]
    ])

type Completed = Extract<AgentEvent.AgentEvent, { readonly type: "sub_agent_completed" }>

/** Only what completed has finished; the rest says why it did not. */
const completed = (state: Narration, { childSessionId: key, error, reason, status }: Completed): Narrated => {
  const speaker = state.shown.active.get(key)
  if (speaker?.subagentRunId === undefined) return [state, nothing]
  const { subagentRunId } = speaker
  const end: AgUiEvent =
    status === "completed"
      ? { type: "SUBAGENT_FINISHED", subagentRunId, result: { status, reason }, outcome: { type: "success" } }
      : { type: "SUBAGENT_ERROR", subagentRunId, message: error ?? reason, code: reason }
  return all(state, [silenced(speaker, "answered"), shows(end), (now) => [forgotten(now, key), nothing]])
}

/** A child of a client that does not know sub-agents is an activity: where it stands, and nothing of what it says. */
const asActivity = (state: Narration, event: AgentEvent.AgentEvent): Narrated => {
  switch (event.type) {
    case "sub_agent_started":
      return there(state, { key: event.childSessionId, title: event.title ?? "", parentKey: event.parentSessionId })
    case "sub_agent_completed": {
      const { childSessionId: key, error, reason, status } = event
      const patch: Extract<AgUiEvent, { readonly type: "ACTIVITY_DELTA" }>["patch"] = [
        { op: "replace", path: "/status", value: status },
        { op: "add", path: "/reason", value: reason },
        ...(error === undefined ? [] : [{ op: "add" as const, path: "/error", value: error }])
      ]
      if (!state.shown.active.has(key)) return [state, nothing]
      const delta: AgUiEvent = {
        type: "ACTIVITY_DELTA",
        messageId: `child:${key}`,
        activityType: "offshoot.child",
        patch
      }
      return [forgotten(state, key), told([delta])]
    }
    default:
      return [state, nothing]
  }
}

const isAsk = ({ type }: AgentEvent.AgentEvent): boolean =>
  type === "clarification_needed" || type === "tool_approval_requested"

const asked: ReadonlyArray<Told> = [{ _tag: "Asked" }]

type Wrapped = Extract<AgentEvent.AgentEvent, { readonly type: "sub_agent_event" }>

const wrapped = (state: Narration, { childSessionId: key, event, parentSessionId: parentKey }: Wrapped): Narrated => {
  if (isAsk(event)) return [state, asked]
  if (state.children === "activities") return [state, nothing]
  return all(state, [
    (now) => started(now, { key, title: "", parentKey }),
    (now) => {
      const speaker = now.shown.active.get(key)
      return speaker === undefined ? [now, nothing] : work(now, speaker, event)
    }
  ])
}

const child = (state: Narration, event: AgentEvent.AgentEvent): Narrated => {
  if (event.type === "sub_agent_event") return wrapped(state, event)
  if (state.children === "activities") return asActivity(state, event)
  if (event.type === "sub_agent_completed") return completed(state, event)
  if (event.type !== "sub_agent_started") return [state, nothing]
  const { childSessionId: key, parentSessionId: parentKey, title = "" } = event
  return started(state, { key, title, parentKey })
}

type Appended = Extract<AgentEvent.OwnEvent, { readonly type: "message_appended" }>

/** An entry stands in the root's transcript (N2). */
const appended = (state: Narration, { messageId, role }: Appended): Narrated => {
  if (role === "assistant") {
    const recorded: ReadonlyArray<Told> = [{ _tag: "Recorded" }]
    if (!state.gap) return [{ ...state, mark: messageId }, recorded]
    // Which words of the entry the client has is not known: it gets it under an id of its own, in its place.
    return all(state, [closed(state.root), (now) => [now, [...recorded, { _tag: "Snapshot" }]]])
  }
  // Somebody else's message: where it stands among what was said, only the record knows.
  return role === "user" && !state.own.has(messageId) ? missed(state) : [state, nothing]
}

/** Something was missed, or said in vain: nothing that is open is whole. */
const missed = (state: Narration, ...events: ReadonlyArray<AgUiEvent>): Narrated =>
  all({ ...state, gap: true }, [
    ...[state.root, ...state.shown.active.values()].map(closed),
    (now) => [now, [...told(events), { _tag: "Snapshot" }]]
  ])

type Receipt = Extract<AgentEvent.OwnEvent, { readonly type: "message_receipt_changed" }>

const received = (state: Narration, { messageId, reason, status }: Receipt): Narrated => {
  if (!state.onTheWay.has(messageId) || status === "queued") return [state, nothing]
  const onTheWay = new Set(state.onTheWay)
  onTheWay.delete(messageId)
  return [{ ...state, onTheWay }, status === "delivered" ? nothing : [{ _tag: "NotTaken", status, reason }]]
}

/** Whether this end is that of the client's run (N3). */
const isItsEnd = ({ onTheWay, runId }: Narration, event: TerminalEvent): boolean =>
  onTheWay.size === 0 && (runId === undefined || event.runId === undefined || event.runId === runId)

const wentOn = (state: Narration, runId: string, nextRunId: string): Narration =>
  state.runId === runId ? { ...state, runId: nextRunId } : state

/** One event of the stream of the root and everything below it. */
export const hear = (state: Narration, event: AgentEvent.AgentEvent): Narrated => {
  switch (event.type) {
    case "sub_agent_started":
    case "sub_agent_completed":
    case "sub_agent_event":
      return child(state, event)
    case "complete":
    case "cancelled":
    case "error":
      return [state, isItsEnd(state, event) ? [{ _tag: "Ended", event }] : nothing]
    case "message_appended":
      return appended(state, event)
    case "message_receipt_changed":
      return received(state, event)
    case "clarification_needed":
    case "tool_approval_requested":
      return [state, asked]
    case "execution_started":
      return shows(custom("run", { sessionId: event.sessionId, runId: event.runId }))(state)
    case "run_suspended":
      return [wentOn(state, event.runId, event.nextRunId), nothing]
    case "run_retried": {
      const [next, more] = missed(wentOn(state, event.runId, event.nextRunId), custom(event.type, event))
      return [next, [{ _tag: "TakenBack" }, ...more]]
    }
    case "lagged":
      return missed(state, custom(event.type, { missed: event.missed }))
    case "feed_reset":
      return missed(state)
    case "session_title_updated":
      return shows(custom("title", { title: event.title }))(state)
    case "session_deleted":
      return event.sessionId === state.root.key ? [state, [{ _tag: "Deleted" }]] : [state, nothing]
    default:
      return work(state, state.root, event)
  }
}

/** A child that was there before the client came. */
export const there = (state: Narration, begun: Children.Begun): Narrated => {
  if (state.children === "subagents") return started(state, begun)
  const { key, parentKey, title } = begun
  const [shown, speaker] = Children.begin(state.shown, key)
  if (speaker === undefined) return [state, nothing]
  const content = { sessionId: key, parentSessionId: parentKey, title: title === "" ? key : title, status: "running" }
  return shows(activity(`child:${key}`, "child", content))({ ...state, shown })
}

/** Tells the client of the last entry that it has, with the text that it belongs to (see `Coverage`). */
const marked = (state: Narration): Narrated => {
  const { mark } = state
  const messageId = state.speeches.get(state.root.key)?.lastTextId
  if (mark === undefined || messageId === undefined) return [state, nothing]
  return shows(
    { type: "TEXT_MESSAGE_START", messageId, role: "assistant" },
    { type: "TEXT_MESSAGE_END", messageId, ...Speech.upTo(mark) }
  )({ ...state, mark: undefined })
}

/**
 * Closes what is open (N1). `kept`: calls wait for their answer, which a later run
 * tells. `interrupts`: what each speaker asks, by its key.
 */
export const closeAll = (
  state: Narration,
  calls: "answered" | "kept",
  interrupts: ReadonlyMap<string, ReadonlyArray<string>> = new Map()
): Narrated => {
  // Who is nested is closed with its owner, and a child before its parent.
  const inner = state.children === "activities" ? [] : [...state.shown.active.values()].toReversed()
  return all(state, [
    ...inner.map((speaker) => (now: Narration) => {
      if (!now.shown.active.has(speaker.key)) return [now, nothing] as const
      return over(speaker, "kept", interrupts.get(speaker.key))(now)
    }),
    silenced(state.root, calls),
    marked,
    ...(state.gap && calls === "answered" ? [(now: Narration): Narrated => [now, [{ _tag: "Snapshot" }]]] : [])
  ])
}

/** Shows a call that somebody is asked to permit, unless it is shown already, and says under which id. */
export const showCall = (
  state: Narration,
  speaker: Speaker,
  call: Calls.Call
): readonly [Narration, ReadonlyArray<Told>, string | undefined] => {
  const [next, more] = all(state, [closed(speaker), called((calls) => Calls.begin(calls, speaker, call))])
  return [next, more, Calls.shownAs(next.calls, speaker, call.toolCallId)]
}
