/**
 * What the record of a dead or stopped server says, read with plain SQL and
 * none of our own code: that is what is being proved. Each check returns what
 * is wrong, in words; nothing is right.
 */
import * as NodePath from "node:path"
import { DatabaseSync } from "node:sqlite"

type Json = Readonly<Record<string, unknown>>

interface Row {
  readonly session: string
  readonly body: Json
}

export interface RecordedEvent extends Row {
  readonly number: number
  readonly type: string
}

/** The whole record of a data directory. */
export interface Evidence {
  /** The sessions with a job that has no completion. */
  readonly openJobs: ReadonlyArray<string>
  readonly sessions: ReadonlyMap<string, Json>
  readonly completions: ReadonlyArray<Json>
  readonly undelivered: number
  readonly obligations: ReadonlyArray<Json>
  readonly messages: ReadonlyArray<Row>
  readonly events: ReadonlyArray<RecordedEvent>
}

const jsonOf = (text: unknown): Json => JSON.parse(String(text))

const opened = <A>(dataDir: string, read: (database: DatabaseSync) => A): A => {
  const database = new DatabaseSync(NodePath.join(dataDir, "offshoot.db"), { readOnly: true, timeout: 5_000 })
  try {
    return read(database)
  } finally {
    database.close()
  }
}

const count = (database: DatabaseSync, table: string): number =>
  Number(database.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.["n"])

/** The jobs without a completion. */
export const openJobs = (dataDir: string): number => opened(dataDir, (database) => count(database, "jobs"))

/** The last number of the feed. */
export const head = (dataDir: string): number =>
  opened(dataDir, (database) => Number(database.prepare("SELECT MAX(number) AS head FROM events").get()?.["head"] ?? 0))

/** Waits, requests and messages that are open. */
export const openObligations = (dataDir: string): number =>
  opened(dataDir, (database) => count(database, "obligations WHERE open = 1"))

/** The sessions with an open job, by the agent that runs them. */
export const openSessions = (dataDir: string): ReadonlyArray<{ readonly id: string; readonly agent: string }> =>
  opened(dataDir, (database) =>
    database
      .prepare("SELECT sessions.body FROM jobs JOIN sessions ON sessions.id = jobs.child_session_id")
      .all()
      .map((row) => jsonOf(row["body"]))
      .map(({ agent, id }) => ({ id: String(id), agent: String(agent) }))
  )

export const read = (dataDir: string): Evidence =>
  opened(dataDir, (database) => ({
    openJobs: database
      .prepare("SELECT child_session_id AS id FROM jobs")
      .all()
      .map((row) => String(row["id"])),
    sessions: new Map(
      database
        .prepare("SELECT id, body FROM sessions")
        .all()
        .map((row) => [String(row["id"]), jsonOf(row["body"])])
    ),
    completions: database
      .prepare("SELECT body FROM completions")
      .all()
      .map((row) => jsonOf(row["body"])),
    undelivered: count(database, "deliveries"),
    obligations: database
      .prepare("SELECT body FROM obligations")
      .all()
      .map((row) => jsonOf(row["body"])),
    messages: database
      .prepare("SELECT session_id, body FROM messages ORDER BY position")
      .all()
      .map((row) => ({ session: String(row["session_id"]), body: jsonOf(row["body"]) })),
    events: database
      .prepare("SELECT number, session_id, type, body FROM events ORDER BY number")
      .all()
      .map((row) => ({
        number: Number(row["number"]),
        session: String(row["session_id"]),
        type: String(row["type"]),
        body: jsonOf(row["body"])
      }))
  }))

const tally = (keys: Iterable<string>): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  for (const key of keys) found.set(key, (found.get(key) ?? 0) + 1)
  return found
}

const times = (found: ReadonlyMap<string, number>, key: string): number => found.get(key) ?? 0

/** I4: from 1 on, without a gap and without a double. */
export const feedFaults = ({ events }: Evidence): ReadonlyArray<string> =>
  events.flatMap(({ number }, index) => (number === index + 1 ? [] : [`number ${number} stands in place ${index + 1}`]))

const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

/** A run ended, and its job goes on as another. */
const goesOn: ReadonlySet<string> = new Set(["run_retried", "run_suspended"])

const ends: ReadonlySet<string> = new Set(["complete", "error", "cancelled"])

/** A job that was answered with 202, or whatever is known of it. */
export interface Accepted {
  readonly sessionId: string
  readonly runId: string
}

