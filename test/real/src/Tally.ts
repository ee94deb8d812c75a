/** What became of the programs of one run, and whether that is good enough. */
import type { ProgramId } from "./ProgramList.ts"
import type { Outcome } from "./RealPrograms.ts"

/** The tests under one program's name. */
export interface Counts {
  readonly passed: number
  readonly failed: number
}

export type Verdict = "passed" | "FAILED" | "NOT RUN"

export interface Row {
  readonly id: string
  readonly version: string
  readonly verdict: Verdict
  readonly detail: string
}

const counted = ({ failed, passed }: Counts): string =>
  [...(passed > 0 ? [`${passed} passed`] : []), ...(failed > 0 ? [`${failed} failed`] : [])].join(", ")

/** A program of which no test ran has not passed, whatever the reason. */
export const rowOf = (outcome: Outcome, counts: Counts | undefined): Row => {
  const { id, version } = outcome
  if (outcome.type === "not_installed") return { id, version, verdict: "NOT RUN", detail: outcome.reason }
  if (counts === undefined || counts.passed + counts.failed === 0) {
    return { id, version, verdict: "NOT RUN", detail: "no test of it ran" }
  }
  return { id, version, verdict: counts.failed > 0 ? "FAILED" : "passed", detail: counted(counts) }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").slice(0, 300)

/** The table, one line a program. */
export const table = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => {
  const wide = (pick: (row: Row) => string) => Math.max(...rows.map((row) => pick(row).length))
  const [id, version] = [wide((row) => row.id), wide((row) => row.version)]
  return rows.map((row) =>
    `${row.id.padEnd(id)}  ${row.version.padEnd(version)}  ${row.verdict.padEnd(7)}  ${oneLine(row.detail)}`.trimEnd()
  )
}

/** Whether the run is a success: nothing failed, what had to run did, and something ran at all. */
export const good = (rows: ReadonlyArray<Row>, required: ReadonlyArray<ProgramId>): boolean =>
  rows.some(({ verdict }) => verdict === "passed") &&
  rows.every(({ verdict }) => verdict !== "FAILED") &&
  required.every((id) => rows.some((row) => row.id === id && row.verdict === "passed"))
