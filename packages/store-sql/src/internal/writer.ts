/**
 * The one writer of a store. Transitions that come while it writes wait in a
 * queue; it takes all that wait, up to a bound, into one physical transaction.
 * An idle writer starts at once: nothing waits for company.
 *
 * Invariants
 *   W1. Nobody is told of a commit before its physical transaction is done.
 *   W2. A transition that fails takes no other with it.
 *   W3. What was taken into the queue is answered, also when the store closes.
 */
import type { SessionStore } from "@offshoot/core"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Batch from "./batch.ts"
import * as Judgement from "./judgement.ts"
import * as Records from "./records.ts"
import * as Statements from "./statements.ts"
import { type Condition, conditionOf, unavailable } from "./storageCondition.ts"
import * as Writes from "./writes.ts"

/**
 * About 1 ms of writing: the longest a read waits for the connection. Larger
 * ones are hardly cheaper, and what they wake at once floods the live readers.
 */
const batchMax = 64

/** More than this many waiting commits hold their callers back: about 10 MB of records. */
const waitingMax = 4096

interface Waiting extends Batch.Entry {
  readonly done: Deferred.Deferred<ReadonlyArray<number>, SessionStore.StoreError>
}

const text = (value: unknown): string => String(value)
const textOrNull = (value: unknown): string | null => (value === null ? null : String(value))

const lookUpSessions = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  { requestKeys, sessionIds }: Batch.Questions
): Effect.fn.Return<Judgement.Sessions, SqlError> {
  const versions = yield* Statements.forEachId(sql, Statements.selectVersions, sessionIds)
  const owners = yield* Statements.forEachRow(sql, Statements.selectKeyOwners, requestKeys)
  return {
    versions: new Map(versions.map((row) => [text(row["id"]), Number(row["version"])])),
    keyOwners: new Map(
      owners.map((row) => [Judgement.keyText(textOrNull(row["parent_id"]), text(row["request_key"])), text(row["id"])])
    )
  }
})

const lookUpObligations = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  { obligationIds, obligationKeys }: Batch.Questions
): Effect.fn.Return<Judgement.Obligations | undefined, SqlError> {
  if (obligationIds.size === 0) return undefined
  const owed = yield* Statements.forEachId(sql, Statements.selectObligations, obligationIds)
  const keys = yield* Statements.forEachRow(sql, Statements.selectObligationKeys, obligationKeys)
  return {
    owed: new Map(
      owed.map((row) => [text(row["id"]), { sessionId: text(row["session_id"]), version: Number(row["version"]) }])
    ),
    keys: new Map(
      keys.map((row) => [
        Judgement.keyText(text(row["kind"]), text(row["session_id"]), text(row["key"])),
        text(row["session_id"])
      ])
    )
  }
})

/** Asks only what the batch has to know: a question about nothing is no statement. */
const lookUp = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  questions: Batch.Questions
): Effect.fn.Return<Batch.Known, SqlError> {
  const sessions = yield* lookUpSessions(sql, questions)
  const obligations = yield* lookUpObligations(sql, questions)
  const jobs = yield* Statements.forEachId(sql, Statements.selectOpenJobs, questions.replacedJobs)
  const heads = questions.needsHead
    ? yield* sql.unsafe<{ readonly head: number }>(`SELECT ${Statements.head} AS head`)
    : []
  return {
    sessions,
    obligations,
    openJobs: new Map(jobs.map((row) => [text(row["run_id"]), text(row["child_session_id"])])),
    head: heads[0]?.head ?? 0
  }
})

/** Removals and updates of stored rows come first: the new rows already hold what the batch made of them. */
const writeRows = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  writes: Writes.Writes
): Effect.fn.Return<void, SqlError> {
  yield* Statements.forEachId(sql, Statements.deleteJobs, writes.ended)
  yield* Statements.forEachId(sql, Statements.launchJobs, writes.launched)
  yield* Statements.forEachRow(sql, Statements.reportJobs, Array.from(writes.reported.values()))
  yield* Statements.forEachRow(sql, Statements.acknowledge, writes.acknowledged)
  yield* Statements.forEachId(sql, Statements.tellCompletions, writes.told)
  yield* Statements.forEachRow(sql, Statements.updateObligations, Array.from(writes.obligationsChanged.values()))
  yield* Statements.forEachRow(sql, Statements.updateSessions, Array.from(writes.changed.values()))
  yield* Statements.forEachRow(sql, Statements.insertSessions, Array.from(writes.created.values()))
  yield* Statements.forEachRow(sql, Statements.addChildren, Array.from(writes.childrenAdded))
  yield* Statements.forEachRow(sql, Statements.insertLineage, Writes.lineageRows(writes.ancestors))
  yield* Statements.forEachRow(sql, Statements.insertMessages, writes.messages)
  yield* Statements.forEachRow(sql, Statements.insertArtifacts, writes.artifacts)
  yield* Statements.forEachRow(sql, Statements.insertJobs, Array.from(writes.accepted.values()))
  yield* Statements.forEachRow(sql, Statements.insertDeliveries, Array.from(writes.deliveries.values()))
  yield* Statements.forEachRow(sql, Statements.insertCompletions, Array.from(writes.completions.values()))
  yield* Statements.forEachRow(sql, Statements.insertObligations, Array.from(writes.opened.values()))
  yield* Statements.forEachRow(sql, Statements.insertEvents, writes.events)
})

