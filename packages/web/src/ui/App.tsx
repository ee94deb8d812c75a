/**
 * The whole page: the line at the top, the tree, and beside it what is open.
 *
 * @stability unstable
 */
import { effect } from "@preact/signals"
import { useEffect } from "preact/hooks"
import * as Actions from "../Actions.ts"
import * as Figures from "../Figures.ts"
import type { Failure } from "../Http.ts"
import { nameOf } from "../NowLine.ts"
import { isInFlight } from "../Rows.ts"
import * as Store from "../Store.ts"
import { Inbox } from "./Ask.tsx"
import { dialog, Dialogs } from "./Dialogs.tsx"
import { Empty, NoneShown } from "./Empty.tsx"
import { type Command, commandOf } from "./Keys.ts"
import { SessionPane } from "./SessionPane.tsx"
import { SignIn } from "./SignIn.tsx"
import { TopBar } from "./TopBar.tsx"
import { Filters, Tree } from "./Tree.tsx"

const subject = (): string | undefined =>
  Store.openId.peek() ?? (Store.nodeOf(Store.focused.peek()) ? Store.focused.peek() : undefined)

const focusTree = (): void => document.querySelector<HTMLElement>("[role=tree]")?.focus()

const onSubject = (command: Command, id: string): void => {
  const node = Store.nodeOf(id)
  if (node === undefined) return
  switch (command) {
    case "steer":
      dialog.value = { _tag: "Steer", id }
      return
    case "spawn":
      dialog.value = { _tag: "Spawn", id }
      return
    case "stop":
      if (isInFlight(node)) void Actions.stop(id, "graceful")
      return
    case "abort":
      if (isInFlight(node)) dialog.value = { _tag: "Abort", id }
      return
    case "retry":
      if (!isInFlight(node)) void Actions.retry(id)
      return
    case "parent":
      if (node.parentId !== undefined && node.parentId !== "") {
        Store.focused.value = node.parentId
        if (Store.openId.peek() !== undefined) Store.openSession(node.parentId)
      }
      return
    default:
      return
  }
}

const perform = (command: Command): void => {
  switch (command) {
    case "help":
      dialog.value = { _tag: "Help" }
      return
    case "new":
      dialog.value = { _tag: "New" }
      return
    case "inbox":
      return Store.go({ _tag: "Inbox" })
    case "search":
      return document.getElementById("search")?.focus()
    case "tree":
      return focusTree()
    case "active":
      return Store.look({ all: !Store.address.peek().all })
    case "close":
      if (Store.place.peek()._tag !== "Tree") Store.go({ _tag: "Tree" })
      return focusTree()
    default: {
      const id = subject()
      if (id !== undefined) onSubject(command, id)
    }
  }
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null

const onKeyDown = (event: KeyboardEvent): void => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || dialog.peek() !== undefined) return
  if (isTyping(event.target)) {
    if (event.key === "Escape") focusTree()
    return
  }
  const command = commandOf(event.key)
  if (command === undefined) return
  event.preventDefault()
  perform(command)
}

/** One for each request, and gone when it is answered; only when the browser was asked to before. */
const notify = (): (() => void) => {
  const shown = new Map<string, Notification>()
  return effect(() => {
    const requests = Store.requests.value
    const open = new Set(requests.map(({ id }) => id))
    for (const [id, notification] of shown) {
      if (open.has(id)) continue
      notification.close()
      shown.delete(id)
    }
    if (typeof Notification !== "function" || Notification.permission !== "granted" || !document.hidden) return
    for (const { ask, id, sessionId } of requests) {
      if (shown.has(id)) continue
      const node = Store.nodeOf(sessionId)
      const body = ask.type === "question" ? ask.question : `Wants to use ${ask.toolName}`
      // The same tag in every tab: the browser shows it once.
      const notification = new Notification(node === undefined ? "Needs input" : nameOf(node), {
        body: body.slice(0, 200),
        tag: id
      })
      notification.addEventListener("click", () => {
        window.focus()
        Store.openSession(sessionId)
      })
      shown.set(id, notification)
    }
  })
}

const Notices = () => (
  <div class="notices" role="status" aria-live="polite">
    {Actions.notices.value.map(({ hint, isFailure, key, text }) => (
      <div key={key} class={`notice${isFailure ? " notice-failure" : ""}`}>
        <span>
          {text}
          {hint === undefined ? null : <span class="dim"> {hint}</span>}
        </span>
        <button type="button" class="quiet" aria-label="Dismiss" onClick={() => Actions.dismiss(key)}>
          ✕
        </button>
      </div>
    ))}
  </div>
)

/** Who waits for an answer is seen without opening anything. */
const Strip = () => {
  const requests = Store.requests.value
  if (requests.length === 0 || Store.place.value._tag === "Inbox") return null
  return (
    <button type="button" class="strip" onClick={() => Store.go({ _tag: "Inbox" })}>
      <span aria-hidden="true">?</span> {Figures.count(requests.length, "request waits", "requests wait")} for your
      answer
      <span class="strip-go">Open the inbox</span>
    </button>
  )
}

const Main = () => {
  if (!Store.isKnown.value) {
    const { value } = Store.connection
    const words = value.state === "offline" ? value.why : "Connecting…"
    return <p class="empty">{words}</p>
  }
  const isEmpty = Store.tree.value.nodes !== undefined && (Store.nodeOf("")?.children.length ?? 0) === 0
  if (isEmpty) return <Empty />
  return (
    <>
      <Filters />
      <Strip />
      {Store.rows.value.length === 0 ? <NoneShown /> : <Tree />}
      {Store.tree.value.unseen > 0 ? (
        <p class="dim more">There are more sessions than this page shows: the newest are here.</p>
      ) : null}
    </>
  )
}

const Pane = () => {
  const place = Store.place.value
  switch (place._tag) {
    case "Tree":
      return null
    case "Inbox":
      return <Inbox />
    case "Session":
      return <SessionPane id={place.id} tab={place.tab} event={place.event} />
  }
}

export const App = ({ failed }: { readonly failed: Failure | undefined }) => {
  useEffect(() => {
    addEventListener("keydown", onKeyDown)
    const quiet = notify()
    return () => {
      removeEventListener("keydown", onKeyDown)
      quiet()
    }
  }, [])
  if (Store.connection.value.state === "signed_out") return <SignIn failed={failed} />
  const place = Store.place.value
  return (
    <div class={`page place-${place._tag.toLowerCase()}`}>
      <TopBar />
      <div class="panes">
        <main class="main" aria-label="Sessions">
          <Main />
        </main>
        <Pane />
      </div>
      <Notices />
      <Dialogs />
    </div>
  )
}
