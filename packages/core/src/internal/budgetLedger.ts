/**
 * What the budgeted trees of this process have used and promised. Plain memory:
 * a tree is there while something of it is in flight or being spawned, and is
 * loaded from the record before anybody asks it (`Budgets`).
 *
 * Everything here happens in one step of the process, so that two siblings
 * cannot be promised the same: who comes second finds what the first one left.
 *
 * Invariants
 *   B1. An account is there while a flight below it is, and is loaded after the
 *       accounts around it: what a flight uses is charged to each once.
 *   B2. `flight.charged` is what the loaded accounts above it have of it.
 */
import * as Latch from "effect/Latch"
import * as Semaphore from "effect/Semaphore"
import type { SessionId } from "../Ids.ts"
import type { Usage } from "../Session.ts"
import type { SpawnJob } from "../SpawnJob.ts"
import { BudgetExhausted, type Dimension, type HeldBudget } from "../TreeBudget.ts"
import * as UsageSum from "../UsageSum.ts"
import * as Pot from "./budgetPot.ts"

/** Dollars are counted in billionths, so that sums are exact. */
const nanosPerDollar = 1_000_000_000

const wholeOf = (dimension: Dimension, value: number): number =>
  dimension === "cost" ? Math.round(value * nanosPerDollar) : value

const shownOf = (dimension: Dimension, whole: number): number => (dimension === "cost" ? whole / nanosPerDollar : whole)

const limitOf = (held: Omit<HeldBudget, "sessionId">, dimension: Dimension): number | undefined => {
  const limit = { tokens: held.tokens, cost: held.costUsd, spawns: held.spawns }[dimension]
  return limit === undefined ? undefined : wholeOf(dimension, limit)
}

/** What is used by calls, in the ledger's own units. */
export interface Charge {
  readonly tokens: number
  readonly cost: number
}

export const chargeOf = (usage: Usage): Charge => ({
  tokens: UsageSum.tokensOf(usage),
  cost: wholeOf("cost", usage.costUsd ?? 0)
})

export const uncharged: Charge = { tokens: 0, cost: 0 }

/** What the ledger needs of a flight. */
export interface Charged {
  readonly job: SpawnJob
  /** Nearest first; absent where no budget bounds the session. */
  readonly budgets: ReadonlyArray<HeldBudget> | undefined
  readonly live: { readonly usage: Usage | undefined } | undefined
  readonly settling: boolean
  charged: Charge
}

interface Account {
  readonly held: HeldBudget
  /** Those around it, nearest first. */
  readonly around: ReadonlyArray<HeldBudget>
  pins: number
  /** None: it is not loaded. */
  pots: { readonly [D in Dimension]?: Pot.Pot } | undefined
}

/** What the record says of an account: what settled jobs used, and how many were spawned. */
export interface Recorded extends Charge {
  readonly spawns: number
}

export interface Tree<F extends Charged> {
  readonly accounts: Map<SessionId, Account>
  readonly flights: Set<F>
  /** How many accounts are not loaded: asked before every call. */
  missing: number
  /** Grows with every flight that lands. */
  landed: number
  /** Opened when a flight leaves: it landed, or goes on as another. */
  readonly left: Latch.Latch
  /** Who loads accounts has it. */
  readonly turn: Semaphore.Semaphore
}

const dimensions = ["tokens", "cost", "spawns"] as const
const ofCalls = ["tokens", "cost"] as const

type Budgets = ReadonlyArray<HeldBudget>

/** A spawn that was let in: its child counts, and its own budget is promised. */
export interface Admission {
  /** Nothing was spawned. */
  readonly withdraw: () => void
  /** From here on its flight keeps its account, if it has one. */
  readonly release: () => void
}

const exhausted = (dimension: Dimension, { held }: Account, pot: Pot.Pot, asked: number): BudgetExhausted =>
  new BudgetExhausted({
    sessionId: held.sessionId,
    budget: dimension,
    limit: shownOf(dimension, pot.granted),
    used: shownOf(dimension, pot.used),
    reserved: shownOf(dimension, pot.promised),
    ...(asked === 0 ? {} : { asked: shownOf(dimension, asked) })
  })

