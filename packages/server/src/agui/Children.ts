/**
 * Which children a client has been told of, and under which name. Pure.
 *
 * The protocol's id is of one invocation: a child that settles and runs again in
 * the same run of the client gets another. What a client knows as suspended goes
 * on under the id that it has.
 *
 * @stability unstable
 */
import type { Speaker } from "./AgUiEvent.ts"

/** What is told of a child when it begins. */
export interface Begun {
  readonly key: string
  /** Empty: nobody said. */
  readonly title: string
  readonly parentKey: string
}

export interface Children {
  /** Invocations that are shown and not over, parents before their children. */
  readonly active: ReadonlyMap<string, Speaker>
  /** How often each was begun in this run. */
  readonly times: ReadonlyMap<string, number>
}

/** Children of one run that are shown; more than that nobody reads. */
export const childrenMax = 1_024

export const none: Children = { active: new Map(), times: new Map() }

export type Opened = readonly [Children, Speaker | undefined]

/** Begins one; none: it is shown already, or there are too many. */
export const begin = (children: Children, key: string): Opened => {
  const { active, times } = children
  const before = times.get(key) ?? 0
  if (active.has(key) || active.size >= childrenMax || (before === 0 && times.size >= childrenMax)) {
    return [children, undefined]
  }
  const speaker: Speaker = { key, subagentRunId: before === 0 ? key : `${key}/${before + 1}` }
  return [{ active: new Map(active).set(key, speaker), times: new Map(times).set(key, before + 1) }, speaker]
}

export const end = (children: Children, key: string): Children => {
  const active = new Map(children.active)
  active.delete(key)
  return { ...children, active }
}

/** A nested agent has no session: it is called by its agent's own name for it, below the session of that agent. */
export const nestedKey = (ownerKey: string, nestedId: string): string => `${ownerKey}~${nestedId}`

/** The nested agents of a speaker that are shown. */
export const nestedOf = (children: Children, ownerKey: string): ReadonlyArray<Speaker> =>
  [...children.active.values()].filter(({ key }) => key.startsWith(`${ownerKey}~`))
