/**
 * A `TreeState` as lines of text: for a terminal that is drawn again and
 * again, for one that only scrolls, and as the table at the end.
 *
 * Pure. Every line fits its columns, so that a terminal never wraps it, and
 * everything that came from a child is inert. A status is always a word too,
 * never only an icon or a colour.
 *
 * @stability unstable
 */
import * as NodeUtil from "node:util"
import { Session } from "@offshoot/core"
import * as TreeWords from "@offshoot/core/TreeWords"
import { cut, duration, fit, inert, lastLine, widthOf } from "./internal/terminalText.ts"
import { counts, nodeOf, type TreeNode, type TreeState, walk } from "@offshoot/core/TreeView"

type SessionStatus = Session.SessionStatus
type Colour = "green" | "red" | "yellow" | "cyan" | "dim"

interface Look extends TreeWords.Look {
  readonly colour: Colour
  /** Which sessions are shown when not all fit: the highest first. */
  readonly urgency: number
}

const look = (status: SessionStatus, colour: Colour, urgency: number): Look => ({
  ...TreeWords.lookOf(status),
  colour,
  urgency
})

const looks: Record<SessionStatus, Look> = {
  idle: look("idle", "dim", 1),
  pending: look("pending", "dim", 3),
  running: look("running", "cyan", 5),
  awaiting_request: look("awaiting_request", "yellow", 6),
  waiting_for_children: look("waiting_for_children", "cyan", 5),
  cancelling: look("cancelling", "yellow", 5),
  completed: look("completed", "green", 2),
  error: look("error", "red", 4),
  timeout: look("timeout", "red", 4),
  cancelled: look("cancelled", "yellow", 2),
  skipped: look("skipped", "dim", 2)
}

/** The widest word of a status. */
const wordColumns = 9
const ageColumns = 6

/** Three heartbeats of five seconds (`S-heartbeat`). */
const silenceMillis = 15_000

export interface Canvas {
  readonly columns: number
  /** Lines that may be used. */
  readonly rows: number
  readonly colour: boolean
  readonly nowMillis: number
}

export const wordOf = (status: SessionStatus): string => looks[status].word

const paint = (canvas: Pick<Canvas, "colour">, colour: Colour, text: string): string =>
  canvas.colour && text !== "" ? NodeUtil.styleText(colour, text, { validateStream: false }) : text

/** What the session is called: its title, else its id. */
const nameOf = (node: Pick<TreeNode, "title" | "agent" | "id">): string => {
  const title = inert(node.title)
  const agent = node.agent === undefined ? "" : inert(node.agent)
  const name = title === "" ? node.id : title
  return agent === "" || agent === title ? name : `${name} (${agent})`
}

const openChildren = (state: TreeState, node: TreeNode): number =>
  node.children.filter((id) => {
    const child = nodeOf(state, id)
    return child !== undefined && Session.isInFlight(child.status)
  }).length

const running = (node: TreeNode, nowMillis: number): string => {
  const quiet = node.heartbeatAtMillis === undefined ? 0 : nowMillis - node.heartbeatAtMillis
  if (quiet >= silenceMillis) return `no sign of life for ${duration(quiet, false)}`
  const said = lastLine(node.output.tail)
  if (node.activity._tag === "Tool") return `uses ${inert(node.activity.name)}${said === "" ? "" : ` · ${said}`}`
  return said
}

/** What a session does now, why it waits, or how it ended. */
export const detailOf = (state: TreeState, node: TreeNode, nowMillis: number): string => {
  switch (node.status) {
    case "pending":
      return TreeWords.whyQueued(node.place)
    case "awaiting_request":
      return node.activity._tag === "Request" ? `asks: ${inert(node.activity.question)}` : "asks something"
    case "waiting_for_children":
      return `waits for ${plural(openChildren(state, node), "child", "children")}`
    case "running":
      return running(node, nowMillis)
    case "completed": {
      const said = lastLine(node.output.tail)
      return node.reason === undefined || node.reason === "done"
        ? said
        : `${inert(node.reason)}${said === "" ? "" : `: ${said}`}`
    }
    default:
      return [node.reason === undefined ? "" : inert(node.reason), errorOf(node)]
        .filter((part) => part !== "")
        .join(": ")
  }
}

/** Why it ended as it did, and what it last said when that is something else. */
const errorOf = (node: TreeNode): string => {
  const error = node.error === undefined ? "" : inert(node.error)
  const said = node.status === "error" ? lastLine(node.output.tail) : ""
  return said === "" || error.includes(said) ? error : [error, said].filter((part) => part !== "").join(" · ")
}

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