export class BudgetLedger<F extends Charged> {
  private readonly trees = new Map<SessionId, Tree<F>>()

  private treeIdOf(budgets: Budgets): SessionId | undefined {
    return budgets.at(-1)?.sessionId
  }

  treeOf(budgets: Budgets): Tree<F> | undefined {
    const id = this.treeIdOf(budgets)
    return id === undefined ? undefined : this.trees.get(id)
  }

  /** Keeps the accounts of these budgets until as many `unpin`. */
  pin(budgets: Budgets): void {
    const id = this.treeIdOf(budgets)
    if (id === undefined) return
    const tree = this.trees.get(id) ?? {
      accounts: new Map(),
      flights: new Set(),
      missing: 0,
      landed: 0,
      left: Latch.makeUnsafe(false),
      turn: Semaphore.makeUnsafe(1)
    }
    this.trees.set(id, tree)
    for (const [index, held] of budgets.entries()) {
      const account = tree.accounts.get(held.sessionId)
      if (account !== undefined) {
        account.pins += 1
        continue
      }
      tree.accounts.set(held.sessionId, { held, around: budgets.slice(index + 1), pins: 1, pots: undefined })
      tree.missing += 1
    }
  }

  unpin(budgets: Budgets): void {
    const tree = this.treeOf(budgets)
    if (tree === undefined) return
    for (const { sessionId } of budgets) {
      const account = tree.accounts.get(sessionId)
      if (account === undefined) continue
      account.pins -= 1
      if (account.pins > 0) continue
      tree.accounts.delete(sessionId)
      if (account.pots === undefined) tree.missing -= 1
      for (const dimension of dimensions) {
        const pot = account.pots?.[dimension]
        if (pot !== undefined) Pot.close(pot)
      }
    }
    const id = this.treeIdOf(budgets)
    if (tree.accounts.size === 0 && id !== undefined) this.trees.delete(id)
  }

  add(flight: F): void {
    if (flight.budgets === undefined) return
    this.pin(flight.budgets)
    this.treeOf(flight.budgets)?.flights.add(flight)
  }

  /** The same job as another run, which carries what was charged so far. */
  replace(flight: F, next: F): void {
    if (next.budgets === undefined) return
    this.charge(flight)
    next.charged = flight.charged
    this.add(next)
    this.charge(next)
    this.remove(flight)
  }

  settle(flight: F): void {
    this.charge(flight)
    const tree = flight.budgets === undefined ? undefined : this.treeOf(flight.budgets)
    if (tree === undefined || !tree.flights.has(flight)) return
    tree.landed += 1
    this.remove(flight)
  }

  private remove(flight: F): void {
    const tree = flight.budgets === undefined ? undefined : this.treeOf(flight.budgets)
    if (flight.budgets === undefined || tree?.flights.delete(flight) !== true) return
    tree.left.openUnsafe()
    this.unpin(flight.budgets)
  }

  private nearest(
    tree: Tree<F>,
    budgets: Budgets,
    dimension: Dimension
  ): { readonly account: Account; readonly pot: Pot.Pot } | undefined {
    for (const { sessionId } of budgets) {
      const account = tree.accounts.get(sessionId)
      const pot = account?.pots?.[dimension]
      if (account !== undefined && pot !== undefined) return { account, pot }
    }
    return undefined
  }

  /** Takes in what the flight used since it was asked last (B2). */
  charge(flight: F): void {
    const { budgets, job, live } = flight
    const tree = budgets === undefined ? undefined : this.treeOf(budgets)
    if (budgets === undefined || tree === undefined || !tree.flights.has(flight)) return
    const told = live === undefined ? (job.spent ?? UsageSum.untold) : UsageSum.spentBy(job, live.usage)
    const now = chargeOf(told)
    for (const dimension of ofCalls) {
      const more = now[dimension] - flight.charged[dimension]
      const found = more === 0 ? undefined : this.nearest(tree, budgets, dimension)
      if (found !== undefined) Pot.use(found.pot, more)
    }
    flight.charged = now
  }

