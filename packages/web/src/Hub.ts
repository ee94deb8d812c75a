/**
 * The one that is connected to the server for all tabs of a browser: a snapshot
 * and the feed from its number, and the streams of the sessions that somebody
 * looks at.
 *
 * On HTTP/1.1 a browser opens six connections to a host; a seventh, which may be
 * the answer to a request, waits for ever. So the feed takes one, streams at
 * most `streamsMax`, and the rest are left for calls.
 *
 * Invariants
 *   H1. A tab is told a snapshot first, then every entry after its number in
 *       order; after a loss it is told what it missed, or a snapshot again.
 *   H2. Of the record the hub keeps one snapshot and at most `entriesMax` entries.
 *   H3. A stream is read only for a tab that is visible and watches the session.
 *
 * @stability unstable
 */
import { type Entry, entryOf, isEvent } from "./Events.ts"
import type { Frame } from "./Frames.ts"
import * as Http from "./Http.ts"
import type { Connection, Down, Said, Up } from "./HubWords.ts"
import * as Shape from "./Shape.ts"
import { isOverview, isSnapshot, type Overview, type Snapshot } from "./Wire.ts"

/** What a tab that comes now is told beyond the snapshot. Past it another snapshot is smaller. */
const entriesMax = 2_000
/** Three of six connections; one is the feed's, two are left for calls. */
export const streamsMax = 3
/** Tabs that left without a word are forgotten past this; nobody looks at more. */
const tabsMax = 64
/** As many sessions as a page holds (`TreeView.nodesMax`). */
const snapshotLimit = 10_000
/** Places in the queue, tools and figures are not in the feed; they may be so old. */
const refreshMillis = 2_000
/** When nobody looks, only the badge is wanted, and the feed tells of that. */
const hiddenRefreshMillis = 30_000
/** A snapshot that took long is not asked for more often than a tenth of the time. */
const refreshShare = 10
const backoffMillisMin = 500
const backoffMillisMax = 15_000

export interface Around {
  readonly fetch: Http.Fetch
  /** Ends after the time, or when the signal is aborted. */
  readonly delay: (millis: number, signal: AbortSignal) => Promise<void>
  readonly nowMillis: () => number
  /** From 0 up to 1. */
  readonly random: () => number
}

interface Tab {
  readonly tell: (down: Down) => void
  visible: boolean
  watched: string | undefined
  stream: AbortController | undefined
}

/** Doubles with each failure, and no two browsers come back at the same moment. */
export const backoff = (failures: number, random: number): number =>
  Math.min(backoffMillisMax, backoffMillisMin * 2 ** Math.min(failures, 10)) * (0.5 + random / 2)

const isInFlight = ({ status }: { readonly status: string }): boolean =>
  status === "pending" ||
  status === "running" ||
  status === "awaiting_request" ||
  status === "waiting_for_children" ||
  status === "cancelling"

export class Hub {
  readonly #around: Around
  readonly #tabs = new Map<string, Tab>()
  #connection: Connection = { state: "connecting" }
  #snapshot: Snapshot | undefined
  #overview: Overview | undefined
  /** Each session of the snapshot, as it was told last. */
  #last: ReadonlyMap<string, string> = new Map()
  #entries: Array<Entry> = []
  /** The last number that was told. */
  #cursor = -1
  /** Whether something happened since the last snapshot. */
  #stale = false
  #wake = new AbortController()
  #refreshing = new AbortController()

  constructor(around: Around) {
    this.#around = around
  }

  /** Stays connected until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    void this.#keepFresh(signal)
    let failures = 0
    while (!signal.aborted) {
      const before = this.#cursor
      const failure = await this.#connect(signal)
      if (signal.aborted) return
      failures = this.#cursor > before ? 0 : failures + 1
      this.#wake = new AbortController()
      if (failure?.status === 401) {
        this.#become({ state: "signed_out" })
        await this.#around.delay(Number.POSITIVE_INFINITY, AbortSignal.any([signal, this.#wake.signal]))
        failures = 0
      } else {
        const pause = backoff(failures, this.#around.random())
        const why = failure?.title ?? "The connection ended."
        this.#become({ state: "offline", retryAtMillis: this.#around.nowMillis() + pause, why })
        await this.#around.delay(pause, AbortSignal.any([signal, this.#wake.signal]))
      }
    }
  }

  /** What a tab says. `tell` is how it is answered. */
  take(id: string, up: Up, tell: (down: Down) => void): void {
    if (up.type === "join") return this.#join(id, up.visible, tell)
    const tab = this.#tabs.get(id)
    if (tab === undefined) return
    switch (up.type) {
      case "leave":
        tab.stream?.abort()
        this.#tabs.delete(id)
        return this.#allot()
      case "visible":
        tab.visible = up.visible
        if (up.visible) this.#refreshing.abort()
        return this.#allot()
      case "watch":
        tab.watched = up.sessionId
        tab.stream?.abort()
        tab.stream = undefined
        // The tab that asked last is looked at: it comes first when there are too many.
        this.#tabs.delete(id)
        this.#tabs.set(id, tab)
        return this.#allot()
      case "retry":
        return this.#wake.abort()
      case "refresh":
        this.#stale = true
        return this.#refreshing.abort()
    }
  }

