/**
 * What a session says, as it says it. It follows the end until somebody scrolls
 * up or pauses.
 *
 * @stability unstable
 */
import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import * as Figures from "../Figures.ts"
import * as Inert from "../Inert.ts"
import type { LogRow } from "../LogBook.ts"
import { isInFlight } from "../Rows.ts"
import * as Store from "../Store.ts"
import { isNarrow, Windowed } from "./Windowed.tsx"

const rowHeight = 20
/** The room beside the text of a row, and a character's width of the font that rows are set in. */
const besideText = { wide: 120, narrow: 84 }
const characterWidth = 7.25

const streams: Record<typeof Store.stream.value, string> = {
  connecting: "connecting",
  open: "live",
  waiting: "other tabs use all live streams",
  lost: "connection lost, trying again",
  over: "ended"
}

const Row = ({ row }: { readonly row: LogRow }) => (
  <div class={`log-row log-${row.kind}`}>
    <span class="log-label">{Inert.line(row.label)}</span>
    <span class="log-text">{row.text}</span>
  </div>
)

export const Log = ({ id }: { readonly id: string }) => {
  const follow = useSignal(true)
  const paused = useSignal(false)
  const raw = useSignal(false)
  const columns = useSignal(100)
  /** What is shown while it is paused. */
  const kept = useSignal<ReadonlyArray<LogRow>>([])
  const version = Store.bookVersion.value

  useEffect(() => {
    Store.book.fit(columns.value, raw.value ? "raw" : "clean")
    Store.bookVersion.value = Store.book.version
  }, [columns.value, raw.value])

  const rows = paused.value ? kept.value : Store.book.rows
  const node = Store.nodeOf(id)
  const isLive = node !== undefined && (isInFlight(node) || node.status === "idle")
  const status = isLive || Store.stream.value !== "open" ? streams[Store.stream.value] : "it has ended"
  return (
    <div class="log" data-version={version}>
      <div class="bar">
        <button
          type="button"
          aria-pressed={paused.value}
          onClick={() => {
            kept.value = [...Store.book.rows]
            paused.value = !paused.value
            if (!paused.value) follow.value = true
          }}
        >
          {paused.value ? "Resume" : "Pause"}
        </button>
        <button type="button" aria-pressed={follow.value} onClick={() => (follow.value = !follow.value)}>
          Follow
        </button>
        <button type="button" aria-pressed={raw.value} onClick={() => (raw.value = !raw.value)}>
          Raw
        </button>
        <span class="dim">
          {status} · {Figures.count(rows.length, "line", "lines")}
          {Store.book.dropped === 0 ? "" : `, ${Store.book.dropped.toLocaleString("en")} older ones dropped`}
        </span>
      </div>
      {rows.length === 0 ? (
        <p class="empty">
          {isLive
            ? "It has said nothing yet."
            : "Nothing is kept of what it said live. What it was told and answered is under Messages."}
        </p>
      ) : (
        <Windowed
          className="log-rows"
          count={rows.length}
          rowHeight={rowHeight}
          follow={follow.value && !paused.value}
          onScrolled={(atEnd) => (follow.value = atEnd)}
          onSize={(width) =>
            (columns.value = Math.max(
              20,
              Math.floor((width - (isNarrow.value ? besideText.narrow : besideText.wide)) / characterWidth)
            ))
          }
          area={{ role: "log", "aria-label": "Live log", "aria-live": "off", tabIndex: 0 }}
          keyOf={(at) => rows[at]?.key ?? at}
          render={(at) => {
            const row = rows[at]
            return row === undefined ? null : <Row key={row.key} row={row} />
          }}
        />
      )}
    </div>
  )
}
