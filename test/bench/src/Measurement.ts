/**
 * One figure of the bench: what was measured, on how much, and the floor that
 * was measured beside it in the same process.
 */
export interface Measurement {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What the figure stands on: how many children, events, rounds. */
  readonly sample: string
  /** The same work with bare fibers and bare PubSubs, in the same unit; absent where there is none. */
  readonly floor?: number
  /** What we aim for on a quiet two-core machine; absent where nothing was set. */
  readonly aim?: number
  /** Whether more is better; for the aim. */
  readonly better: "more" | "less"
}

/** The middle of the rounds: one slow round is not the machine's figure, nor is one lucky one. */
export const median = (values: ReadonlyArray<number>): number => percentile(values, 50)

/** The smallest value that at least `percent` of the values do not exceed. */
export const percentile = (values: ReadonlyArray<number>, percent: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN
}

/** What the floor can do against what we can: how many times dearer we are. */
export const ratioToFloor = ({ better, floor, value }: Measurement): number | undefined =>
  floor === undefined ? undefined : better === "more" ? floor / value : value / floor