/** The run that a run was followed by, until one that was not. */
const lastTryOf = (next: ReadonlyMap<string, string>, runId: string): string => {
  let last = runId
  for (let after = next.get(last); after !== undefined; after = next.get(last)) last = after
  return last
}

/**
 * I2: every accepted job, through all its tries, has one completion and one end
 * on the feed, and so has every run that ever began; a child is told of as
 * completed as often as it was told of as started.
 */
export const completionFaults = (
  { completions, events, openJobs, sessions }: Evidence,
  accepted: Iterable<Accepted>
): ReadonlyArray<string> => {
  const next = new Map(
    events.flatMap(({ body, type }) =>
      goesOn.has(type) ? [[textOf(body["runId"]), textOf(body["nextRunId"])] as const] : []
    )
  )
  const completed = tally(completions.map(({ runId }) => textOf(runId)))
  const ended = tally(events.flatMap(({ body, type }) => (ends.has(type) ? [textOf(body["runId"])] : [])))
  const of = (type: string) =>
    tally(events.flatMap((event) => (event.type === type ? [textOf(event.body["childSessionId"])] : [])))
  const [started, told] = [of("sub_agent_started"), of("sub_agent_completed")]
  const begun = events.flatMap(({ body, type }) => (type === "execution_started" ? [textOf(body["runId"])] : []))
  const ofRun = (runId: string, what: string) => {
    const last = lastTryOf(next, runId)
    const [one, other] = [times(completed, last), times(ended, last)]
    return one === 1 && other === 1
      ? []
      : [`${what} ${runId}, last tried as ${last}: ${one} completions, ${other} ends`]
  }
  return [
    ...openJobs.map((id) => {
      const { agent, status, title } = sessions.get(id) ?? {}
      return `the job of ${id} (${textOf(title)}, ${textOf(agent)}, ${textOf(status)}) is open`
    }),
    ...Array.from(accepted).flatMap(({ runId }) => ofRun(runId, "accepted")),
    ...begun.flatMap((runId) => ofRun(runId, "begun")),
    ...Array.from(completed.keys()).flatMap((runId) => ofRun(runId, "completed")),
    ...Array.from(next.keys()).flatMap((runId) =>
      completed.has(runId) ? [`${runId} went on and has a completion`] : []
    ),
    ...Array.from(started).flatMap(([child, count]) =>
      times(told, child) === count ? [] : [`${child} started ${count} times, completed ${times(told, child)} times`]
    ),
    ...Array.from(told.keys()).flatMap((child) => (started.has(child) ? [] : [`${child} completed and never started`]))
  ]
}

const wakeOf = /^The wait (\S+) for your children is over/

/** The children that a wake tells the result of. */
const toldIn = (text: string): ReadonlyArray<string> =>
  text.split("\n").flatMap((line) => {
    if (!line.startsWith('{"child":')) return []
    const { child, reason, toldBefore } = jsonOf(line)
    return reason === undefined || toldBefore === true ? [] : [textOf(child)]
  })

/** I6: every wait is over, and its parent has one message of it; a child's result stands there once for each of its runs. */
export const wakeFaults = (
  { completions, messages, obligations }: Evidence,
  registered: Iterable<string>
): ReadonlyArray<string> => {
  const waits = new Map(
    obligations.flatMap((one) => (one["kind"] === "wait" ? [[textOf(one["id"]), one] as const] : []))
  )
  const wakes = messages.flatMap(({ body, session }) => {
    const text = textOf(body["text"])
    const [, id] = wakeOf.exec(text) ?? []
    return id === undefined ? [] : [{ id, session, text, messageId: textOf(body["id"]) }]
  })
  const woken = tally(wakes.map(({ id, session }) => `${id} at ${session}`))
  const told = tally(wakes.flatMap(({ session, text }) => toldIn(text).map((child) => `${child} to ${session}`)))
  const settled = tally(
    completions.map(({ childSessionId, parentSessionId }) => `${textOf(childSessionId)} to ${textOf(parentSessionId)}`)
  )
  return [
    ...Array.from(waits, ([id, wait]) => {
      const found = times(woken, `${id} at ${textOf(wait["sessionId"])}`)
      return wait["status"] !== "open" && found === 1
        ? []
        : [`${id} is ${textOf(wait["status"])} and has ${found} wakes`]
    }).flat(),
    ...wakes.flatMap(({ id, messageId }) =>
      waits.get(id)?.["messageId"] === messageId ? [] : [`${id} does not know its message ${messageId}`]
    ),
    ...Array.from(registered).flatMap((id) => (waits.has(id) ? [] : [`${id} was registered and is not there`])),
    ...Array.from(told).flatMap(([key, count]) =>
      count <= times(settled, key) ? [] : [`${key} was told ${count} times and settled ${times(settled, key)} times`]
    )
  ]
}

