/**
 * Things that happened, in order, for those who look back and those who wait:
 * what came before the question is found as well as what comes after it.
 */
import * as Effect from "effect/Effect"

export interface Facts<A> {
  readonly add: (fact: A) => void
  readonly all: () => ReadonlyArray<A>
  /** The first that is taken, of those there are and those to come. **Interruption**: of the waiting loses nothing. */
  readonly first: (takes: (fact: A, index: number) => boolean) => Effect.Effect<A>
}

export const make = <A>(): Facts<A> => {
  const facts: Array<A> = []
  const watchers = new Set<() => void>()
  return {
    add: (fact) => {
      facts.push(fact)
      for (const watcher of watchers) watcher()
    },
    all: () => [...facts],
    first: (takes) =>
      Effect.callback((resume) => {
        const look = () => {
          const found = facts.find(takes)
          if (found !== undefined) resume(Effect.succeed(found))
        }
        watchers.add(look)
        look()
        return Effect.sync(() => watchers.delete(look))
      })
  }
}
