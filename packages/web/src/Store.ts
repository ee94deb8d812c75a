/**
 * What the page knows, as signals: the tree that the hub tells of, the address,
 * and what is open. Everything that changes the tree goes through `TreeView`.
 *
 * @stability unstable
 */
import * as TreeView from "@offshoot/core/TreeView"
import { batch, computed, effect, signal } from "@preact/signals"
import * as Address from "./Address.ts"
import type { Entry } from "./Events.ts"
import * as HubLink from "./HubLink.ts"
import * as Http from "./Http.ts"
import type { Connection, Down, Said } from "./HubWords.ts"
import { levelOf } from "./Levels.ts"
import { LogBook, overlapOf } from "./LogBook.ts"
import * as Rows from "./Rows.ts"
import { isMessages, type Message, type Overview } from "./Wire.ts"

/** Five drawings a second of a tree that moves are as many as somebody reads. */
const drawMillis = 200
/** Ages move on even if nothing else does. */
const tickMillis = 1_000
/** Feed entries that views made later may still want; older ones are read from the server. */
const recentMax = 2_000

export const tree = signal(TreeView.startForest(Date.now()))
export const connection = signal<Connection>({ state: "connecting" })
export const overview = signal<Overview | undefined>(undefined)
export const nowMillis = signal(Date.now())
export const address = signal(Address.parse(location.hash))
/** Sessions and groups that are folded away against their default. */
const folded = signal<ReadonlySet<string>>(new Set())
/** The row that keys act on. */
export const focused = signal("")
/** Events of the feed since the page was opened, the last ones. */
export const recent = signal<ReadonlyArray<Entry>>([])
export const isKnown = computed(() => tree.value.number >= 0)

export const book = new LogBook((id) => TreeView.nodeOf(told, id)?.title ?? id)
export const bookVersion = signal(0)
export const stream = signal<"connecting" | "open" | "waiting" | "lost" | "over">("connecting")

const filter = computed<Rows.Filter>(() => ({
  active: !address.value.all,
  text: address.value.text,
  status: address.value.status,
  agent: address.value.agent
}))
export const rows = computed(() => Rows.rowsOf(tree.value, filter.value, folded.value))
export const tally = computed(() => Rows.tally(tree.value))
export const requests = computed(() => TreeView.requestsOf(tree.value))
export const place = computed(() => address.value.place)
export const openId = computed(() => (place.value._tag === "Session" ? place.value.id : undefined))

/** The tree as it is told, ahead of what is drawn. */
let told = tree.peek()
let drawing: ReturnType<typeof setTimeout> | undefined

const draw = (): void => {
  drawing = undefined
  tree.value = told
}

const drawSoon = (): void => {
  drawing ??= setTimeout(draw, document.hidden ? tickMillis : drawMillis)
}

const drawNow = (): void => {
  clearTimeout(drawing)
  draw()
}

const takeEntries = (entries: ReadonlyArray<Entry>): void => {
  const before = told.requests
  for (const entry of entries) told = TreeView.recorded(told, entry, entry.atMillis)
  recent.value = [...recent.peek(), ...entries].slice(-recentMax)
  // An ask, and that it was answered elsewhere, are shown at once.
  if (told.requests !== before) drawNow()
  else drawSoon()
}

/** What the stream said while the past of a session was read. Past the limit the past comes too late. */
const heldMax = 5_000
let held: Array<Said> | undefined

/** What was heard while the record was read may be in it already. */
const withoutOverlap = (items: ReadonlyArray<Said>, recorded: string): Array<Said> => {
  const heard = items.map(({ event }) => (event.type === "token" ? event.content : "")).join("")
  let surplus = overlapOf(recorded, heard)
  return items.map((item) => {
    const { event, number } = item
    if (event.type !== "token" || surplus === 0) return item
    const content = event.content.slice(surplus)
    surplus -= event.content.length - content.length
    return { number, event: { type: "token", content } }
  })
}

/** The log begins with what is recorded: the stream replays no words. */
const beginBook = async (id: string, items: ReadonlyArray<Said>): Promise<void> => {
  held = [...items]
  const messages = await readMessages(id)
  if (id !== openId.peek() || held === undefined) return
  for (const { hidden, role, text } of messages) if (!hidden) book.recorded(role, text)
  held = withoutOverlap(held, messages.findLast(({ role }) => role === "assistant")?.text ?? "")
  if (messages.length > 0) book.note("— live from here; what is recorded meanwhile is under Messages —")
  release()
}

const release = (): void => {
  const items = held ?? []
  held = undefined
  for (const { event, number } of items) book.take(event, number)
  bookVersion.value = book.version
}