/** How long the session has taken or took; nothing for one that never ran. */
const ageOf = (node: TreeNode, nowMillis: number): string => {
  if (node.status === "idle") return ""
  const settled = Session.isTerminal(node.status)
  return duration((node.settledAtMillis ?? nowMillis) - node.startedAtMillis, settled)
}

interface Row {
  readonly node: TreeNode
  readonly guide: string
}

/** Parents first, each with the guide that draws its place. The root is not among them. */
const rowsOf = (state: TreeState): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  const open: Array<{ readonly id: string; readonly indent: string; readonly last: boolean }> = []
  const push = (node: TreeNode, indent: string): void => {
    for (let index = node.children.length - 1; index >= 0; index--) {
      open.push({ id: node.children[index] ?? "", indent, last: index === node.children.length - 1 })
    }
  }
  const root = nodeOf(state, state.rootId)
  if (root !== undefined) push(root, "")
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = nodeOf(state, next.id)
    if (node === undefined) continue
    rows.push({ node, guide: `${next.indent}${next.last ? "└─ " : "├─ "}` })
    push(node, `${next.indent}${next.last ? "   " : "│  "}`)
  }
  return rows
}

/** The rows that fit, in tree order: those that need somebody first, then those that move, then the rest. */
const windowOf = (
  rows: ReadonlyArray<Row>,
  room: number
): { readonly shown: ReadonlyArray<Row>; readonly hidden: ReadonlyArray<Row> } => {
  if (rows.length <= room) return { shown: rows, hidden: [] }
  const byUrgency = rows
    .map((row, index) => ({ index, urgency: looks[row.node.status].urgency }))
    .toSorted((a, b) => b.urgency - a.urgency || a.index - b.index)
  const chosen = new Set(byUrgency.slice(0, Math.max(0, room - 1)).map(({ index }) => index))
  return {
    shown: rows.filter((_, index) => chosen.has(index)),
    hidden: rows.filter((_, index) => !chosen.has(index))
  }
}

const tally = (nodes: Iterable<TreeNode>): ReadonlyMap<SessionStatus, number> => {
  const found = new Map<SessionStatus, number>()
  for (const node of nodes) found.set(node.status, (found.get(node.status) ?? 0) + 1)
  return found
}

const summary = (found: ReadonlyMap<SessionStatus, number>): string =>
  Session.SessionStatus.literals
    .flatMap((status) => {
      const count = found.get(status) ?? 0
      return count === 0 ? [] : [`${count} ${wordOf(status)}`]
    })
    .join(" · ")

/** How the columns of a line are shared: the name gets up to half of what is left, the detail the rest. */
const nodeLine = (state: TreeState, row: Row, nameColumns: number, canvas: Canvas): string => {
  const { node } = row
  const look = looks[node.status]
  const guide = cut(row.guide, Math.floor(canvas.columns / 3))
  const head = `${look.icon} ${fit(look.word, wordColumns)}`
  const name = fit(nameOf(node), Math.max(0, nameColumns - widthOf(guide)))
  const age = ageOf(node, canvas.nowMillis).padStart(ageColumns)
  const fixed = `${guide}${head} ${name} ${age}`
  if (widthOf(fixed) > canvas.columns) {
    return cut(`${guide}${look.icon} ${look.word} ${nameOf(node)}`, canvas.columns)
  }
  const detail = cut(detailOf(state, node, canvas.nowMillis), canvas.columns - widthOf(fixed) - 2)
  const failed = look.colour === "red"
  return [
    paint(canvas, "dim", guide),
    paint(canvas, look.colour, head),
    ` ${name} `,
    paint(canvas, "dim", age),
    detail === "" ? "" : `  ${paint(canvas, failed ? "red" : "dim", detail)}`
  ]
    .join("")
    .trimEnd()
}

const header = (state: TreeState, canvas: Canvas): string => {
  const root = nodeOf(state, state.rootId)
  const found = summary(counts(state))
  const name = root === undefined ? state.rootId : nameOf(root)
  const own = root === undefined || root.status === "idle" ? "" : ` ${wordOf(root.status)}`
  const text = [`${name}${own}`, ...(found === "" ? [] : [found]), ...notesOf(state)].join("  ")
  return paint(canvas, "cyan", cut(text, canvas.columns))
}

const notesOf = (state: TreeState): ReadonlyArray<string> => [
  ...(state.connection === "lost" ? ["[connection lost, trying again]"] : []),
  ...(state.missed > 0 ? [`[${state.missed} live events missed]`] : [])
]

