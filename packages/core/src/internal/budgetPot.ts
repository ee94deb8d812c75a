/**
 * One limit of one session, and how much of it is left. Pure arithmetic over
 * whole numbers; who has which pots is `BudgetLedger`'s to know.
 *
 * Pots of one dimension stand inside each other as their sessions do. A pot that
 * is opened is granted a part of the one around it, which counts it as promised
 * until it is used or the pot closes: then the rest is there again.
 *
 * Invariants
 *   P1. What is granted fits: `used + promised` of the pot around it is not
 *       above its own grant because of a grant. Only a use that nobody could
 *       foresee takes it there: that of the calls that were under way.
 *   P2. `promised` is the sum of what the pots inside have left.
 */
export interface Pot {
  readonly limit: number
  readonly outer: Pot | undefined
  /** Of the limit, what the pot around it could give; all of it where there is none. */
  readonly granted: number
  used: number
  /** To the pots inside, and not used by them yet. */
  promised: number
}

const outstanding = ({ granted, used }: Pot): number => Math.max(0, granted - used)

/** What may still be used or promised; below zero when more was used than was there. */
export const room = ({ granted, promised, used }: Pot): number => granted - used - promised

/** Opens a pot of which `used` is gone already. What does not fit is not granted (P1). */
export const open = (limit: number, used: number, outer: Pot | undefined): Pot => {
  const wished = Math.max(0, limit - used)
  const rest = outer === undefined ? wished : Math.min(wished, Math.max(0, room(outer)))
  if (outer !== undefined) outer.promised += rest // P2
  return { limit, outer, granted: used + rest, used, promised: 0 }
}

/** Takes so much from the pot and from all around it; a negative amount gives it back. */
export const use = (pot: Pot, amount: number): void => {
  const before = outstanding(pot)
  pot.used += amount
  if (pot.outer === undefined) return
  pot.outer.promised -= before - outstanding(pot) // P2
  use(pot.outer, amount)
}

/** Gives back what was promised and not used. */
export const close = (pot: Pot): void => {
  if (pot.outer !== undefined) pot.outer.promised -= outstanding(pot)
}
