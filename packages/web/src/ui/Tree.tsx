/**
 * The sessions as an ARIA tree: one element has the focus and names the row
 * that keys act on.
 *
 * @stability unstable
 */
import { useRef } from "preact/hooks"
import * as Figures from "../Figures.ts"
import { ageOf, nameOf, nowLine } from "../NowLine.ts"
import type { Row } from "../Rows.ts"
import * as Rows from "../Rows.ts"
import * as Store from "../Store.ts"
import { State } from "./State.tsx"
import { isNarrow, Windowed } from "./Windowed.tsx"

type GroupRowOf = Extract<Row, { readonly kind: "group" }>
type SessionRowOf = Extract<Row, { readonly kind: "session" }>

const rowHeight = { wide: 32, narrow: 58 }
/** Deeper than this is drawn no further to the right: the level is told, and the text needs its room. */
const indentLevelsMax = 10
const pageRows = 12

const rowId = (id: string): string => `row-${id}`

const indexOf = (rows: ReadonlyArray<Row>): number => rows.findIndex(({ id }) => id === Store.focused.value)

const focusOn = (rows: ReadonlyArray<Row>, index: number): void => {
  const row = rows[Math.max(0, Math.min(rows.length - 1, index))]
  if (row !== undefined) Store.focused.value = row.id
}

const open = (row: Row): void => (row.kind === "group" ? Store.toggleFold(row.id) : Store.openSession(row.id))

const parentIndex = (rows: ReadonlyArray<Row>, index: number): number => {
  const level = rows[index]?.level ?? 1
  for (let at = index - 1; at >= 0; at--) if ((rows[at]?.level ?? 1) < level) return at
  return index
}

/** The keys of an ARIA tree; says whether the key was one. */
const onKey = (key: string, rows: ReadonlyArray<Row>): boolean => {
  const index = indexOf(rows)
  const row = rows[index]
  switch (key) {
    case "ArrowDown":
      focusOn(rows, index + 1)
      return true
    case "ArrowUp":
      focusOn(rows, index - 1)
      return true
    case "PageDown":
      focusOn(rows, index + pageRows)
      return true
    case "PageUp":
      focusOn(rows, index - pageRows)
      return true
    case "Home":
      focusOn(rows, 0)
      return true
    case "End":
      focusOn(rows, rows.length - 1)
      return true
    case "ArrowRight":
      if (row?.hasChildren === true && !row.open) Store.toggleFold(row.id)
      else focusOn(rows, index + 1)
      return true
    case "ArrowLeft":
      if (row?.hasChildren === true && row.open) Store.toggleFold(row.id)
      else focusOn(rows, parentIndex(rows, index))
      return true
    case "Enter":
    case " ":
      if (row !== undefined) open(row)
      return true
    default:
      return false
  }
}

const Twist = ({ row }: { readonly row: Row }) => (
  <span class={`twist${row.hasChildren ? "" : " none"}${row.open ? " open" : ""}`} aria-hidden="true" />
)

/** One listener for all rows: those that come and go with scrolling have none. */
const onClick = (target: EventTarget | null, rows: ReadonlyArray<Row>): void => {
  if (!(target instanceof Element)) return
  const clicked = target.closest("[role=treeitem]")?.id
  const row = rows.find(({ id }) => rowId(id) === clicked)
  if (row === undefined) return
  Store.focused.value = row.id
  if (row.hasChildren && target.closest(".twist") !== null) Store.toggleFold(row.id)
  else open(row)
}

const ariaOf = (row: Row) => ({
  id: rowId(row.id),
  role: "treeitem" as const,
  "aria-level": row.level,
  "aria-posinset": row.place,
  "aria-setsize": row.siblings,
  ...(row.hasChildren ? { "aria-expanded": row.open } : {})
})

const GroupRow = ({ row }: { readonly row: GroupRowOf }) => (
  <div {...ariaOf(row)} class={`row group group-${row.group}${row.id === Store.focused.value ? " focused" : ""}`}>
    <Twist row={row} />
    <span class="group-title">{row.title}</span>
    <span class="count">{row.count}</span>
  </div>
)

/** Who works on it: agent, role, and the model that really answers. */
const who = ({ agent, model, profile }: SessionRowOf["node"]): string =>
  [profile, agent, model].filter((part) => part !== undefined && part !== "").join(" · ")

