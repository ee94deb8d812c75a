/**
 * What a link's session says, and what of it was not heard: the live stream says
 * it first, and the transcript says whether that was all.
 *
 * With each entry of the transcript what was heard is compared. After a gap
 * nothing is said until an entry has covered it, so that what an editor has is
 * always the beginning of what was said. Entries that were in the gap themselves
 * come first and do not cover it: something may have been said after them.
 *
 * @stability unstable
 */
import type { AgentEvent } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Wire from "../Wire.ts"
import type { LinkState } from "./LinkState.ts"
import { hearNested, speak, spokenOf } from "./LinkTree.ts"
import { said, textChunk } from "./OwnUpdates.ts"
import { reconciled } from "./Transcript.ts"

/** One page of the transcript. */
const pageEntries = 200

/** Pages that are read to close one gap; a session that wrote more meanwhile is read on with its next entry. */
const pagesMax = 50

const takeEntry = Effect.fnUntraced(function* (state: LinkState, entry: Wire.WireMessage) {
  state.position = entry.position
  if (entry.hidden || entry.text === "") return
  if (entry.role === "user") {
    if (state.own.delete(entry.id)) return
    const content = { type: "text", text: entry.text } as const
    return yield* state.peer.update(state.id, { sessionUpdate: "user_message_chunk", content, messageId: entry.id })
  }
  if (entry.role !== "assistant") return
  const { left, missed } = reconciled(state.heard, entry.text)
  state.heard = left
  if (missed !== "") yield* state.peer.update(state.id, textChunk("agent_message_chunk", missed))
})

/** Reads the transcript up to an entry, or to its end, and says what of it was not heard. */
const catchUp = Effect.fnUntraced(function* (state: LinkState, upTo: Option.Option<string>) {
  for (let pages = 0; pages < pagesMax; pages++) {
    const page = yield* Effect.option(
      state.server.client.calls.sessions.messages({
        params: { id: state.id },
        query: { after: state.position, limit: pageEntries }
      })
    )
    if (Option.isNone(page)) {
      // It comes with the next entry that can be read.
      state.gap = "covered_by_next"
      return
    }
    for (const entry of page.value.items) {
      yield* takeEntry(state, entry)
      if (Option.contains(upTo, entry.id)) return covered(state)
    }
    if (page.value.nextCursor === undefined) return covered(state)
  }
})

const covered = (state: LinkState): void => {
  if (state.gap === "covered_by_next") state.gap = "none"
}

/** The run has ended: all that it said is in the transcript. */
export const catchUpToEnd = Effect.fnUntraced(function* (state: LinkState) {
  yield* catchUp(state, Option.none())
  state.heard = ""
  state.gap = "none"
})

/** A live event of the session itself, but its end. */
export const hear = Effect.fnUntraced(function* (state: LinkState, event: AgentEvent.OwnEvent) {
  switch (event.type) {
    case "message_appended":
      if (event.role === "tool" || event.role === "system") return
      return yield* catchUp(state, Option.some(event.messageId))
    case "token":
      if (state.gap !== "none") return
      state.heard += event.content
      break
    case "run_retried":
      // What its run said and never wrote down is said again by the next one.
      state.heard = ""
      state.gap = "none"
      break
    case "token_budget_updated":
      if (event.limitTokens !== undefined) state.context = { used: event.usedTokens, size: event.limitTokens }
      break
    case "nested_agent_event":
      return hearNested(state, state.id, event)
    default:
      break
  }
  yield* speak(state, state.id, said(spokenOf(state, state.id), event))
})

/** Some events of the stream were missed. */
export const missed = (state: LinkState): void => {
  state.gap = "open"
}

/** The stream goes on after what was missed: the next entry covers it. */
export const goesOn = (state: LinkState): void => {
  if (state.gap === "open") state.gap = "covered_by_next"
}
