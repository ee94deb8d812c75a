/**
 * What a tree used, summed up by the database in one statement, so that all of
 * it is true at one moment and a large tree is no large answer.
 */
import { Session, type SessionStore, SpawnJob, UsageSum } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Asking from "./asking.ts"
import type * as Records from "./records.ts"
import { unavailable } from "./storageCondition.ts"

/** Each is taken out of its record once; the limit keeps the database from doing it for every sum. */
const partsOf = (completions: string): string => `SELECT
    ${Session.figures.map((figure) => `body ->> '$.usage.${figure}' AS ${figure}`).join(", ")},
    COALESCE(body ->> '$.usage.atLeast', '') AS atLeast,
    body ->> '$.usage.costSource' AS costSource,
    body -> '$.usage' IS NULL AS isUntold,
    body ->> '$.outcome.reason' AS reason
  FROM (${completions}) LIMIT -1`

/** The sum of one figure, in how many parts it is told, and whether one of them is a sum that is at least what it says. */
const figureSums = Session.figures
  .map(
    (figure) => `SUM(${figure}) AS ${figure}, COUNT(${figure}) AS ${figure}Told,
      MAX(instr(atLeast, '"${figure}"')) AS ${figure}AtLeast`
  )
  .join(", ")

/** `part` says whose a row is; a run that never began is no part (`UsageSum.ofCompletion`). */
const summed = (
  part: string,
  completions: string
): string => `SELECT '${part}' AS part, COUNT(*) AS parts, ${figureSums},
    COALESCE(SUM(costUsd IS NOT NULL AND costSource IS NOT NULL), 0) AS sourceTold,
    COALESCE(SUM(costUsd IS NOT NULL AND costSource = 'estimated'), 0) AS estimated
  FROM (${partsOf(completions)}) WHERE NOT (isUntold AND reason IN ('before_launch', 'no_pending_message'))`

const sums = `${summed("own", "SELECT body FROM completions WHERE child_session_id = ?1")}
  UNION ALL ${summed(
    "below",
    `SELECT completions.body FROM lineage JOIN completions ON child_session_id = lineage.session_id WHERE ancestor_id = ?1
      UNION ALL SELECT removed.body FROM tree JOIN removed ON removed.session_id = tree.id WHERE removed.body IS NOT NULL`
  )}`

const open = `SELECT json_group_array(json_object(
    'job', json(jobs.body), 'state', jobs.state, 'report', json(jobs.report)
  )) FROM tree JOIN jobs ON jobs.child_session_id = tree.id`

const spawned = `(SELECT COUNT(*) FROM lineage JOIN sessions ON sessions.id = lineage.session_id WHERE ancestor_id = ?1)
  + (SELECT COALESCE(SUM(spawned), 0) FROM tree JOIN removed ON removed.session_id = tree.id)`

const statement = `WITH tree (id) AS (SELECT ?1 UNION SELECT session_id FROM lineage WHERE ancestor_id = ?1)
  SELECT sums.*, (${open}) AS open, ${spawned} AS spawned FROM (${sums}) AS sums`

const Counted = Schema.Struct({
  part: Schema.Literals(["own", "below"]),
  parts: Schema.Int,
  sourceTold: Schema.Int,
  estimated: Schema.Int,
  spawned: Schema.Int,
  open: Schema.fromJsonString(
    Schema.Array(
      Schema.Struct({
        job: SpawnJob.SpawnJob,
        state: Schema.Literals(["queued", "launched"]),
        report: SpawnJob.RunReport
      })
    )
  )
})
const decode = Schema.decodeUnknownResult(Schema.Array(Counted))

const costSourceOf = (row: typeof Counted.Type, told: number): Session.Usage["costSource"] => {
  if (told === 0 || row.sourceTold < told) return undefined
  return row.estimated > 0 ? "estimated" : "provider"
}

/** What the parts of one row used together; none: there are none. */
const usageOf = (row: typeof Counted.Type, stored: Records.Stored): ReadonlyArray<Session.Usage> => {
  if (row.parts === 0) return []
  const sum: { -readonly [K in Session.Figure]?: number } = {}
  const atLeast: Array<Session.Figure> = []
  for (const figure of Session.figures) {
    const told = Number(stored[`${figure}Told`])
    if (told === 0) continue
    sum[figure] = Number(stored[figure])
    if (told < row.parts || Number(stored[`${figure}AtLeast`]) > 0) atLeast.push(figure)
  }
  const costSource = costSourceOf(row, Number(stored["costUsdTold"]))
  return [{ ...sum, ...(costSource === undefined ? {} : { costSource }), ...(atLeast.length === 0 ? {} : { atLeast }) }]
}

const treeUsageOf = (
  id: SpawnJob.SpawnJob["childSessionId"],
  stored: ReadonlyArray<Records.Stored>
): Result.Result<SessionStore.TreeUsage, unknown> =>
  Result.map(decode(stored), (rows) => {
    const settled = (part: "own" | "below") =>
      rows.flatMap((row, index) => (row.part === part ? usageOf(row, stored[index] ?? {}) : []))
    const [{ open, spawned } = { open: [], spawned: 0 }] = rows
    const used = (isOwn: (child: string) => boolean) =>
      open.flatMap((found) => (isOwn(found.job.childSessionId) ? (UsageSum.ofOpenJob(found) ?? []) : []))
    const own = [...settled("own"), ...used((child) => child === id)]
    const below = [...settled("below"), ...used((child) => child !== id)]
    return {
      own: UsageSum.total(own),
      tree: UsageSum.total([...own, ...below]),
      open: UsageSum.total(used(() => true)),
      spawned,
      inFlight: open.length
    }
  })

export const make = ({ rows }: Asking.Ask): Pick<SessionStore.SessionStoreShape, "treeUsage"> => ({
  treeUsage: (id) =>
    Effect.flatMap(rows("treeUsage", statement, [id]), (found) =>
      Effect.fromResult(Result.mapError(treeUsageOf(id, found), (cause) => unavailable("treeUsage", "corrupt", cause)))
    )
})
