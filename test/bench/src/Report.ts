/** The bench's figures as a table for people or as JSON for programs. */
import { type Measurement, ratioToFloor } from "./Measurement.ts"

const figures = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 })

const figure = (value: number | undefined): string => (value === undefined ? "" : figures.format(value))

const verdict = ({ aim, better, value }: Measurement): string => {
  if (aim === undefined) return ""
  const reached = better === "more" ? value >= aim : value <= aim
  return `${figure(aim)} ${reached ? "reached" : "not reached"}`
}

const row = (measurement: Measurement): ReadonlyArray<string> => {
  const ratio = ratioToFloor(measurement)
  return [
    measurement.name,
    `${figure(measurement.value)} ${measurement.unit}`,
    figure(measurement.floor),
    ratio === undefined ? "" : `${ratio.toFixed(1)} x`,
    verdict(measurement),
    measurement.sample
  ]
}

const head = ["measure", "figure", "floor", "cost against the floor", "aim", "sample"]

/** A Markdown table, so that it can be pasted into `docs/BENCHMARKS.md` as it is. */
export const table = (measurements: ReadonlyArray<Measurement>): string => {
  const rows = [head, head.map(() => "---"), ...measurements.map(row)]
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n")
}

/** Every measurement with its ratio, and the machine. */
export const json = (machine: string, measurements: ReadonlyArray<Measurement>): string =>
  JSON.stringify(
    { machine, measurements: measurements.map((one) => ({ ...one, ratioToFloor: ratioToFloor(one) ?? null })) },
    undefined,
    2
  )