  /** The accounts that are not loaded, the outer ones first. */
  unloaded(tree: Tree<F>): ReadonlyArray<HeldBudget> {
    const found: Array<Account> = []
    for (const account of tree.accounts.values()) if (account.pots === undefined) found.push(account)
    return found.toSorted((a, b) => a.around.length - b.around.length).map(({ held }) => held)
  }

  /** Whether the end of a flight is on its way to the record: then nobody can tell whether the record has it. */
  isLanding(tree: Tree<F>): boolean {
    for (const flight of tree.flights) if (flight.settling) return true
    return false
  }

  /** Loads an account; those around it are loaded (B1). */
  install(tree: Tree<F>, { sessionId }: HeldBudget, recorded: Recorded): void {
    const account = tree.accounts.get(sessionId)
    if (account === undefined || account.pots !== undefined) return
    const used = { ...recorded }
    for (const flight of tree.flights) {
      this.charge(flight)
      if (flight.budgets?.some((held) => held.sessionId === sessionId) !== true) continue
      used.tokens += flight.charged.tokens
      used.cost += flight.charged.cost
    }
    this.openPots(tree, account, used)
  }

  private openPots(tree: Tree<F>, account: Account, used: Recorded): void {
    const pots: { [D in Dimension]?: Pot.Pot } = {}
    for (const dimension of dimensions) {
      const limit = limitOf(account.held, dimension)
      if (limit === undefined) continue
      pots[dimension] = Pot.open(limit, used[dimension], this.nearest(tree, account.around, dimension)?.pot)
    }
    account.pots = pots
    tree.missing -= 1
  }

  /** Why no call may be made under these budgets, all of which are loaded. */
  refusesCall(tree: Tree<F>, budgets: Budgets): BudgetExhausted | undefined {
    for (const dimension of ofCalls) {
      const found = this.nearest(tree, budgets, dimension)
      if (found !== undefined && Pot.room(found.pot) <= 0) return exhausted(dimension, found.account, found.pot, 0)
    }
    return undefined
  }

  private refusesSpawn(tree: Tree<F>, around: Budgets, wished: HeldBudget | undefined): BudgetExhausted | undefined {
    for (const dimension of dimensions) {
      const found = this.nearest(tree, around, dimension)
      if (found === undefined) continue
      const own = wished === undefined ? 0 : (limitOf(wished, dimension) ?? 0)
      const asked = dimension === "spawns" ? own + 1 : own
      if (Pot.room(found.pot) < Math.max(1, asked)) return exhausted(dimension, found.account, found.pot, asked)
    }
    return undefined
  }

  /**
   * Lets a child in under the budgets `around`, all of which are loaded and
   * pinned, with a budget of its own or without; or says why not. Looking and
   * taking are one step: of two siblings the second finds less.
   */
  admitSpawn(tree: Tree<F>, around: Budgets, wished: HeldBudget | undefined): Admission | BudgetExhausted {
    const refused = this.refusesSpawn(tree, around, wished)
    if (refused !== undefined) return refused
    const spawns = this.nearest(tree, around, "spawns")?.pot
    if (spawns !== undefined) Pot.use(spawns, 1)
    const own = wished === undefined ? undefined : [wished, ...around]
    if (wished !== undefined && own !== undefined) {
      this.pin(own)
      const account = tree.accounts.get(wished.sessionId)
      if (account !== undefined) this.openPots(tree, account, { ...uncharged, spawns: 0 })
    }
    return {
      withdraw: () => {
        if (spawns !== undefined) Pot.use(spawns, -1)
      },
      release: () => {
        if (own !== undefined) this.unpin(own)
      }
    }
  }
}