const takeSaid = ({ begun, items, sessionId }: Extract<Down, { readonly type: "said" }>): void => {
  if (sessionId !== openId.peek()) return
  // Of another record than before: what was said in the old one is not of this session.
  if (begun || items.some(({ event }) => event.type === "feed_reset")) {
    book.clear()
    void beginBook(sessionId, items)
  } else if (held === undefined) {
    for (const { event, number } of items) book.take(event, number)
  } else held.push(...items)
  if (held !== undefined && held.length > heldMax) release()
  for (const { event } of items) told = TreeView.heard(told, event, Date.now(), sessionId)
  bookVersion.value = book.version
  drawSoon()
}

const take = (down: Down): void => {
  switch (down.type) {
    case "connection":
      connection.value = down.connection
      return
    case "overview":
      overview.value = down.overview
      return
    case "snapshot": {
      const base = down.fresh ? TreeView.startForest(Date.now()) : told
      if (down.fresh) recent.value = []
      told = TreeView.level(base, { ...levelOf(down.snapshot), isPart: !down.fresh })
      return down.fresh ? drawNow() : drawSoon()
    }
    case "entries":
      return takeEntries(down.entries)
    case "said":
      return takeSaid(down)
    case "stream":
      if (down.sessionId !== openId.peek()) return
      if (stream.peek() === "lost" && down.state === "open") {
        book.note("— the connection was lost; what was said meanwhile is under Messages —")
        bookVersion.value = book.version
      }
      stream.value = down.state
      return
  }
}

/** The last page of a transcript is what a log begins with; all of it is under Messages. */
const pastMax = 200

const readMessages = async (id: string): Promise<ReadonlyArray<Message>> => {
  const path = `/v1/sessions/${encodeURIComponent(id)}/messages?limit=${pastMax}`
  const answer = await Http.get((at, init) => fetch(at, init), path, isMessages)
  return answer.ok ? answer.value.items : []
}

const isVisible = (): boolean => document.visibilityState === "visible"

let link: HubLink.Link | undefined

const join = (): void => {
  link?.say({ type: "join", visible: isVisible() })
  link?.say({ type: "watch", sessionId: openId.peek() })
}

export const retry = (): void => link?.say({ type: "retry" })
/** Something was changed from here: what the feed does not tell of it is read soon. */
export const refresh = (): void => link?.say({ type: "refresh" })

/** Connects the page. Called once, when the token of a link has been traded. */
export const begin = (): void => {
  link = HubLink.connect(take, () => join())
  join()
  document.addEventListener("visibilitychange", () => {
    link?.say({ type: "visible", visible: isVisible() })
    if (isVisible()) drawNow()
  })
  addEventListener("pagehide", () => link?.say({ type: "leave" }))
  addEventListener("pageshow", (event) => {
    if (event.persisted) join()
  })
  addEventListener("online", retry)
  addEventListener("hashchange", () => {
    address.value = Address.parse(location.hash)
  })
  setInterval(() => {
    nowMillis.value = Date.now()
  }, tickMillis)
  effect(() => {
    const sessionId = openId.value
    held = undefined
    batch(() => {
      book.clear()
      stream.value = "connecting"
      bookVersion.value = book.version
    })
    link?.say({ type: "watch", sessionId })
  })
  effect(() => {
    const count = requests.value.length
    document.title = count === 0 ? "Offshoot" : `(${count}) Offshoot`
  })
}

/** Another place: a step that the browser's back key undoes. */
export const go = (to: Address.Place): void => {
  address.value = { ...address.peek(), place: to }
  history.pushState(null, "", Address.print(address.peek()))
}

/** Of one that failed, what went wrong is wanted first. */
const firstTab = (id: string): Address.Tab => {
  const node = TreeView.nodeOf(told, id)
  return node !== undefined && Rows.isFailed(node) ? "result" : "log"
}

export const openSession = (id: string, tab: Address.Tab = firstTab(id)): void =>
  go({ _tag: "Session", id, tab, event: undefined })

/** Another way of looking at the same place: no step of its own. */
export const look = (change: Partial<Omit<Address.Address, "place">>): void => {
  address.value = { ...address.peek(), ...change }
  history.replaceState(null, "", Address.print(address.peek()))
}

export const toggleFold = (id: string): void => {
  const next = new Set(folded.peek())
  if (!next.delete(id)) next.add(id)
  folded.value = next
}

export const nodeOf = (id: string): TreeView.TreeNode | undefined => TreeView.nodeOf(tree.value, id)
