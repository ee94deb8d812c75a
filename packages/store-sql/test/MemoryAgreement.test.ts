/** The memory store is the reference: whatever happens, SQL answers as it does. */
import { assert, it } from "@effect/vitest"
import { type Ids, type Obligation, Outcome, type Session, SessionStore } from "@offshoot/core"
import * as Records from "@offshoot/test-conformance/StoreRecords"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as SqliteClient from "../src/SqliteClient.ts"
import * as SqlSessionStore from "../src/SqlSessionStore.ts"

const rounds = 80
const sessionNumberMax = 24
const runNumberMax = 40
const obligationNumberMax = 30
const handlers = ["first", "second"]
const requestKeys = ["alpha", "beta", "gamma"]
const statuses: ReadonlyArray<Session.SessionStatus> = ["idle", "pending", "running", "completed", "error"]

/** The mulberry32 generator: a seed replays. */
const randomOf = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
type Random = ReturnType<typeof randomOf>

const oneOf = <A>(random: Random, items: ReadonlyArray<A>, otherwise: A): A => items[random(items.length)] ?? otherwise

/** A session by its number: every third is a root, the others hang below the one before. */
const sessionOf = (random: Random, number: number): Session.Session => {
  if (number % 3 === 0) return Records.root(number)
  const above = number % 3 === 1 ? Records.root(number - 1) : Records.child(number - 1, Records.root(number - 2))
  const child = Records.child(number, above)
  return random(3) === 0 ? { ...child, requestKey: oneOf(random, requestKeys, "alpha") } : child
}

/** An obligation by its number, which says its session, its kind and whether it is keyed; two numbers share a key. */
const obligationOf = (number: number): Obligation.Obligation => {
  const session = Records.sessionId(Math.floor(number / 6) * 2)
  const key = `key ${Math.floor(number / 2)}`
  switch (number % 4) {
    case 0:
      return Records.wait(number, session)
    case 1:
      return Records.steer(number, session)
    case 2:
      return { ...Records.steer(number, session), key }
    default:
      return { ...Records.request(number, session), key }
  }
}

const obligationIds = Array.from({ length: obligationNumberMax }, (_, number) => obligationOf(number).id)

type Stored = ReadonlyMap<string, { readonly version: number }>

/** Mostly the next version of what is stored, at times one that is not. */
const obligationChangeOf = (random: Random, stored: Stored): SessionStore.Change => {
  const fresh = obligationOf(random(obligationNumberMax))
  const version = stored.get(fresh.id)?.version
  if (version === undefined || random(8) === 0) return Records.opened(fresh)
  const known: Obligation.Obligation = { ...fresh, version: random(8) === 0 ? version + 1 : version }
  return Records.obligationChanged(random(2) === 0 ? Records.closed(known) : { ...known, version: known.version + 1 })
}

const usages: ReadonlyArray<Session.Usage> = [
  {},
  { inputTokens: 3, outputTokens: 0 },
  { inputTokens: 5, costUsd: 0.5, costSource: "provider" },
  { costUsd: 0.25, costSource: "estimated", reasoningTokens: 2 },
  { costUsd: 2, inputTokens: 7, atLeast: ["inputTokens"] }
]

const outcomes: ReadonlyArray<Outcome.Outcome> = [Outcome.done, Outcome.beforeLaunch]

const settlementOf = (random: Random, run: number, session: Session.Session): SessionStore.Change => {
  const { usage: _usage, ...rest } = Records.completion(run, session)
  const completion = { ...rest, outcome: oneOf(random, outcomes, Outcome.done) }
  return Records.settled(
    random(4) === 0 ? completion : { ...completion, usage: oneOf(random, usages, {}) },
    handlers.filter(() => random(2) === 0)
  )
}