/** What the root itself does, when it is the one that runs. */
const rootDetail = (state: TreeState, canvas: Canvas): ReadonlyArray<string> => {
  const root = nodeOf(state, state.rootId)
  if (root === undefined || root.status === "idle") return []
  const detail = detailOf(state, root, canvas.nowMillis)
  return detail === "" ? [] : [paint(canvas, "dim", cut(`  ${detail}`, canvas.columns))]
}

/**
 * The whole picture, at most `rows` lines, none wider than `columns`. When not
 * every child fits, the last line counts the others.
 */
export const render = (state: TreeState, canvas: Canvas): ReadonlyArray<string> => {
  const top = [header(state, canvas), ...rootDetail(state, canvas)].slice(0, Math.max(1, canvas.rows))
  const rows = rowsOf(state)
  const { hidden, shown } = windowOf(rows, Math.max(0, canvas.rows - top.length))
  const widest = Math.max(0, ...shown.map((row) => widthOf(row.guide) + widthOf(nameOf(row.node))))
  const spare = canvas.columns - wordColumns - ageColumns - 4
  const nameColumns = Math.min(widest, Math.max(12, Math.floor(spare / 2)))
  const lines = [...top, ...shown.map((row) => nodeLine(state, row, nameColumns, canvas))]
  const others = hidden.length + state.unseen
  if (others > 0 && lines.length < canvas.rows) {
    const text = `… and ${others} more${hidden.length === 0 ? "" : `: ${summary(tally(hidden.map((row) => row.node)))}`}`
    lines.push(paint(canvas, "dim", cut(text, canvas.columns)))
  }
  return lines
}

/** The line of a transition, for a reader that only scrolls; none when nothing worth a line has changed. */
export const transition = (
  before: TreeState,
  after: TreeState,
  id: string,
  clock: { readonly nowMillis: number; readonly sinceMillis: number }
): string | undefined => {
  const was = nodeOf(before, id)
  const now = nodeOf(after, id)
  if (now === undefined || (was !== undefined && was.status === now.status)) return undefined
  const at = duration(clock.nowMillis - clock.sinceMillis, true).padStart(ageColumns)
  const shown = now.status === "running" || now.status === "pending" ? "" : detailOf(after, now, clock.nowMillis)
  const line = `${at}  ${fit(wordOf(now.status), wordColumns)}  ${nameOf(now)}  ${now.id}${shown === "" ? "" : `  ${shown}`}`
  return cut(line, plainColumnsMax)
}

/** A log line is read by people and cut by nobody's terminal; this only bounds it. */
const plainColumnsMax = 400

/**
 * Rows under a heading. Columns are as wide as their widest cell; when that is
 * more than there is room for, the widest give way first.
 */
export const table = (
  heading: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  canvas: Pick<Canvas, "columns" | "colour">
): ReadonlyArray<string> => {
  const cells = rows.map((row) => row.map(inert))
  const widths = heading.map((title, column) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[column] ?? "")))
  )
  const gaps = 2 * (heading.length - 1)
  for (let over = sum(widths) + gaps - canvas.columns; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths))
    if ((widths[widest] ?? 0) <= 3) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  const line = (row: ReadonlyArray<string>): string =>
    cut(
      widths
        .map((width, column) => fit(row[column] ?? "", width))
        .join("  ")
        .trimEnd(),
      canvas.columns
    )
  return [paint(canvas, "dim", line(heading)), ...cells.map(line)]
}

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

/** A root of its own that only holds others: its end, if it has one, is that of its children. */
const holdsOnly = (state: TreeState, node: TreeNode): boolean =>
  node.id === state.rootId && (node.status === "idle" || (node.status === "cancelled" && node.reason === undefined))

/** The children, in tree order, with how each ended: what stays on the screen. */
export const outcomes = (
  state: TreeState,
  canvas: Pick<Canvas, "columns" | "colour" | "nowMillis">
): ReadonlyArray<string> => {
  const rows = [...walk(state)]
    .filter((node) => !holdsOnly(state, node))
    .map((node) => [
      `${looks[node.status].icon} ${wordOf(node.status)}`,
      nameOf(node),
      ageOf(node, canvas.nowMillis),
      node.reason ?? "",
      Session.isTerminal(node.status) && node.status !== "completed" ? errorOf(node) : lastLine(node.output.tail)
    ])
  const heading = ["STATUS", "TITLE", "TIME", "REASON", "LAST LINE OR ERROR"]
  const shown = rows.slice(0, outcomeRowsMax)
  const more = rows.length - shown.length + state.unseen
  return [...table(heading, shown, canvas), ...(more > 0 ? [`… and ${more} more`] : [])]
}

/** What somebody may read after the end without paging; the rest is one call to the server away. */
const outcomeRowsMax = 200
