/**
 * One session: who it is, what can be done with it, and its views.
 *
 * @stability unstable
 */
import type { TreeNode } from "@offshoot/core/TreeView"
import * as Actions from "../Actions.ts"
import type { Tab } from "../Address.ts"
import * as Address from "../Address.ts"
import * as Figures from "../Figures.ts"
import * as Inert from "../Inert.ts"
import { ageOf, nameOf, nowLine } from "../NowLine.ts"
import { isInFlight, pathTo } from "../Rows.ts"
import * as Store from "../Store.ts"
import { Ask } from "./Ask.tsx"
import { dialog } from "./Dialogs.tsx"
import { Events } from "./EventsView.tsx"
import { Log } from "./LogView.tsx"
import { Messages } from "./MessagesView.tsx"
import { Result } from "./ResultView.tsx"
import { State } from "./State.tsx"
import { Timeline } from "./TimelineView.tsx"
import { Usage } from "./UsageView.tsx"

const names: Record<Tab, string> = {
  log: "Log",
  messages: "Messages",
  timeline: "Timeline",
  result: "Result",
  usage: "Usage",
  events: "Events"
}

const Buttons = ({ node }: { readonly node: TreeNode }) => {
  const live = isInFlight(node)
  return (
    <div class="actions" role="group" aria-label="Actions">
      <button type="button" aria-keyshortcuts="s" onClick={() => (dialog.value = { _tag: "Steer", id: node.id })}>
        Steer
      </button>
      <button type="button" aria-keyshortcuts="c" onClick={() => (dialog.value = { _tag: "Spawn", id: node.id })}>
        Spawn
      </button>
      {live ? (
        <>
          <button type="button" aria-keyshortcuts="x" onClick={() => void Actions.stop(node.id, "graceful")}>
            Stop
          </button>
          <button
            type="button"
            class="danger"
            aria-keyshortcuts="Shift+X"
            onClick={() => (dialog.value = { _tag: "Abort", id: node.id })}
          >
            Abort
          </button>
        </>
      ) : node.status === "idle" ? null : (
        <button type="button" aria-keyshortcuts="r" onClick={() => void Actions.retry(node.id)}>
          Retry
        </button>
      )}
    </div>
  )
}

const Ancestors = ({ id }: { readonly id: string }) => {
  const above = pathTo(Store.tree.value, id).slice(0, -1)
  if (above.length === 0) return null
  return (
    <nav class="path" aria-label="Parents">
      {above.map((node) => (
        <span key={node.id}>
          <button type="button" class="link" onClick={() => Store.openSession(node.id)}>
            {nameOf(node)}
          </button>
          <span class="dim"> › </span>
        </span>
      ))}
    </nav>
  )
}

const Facts = ({ node }: { readonly node: TreeNode }) => {
  const facts: ReadonlyArray<readonly [string, string | undefined]> = [
    ["Agent", node.agent],
    ["Profile", node.profile],
    ["Model", node.model],
    ["Age", ageOf(node, Store.nowMillis.value)],
    ["Tokens", Figures.ownAndTree(Figures.tokens(node.usage?.own), Figures.tokens(node.usage?.tree))],
    ["Cost", Figures.ownAndTree(Figures.cost(node.usage?.own), Figures.cost(node.usage?.tree))]
  ]
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === undefined || value === "" ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{Inert.line(value)}</dd>
          </div>
        )
      )}
    </dl>
  )
}

const Tabs = ({ id, tab }: { readonly id: string; readonly tab: Tab }) => {
  const move = (step: number): void => {
    const next = Address.tabs.at((Address.tabs.indexOf(tab) + step) % Address.tabs.length)
    if (next === undefined) return
    Store.openSession(id, next)
    document.getElementById(`tab-${next}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label="Views">
      {Address.tabs.map((name) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={name === tab}
          aria-controls="view"
          tabIndex={name === tab ? 0 : -1}
          onClick={() => Store.openSession(id, name)}
          onKeyDown={(event) => {
            if (event.key === "ArrowRight") move(1)
            if (event.key === "ArrowLeft") move(-1)
          }}
        >
          {names[name]}
        </button>
      ))}
    </div>
  )
}

const View = ({
  event,
  node,
  tab
}: {
  readonly node: TreeNode
  readonly tab: Tab
  readonly event: number | undefined
}) => {
  switch (tab) {
    case "log":
      return <Log key={node.id} id={node.id} />
    case "messages":
      return <Messages key={node.id} id={node.id} />
    case "timeline":
      return <Timeline key={node.id} id={node.id} />
    case "result":
      return <Result key={node.id} id={node.id} />
    case "usage":
      return <Usage key={node.id} id={node.id} />
    case "events":
      return <Events key={node.id} id={node.id} event={event} />
  }
}

const Closing = () => (
  <button type="button" class="quiet close" aria-label="Close" onClick={() => Store.go({ _tag: "Tree" })}>
    ✕
  </button>
)

/** A link to what was removed, or to what this page was not told of. */
const Unknown = ({ id }: { readonly id: string }) => (
  <section class="pane" aria-label="Session">
    <header class="pane-head">
      <h2>{Inert.line(id)}</h2>
      <Closing />
    </header>
    <p class="empty">
      {Store.isKnown.value ? "There is no such session: it was deleted, or the link is of another server." : "Loading…"}
    </p>
  </section>
)

export const SessionPane = (props: { readonly id: string; readonly tab: Tab; readonly event: number | undefined }) => {
  const node = Store.nodeOf(props.id)
  if (node === undefined) return <Unknown id={props.id} />
  const asked = Store.requests.value.filter(({ sessionId }) => sessionId === node.id)
  const now = nowLine(Store.tree.value, node, Store.nowMillis.value)
  return (
    <section class="pane" aria-label={nameOf(node)}>
      <header class="pane-head">
        <div class="pane-title">
          <Ancestors id={node.id} />
          <h2>{nameOf(node)}</h2>
        </div>
        <Closing />
      </header>
      <div class="pane-now">
        <State status={node.status} />
        <span class="now">{now}</span>
      </div>
      <Facts node={node} />
      <Buttons node={node} />
      {asked.map((request) => (
        <Ask key={request.id} request={request} />
      ))}
      <Tabs id={node.id} tab={props.tab} />
      <div class="view" id="view" role="tabpanel" aria-labelledby={`tab-${props.tab}`}>
        <View node={node} tab={props.tab} event={props.event} />
      </div>
    </section>
  )
}
