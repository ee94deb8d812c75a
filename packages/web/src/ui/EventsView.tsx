/**
 * The recorded events of one session as they are, each with a link of its own.
 *
 * @stability unstable
 */
import { useSignal } from "@preact/signals"
import type { Entry } from "../Events.ts"
import * as Address from "../Address.ts"
import * as Figures from "../Figures.ts"
import * as Inert from "../Inert.ts"
import * as Store from "../Store.ts"
import { useFeedPart } from "./FeedPart.ts"
import { copy, download } from "./Saving.ts"
import { Windowed } from "./Windowed.tsx"

const rowHeight = 26
/** What a row shows of an event; the one that is opened is shown whole. */
const lineMax = 400

const { stringify } = JSON

const lineOf = ({ event }: Entry): string => Inert.line(stringify(event).slice(0, lineMax))

const whole = ({ atMillis, event, number, streamId }: Entry, indent?: number): string =>
  stringify({ number, streamId, at: new Date(atMillis).toISOString(), ...event }, undefined, indent)

const addressOf = (id: string, event: number): Address.Place => ({ _tag: "Session", id, tab: "events", event })

const Row = (props: { readonly entry: Entry; readonly isOpen: boolean; readonly open: () => void }) => {
  const { entry, isOpen, open } = props
  return (
    <button type="button" class={`event${isOpen ? " opened" : ""}`} aria-expanded={isOpen} onClick={open}>
      <span class="number">{entry.number}</span>
      <time class="dim">{Figures.clock(entry.atMillis)}</time>
      <span class="event-type">{entry.event.type}</span>
      <span class="event-text dim">{lineOf(entry)}</span>
    </button>
  )
}

const Whole = ({ entry, id }: { readonly entry: Entry; readonly id: string }) => {
  const link = `${location.origin}${location.pathname}${Address.print({ ...Address.parse(""), place: addressOf(id, entry.number) })}`
  return (
    <div class="event-whole">
      <div class="bar">
        <button type="button" onClick={() => void copy(whole(entry, 2))}>
          Copy
        </button>
        <button type="button" onClick={() => void copy(link)}>
          Copy link
        </button>
      </div>
      <pre>{Inert.raw(whole(entry, 2))}</pre>
    </div>
  )
}

export const Events = ({ event, id }: { readonly id: string; readonly event: number | undefined }) => {
  const text = useSignal("")
  const part = useFeedPart(`session=${encodeURIComponent(id)}`, ({ streamId }) => streamId === id)
  const words = text.value.toLowerCase()
  const entries =
    words === "" ? part.entries : part.entries.filter((entry) => whole(entry).toLowerCase().includes(words))
  const index = event === undefined ? -1 : entries.findIndex(({ number }) => number === event)
  const opened = entries[index]
  const everything = (): string => part.entries.map((entry) => whole(entry)).join("\n")
  return (
    <div class="events">
      <div class="bar">
        <input
          type="search"
          aria-label="Search events"
          placeholder="Search events"
          value={text.value}
          onInput={(input) => (text.value = input.currentTarget.value)}
        />
        <button type="button" onClick={() => void copy(everything())}>
          Copy all
        </button>
        <button type="button" onClick={() => download(`${id}.jsonl`, everything(), "utf-8")}>
          Download
        </button>
        <span class="dim">
          {part.isLoading ? "loading" : Figures.count(entries.length, "event", "events")}
          {part.isCut ? ", older ones left out" : ""}
        </span>
      </div>
      {event !== undefined && opened === undefined && !part.isLoading ? (
        <p class="empty">Event {event} is not here: the feed has forgotten it, or it is of another session.</p>
      ) : null}
      <Windowed
        className="event-rows"
        count={entries.length}
        rowHeight={rowHeight}
        reveal={index}
        area={{ role: "group", "aria-label": "Events" }}
        keyOf={(at) => entries[at]?.number ?? at}
        render={(at) => {
          const entry = entries[at]
          if (entry === undefined) return null
          const isOpen = entry.number === event
          return (
            <Row
              key={entry.number}
              entry={entry}
              isOpen={isOpen}
              open={() =>
                Store.go(
                  isOpen ? { _tag: "Session", id, tab: "events", event: undefined } : addressOf(id, entry.number)
                )
              }
            />
          )
        }}
      />
      {opened === undefined ? null : <Whole entry={opened} id={id} />}
    </div>
  )
}
