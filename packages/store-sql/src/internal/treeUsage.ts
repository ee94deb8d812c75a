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
const partsOf = (completions: string): string => `SELECT *,
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

const costSums = `COALESCE(SUM(costUsd IS NOT NULL AND costSource IS NOT NULL), 0) AS sourceTold,
    COALESCE(SUM(costUsd IS NOT NULL AND costSource = 'estimated'), 0) AS estimated`

const neverBegan = "'before_launch', 'no_pending_message'"

/** `part` says whose a row is; a run that never began is no part (`UsageSum.ofCompletion`). */
const summed = (
  part: string,
  completions: string
): string => `SELECT '${part}' AS part, COUNT(*) AS parts, ${figureSums},
    ${costSums}
  FROM (${partsOf(completions)}) WHERE NOT (isUntold AND reason IN (${neverBegan}))`

const sums = `${summed("own", "SELECT body FROM completions WHERE child_session_id = ?1")}
  UNION ALL ${summed(
    "below",
    `SELECT completions.body FROM lineage JOIN completions ON child_session_id = lineage.session_id WHERE ancestor_id = ?1
      UNION ALL SELECT removed.body FROM tree JOIN removed ON removed.session_id = tree.id WHERE removed.body IS NOT NULL`
  )}`

/** Whose they are and what part of it, for many sessions at once. */
const completionsOf = (own: string, removed: string): string =>
  `SELECT child_session_id AS whose, 'own' AS part, body FROM completions${own}
    UNION ALL SELECT session_id, 'removed', body FROM removed WHERE body IS NOT NULL${removed}`

const eachSum = (completions: string): string => `SELECT whose, part, COUNT(*) AS parts, ${figureSums}, ${costSums}
  FROM (${partsOf(completions)}) WHERE NOT (isUntold AND reason IN (${neverBegan})) GROUP BY whose, part`

const asked = "IN (SELECT value FROM json_each(?1))"

const openJob = `json_object('job', json(jobs.body), 'state', jobs.state, 'report', json(jobs.report))`

/** The sums, and in a row of their own the open jobs. */
const eachWithOpen = (sums: string, open: string): string => `SELECT sums.*, NULL AS open FROM (${sums}) AS sums
  UNION ALL SELECT NULL, 'open', 0${", NULL".repeat(Session.figures.length * 3)}, 0, 0,
    (SELECT json_group_array(${openJob}) FROM jobs${open})`

const usagesStatement = eachWithOpen(
  eachSum(completionsOf(` WHERE child_session_id ${asked}`, ` AND session_id ${asked}`)),
  ` WHERE child_session_id ${asked}`
)

/** One sum of everything: the cost of a database that has much is that of reading it. */
const totalStatement = eachWithOpen(
  eachSum(
    `SELECT '' AS whose, 'own' AS part, body FROM completions
      UNION ALL SELECT '', 'own', body FROM removed WHERE body IS NOT NULL`
  ),
  ""
)

const open = `SELECT json_group_array(json_object(
    'job', json(jobs.body), 'state', jobs.state, 'report', json(jobs.report)
  )) FROM tree JOIN jobs ON jobs.child_session_id = tree.id`

const spawned = `(SELECT COUNT(*) FROM lineage JOIN sessions ON sessions.id = lineage.session_id WHERE ancestor_id = ?1)
  + (SELECT COALESCE(SUM(spawned), 0) FROM tree JOIN removed ON removed.session_id = tree.id)`

const statement = `WITH tree (id) AS (SELECT ?1 UNION SELECT session_id FROM lineage WHERE ancestor_id = ?1)
  SELECT sums.*, (${open}) AS open, ${spawned} AS spawned FROM (${sums}) AS sums`

const OpenJobs = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      job: SpawnJob.SpawnJob,
      state: Schema.Literals(["queued", "launched"]),
      report: SpawnJob.RunReport
    })
  )
)

const counts = { parts: Schema.Int, sourceTold: Schema.Int, estimated: Schema.Int }

const Counted = Schema.Struct({
  ...counts,
  part: Schema.Literals(["own", "below"]),
  spawned: Schema.Int,
  open: OpenJobs
})
const decode = Schema.decodeUnknownResult(Schema.Array(Counted))

const Each = Schema.Union([
  Schema.Struct({ ...counts, whose: Schema.String, part: Schema.Literals(["own", "removed"]) }),
  Schema.Struct({ ...counts, part: Schema.Literal("open"), open: OpenJobs })
])
const decodeEach = Schema.decodeUnknownResult(Schema.Array(Each))

type Counts = Pick<typeof Counted.Type, keyof typeof counts>

const costSourceOf = (row: Counts, told: number): Session.Usage["costSource"] => {
  if (told === 0 || row.sourceTold < told) return undefined
  return row.estimated > 0 ? "estimated" : "provider"
}

/** What the parts of one row used together; none: there are none. */
const usageOf = (row: Counts, stored: Records.Stored): ReadonlyArray<Session.Usage> => {
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

interface Parts {
  readonly own: Array<Session.Usage>
  readonly removed: Array<Session.Usage>
}

/** What is known of each, by whose it is; open jobs are theirs whose child they run. */
const partsByOwner = (
  stored: ReadonlyArray<Records.Stored>,
  ownerOf: (child: string) => string
): Result.Result<ReadonlyMap<string, Parts>, unknown> =>
  Result.map(decodeEach(stored), (rows) => {
    const found = new Map<string, Parts>()
    const partsOfOwner = (owner: string): Parts => {
      const parts = found.get(owner) ?? { own: [], removed: [] }
      found.set(owner, parts)
      return parts
    }
    rows.forEach((row, index) => {
      if (row.part !== "open") return partsOfOwner(row.whose)[row.part].push(...usageOf(row, stored[index] ?? {}))
      for (const job of row.open) {
        const usage = UsageSum.ofOpenJob(job)
        if (usage !== undefined) partsOfOwner(ownerOf(job.job.childSessionId)).own.push(usage)
      }
    })
    return found
  })

const sum = (parts: ReadonlyArray<Session.Usage>): Session.Usage | undefined =>
  parts.length === 0 ? undefined : UsageSum.total(parts)

const Statuses = Schema.Array(Schema.Struct({ status: Session.SessionStatus, sessions: Schema.Int }))
const decodeStatuses = Schema.decodeUnknownResult(Statuses)

const corrupt = (operation: string) => (cause: unknown) => unavailable(operation, "corrupt", cause)

type Shape = Pick<SessionStore.SessionStoreShape, "treeUsage" | "usages" | "totals">

export const make = ({ rows }: Asking.Ask): Shape => ({
  treeUsage: (id) =>
    Effect.flatMap(rows("treeUsage", statement, [id]), (found) =>
      Effect.fromResult(Result.mapError(treeUsageOf(id, found), corrupt("treeUsage")))
    ),
  usages: (ids) =>
    Effect.flatMap(rows("usages", usagesStatement, [JSON.stringify(ids)]), (found) =>
      Effect.fromResult(
        Result.mapError(
          Result.map(
            partsByOwner(found, (child) => child),
            (parts) =>
              ids.flatMap((sessionId): ReadonlyArray<SessionStore.SessionUse> => {
                const { own = [], removed = [] } = parts.get(sessionId) ?? {}
                return own.length + removed.length === 0 ? [] : [{ sessionId, own: sum(own), removed: sum(removed) }]
              })
          ),
          corrupt("usages")
        )
      )
    ),
  totals: Effect.gen(function* () {
    const counted = yield* rows("totals", "SELECT status, COUNT(*) AS sessions FROM sessions GROUP BY status", [])
    const used = yield* rows("totals", totalStatement, [])
    return yield* Effect.fromResult(
      Result.mapError(
        Result.gen(function* () {
          const statuses = yield* decodeStatuses(counted)
          const parts = yield* partsByOwner(used, () => "")
          return { statuses, usage: sum(parts.get("")?.own ?? []) ?? UsageSum.untold }
        }),
        corrupt("totals")
      )
    )
  })
})
