/** Records as the tables hold them: JSON one way, decoded once the other way. */
import { AgentEvent, Ids, Session, type SessionStore, SpawnJob } from "@offshoot/core"
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

export const openJob: Decoder<SessionStore.OpenJob> = decoder(
  Schema.Struct({ job: SpawnJob.SpawnJob, state: Schema.Literals(["queued", "launched"]) }),
  (row) => ({ job: body(row), state: row["state"] })
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
    case "JobAccepted":
      return JSON.stringify(change.job)
    case "JobSettled":
      return JSON.stringify(change.completion)
    case "EventRecorded":
      return JSON.stringify(change.event)
    default:
      return ""
  }
}
