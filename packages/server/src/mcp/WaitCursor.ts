/**
 * Which ends a caller was told of, in a text that it hands back. Pure.
 *
 * The runtime keeps nothing for it, so that it works after a restart of anybody.
 * It is a time, up to which ends were told, and the marks of those that were told
 * near it: an end is recorded a moment after the time that it carries, so near the
 * time alone would tell one twice or not at all.
 *
 * Invariants
 *   C1. An end that was told is not told again.
 *   C2. An end is told sooner or later, unless recording it took longer than `nearMillis`.
 *
 * @stability unstable
 */
import * as NodeCrypto from "node:crypto"
import * as Option from "effect/Option"

/** Longer than recording an end takes on a disk that is not failing. */
const nearMillis = 5_000

/** 30 bits: two of a hundred that fall together are one in ten million. */
const markChars = 5
/** As many as two answers tell of. */
const marksMax = 128

/** As long as one with all its marks. */
export const charsMax = 16 + marksMax * markChars

export interface WaitCursor {
  readonly toldUpToMillis: number
  readonly near: ReadonlySet<string>
}

/** A session that has settled, and when. */
export interface End {
  readonly id: string
  readonly atMillis: number
}

export const start: WaitCursor = { toldUpToMillis: 0, near: new Set() }

const markOf = (id: string): string =>
  NodeCrypto.createHash("sha256").update(id).digest("base64url").slice(0, markChars)

const shape = /^([0-9a-z]{1,11})\.((?:[\w-]{5}){0,128})$/

export const decode = (text: string): Option.Option<WaitCursor> => {
  const match = shape.exec(text)
  const [, millis = "", marks = ""] = match ?? []
  if (match === null) return Option.none()
  return Option.some({
    toldUpToMillis: Number.parseInt(millis, 36),
    near: new Set(
      Array.from({ length: marks.length / markChars }, (_, index) =>
        marks.slice(index * markChars, (index + 1) * markChars)
      )
    )
  })
}

export const encode = ({ near, toldUpToMillis }: WaitCursor): string =>
  `${toldUpToMillis.toString(36)}.${Array.from(near).join("")}`

/** The ends that were not told, oldest first. */
export const untold = <One extends End>(cursor: WaitCursor, ends: ReadonlyArray<One>): ReadonlyArray<One> =>
  ends
    .filter(({ atMillis, id }) => atMillis > cursor.toldUpToMillis - nearMillis && !cursor.near.has(markOf(id)))
    .toSorted((a, b) => a.atMillis - b.atMillis)

/** After some of the untold were told, the oldest of them. Never before what it was. */
export const after = (cursor: WaitCursor, told: ReadonlyArray<End>): WaitCursor => {
  const last = told.at(-1)
  if (last === undefined) return cursor
  const toldUpToMillis = Math.max(cursor.toldUpToMillis, last.atMillis)
  const near = told.filter(({ atMillis }) => atMillis > toldUpToMillis - nearMillis).map(({ id }) => markOf(id))
  return { toldUpToMillis, near: new Set([...cursor.near, ...near].slice(-marksMax)) }
}
