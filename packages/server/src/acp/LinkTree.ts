/**
 * The children of a link's session: what the record and their own words say of
 * them, shown as often as an editor can look.
 *
 * What somebody is (started, ended, asks) is shown at once; what it says gathers
 * for a moment. An editor that knows sub-agents gets a session for each child,
 * announced before anything of it is told; every other one gets tool calls.
 *
 * @stability unstable
 */
import { AgentEvent, Ids, Session } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { levelOf } from "../cli/LiveTree.ts"
import { jsonLine } from "../internal/jsonLine.ts"
import * as TreeView from "@offshoot/core/TreeView"
import type * as Wire from "../Wire.ts"
import { type Card, cardOf, cardUpdate, subagentOf } from "./ChildCards.ts"
import type { LinkState } from "./LinkState.ts"
import * as NestedCards from "./NestedCards.ts"
import { over, type Said, said, silent, type Spoken, textChunk } from "./OwnUpdates.ts"

/** Children that are shown again in one go; the others come with the next, so that none keeps an editor busy. */
const shownAtOnceMax = 32

/** The spoken part of a session, the link's own or a child's. */
export const spokenOf = (state: LinkState, id: string): Spoken =>
  state.spoken.get(id) ?? silent(undefined, String(state.from ?? 0))

/** Sends what was said, under the session that said it. */
export const speak = Effect.fnUntraced(function* (state: LinkState, id: string, { spoken, updates }: Said) {
  state.spoken.set(id, spoken)
  yield* Effect.forEach(updates, (update) => state.peer.update(id, update), { discard: true })
})

const gather = (state: LinkState): void => {
  state.gathered.openUnsafe()
}

const showCard = Effect.fnUntraced(function* (state: LinkState, card: Card) {
  const update = cardUpdate(card, state.cards.get(card.toolCallId))
  if (update === undefined) return
  state.cards.set(card.toolCallId, card)
  yield* state.peer.update(state.id, update)
})

/** What the parent told the child, as a message between their sessions. */
const showTask = Effect.fnUntraced(function* ({ peer, server }: LinkState, id: string, parentId: string) {
  const first = yield* Effect.option(
    server.client.calls.sessions.messages({ params: { id: Ids.SessionId.make(id) }, query: { limit: 1 } })
  )
  const entry = Option.getOrUndefined(first)?.items[0]
  if (entry === undefined || entry.role !== "user") return
  yield* peer.update(id, {
    sessionUpdate: "session_message",
    messageId: entry.id,
    senderSessionId: parentId,
    recipientSessionId: id,
    content: [{ type: "text", text: entry.text }]
  })
})

/** Announces a child, its parent first, or says what has changed of it. */
const announce: (state: LinkState, node: TreeView.TreeNode) => Effect.Effect<void> = Effect.fnUntraced(function* (
  state: LinkState,
  node: TreeView.TreeNode
) {
  const parentId = node.parentId ?? state.id
  const parent = TreeView.nodeOf(state.tree, parentId)
  if (parentId !== state.id && parent !== undefined && !state.announced.has(parentId)) yield* announce(state, parent)
  const update = subagentOf(node)
  const before = state.announced.get(node.id)
  const now = jsonLine(update)
  if (before === now) return
  state.announced.set(node.id, now)
  yield* state.peer.update(parentId, { sessionUpdate: "subagent_update", ...update })
  if (before === undefined) yield* showTask(state, node.id, parentId)
})

/** Announces a child that is heard before the record has told of it; the rest of it follows. */
const announceEarly = Effect.fnUntraced(function* (state: LinkState, id: string, parentId: string) {
  const node = TreeView.nodeOf(state.tree, id)
  if (node !== undefined) return yield* announce(state, node)
  state.announced.set(id, "")
  yield* state.peer.update(parentId, { sessionUpdate: "subagent_update", sessionId: id, state: { state: "running" } })
  yield* showTask(state, id, parentId)
})

/** Shows how a child is now. */
export const showChild = Effect.fnUntraced(function* (state: LinkState, id: string) {
  state.dirty.delete(id)
  const node = TreeView.nodeOf(state.tree, id)
  if (node === undefined || id === state.id) return
  if (state.hidden.has(id) && Session.isTerminal(node.status)) return
  state.hidden.delete(id)
  if (state.editor.subagents) return yield* announce(state, node)
  yield* showCard(state, cardOf(state.tree, node, yield* Clock.currentTimeMillis))
})

