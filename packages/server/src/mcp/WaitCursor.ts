/**
 * Which ends a caller was told of, in a text that it hands back. Pure.
 *
 * The runtime keeps nothing for it, so that it works after a restart of anybody.
 * Ends have one order, by time and, at the same time, by a mark of the id. A
 * cursor is a place in it, up to which ends were told, and those after it that
 * were told too: an end is recorded a moment after the time that it carries, so
 * a place at the last one told would miss those that come late.
 *
 * Invariants
 *   C1. An end that was told is not told again.
 *   C2. An end is told sooner or later, unless recording it took longer than
 *       `nearMillis`, or than `toldMax` others took.
 *
 * @stability unstable
 */
import * as NodeCrypto from "node:crypto"
import * as Option from "effect/Option"

/** Longer than recording an end takes on a disk that is not failing. */
const nearMillis = 5_000

/** 30 bits: two of a thousand ends that fall together, at the same millisecond, are one in two thousand. */
const markChars = 5
/** Of a time after the place: never more than `nearMillis`, in base 36. */
const deltaChars = 3
const entryChars = markChars + deltaChars
/** As many as two answers tell of. */
const toldMax = 128

/** As long as one with all that it may hold. */
export const charsMax = 11 + 1 + markChars + 1 + toldMax * entryChars

interface Place {
  readonly atMillis: number
  readonly mark: string
}

export interface WaitCursor {
  readonly upTo: Place
  /** Told after that place, in order. */
  readonly told: ReadonlyArray<Place>
}

/** A session that has settled, and when. */
export interface End {
  readonly id: string
  readonly atMillis: number
}

/** Told of everything up to a time. */
export const since = (atMillis: number): WaitCursor => ({ upTo: { atMillis, mark: "" }, told: [] })

export const start: WaitCursor = since(0)

const placeOf = ({ atMillis, id }: End): Place => ({
  atMillis,
  mark: NodeCrypto.createHash("sha256").update(id).digest("base64url").slice(0, markChars)
})

const compare = (a: Place, b: Place): number =>
  a.atMillis - b.atMillis || (a.mark < b.mark ? -1 : a.mark > b.mark ? 1 : 0)

const shape = /^([0-9a-z]{1,11})\.((?:[\w-]{5})?)\.((?:[0-9a-z]{3}[\w-]{5}){0,128})$/

export const decode = (text: string): Option.Option<WaitCursor> => {
  const match = shape.exec(text)
  if (match === null) return Option.none()
  const [, millis = "", mark = "", entries = ""] = match
  const upTo = { atMillis: Number.parseInt(millis, 36), mark }
  const told = Array.from({ length: entries.length / entryChars }, (_, index): Place => {
    const entry = entries.slice(index * entryChars, (index + 1) * entryChars)
    return {
      atMillis: upTo.atMillis + Number.parseInt(entry.slice(0, deltaChars), 36),
      mark: entry.slice(deltaChars)
    }
  })
  return Option.some({ upTo, told })
}

export const encode = ({ told, upTo }: WaitCursor): string => {
  const entries = told.map(
    ({ atMillis, mark }) => `${(atMillis - upTo.atMillis).toString(36).padStart(deltaChars, "0")}${mark}`
  )
  return `${upTo.atMillis.toString(36)}.${upTo.mark}.${entries.join("")}`
}

/** The ends that were not told, in their order. */
export const untold = <One extends End>(cursor: WaitCursor, ends: ReadonlyArray<One>): ReadonlyArray<One> => {
  const told = new Set(cursor.told.map(({ atMillis, mark }) => `${atMillis} ${mark}`))
  return ends
    .map((end) => ({ end, place: placeOf(end) }))
    .filter(({ place }) => compare(place, cursor.upTo) > 0 && !told.has(`${place.atMillis} ${place.mark}`))
    .toSorted((a, b) => compare(a.place, b.place))
    .map(({ end }) => end)
}

/** After the first of the untold were told. */
export const after = (cursor: WaitCursor, ends: ReadonlyArray<End>): WaitCursor => {
  const told = [...cursor.told, ...ends.map(placeOf)].toSorted(compare)
  const newest = told.at(-1)
  if (newest === undefined) return cursor
  const past = { atMillis: newest.atMillis - nearMillis, mark: "" }
  const byCount = told.at(-toldMax - 1) ?? cursor.upTo
  const upTo = [cursor.upTo, past, byCount].reduce((a, b) => (compare(a, b) < 0 ? b : a))
  return { upTo, told: told.filter((place) => compare(place, upTo) > 0) }
}
