/** Values as configuration files hold them, compared and changed at a path. */
import * as Option from "effect/Option"

type Members = Readonly<Record<string, unknown>>

/** Parsers make objects with and without a prototype; dates are values, not members. */
export const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)

export const isEmpty = (value: unknown): boolean => isMembers(value) && Object.keys(value).length === 0

export const valueAt = (value: unknown, path: ReadonlyArray<string>): Option.Option<unknown> => {
  let at = value
  for (const name of path) {
    if (!isMembers(at) || !Object.hasOwn(at, name)) return Option.none()
    at = at[name]
  }
  return Option.some(at)
}

/** With another value at the path, or without any; what leads there is made. */
export const withValue = (value: unknown, path: ReadonlyArray<string>, wanted: unknown): unknown => {
  const [name, ...rest] = path
  if (name === undefined) return wanted
  const members = isMembers(value) ? value : {}
  const inner = withValue(members[name], rest, wanted)
  const others = Object.entries(members).filter(([other]) => other !== name)
  return Object.fromEntries(inner === undefined ? others : [...others, [name, inner]])
}

const sameMembers = (left: Members, right: Members): boolean => {
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && sameValue(left[name], right[name]))
  )
}

/** The order of members is no part of a value. */
export const sameValue = (left: unknown, right: unknown): boolean => {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameValue(item, right[index]))
  }
  if (left instanceof Date && right instanceof Date) return left.toISOString() === right.toISOString()
  if (isMembers(left) && isMembers(right)) return sameMembers(left, right)
  return Object.is(left, right)
}