const changeOf = (
  random: Random,
  sessions: ReadonlyMap<Ids.SessionId, Session.Session>,
  obligations: Stored
): SessionStore.Change => {
  const session = sessionOf(random, random(sessionNumberMax))
  const run = random(runNumberMax)
  switch (random(17)) {
    case 0:
    case 1:
      return Records.created(session)
    case 2:
    case 3:
    case 4: {
      const known = sessions.get(session.id) ?? session
      return Records.changed(Records.next(known, oneOf(random, statuses, "idle")))
    }
    case 5:
      return random(4) === 0 ? Records.deleted(session.id) : Records.launched(run)
    case 6:
    case 7:
      return Records.appended(
        Records.message(random(1000), session.id, {
          role: random(2) === 0 ? "user" : "assistant",
          runId: Records.runId(run)
        })
      )
    case 8:
      return Records.accepted({
        ...Records.job(run, session),
        ...(random(3) === 0 ? { spent: oneOf(random, usages, {}) } : {})
      })
    case 9:
      return settlementOf(random, run, session)
    case 10:
      return Records.acknowledged(run, oneOf(random, handlers, "first"))
    case 11:
      return Records.told(run)
    case 12:
      return Records.reported(run, Records.report(random(9)))
    case 13:
      return Records.replaced(run, Records.job(random(runNumberMax), session))
    case 14:
    case 15:
      return obligationChangeOf(random, obligations)
    default:
      return Records.recorded(session.id, Records.statusChanged(session.id, session.status))
  }
}

const verdictOf = (result: Result.Result<ReadonlyArray<number>, SessionStore.StoreError>): unknown => {
  if (Result.isSuccess(result)) return result.success
  const { message, operation, reason } = result.failure
  return { message, operation, tag: reason._tag }
}

const withoutPositions = (entries: ReadonlyArray<Session.StoredMessage>) =>
  entries.map((entry) => ({ ...entry, position: 0 }))

const numbered = <A>(length: number, of: (number: number) => A): ReadonlyArray<A> =>
  Array.from({ length }, (_, number) => of(number))

const before = Option.none()
const all: SessionStore.FeedScope = { _tag: "All" }

const answersOfSession = Effect.fnUntraced(function* (store: SessionStore.SessionStoreShape, id: Ids.SessionId) {
  const own: SessionStore.FeedScope = { _tag: "Session", sessionId: id }
  const subtree: SessionStore.FeedScope = { _tag: "Subtree", sessionId: id }
  const page = { after: 3, limit: 20, types: Option.none() }
  return {
    session: yield* store.session(id),
    children: yield* store.childCount(id),
    used: yield* store.treeUsage(id),
    usedEach: yield* store.usages([id]),
    below: yield* store.sessions({ filter: { parentId: id }, before, limit: 5 }),
    inTree: yield* store.sessions({ filter: { rootId: id, status: "pending" }, before, limit: 5 }),
    keyed: yield* Effect.forEach(requestKeys, (key) => store.sessionByRequestKey(Option.some(id), key)),
    messages: withoutPositions(yield* store.messages({ sessionId: id, after: 0, limit: 1000 })),
    last: withoutPositions(yield* store.recentMessages({ sessionId: id, before: Option.none(), limit: 1 })),
    recent: yield* store.recentEvents(id, 4),
    own: yield* store.events({ ...page, scope: own }),
    subtree: yield* store.events({ ...page, scope: subtree }),
    snapshot: yield* store.snapshot({ within: Option.some(id), limit: 2 }),
    owed: yield* store.obligations({ kind: "steer", state: "any", scope: own, after: Option.none(), limit: 3 }),
    owedBelow: yield* store.obligations({
      kind: "request",
      state: "open",
      scope: subtree,
      after: Option.none(),
      limit: 3
    }),
    waits: yield* Effect.forEach(handlers, (handler) => store.undelivered({ handler, line: id, limit: 3 }))
  }
})

