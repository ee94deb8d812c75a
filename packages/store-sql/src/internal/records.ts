/** Records as the tables hold them: JSON one way, decoded once the other way. */
import { AgentEvent, Ids, Obligation, Session, type SessionStore, SpawnJob } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { unavailable } from "./storageCondition.ts"

/** A row of an answer; its cells are what SQLite holds, not yet what they should be. */
export type Stored = { readonly [column: string]: unknown }

type Decoder<A> = (row: Stored) => Result.Result<A, unknown>

const parsed = (text: unknown): unknown => JSON.parse(String(text))

const decoder = <A, E>(schema: Schema.Codec<A, E>, shape: (row: Stored) => unknown): Decoder<A> => {
  const decode = Schema.decodeUnknownResult(schema)
  return (row) =>
    Result.flatMap(
      Result.try(() => shape(row)),
      decode
    )
}

const body = (row: Stored): unknown => parsed(row["body"])

export const session: Decoder<Session.Session> = decoder(Session.Session, body)

export const completion: Decoder<SpawnJob.ChildCompletion> = decoder(SpawnJob.ChildCompletion, body)

const decodeMessage = decoder(Session.Message, body)
const decodePosition = Schema.decodeUnknownResult(Schema.Int)

export const message: Decoder<Session.StoredMessage> = (row) =>
  Result.flatMap(decodeMessage(row), (message) =>
    Result.map(decodePosition(row["position"]), (position) => ({ ...message, position }))
  )

export const artifact: Decoder<Session.Artifact> = decoder(Session.Artifact, body)

export const storedCompletion: Decoder<SessionStore.StoredCompletion> = (row) =>
  Result.map(completion(row), (completion) => ({ ...completion, told: row["told"] === 1 }))

export const obligation: Decoder<Obligation.Obligation> = decoder(Obligation.Obligation, body)

export const sessionId: Decoder<Ids.SessionId> = decoder(Ids.SessionId, (row) => row["id"])

const decodeOpenJob = decoder(
  Schema.Struct({
    job: SpawnJob.SpawnJob,
    state: Schema.Literals(["queued", "launched"]),
    report: SpawnJob.RunReport,
    ancestors: Schema.Array(Ids.SessionId)
  }),
  (row) => ({
    job: body(row),
    state: row["state"],
    report: parsed(row["report"]),
    ancestors: parsed(row["ancestors"])
  })
)

const decodeSession = decoder(Session.Session, (row) => parsed(row["session"]))

export const openJob: Decoder<SessionStore.OpenJob> = (row) =>
  Result.flatMap(decodeOpenJob(row), (open) =>
    row["session"] === null
      ? Result.succeed({ ...open, session: Option.none() })
      : Result.map(decodeSession(row), (session) => ({ ...open, session: Option.some(session) }))
  )

export const event: Decoder<SessionStore.RecordedEvent> = decoder(
  Schema.Struct({
    number: Schema.Int,
    sessionId: Ids.SessionId,
    atMillis: Schema.Int,
    event: AgentEvent.AgentEvent
  }),
  (row) => ({ number: row["number"], sessionId: row["session_id"], atMillis: row["at_millis"], event: body(row) })
)

/** All rows, or the first that says something no version of ours wrote. */
export const decodeAll = <A>(
  operation: string,
  decode: Decoder<A>,
  rows: ReadonlyArray<Stored>
): Result.Result<ReadonlyArray<A>, SessionStore.StoreError> => {
  const found: Array<A> = []
  for (const row of rows) {
    const decoded = decode(row)
    if (Result.isFailure(decoded)) return Result.fail(unavailable(operation, "corrupt", decoded.failure))
    found.push(decoded.success)
  }
  return Result.succeed(found)
}

/** The record of a change as JSON: its shape in memory is the one that is stored. Empty when it has none. */
export const bodyOf = (change: SessionStore.Change): string => {
  switch (change._tag) {
    case "SessionCreated":
    case "SessionChanged":
      return JSON.stringify(change.session)
    case "MessageAppended":
      return JSON.stringify(change.message)
    case "ArtifactKept":
      return JSON.stringify(change.artifact)
    case "JobAccepted":
    case "JobReplaced":
      return JSON.stringify(change.job)
    case "JobReported":
      return JSON.stringify(change.report)
    case "JobSettled":
      return JSON.stringify(change.completion)
    case "ObligationOpened":
    case "ObligationChanged":
      return JSON.stringify(change.obligation)
    case "EventRecorded":
      return JSON.stringify(change.event)
    default:
      return ""
  }
}
