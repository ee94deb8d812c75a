/**
 * Small checks of what comes from outside: a value is of a shape, or it is not
 * used. They stand here for a schema library, which would be half of the page.
 *
 * Members that a shape does not name are let through: a newer server may send
 * more.
 *
 * @stability unstable
 */

/** Says whether a value is of a shape. */
export type Check<A> = (value: unknown) => value is A

/** The shape that a check is for. */
export type Of<C> = C extends Check<infer A> ? A : never

/** A member that may be absent. */
interface Maybe<A> {
  readonly maybe: Check<A>
}

type Fields = Readonly<Record<string, Check<unknown> | Maybe<unknown>>>

type Struct<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Maybe<unknown> ? never : K]: F[K] extends Check<infer A> ? A : never
} & {
  readonly [K in keyof F as F[K] extends Maybe<unknown> ? K : never]?: F[K] extends Maybe<infer A> ? A : never
}

export const isString = (value: unknown): value is string => typeof value === "string"
export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value)
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean"
export const isAny: Check<unknown> = (_value): _value is unknown => true

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const optional = <A>(check: Check<A>): Maybe<A> => ({ maybe: check })

export const listOf =
  <A>(check: Check<A>): Check<ReadonlyArray<A>> =>
  (value): value is ReadonlyArray<A> =>
    Array.isArray(value) && value.every(check)

export const recordOf =
  <A>(check: Check<A>): Check<Readonly<Record<string, A>>> =>
  (value): value is Readonly<Record<string, A>> =>
    isRecord(value) && Object.values(value).every(check)

export const oneOf =
  <const A extends string>(...words: ReadonlyArray<A>): Check<A> =>
  (value): value is A =>
    words.some((word) => word === value)

export const either =
  <A, B>(first: Check<A>, second: Check<B>): Check<A | B> =>
  (value): value is A | B =>
    first(value) || second(value)

export const struct =
  <const F extends Fields>(fields: F): Check<Struct<F>> =>
  (value): value is Struct<F> =>
    isRecord(value) &&
    Object.entries(fields).every(([key, field]) =>
      typeof field === "function" ? field(value[key]) : value[key] === undefined || field.maybe(value[key])
    )

/** JSON that is of the shape; none for anything else. */
export const parse = <A>(check: Check<A>, text: string): A | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return check(value) ? value : undefined
  } catch {
    return undefined
  }
}