const answersOfObligations = Effect.fnUntraced(function* (store: SessionStore.SessionStoreShape) {
  const page = { kind: "wait", scope: all, limit: 4 } as const
  return {
    each: yield* Effect.forEach(obligationIds, (id) => store.obligation(id)),
    keyed: yield* Effect.forEach(numbered(obligationNumberMax, obligationOf), ({ kind, sessionId }, number) =>
      store.obligationByKey(kind, sessionId, `key ${Math.floor(number / 2)}`)
    ),
    open: yield* store.obligations({ ...page, state: "open", after: Option.none() }),
    closed: yield* store.obligations({ ...page, state: "closed", after: Option.some(Records.waitId(4)) }),
    any: yield* store.obligations({ ...page, state: "any", after: Option.some(Records.waitId(8)) })
  }
})

/** Every question the port answers, about every session, run and obligation there may be. */
const answersOf = Effect.fnUntraced(function* (store: SessionStore.SessionStoreShape) {
  const runIds = numbered(runNumberMax, Records.runId)
  return {
    sessions: yield* Effect.forEach(numbered(sessionNumberMax, Records.sessionId), (id) => answersOfSession(store, id)),
    answers: yield* Effect.forEach(runIds, (runId, number) =>
      Effect.map(store.answer(Records.sessionId(number), runId), withoutPositions)
    ),
    runs: yield* Effect.forEach(runIds, (runId) => store.completion(runId)),
    roots: yield* store.sessions({ filter: { kind: "root" }, before, limit: 5 }),
    open: yield* store.openJobs,
    lines: yield* Effect.forEach(handlers, (handler) =>
      Effect.map(store.undeliveredLines(handler), (lines) => lines.toSorted())
    ),
    obligations: yield* answersOfObligations(store),
    snapshot: yield* store.snapshot({ within: Option.none(), limit: 8 }),
    events: yield* store.events({ after: 3, limit: 50, scope: all, types: Option.none() }),
    bounds: yield* store.feedBounds
  }
})

const storeOf = <E>(layer: Layer.Layer<SessionStore.SessionStore, E>) =>
  Effect.map(Layer.build(layer), (services) => Context.get(services, SessionStore.SessionStore))

const sqlInMemory = Layer.provide(SqlSessionStore.layerSql, SqliteClient.layer({ filename: ":memory:" }))

/** Transitions for one moment, most of which fit what the memory store holds. */
const nextCommits = Effect.fnUntraced(function* (random: Random, memory: SessionStore.SessionStoreShape) {
  const listed = yield* memory.sessions({ filter: {}, before, limit: 1000 })
  const owed = yield* Effect.forEach(obligationIds, (id) => memory.obligation(id))
  const sessions = new Map(listed.map((session) => [session.id, session]))
  const obligations = new Map(owed.flatMap(Option.toArray).map((obligation) => [obligation.id, obligation]))
  return Array.from({ length: 1 + random(8) }, () =>
    Array.from({ length: 1 + random(4) }, () => changeOf(random, sessions, obligations))
  )
})

for (const seed of [1, 2, 3, 4]) {
  it.effect(`SQL answers as the memory store does, after everything that seed ${seed} makes happen`, () =>
    Effect.gen(function* () {
      const random = randomOf(seed)
      const memory = yield* storeOf(SessionStore.layerMemory)
      const sql = yield* storeOf(sqlInMemory)
      for (let round = 0; round < rounds; round++) {
        const together = yield* nextCommits(random, memory)
        const committed = (store: SessionStore.SessionStoreShape) =>
          Effect.map(
            Effect.forEach(together, (transition) => Effect.result(store.commit(transition)), {
              concurrency: "unbounded"
            }),
            (results) => results.map(verdictOf)
          )
        assert.deepStrictEqual(yield* committed(sql), yield* committed(memory), `verdicts of round ${round}`)
        if (round % 10 === 9) {
          yield* TestClock.adjust("1 second")
          const retention = { olderThanMillis: 1000 * random(8), keepMax: random(200) }
          const trimmed = (store: SessionStore.SessionStoreShape) => store.trimFeed(retention)
          assert.strictEqual(yield* trimmed(sql), yield* trimmed(memory), `trimming after round ${round}`)
          assert.deepStrictEqual(yield* answersOf(sql), yield* answersOf(memory), `answers after round ${round}`)
        }
      }
    })
  )
}