const SessionRow = ({ row }: { readonly row: SessionRowOf }) => {
  const { node } = row
  const now = Store.nowMillis.value
  const isOpen = Store.openId.value === row.id
  const tokens = Figures.ownAndTree(Figures.tokens(node.usage?.own), Figures.tokens(node.usage?.tree))
  const cost = Figures.ownAndTree(Figures.cost(node.usage?.own), Figures.cost(node.usage?.tree))
  const classes = [
    "row",
    "session",
    ...(row.id === Store.focused.value ? ["focused"] : []),
    ...(isOpen ? ["opened"] : []),
    ...(row.matches ? [] : ["faint"])
  ]
  return (
    <div {...ariaOf(row)} aria-selected={isOpen} class={classes.join(" ")}>
      <span class="cell title" style={{ paddingLeft: `${Math.min(row.level - 2, indentLevelsMax) * 16}px` }}>
        <Twist row={row} />
        <span class="name">{nameOf(node)}</span>
      </span>
      <State status={node.status} />
      <span class="cell now">{nowLine(Store.tree.value, node, now)}</span>
      <span class="cell who">{who(node)}</span>
      <span class="cell number age">{ageOf(node, now)}</span>
      <span class="cell number tokens">{tokens}</span>
      <span class="cell number cost">{cost}</span>
    </div>
  )
}

const Head = () => (
  <div class="row head" aria-hidden="true">
    <span>Session</span>
    <span>State</span>
    <span>Now</span>
    <span>Role · agent · model</span>
    <span class="number">Age</span>
    <span class="number">Tokens own / all</span>
    <span class="number">Cost</span>
  </div>
)

export const Tree = () => {
  const rows = Store.rows.value
  const index = indexOf(rows)
  const active = rows[index]
  // A row that was scrolled to is not scrolled to again when others come above it.
  const lastFocus = useRef({ id: "", index: -1 })
  if (lastFocus.current.id !== Store.focused.value) lastFocus.current = { id: Store.focused.value, index }
  return (
    <div class="tree-frame">
      <Head />
      <Windowed
        className="tree"
        count={rows.length}
        rowHeight={isNarrow.value ? rowHeight.narrow : rowHeight.wide}
        reveal={lastFocus.current.index}
        area={{
          role: "tree",
          "aria-label": "Sessions",
          tabIndex: 0,
          ...(active === undefined ? {} : { "aria-activedescendant": rowId(active.id) }),
          onKeyDown: (event) => {
            if (event.ctrlKey || event.metaKey || event.altKey || !onKey(event.key, Store.rows.value)) return
            event.preventDefault()
          },
          onClick: (event) => onClick(event.target, Store.rows.value),
          onFocus: () => {
            if (indexOf(Store.rows.value) === -1) focusOn(Store.rows.value, 0)
          }
        }}
        keyOf={(at) => rows[at]?.id ?? at}
        render={(at) => {
          const row = rows[at]
          if (row === undefined) return null
          return row.kind === "group" ? <GroupRow key={row.id} row={row} /> : <SessionRow key={row.id} row={row} />
        }}
      />
    </div>
  )
}

const statuses: ReadonlyArray<readonly [string, string]> = [
  ["", "Any state"],
  ["asking", "Needs input"],
  ["running", "Running"],
  ["pending", "Queued"],
  ["waiting_for_children", "Waiting"],
  ["failed", "Failed"],
  ["cancelled", "Cancelled"],
  ["completed", "Completed"]
]

export const Filters = () => {
  const { agent, all, status, text } = Store.address.value
  const agents = Rows.agentsIn(Store.tree.value)
  return (
    <div class="filters" role="search">
      <input
        id="search"
        type="search"
        aria-label="Search sessions"
        aria-keyshortcuts="/"
        placeholder="Search title, agent, model, id   /"
        value={text}
        onInput={(event) => Store.look({ text: event.currentTarget.value })}
      />
      <select aria-label="State" value={status} onChange={(event) => Store.look({ status: event.currentTarget.value })}>
        {statuses.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      <select aria-label="Agent" value={agent} onChange={(event) => Store.look({ agent: event.currentTarget.value })}>
        <option value="">Any agent</option>
        {agents.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <label class="check">
        <input
          type="checkbox"
          checked={!all}
          aria-keyshortcuts="a"
          onChange={(event) => Store.look({ all: !event.currentTarget.checked })}
        />
        Active only
      </label>
    </div>
  )
}
