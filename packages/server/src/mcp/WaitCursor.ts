/**
 * Which ends a caller was told of, in a text that it hands back. Pure.
 *
 * The runtime keeps nothing for it, so that it works after a restart of anybody.
 * Ends have an order: their time, and their id within one millisecond. The cursor
 * is a floor in this order, up to which everything was told, and the marks of those
 * above it that were told. The floor stays a while behind what was told, because
 * an end is recorded a moment after the time that it carries.
 *
 * Invariants
 *   C1. An end that was told is not told again.
 *   C2. An end is told sooner or later. Exceptions: recording it took longer than
 *       `nearMillis`, or `marksMax` later ones were told meanwhile.
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

/** An id, as long as it may be. */
const idCharsMax = 128

/** As long as one with all its marks. */
export const charsMax = 16 + idCharsMax + marksMax * markChars

/** A session that has settled, and when. */
export interface End {
  readonly id: string
  readonly atMillis: number
}

export interface WaitCursor {
  readonly floor: End
  readonly marks: ReadonlySet<string>
}

/** Whether the ends that were looked at are all that there are, or those that somebody named. */
export type Scope = "all" | "named"

/** Everything that ended before is taken for told. */
export const from = (atMillis: number): WaitCursor => ({ floor: { atMillis, id: "" }, marks: new Set() })

export const start: WaitCursor = from(0)

const markOf = ({ id }: End): string =>
  NodeCrypto.createHash("sha256").update(id).digest("base64url").slice(0, markChars)

const order = (a: End, b: End): number => a.atMillis - b.atMillis || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

const shape = /^([0-9a-z]{1,11})\.(\w{0,128})\.((?:[\w-]{5}){0,128})$/

export const decode = (text: string): Option.Option<WaitCursor> => {
  const match = shape.exec(text)
  const [, millis = "", id = "", marks = ""] = match ?? []
  if (match === null) return Option.none()
  return Option.some({
    floor: { atMillis: Number.parseInt(millis, 36), id },
    marks: new Set(
      Array.from({ length: marks.length / markChars }, (_, index) =>
        marks.slice(index * markChars, (index + 1) * markChars)
      )
    )
  })
}

export const encode = ({ floor, marks }: WaitCursor): string =>
  `${floor.atMillis.toString(36)}.${floor.id}.${Array.from(marks).join("")}`

const isTold = ({ floor, marks }: WaitCursor, end: End): boolean => order(end, floor) <= 0 || marks.has(markOf(end))

/** The ends that were not told, oldest first. */
export const untold = <One extends End>(cursor: WaitCursor, ends: ReadonlyArray<One>): ReadonlyArray<One> =>
  ends.filter((end) => !isTold(cursor, end)).toSorted(order)

/**
 * After the oldest of the untold were told. `ends`: all that were looked at.
 *
 * The floor rises with ends that nobody can be before any more, which is known
 * when all were looked at; and when there are too many marks.
 */
export const after = (
  cursor: WaitCursor,
  told: ReadonlyArray<End>,
  ends: ReadonlyArray<End>,
  scope: Scope
): WaitCursor => {
  const last = told.at(-1)
  if (last === undefined) return cursor
  const now = new Set(told.map(({ id }) => id))
  const above = ends
    .filter((end) => order(end, cursor.floor) > 0 && (now.has(end.id) || cursor.marks.has(markOf(end))))
    .toSorted(order)
  const passed = scope === "all" ? above.filter(({ atMillis }) => atMillis <= last.atMillis - nearMillis).length : 0
  const dropped = Math.max(passed, above.length - marksMax)
  const kept = above.slice(dropped).map(markOf)
  const gone = new Set(above.slice(0, dropped).map(markOf))
  const others = [...cursor.marks].filter((mark) => !gone.has(mark))
  return {
    floor: above[dropped - 1] ?? cursor.floor,
    marks: new Set([...new Set([...others, ...kept])].slice(-marksMax))
  }
}