const showNested = (state: LinkState) =>
  Effect.forEach(NestedCards.cards(state.nested), (card) => showCard(state, card), { discard: true })

/** Shows what has gathered, as much as may be shown at once. */
export const showGathered = Effect.fnUntraced(function* (state: LinkState) {
  const ids = [...state.dirty].slice(0, shownAtOnceMax)
  if (ids.length === state.dirty.size) state.gathered.closeUnsafe()
  yield* Effect.forEach(ids, (id) => showChild(state, id), { discard: true })
  yield* showNested(state)
})

/** Shows everything that has gathered. */
export const showAll = Effect.fnUntraced(function* (state: LinkState) {
  state.gathered.closeUnsafe()
  yield* Effect.forEach([...state.dirty], (id) => showChild(state, id), { discard: true })
  yield* showNested(state)
})

/** Takes in what a coding agent's own sub-agent does; `id` is the session of the coding agent. */
export const hearNested = (
  state: LinkState,
  id: string,
  event: Extract<AgentEvent.OwnEvent, { readonly type: "nested_agent_event" }>
): void => {
  state.nested = NestedCards.heard(state.nested, id, event)
  gather(state)
}

/** The run of a session is over: nothing of it is open any more. */
export const endRun = Effect.fnUntraced(function* (state: LinkState, id: string) {
  const { cards, left } = NestedCards.settled(state.nested, id)
  state.nested = left
  yield* Effect.forEach(cards, (card) => showCard(state, card), { discard: true })
  if (state.spoken.has(id)) yield* speak(state, id, over(spokenOf(state, id)))
})

/** A live event of a child. The record tells what is durable of it. */
export const hearChild = Effect.fnUntraced(function* (state: LinkState, wrapped: AgentEvent.SubAgentEvent) {
  const { childSessionId: id, event } = wrapped
  state.tree = TreeView.heard(state.tree, wrapped, yield* Clock.currentTimeMillis)
  if (event.type === "nested_agent_event") return hearNested(state, id, event)
  if (!state.editor.subagents) {
    if (TreeView.nodeOf(state.tree, id) === undefined) return
    state.dirty.add(id)
    return gather(state)
  }
  if (!state.announced.has(id)) yield* announceEarly(state, id, wrapped.parentSessionId)
  yield* speak(state, id, said(spokenOf(state, id), event))
})

/** What was missed cannot be told of each child: those at work are marked. */
export const missed = Effect.fnUntraced(function* (state: LinkState, count: number) {
  if (!state.editor.subagents) return
  const text = `\n(${count} events were missed)\n`
  for (const node of TreeView.walk(state.tree)) {
    if (node.id === state.id || !state.announced.has(node.id) || Session.isTerminal(node.status)) continue
    yield* state.peer.update(node.id, textChunk("agent_thought_chunk", text))
  }
})

/** Takes a snapshot. The first one says where the link begins. */
export const level = Effect.fnUntraced(function* (state: LinkState, snapshot: Wire.Snapshot) {
  const isFirst = state.from === undefined
  state.from ??= snapshot.number
  state.toldUpTo = Math.max(state.toldUpTo, snapshot.number)
  state.tree = TreeView.level(state.tree, levelOf(snapshot))
  for (const { id, status } of TreeView.walk(state.tree)) {
    if (id === state.id) continue
    if (isFirst && state.shows === "at_work" && Session.isTerminal(status)) state.hidden.add(id)
    state.dirty.add(id)
  }
  yield* showAll(state)
})

/** Takes a durable event of the session or of somebody below it. */
export const record = Effect.fnUntraced(function* (state: LinkState, recorded: TreeView.Recorded) {
  state.toldUpTo = Math.max(state.toldUpTo, recorded.number)
  state.tree = TreeView.recorded(state.tree, recorded, yield* Clock.currentTimeMillis)
  const subject = TreeView.subjectOf(recorded)
  if (subject === state.id) return
  yield* showChild(state, subject)
  const { event } = recorded
  if (event.type === "sub_agent_completed" || AgentEvent.isTerminalEvent(event)) yield* endRun(state, subject)
})
