/**
 * What a link remembers: an editor's hold on one session while its connection
 * lasts.
 *
 * Plain memory, owned by the link's one fiber, which is the only one that changes
 * it. What is done with it is in `LinkTree`, `LinkText`, `LinkAsks` and
 * `LinkTurn`; `Link` runs them.
 *
 * @stability unstable
 */
import type { PromptResponse } from "@agentclientprotocol/sdk/unstable"
import type { AgentEvent, FeedReader, Ids } from "@offshoot/core"
import type * as Deferred from "effect/Deferred"
import type * as FiberMap from "effect/FiberMap"
import type * as Latch from "effect/Latch"
import type * as Semaphore from "effect/Semaphore"
import type { Followed } from "../Client.ts"
import type { Connected } from "../cli/Connect.ts"
import type * as TreeView from "@offshoot/core/TreeView"
import type * as Wire from "../Wire.ts"
import type { Card } from "./ChildCards.ts"
import type { Editor } from "./Editor.ts"
import type { RpcError } from "./JsonRpc.ts"
import type { NestedAgents } from "./NestedCards.ts"
import type { Spoken } from "./OwnUpdates.ts"
import type { Peer } from "./Peer.ts"

/** One `session/prompt` until it is answered. */
export interface Turn {
  readonly text: string
  readonly answer: Deferred.Deferred<PromptResponse, RpcError>
  /** How often the editor has wished to stop it. */
  cancels: number
  /** Whether the session has the message; before that no end is this turn's. */
  sent: boolean
  /** The message, and whether a run has taken it. */
  messageId: string | undefined
  taken: boolean
  /** The run that began with it, when one did. */
  runId: string | undefined
  /** How its run ended, and at which number of the record; what is told up to there comes before the answer. */
  ended: { readonly event: TerminalEvent; readonly number: number } | undefined
}

export type TerminalEvent = Extract<AgentEvent.OwnEvent, { readonly type: "complete" | "cancelled" | "error" }>

/** What comes to a link, one after the other. */
export type Input =
  | { readonly _tag: "Live"; readonly followed: Followed }
  | { readonly _tag: "Told"; readonly told: FeedReader.Told<Wire.Snapshot> }
  | { readonly _tag: "Prompt"; readonly turn: Turn }
  /** Time to show what has gathered. */
  | { readonly _tag: "Tick" }
  /** The record took too long to tell what came before a turn's end. */
  | { readonly _tag: "Overdue"; readonly turn: Turn }
  /** What was said before a question of the session took too long to be heard. */
  | { readonly _tag: "Unheard"; readonly requestId: string }
  /** The turn could not be stopped. */
  | { readonly _tag: "Abandoned"; readonly turn: Turn; readonly error: RpcError }
  /** An editor has no way to be asked. */
  | { readonly _tag: "Unasked"; readonly requestId: string }

/** A request while it is open here. */
export interface Asked {
  readonly request: Wire.WireRequest
  /** Where it is shown as a tool call that nothing else ends; none: somewhere else. */
  readonly shownAs: { readonly sessionId: string; readonly toolCallId: string } | undefined
}

/** Which children are shown at the beginning: all of an old session, or those that are still at work. */
export type Shows = "all" | "at_work"

export interface LinkState {
  readonly id: Ids.SessionId
  readonly server: Connected
  readonly peer: Peer
  readonly editor: Editor
  readonly shows: Shows
  /** The questions of the session and of those below it that are put to the editor, by request. */
  readonly asking: FiberMap.FiberMap<string>
  readonly askingMax: Semaphore.Semaphore
  tree: TreeView.TreeState
  /** The number that the record was first told at; what the live stream repeats of before is old. */
  from: number | undefined
  /** The number up to which the record was told. */
  toldUpTo: number
  /** The number up to which the live stream was heard. */
  heardUpTo: number
  /** What the editor shows of each child. */
  readonly cards: Map<string, Card>
  /** Children that had settled before, and are shown when they work again. */
  readonly hidden: Set<string>
  /** Children of which something is to be shown. */
  readonly dirty: Set<string>
  /** Open while something has gathered that is to be shown. */
  readonly gathered: Latch.Latch
  nested: NestedAgents
  /** What each session has said: the link's own, and the children that the editor shows as sessions. */
  readonly spoken: Map<string, Spoken>
  /** What the editor was last told of each child that it shows as a session. */
  readonly announced: Map<string, string>
  /** Text of the session since its last entry. */
  heard: string
  /** Whether some of it was missed: it comes with an entry. `open`: what follows it at once was recovered, and does not cover it. */
  gap: "none" | "open" | "covered_by_next"
  /** The last entry of the transcript that was read. */
  position: number
  /** Messages that the editor sent and shows by itself. */
  readonly own: Set<string>
  /** What the model's context holds, as it was last told. */
  context: { readonly used: number; readonly size: number } | undefined
  /** A run that ended and went on as another. */
  readonly wentOnAs: Map<string, string>
  turn: Turn | undefined
  /** Turns that have not come to their place yet. */
  readonly coming: Set<Turn>
  /** Requests that are open here, by id. */
  readonly asked: Map<string, Asked>
  /** Requests of the session itself that the record told of before what was said before them was heard: their numbers. */
  readonly unheard: Map<string, number>
  /** Questions that wait for the next message, the oldest first. */
  readonly inWords: Array<Wire.WireRequest>
}