/** Requests and messages on their way: none is left open, none was recorded twice, each delivered message stands once. */
export const obligationFaults = ({ messages, obligations }: Evidence): ReadonlyArray<string> => {
  const entries = tally(messages.map(({ body }) => textOf(body["id"])))
  const keys = tally(
    obligations.flatMap(({ key, kind, sessionId }) =>
      key === undefined ? [] : [`${textOf(kind)} ${textOf(sessionId)} ${textOf(key)}`]
    )
  )
  return [
    ...Array.from(keys).flatMap(([key, count]) => (count === 1 ? [] : [`${key} stands ${count} times`])),
    ...Array.from(entries).flatMap(([id, count]) => (count === 1 ? [] : [`message ${id} stands ${count} times`])),
    ...obligations.flatMap((one) => {
      const [id, status] = [textOf(one["id"]), textOf(one["status"])]
      if (one["kind"] === "request") return status === "pending" ? [`request ${id} is pending`] : []
      if (one["kind"] !== "steer") return []
      if (status === "queued") return [`message ${id} is queued`]
      return status === "delivered" && times(entries, id) !== 1 ? [`message ${id} is delivered and not there`] : []
    })
  ]
}

const runOf = ({ body }: Row): string => textOf(body["runId"])

/**
 * An answer that a child was told to give stands exactly once in what the run
 * said that completed its job. An earlier try may have said it too, when it was
 * killed between its last word and its end; no run says it twice.
 */
export const answerFaults = (
  { completions, messages }: Evidence,
  expected: Iterable<{ readonly sessionId: string; readonly answer: string }>
): ReadonlyArray<string> => {
  const said = new Map<string, Map<string, string>>()
  for (const message of messages) {
    if (message.body["role"] !== "assistant") continue
    const runs = said.get(message.session) ?? new Map<string, string>()
    runs.set(runOf(message), (runs.get(runOf(message)) ?? "") + textOf(message.body["text"]))
    said.set(message.session, runs)
  }
  const jobs = new Map<string, Array<Json>>()
  for (const completion of completions) {
    const session = textOf(completion["childSessionId"])
    jobs.set(session, [...(jobs.get(session) ?? []), completion])
  }
  return Array.from(expected).flatMap(({ answer, sessionId }) => {
    const times = (text: string): number => text.split(answer).length - 1
    const runs = said.get(sessionId) ?? new Map<string, string>()
    const twice = Array.from(runs).filter(([, text]) => times(text) > 1)
    if (twice.length > 0)
      return [`${sessionId}, answered ${times(twice[0]?.[1] ?? "")} times in one run with ${answer}`]
    const [only, ...others] = jobs.get(sessionId) ?? []
    // One that was sent a message afterwards has another job, which answers something else.
    if (only === undefined || others.length > 0 || statusOf(only) !== "completed") return []
    const found = times(runs.get(textOf(only["runId"])) ?? "")
    return found === 1 ? [] : [`${sessionId}, completed, answered ${found} times with ${answer}`]
  })
}

const statusOf = ({ outcome }: Json): string => textOf(jsonOf(JSON.stringify(outcome))["status"])

/** How often everything happened that a kill can do to somebody: a proof over none of it proves nothing. */
export const happened = ({ completions, events, obligations }: Evidence): ReadonlyMap<string, number> =>
  tally([
    ...completions.map(({ outcome }) => {
      const { reason, status } = jsonOf(JSON.stringify(outcome))
      return `${textOf(status)}/${textOf(reason)}`
    }),
    ...obligations.map(({ kind, status }) => `${textOf(kind)} ${textOf(status)}`),
    ...events.flatMap(({ body, type }) => {
      if (type === "run_retried") return [`${textOf(body["mode"])} after ${textOf(body["reason"])}`]
      return type === "tool_outcome_unknown" || type === "run_suspended" ? [type] : []
    })
  ])
