/**
 * When the sessions of a subtree were queued, ran, waited: a line for each, a bar
 * for each state, a gap where it rested.
 *
 * @stability unstable
 */
import * as TreeView from "@offshoot/core/TreeView"
import { useRef } from "preact/hooks"
import type { Entry } from "../Events.ts"
import * as Figures from "../Figures.ts"
import { nameOf } from "../NowLine.ts"
import * as Spans from "../Spans.ts"
import * as Store from "../Store.ts"
import { useFeedPart } from "./FeedPart.ts"
import { Windowed } from "./Windowed.tsx"

const rowHeight = 26

const states: ReadonlyArray<readonly [Spans.State, string]> = [
  ["queued", "queued"],
  ["running", "running"],
  ["asking", "asks"],
  ["waiting", "waits for children"],
  ["stopping", "stopping"]
]

interface Scale {
  readonly fromMillis: number
  readonly toMillis: number
}

const percent = (millis: number, { fromMillis, toMillis }: Scale): number =>
  (100 * (millis - fromMillis)) / Math.max(1, toMillis - fromMillis)

const scaleOf = (tracks: ReadonlyArray<Spans.Track>, nowMillis: number): Scale => {
  const starts = tracks.map(({ spans }) => spans[0]?.fromMillis ?? nowMillis)
  const ends = tracks.map(({ spans }) => spans.at(-1)?.toMillis ?? nowMillis)
  const bound = (found: number, edge: number, pick: (a: number, b: number) => number) => pick(found, edge)
  const fromMillis = starts.reduce((a, b) => bound(a, b, Math.min), nowMillis)
  const toMillis = ends.reduce((a, b) => bound(a, b, Math.max), 0)
  return { fromMillis, toMillis: Math.max(toMillis, fromMillis + 1_000) }
}

const wordsOf = (track: Spans.Track, scale: Scale, nowMillis: number): string =>
  track.spans
    .map(({ fromMillis, state, toMillis }) => {
      const from = Figures.duration(fromMillis - scale.fromMillis)
      return `${state} from ${from} for ${Figures.duration((toMillis ?? nowMillis) - fromMillis)}`
    })
    .join(", ")

const Bar = ({
  nowMillis,
  scale,
  span
}: {
  readonly span: Spans.Span
  readonly scale: Scale
  readonly nowMillis: number
}) => {
  const to = span.toMillis ?? nowMillis
  const left = percent(span.fromMillis, scale)
  return (
    <span
      class={`bar-span bar-${span.state}`}
      title={`${span.state} ${Figures.clock(span.fromMillis)}, ${Figures.duration(to - span.fromMillis)}`}
      style={{ left: `${left}%`, width: `${Math.max(0.3, percent(to, scale) - left)}%` }}
    />
  )
}

const Line = (props: {
  readonly node: TreeView.TreeNode
  readonly depth: number
  readonly track: Spans.Track
  readonly scale: Scale
}) => {
  const { depth, node, scale, track } = props
  const nowMillis = Store.nowMillis.value
  return (
    <div class="track" role="listitem">
      <button
        type="button"
        class="link track-name"
        style={{ paddingLeft: `${Math.min(depth, 6) * 12}px` }}
        onClick={() => Store.openSession(node.id, "timeline")}
      >
        {nameOf(node)}
      </button>
      <span class="track-bars" role="img" aria-label={wordsOf(track, scale, nowMillis)}>
        {track.spans.map((span) => (
          <Bar key={span.fromMillis} span={span} scale={scale} nowMillis={nowMillis} />
        ))}
      </span>
    </div>
  )
}

interface Placed {
  readonly node: TreeView.TreeNode
  readonly depth: number
}

/** The subtree, parents first. */
const below = (state: TreeView.TreeState, id: string): ReadonlyArray<Placed> => {
  const found: Array<Placed> = []
  const open: Array<{ readonly id: string; readonly depth: number }> = [{ id, depth: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = TreeView.nodeOf(state, next.id)
    if (node === undefined) continue
    found.push({ node, depth: next.depth })
    for (const child of node.children.toReversed()) open.push({ id: child, depth: next.depth + 1 })
  }
  return found
}

const query = (id: string): string => `subtree=${encodeURIComponent(id)}&types=${Spans.types.join(",")}`

export const Timeline = ({ id }: { readonly id: string }) => {
  const placed = below(Store.tree.value, id)
  const ids = new Set(placed.map(({ node }) => node.id))
  const isWithin = ({ streamId }: Entry): boolean => ids.has(streamId)
  const part = useFeedPart(query(id), isWithin)
  const made = useRef<{ readonly part: typeof part.entries; readonly size: number; readonly tracks: Spans.Tracks }>(
    undefined
  )
  if (made.current?.part !== part.entries || made.current.size !== ids.size) {
    const tracks = Spans.take(Spans.none, part.entries, (session) => ids.has(session))
    made.current = { part: part.entries, size: ids.size, tracks }
  }
  const tracks = made.current?.tracks ?? Spans.none
  const lines = placed.flatMap(({ depth, node }) => {
    const track = tracks.byId.get(node.id)
    return track === undefined || track.spans.length === 0 ? [] : [{ node, depth, track }]
  })
  if (lines.length === 0 && part.isLoading) return <p class="empty">Loading…</p>
  if (lines.length === 0) return <p class="empty">Nothing of it has run, or the feed has forgotten it.</p>
  const scale = scaleOf(
    lines.map(({ track }) => track),
    Store.nowMillis.value
  )
  return (
    <div class="timeline">
      <div class="legend">
        {states.map(([state, word]) => (
          <span key={state}>
            <span class={`swatch bar-${state}`} aria-hidden="true" /> {word}
          </span>
        ))}
      </div>
      <div class="track axis" aria-hidden="true">
        <span class="track-name dim">{Figures.count(lines.length, "session", "sessions")}</span>
        <span class="axis-ends dim">
          <span>{Figures.clock(scale.fromMillis)}</span>
          <span>{Figures.duration(scale.toMillis - scale.fromMillis)}</span>
          <span>{Figures.clock(scale.toMillis)}</span>
        </span>
      </div>
      <Windowed
        className="tracks"
        count={lines.length}
        rowHeight={rowHeight}
        area={{ role: "list", "aria-label": "Timeline", tabIndex: 0 }}
        keyOf={(at) => lines[at]?.node.id ?? at}
        render={(at) => {
          const line = lines[at]
          return line === undefined ? null : <Line key={line.node.id} {...line} scale={scale} />
        }}
      />
    </div>
  )
}
