/**
 * The line at the top: how the page is connected, what runs, what it cost, and
 * the ways into everything else.
 *
 * @stability unstable
 */
import * as Actions from "../Actions.ts"
import * as Figures from "../Figures.ts"
import type { Connection } from "../HubWords.ts"
import * as Store from "../Store.ts"
import { dialog } from "./Dialogs.tsx"

const words = (connection: Connection): { readonly word: string; readonly detail: string } => {
  switch (connection.state) {
    case "connecting":
      return { word: "connecting", detail: "" }
    case "live":
      return { word: "live", detail: "" }
    case "replaying":
      return {
        word: "replaying",
        detail: connection.left === undefined ? "" : Figures.count(connection.left, "event", "events")
      }
    case "resyncing":
      return { word: "resyncing", detail: "" }
    case "offline": {
      const seconds = Math.ceil((connection.retryAtMillis - Store.nowMillis.value) / 1_000)
      return { word: "offline", detail: seconds > 0 ? `again in ${seconds}s` : "trying again" }
    }
    case "signed_out":
      return { word: "signed out", detail: "" }
  }
}

const ConnectionState = () => {
  const connection = Store.connection.value
  const { detail, word } = words(connection)
  return (
    <span class={`connection connection-${connection.state}`}>
      <span class="dot" aria-hidden="true" />
      <span role="status">{word}</span>
      {detail === "" ? null : <span class="dim"> {detail}</span>}
      {connection.state === "offline" ? (
        <button type="button" class="link" title={connection.why} onClick={() => Store.retry()}>
          try now
        </button>
      ) : null}
    </span>
  )
}

const Figure = (props: { readonly name: string; readonly value: string; readonly title?: string }) => (
  <span class="figure" title={props.title}>
    <span class="value">{props.value}</span> <span class="name">{props.name}</span>
  </span>
)

const Slots = () => {
  const overview = Store.overview.value
  if (overview?.slots === undefined) return null
  const { max, used } = overview.slots
  const queued = (overview.queued ?? 0) + (overview.backlog ?? 0)
  return (
    <>
      <span class="figure slots" title={`${used} of ${max} slots are used`}>
        <span class="value">
          {used}/{max}
        </span>{" "}
        <span class="name">slots</span>
      </span>
      {queued === 0 ? null : (
        <span class="figure why" title={overview.why}>
          <span class="value">{queued}</span>{" "}
          <span class="name">{overview.why === undefined ? "queued" : `queued: ${overview.why}`}</span>
        </span>
      )}
    </>
  )
}

const Totals = () => {
  const { failed, running, waiting } = Store.tally.value
  const usage = Store.overview.value?.totals?.usage
  return (
    <div class="figures">
      <Figure name="running" value={String(running)} />
      {waiting === 0 ? null : <Figure name="waiting" value={String(waiting)} />}
      {failed === 0 ? null : (
        <button
          type="button"
          class="link figure failed"
          title="Show what failed"
          onClick={() => Store.look({ status: "failed", text: "", agent: "" })}
        >
          <span class="value">{failed}</span> <span class="name">failed</span>
        </button>
      )}
      <Slots />
      <Figure name="tokens" value={Figures.tokens(usage)} title="Of all sessions: — is unknown, + is at least" />
      <Figure name="cost" value={Figures.cost(usage)} title="Of all sessions: ~ is estimated, — is unknown" />
    </div>
  )
}

/** Asked for by a button, never by itself. Without the permission there is the badge. */
const allowNotifications = async (): Promise<void> => {
  const answer = await Notification.requestPermission()
  Actions.say(
    answer === "granted" ? "You are told when an agent needs input." : "The browser does not allow notifications."
  )
}

const Notify = () =>
  typeof Notification === "function" && Notification.permission === "default" ? (
    <button type="button" class="quiet wide-only" onClick={() => void allowNotifications()}>
      Notify me
    </button>
  ) : null

export const TopBar = () => {
  const asked = Store.requests.value.length
  const version = Store.overview.value?.version
  return (
    <header class="top">
      <h1>
        <a href="#/" class="brand">
          <svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true">
            <path d="M11 29V10M11 18c0-6 5-7 10-7" />
            <circle cx="11" cy="6" r="3" />
            <circle cx="25" cy="11" r="3" />
          </svg>
          Offshoot
        </a>
      </h1>
      <ConnectionState />
      <Totals />
      <div class="ways">
        {version === undefined ? null : <span class="dim wide-only">v{version}</span>}
        <Notify />
        <button
          type="button"
          class={asked === 0 ? "quiet" : "asking"}
          aria-keyshortcuts="i"
          onClick={() => Store.go({ _tag: "Inbox" })}
        >
          Inbox{asked === 0 ? "" : ` ${asked}`}
        </button>
        <button type="button" class="primary" aria-keyshortcuts="n" onClick={() => (dialog.value = { _tag: "New" })}>
          New<span class="wide-only"> session</span>
        </button>
        <button
          type="button"
          class="quiet"
          aria-label="Keys and help"
          aria-keyshortcuts="?"
          onClick={() => (dialog.value = { _tag: "Help" })}
        >
          ?
        </button>
      </div>
    </header>
  )
}
