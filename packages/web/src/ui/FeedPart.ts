/**
 * The part of the feed that a view is about: what is recorded of it, then what
 * comes, once each.
 *
 * What is recorded is read by one short connection that is closed at the number
 * that the page knows already; the rest comes from the hub.
 *
 * @stability unstable
 */
import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import * as Actions from "../Actions.ts"
import type { Entry } from "../Events.ts"
import { entryOf } from "../Events.ts"
import * as Store from "../Store.ts"

/** Nothing more of the past came for so long: what there is has been read. */
const quietMillis = 2_000

/** What one view keeps of the past; the feed itself has more. */
const entriesMax = 20_000

export interface Part {
  readonly entries: ReadonlyArray<Entry>
  readonly isLoading: boolean
  /** Whether older ones were left out. */
  readonly isCut: boolean
}

const empty: Part = { entries: [], isLoading: true, isCut: false }

const joined = (part: Part, more: ReadonlyArray<Entry>): Part => {
  const last = part.entries.at(-1)?.number ?? -1
  const fresh = more.filter(({ number }) => number > last)
  if (fresh.length === 0) return part
  const all = [...part.entries, ...fresh]
  return { ...part, entries: all.slice(-entriesMax), isCut: part.isCut || all.length > entriesMax }
}

/** Reads a part of the record up to the number that is known now. */
const readPart = async (query: string, signal: AbortSignal, show: (part: Part) => void): Promise<void> => {
  const target = Store.tree.peek().number
  const enough = new AbortController()
  let part = empty
  let quiet = setTimeout(() => enough.abort(), quietMillis)
  await Actions.readStream(`/v1/feed?since=0&${query}`, AbortSignal.any([signal, enough.signal]), (frames) => {
    clearTimeout(quiet)
    quiet = setTimeout(() => enough.abort(), quietMillis)
    part = joined(
      part,
      frames.flatMap((frame) => entryOf(frame) ?? [])
    )
    show(part)
    // An empty feed says nothing at all, and one that has been passed says how far it is.
    if (frames.some(({ number }) => number !== undefined && number >= target)) enough.abort()
  })
  clearTimeout(quiet)
  if (!signal.aborted) show({ ...part, isLoading: false })
}

export const useFeedPart = (query: string, isWithin: (entry: Entry) => boolean): Part => {
  const past = useSignal(empty)
  useEffect(() => {
    past.value = empty
    const stop = new AbortController()
    void readPart(query, stop.signal, (part) => {
      past.value = part
    })
    return () => stop.abort()
  }, [query])
  // While the past is read its numbers are still to come: what is newer is joined behind them.
  return past.value.isLoading ? past.value : joined(past.value, Store.recent.value.filter(isWithin))
}