const carryOut = (sql: SqlClient.SqlClient, step: Batch.Step): Effect.Effect<void, SqlError> =>
  step._tag === "Write"
    ? writeRows(sql, step.writes)
    : Effect.forEach(Statements.deleteSession, (text) => sql.unsafe(text, [step.sessionId]), { discard: true })

/** One physical transaction for the whole batch. */
const writeTogether = (
  sql: SqlClient.SqlClient,
  batch: ReadonlyArray<Waiting>
): Effect.Effect<ReadonlyArray<Batch.Verdict>, SqlError> =>
  sql.withTransaction(
    Effect.gen(function* () {
      const questions = Batch.questions(batch)
      const plan = Batch.plan(batch, yield* lookUp(sql, questions), questions.replacedJobs)
      yield* Effect.forEach(plan.steps, (step) => carryOut(sql, step), { discard: true })
      return plan.verdicts
    })
  )

const conditionOfCause = (cause: Cause.Cause<SqlError>): Condition => conditionOf(Cause.squash(cause))

/**
 * Whether a transition may succeed although the batch did not: one that is too
 * large for what is left of the disk leaves room for the small ones (W2).
 */
const mayStandAlone = (condition: Condition): boolean => condition === "full" || condition === "io"

const settle = (batch: ReadonlyArray<Waiting>, verdicts: ReadonlyArray<Batch.Verdict>): void => {
  for (const [index, { done }] of batch.entries()) {
    const verdict = verdicts[index]
    if (verdict !== undefined) Deferred.doneUnsafe(done, Effect.fromResult(verdict))
  }
}

const writeBatch = (sql: SqlClient.SqlClient, batch: ReadonlyArray<Waiting>): Effect.Effect<void> =>
  Effect.matchCauseEffect(writeTogether(sql, batch), {
    onSuccess: (verdicts) => Effect.sync(() => settle(batch, verdicts)),
    onFailure: (cause) => {
      const condition = conditionOfCause(cause)
      if (batch.length > 1 && mayStandAlone(condition)) {
        return Effect.forEach(batch, (waiting) => writeBatch(sql, [waiting]), { discard: true })
      }
      const error = unavailable("commit", condition, Cause.squash(cause))
      return Effect.sync(() =>
        settle(
          batch,
          batch.map(() => Result.fail(error))
        )
      )
    }
  })

const closed = (): SessionStore.StoreError =>
  unavailable("commit", "closed", new Error("a commit came after the store was closed"))

export interface Writer {
  readonly commit: SessionStore.SessionStoreShape["commit"]
}

/**
 * Starts the writer in the scope. Closing the scope writes what waits, then
 * refuses (W3).
 */
export const make = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient
): Effect.fn.Return<Writer, never, Scope.Scope> {
  const queue = yield* Queue.bounded<Waiting, Cause.Done>(waitingMax)
  const write = Effect.forever(Effect.flatMap(Queue.takeBetween(queue, 1, batchMax), (batch) => writeBatch(sql, batch)))
  yield* Effect.acquireRelease(
    // Ended by the release below alone; its statements would be spans without a parent.
    Effect.forkDetach(Effect.withTracerEnabled(Effect.exit(write), false)),
    (fiber) => Effect.andThen(Queue.end(queue), Fiber.await(fiber))
  )
  const commit = (transition: SessionStore.Transition) =>
    Effect.uninterruptibleMask((restore) =>
      Clock.clockWith((clock) => {
        const waiting: Waiting = {
          transition,
          bodies: transition.map(Records.bodyOf),
          atMillis: clock.currentTimeMillisUnsafe(),
          done: Deferred.makeUnsafe()
        }
        return Effect.flatMap(restore(Queue.offer(queue, waiting)), (taken) =>
          taken ? restore(Deferred.await(waiting.done)) : Effect.fail(closed())
        )
      })
    )
  return { commit }
})