  #join(id: string, visible: boolean, tell: (down: Down) => void): void {
    this.#tabs.get(id)?.stream?.abort()
    this.#tabs.delete(id)
    this.#tabs.set(id, { tell, visible, watched: undefined, stream: undefined })
    if (this.#tabs.size > tabsMax) {
      for (const [oldest, tab] of [...this.#tabs].slice(0, 1)) {
        tab.stream?.abort()
        this.#tabs.delete(oldest)
      }
    }
    if (visible) this.#refreshing.abort()
    if (this.#snapshot !== undefined) {
      tell({ type: "snapshot", snapshot: this.#snapshot, fresh: true })
      if (this.#entries.length > 0) tell({ type: "entries", entries: [...this.#entries] })
    }
    if (this.#overview !== undefined) tell({ type: "overview", overview: this.#overview })
    tell({ type: "connection", connection: this.#connection })
  }

  #tell(down: Down): void {
    for (const tab of this.#tabs.values()) tab.tell(down)
  }

  #become(connection: Connection): void {
    this.#connection = connection
    this.#tell({ type: "connection", connection })
  }

  /** One connection: what was missed, then what comes. Returns when it is over. */
  async #connect(signal: AbortSignal): Promise<Http.Failure | undefined> {
    if (this.#snapshot === undefined) this.#become({ state: "connecting" })
    const head = await this.#readOverview()
    if (head?.ok === false && head.failure.status !== 404) return head.failure
    const number = head?.ok === true ? head.value.number : undefined
    const missed = number === undefined ? undefined : number - this.#cursor
    const isOther = missed !== undefined && missed < 0
    if (this.#snapshot === undefined || isOther || (missed !== undefined && missed > entriesMax)) {
      const failure = await this.#level(this.#snapshot === undefined || isOther ? "anew" : "again")
      if (failure !== undefined) return failure
    }
    const target = number ?? this.#cursor
    const feed = new AbortController()
    let reset = false
    const end = await Http.stream(
      this.#around.fetch,
      `/v1/feed?since=${this.#cursor}`,
      AbortSignal.any([signal, feed.signal]),
      () => this.#follow(target),
      (frames) => {
        reset ||= this.#told(frames, target)
        if (reset) feed.abort()
      }
    )
    // What was known is gone: the next connection begins with a snapshot.
    if (reset) this.#snapshot = undefined
    return end._tag === "Refused" ? end.failure : undefined
  }

  #follow(target: number): void {
    this.#become(this.#cursor >= target ? { state: "live" } : { state: "replaying", left: target - this.#cursor })
    for (const tab of this.#tabs.values()) {
      if (tab.stream?.signal.aborted === true) tab.stream = undefined
    }
    this.#allot()
    if (this.#stale) this.#refreshing.abort()
  }

  /** Takes frames of the feed; says whether it began anew. */
  #told(frames: ReadonlyArray<Frame>, target: number): boolean {
    const entries: Array<Entry> = []
    for (const frame of frames) {
      const isReset = frame.number === undefined && frame.data?.includes('"feed_reset"') === true
      if (isReset) return true
      if (frame.number === undefined || frame.number <= this.#cursor) continue
      this.#cursor = frame.number
      const entry = entryOf(frame)
      if (entry !== undefined) entries.push(entry)
    }
    if (entries.length > 0) {
      this.#stale = true
      this.#entries.push(...entries)
      this.#tell({ type: "entries", entries })
    }
    if (this.#entries.length > entriesMax) this.#refreshing.abort() // H2
    if (this.#connection.state === "replaying") this.#follow(target)
    return false
  }

  async #readOverview(): Promise<Http.Answer<Overview> | undefined> {
    const answer = await Http.get(this.#around.fetch, "/v1/overview", isOverview)
    if (answer.ok) {
      this.#overview = answer.value
      this.#tell({ type: "overview", overview: answer.value })
    }
    return answer
  }

  /** Reads a snapshot and tells it. `anew`: nothing that was known holds. */
  async #level(how: "anew" | "again"): Promise<Http.Failure | undefined> {
    const fresh = how === "anew"
    if (this.#connection.state !== "live") this.#become({ state: "resyncing" })
    this.#stale = false
    const answer = await Http.get(this.#around.fetch, `/v1/snapshot?limit=${snapshotLimit}`, isSnapshot)
    if (!answer.ok) {
      this.#stale = true
      return answer.failure
    }
    const snapshot = answer.value
    this.#snapshot = snapshot
    // A tab that comes later is told the snapshot and what followed it.
    this.#entries = fresh ? [] : this.#entries.filter((entry) => entry.number > snapshot.number)
    this.#cursor = fresh ? snapshot.number : Math.max(this.#cursor, snapshot.number)
    const changed = this.#changed(snapshot, fresh ? new Map() : this.#last)
    this.#tell({ type: "snapshot", snapshot: { ...snapshot, sessions: changed }, fresh })
    return undefined
  }

  /** The sessions that are not as they were told last: of thousands most are. */
  #changed({ sessions }: Snapshot, before: ReadonlyMap<string, string>): Snapshot["sessions"] {
    this.#last = new Map(sessions.map((session) => [session.id, JSON.stringify(session)]))
    return sessions.filter(({ id }) => before.get(id) !== this.#last.get(id))
  }

  /** Reads again what the feed does not tell, while something runs. */
  async #keepFresh(signal: AbortSignal): Promise<void> {
    let tookMillis = 0
    while (!signal.aborted) {
      const isSeen = [...this.#tabs.values()].some((tab) => tab.visible)
      const pause = Math.max(isSeen ? refreshMillis : hiddenRefreshMillis, tookMillis * refreshShare)
      await this.#around.delay(pause, AbortSignal.any([signal, this.#refreshing.signal]))
      this.#refreshing = new AbortController()
      const isMoving = this.#stale || this.#snapshot?.sessions.some(isInFlight) === true
      if (signal.aborted || this.#connection.state !== "live" || !isMoving) continue
      const began = this.#around.nowMillis()
      await Promise.all([this.#level("again"), this.#readOverview()])
      tookMillis = this.#around.nowMillis() - began
    }
  }

  /** Gives streams to the tabs that were asked for last, and takes them from who is not looked at. */
  #allot(): void {
    const wanting = [...this.#tabs.values()].filter((tab) => tab.visible && tab.watched !== undefined).toReversed()
    const chosen = new Set(wanting.slice(0, streamsMax))
    for (const tab of this.#tabs.values()) {
      if (chosen.has(tab)) continue
      tab.stream?.abort()
      tab.stream = undefined
    }
    for (const tab of wanting) {
      if (tab.watched === undefined || tab.stream !== undefined) continue
      if (chosen.has(tab)) void this.#listen(tab, tab.watched)
      else tab.tell({ type: "stream", sessionId: tab.watched, state: "waiting" })
    }
  }

  /** Reads the stream of one session for one tab, over as many connections as it takes. */
  async #listen(tab: Tab, sessionId: string): Promise<void> {
    const stop = new AbortController()
    tab.stream = stop
    let after: number | undefined
    let failures = 0
    while (!stop.signal.aborted) {
      let begun = after === undefined
      const end = await Http.stream(
        this.#around.fetch,
        `/v1/sessions/${encodeURIComponent(sessionId)}/events?until=deleted${after === undefined ? "" : `&since=${after}`}`,
        stop.signal,
        () => {
          failures = 0
          tab.tell({ type: "stream", sessionId, state: "open" })
        },
        (frames) => {
          const items = frames.flatMap(saidOf)
          for (const { number } of items) after = number ?? after
          if (items.length > 0) tab.tell({ type: "said", sessionId, items, begun })
          begun = false
        }
      )
      if (stop.signal.aborted) return
      const isGone = end._tag === "Refused" && end.failure.status === 404
      tab.tell({ type: "stream", sessionId, state: isGone ? "over" : "lost" })
      if (isGone) return
      await this.#around.delay(backoff(failures++, this.#around.random()), stop.signal)
    }
  }
}

const saidOf = ({ data, number }: Frame): ReadonlyArray<Said> => {
  const event = data === undefined ? undefined : Shape.parse(isEvent, data)
  return event === undefined ? [] : [{ number, event }]
}
