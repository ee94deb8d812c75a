/**
 * Asks the ledger whether a call or a spawn may be made, after loading from the
 * record what it does not know yet. Where there is no budget nothing is asked.
 *
 * What settled while it was being loaded may or may not be in what was read:
 * then it is read again. The reads stop after a while; a tree in which something
 * settles at every one of them is then charged with a run twice at most, until
 * nothing of it is in flight.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { RunContext } from "../ExternalChildRunner.ts"
import type { SessionStoreShape, TreeUsage } from "../SessionStore.ts"
import { StoreError } from "../StoreError.ts"
import type { BudgetExhausted, HeldBudget } from "../TreeBudget.ts"
import { type Admission, type BudgetLedger, type Charged, chargeOf, type Recorded, type Tree } from "./budgetLedger.ts"
import { CurrentFlights, type Flight } from "./flights.ts"
import { patiently, Recorder } from "./recorder.ts"

/** A read takes a millisecond or so; so many settlements in a row, one in each, are a storm. */
const readsMax = 16

const recordedOf = ({ open, spawned, tree }: TreeUsage): Recorded => {
  const all = chargeOf(tree)
  const ofOpen = chargeOf(open)
  return { tokens: all.tokens - ofOpen.tokens, cost: all.cost - ofOpen.cost, spawns: spawned }
}

/** Loads every account of the tree that is not loaded. */
const loadOnce = Effect.fnUntraced(function* <F extends Charged>(
  ledger: BudgetLedger<F>,
  tree: Tree<F>,
  store: SessionStoreShape
) {
  for (let read = 1; tree.missing > 0; read++) {
    tree.left.closeUnsafe() // closed, then looked: one that leaves in between opens it again
    if (ledger.isLanding(tree) && read < readsMax) {
      yield* tree.left.await
      continue
    }
    const { landed } = tree
    const missing = ledger.unloaded(tree)
    const found = yield* Effect.forEach(missing, (held) => store.treeUsage(held.sessionId))
    const isSure = tree.landed === landed && !ledger.isLanding(tree)
    if (!isSure && read < readsMax) continue
    for (const [index, held] of missing.entries()) {
      const usage = found[index]
      if (usage !== undefined) ledger.install(tree, held, recordedOf(usage))
    }
  }
})

const loaded = <F extends Charged>(
  ledger: BudgetLedger<F>,
  tree: Tree<F>,
  store: SessionStoreShape
): Effect.Effect<void, StoreError> =>
  Effect.suspend(() =>
    tree.missing === 0
      ? Effect.void
      : tree.turn.withPermits(1)(Effect.suspend(() => patiently(loadOnce(ledger, tree, store))))
  )

const admitCall = (ledger: BudgetLedger<Flight>, store: SessionStoreShape, flight: Flight): RunContext["admitCall"] => {
  const { budgets } = flight
  if (budgets === undefined) return Effect.void
  return Effect.suspend(() => {
    const tree = ledger.treeOf(budgets)
    // A run that was given up makes no more calls that count.
    if (tree === undefined) return Effect.interrupt
    ledger.charge(flight)
    return Effect.andThen(
      // A record that cannot be read ends the run, as one that cannot be written does.
      Effect.orDie(loaded(ledger, tree, store)),
      Effect.suspend(() => {
        const refused = ledger.refusesCall(tree, budgets)
        return refused === undefined ? Effect.void : Effect.fail(refused)
      })
    )
  })
}

/** What is spawned: its place under the budgets around it, and its own budget, if it has one. */
export interface SpawnPlace {
  readonly around: ReadonlyArray<HeldBudget>
  readonly own: HeldBudget | undefined
}

/** Whether what failed may be in the record all the same: then it counts until nothing of its tree is in flight. */
const mayStand = (exit: Exit.Exit<unknown, unknown>): boolean => {
  if (exit._tag === "Success") return true
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  return error instanceof StoreError && error.reason._tag === "StorageUnavailable"
}

const admitSpawn =
  (ledger: BudgetLedger<Flight>, store: SessionStoreShape): Budgets["Service"]["admitSpawn"] =>
  ({ around, own }, spawn) => {
    if (around.length === 0) return spawn
    const admitted = Effect.suspend(() => {
      const tree = ledger.treeOf(around)
      const answer = tree === undefined ? unbound : ledger.admitSpawn(tree, around, own)
      return "withdraw" in answer ? Effect.succeed(answer) : Effect.fail(answer)
    })
    const within = Effect.acquireUseRelease(
      admitted,
      () => spawn,
      ({ release, withdraw }, exit) =>
        Effect.sync(() => {
          if (!mayStand(exit)) withdraw()
          release()
        })
    )
    return Effect.acquireUseRelease(
      Effect.sync(() => ledger.pin(around)),
      () =>
        Effect.andThen(
          Effect.suspend(() => {
            const tree = ledger.treeOf(around)
            return tree === undefined ? Effect.void : loaded(ledger, tree, store)
          }),
          within
        ),
      () => Effect.sync(() => ledger.unpin(around))
    )
  }

const unbound: Admission = { withdraw: () => undefined, release: () => undefined }

export class Budgets extends Context.Service<
  Budgets,
  {
    /** See `RunContext.admitCall`. */
    readonly admitCall: (flight: Flight) => RunContext["admitCall"]
    /** Takes in what a run has reported; to be called after each report. */
    readonly charge: (flight: Flight) => void
    /**
     * Spawns when the budgets allow it: the child counts and its own budget is
     * promised from before the spawn, and is given back when it was refused.
     *
     * **Interruption**: what was promised is given back with the refusal of the spawn.
     */
    readonly admitSpawn: <A, E>(
      place: SpawnPlace,
      spawn: Effect.Effect<A, E>
    ) => Effect.Effect<A, E | BudgetExhausted | StoreError>
  }
>()("@offshoot/core/internal/budgets") {}

const make = Effect.gen(function* () {
  const { ledger } = yield* CurrentFlights
  const { store } = yield* Recorder
  return Budgets.of({
    admitCall: (flight) => admitCall(ledger, store, flight),
    charge: (flight) => ledger.charge(flight),
    admitSpawn: admitSpawn(ledger, store)
  })
})

export const layer: Layer.Layer<Budgets, never, CurrentFlights | Recorder> = Layer.effect(Budgets, make)
