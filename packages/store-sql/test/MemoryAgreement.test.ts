/** The memory store is the reference: whatever happens, SQL answers as it does. */
import { assert, it } from "@effect/vitest"
import { type Ids, type Session, SessionStore } from "@offshoot/core"
import * as Records from "@offshoot/test-conformance/StoreRecords"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as SqliteClient from "../src/SqliteClient.ts"
import * as SqlSessionStore from "../src/SqlSessionStore.ts"

const rounds = 80
const sessionNumberMax = 24
const runNumberMax = 40
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

/** A session by its number: every third is a root, the others hang below one of lower number. */
const sessionOf = (random: Random, number: number): Session.Session => {
  const parent = Records.root(3 * Math.floor(number / 6))
  if (number % 3 === 0) return Records.root(number)
  const child = Records.child(number, parent)
  return random(3) === 0 ? { ...child, requestKey: oneOf(random, requestKeys, "alpha") } : child
}

const changeOf = (random: Random, stored: ReadonlyMap<Ids.SessionId, Session.Session>): SessionStore.Change => {
  const session = sessionOf(random, random(sessionNumberMax))
  const run = random(runNumberMax)
  switch (random(12)) {
    case 0:
    case 1:
      return Records.created(session)
    case 2:
    case 3:
    case 4: {
      const known = stored.get(session.id) ?? session
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
      return Records.accepted(Records.job(run, session))
    case 9:
      return Records.settled(Records.completion(run, session), random(3) === 0 ? "none" : "pending")
    case 10:
      return Records.acknowledged(run)
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

/** Every question the port answers, about every session and run there may be. */
const answersOf = Effect.fnUntraced(function* (store: SessionStore.SessionStoreShape) {
  const before = Option.none()
  const ofSession = Effect.fnUntraced(function* (number: number) {
    const id = Records.sessionId(number)
    return {
      session: yield* store.session(id),
      children: yield* store.childCount(id),
      below: yield* store.sessions({ filter: { parentId: id }, before, limit: 5 }),
      inTree: yield* store.sessions({ filter: { rootId: id, status: "pending" }, before, limit: 5 }),
      keyed: yield* Effect.forEach(requestKeys, (key) => store.sessionByRequestKey(id, key)),
      messages: withoutPositions(yield* store.messages({ sessionId: id, after: 0, limit: 1000 })),
      last: withoutPositions(Option.toArray(yield* store.lastMessage(id))),
      answer: withoutPositions(yield* store.answer(id, Records.runId(number))),
      recent: yield* store.recentEvents(id, 4)
    }
  })
  return {
    sessions: yield* Effect.forEach(
      Array.from({ length: sessionNumberMax }, (_, number) => number),
      ofSession
    ),
    runs: yield* Effect.forEach(
      Array.from({ length: runNumberMax }, (_, number) => Records.runId(number)),
      (runId) => store.completion(runId)
    ),
    roots: yield* store.sessions({ filter: { kind: "root" }, before, limit: 5 }),
    open: yield* store.openJobs,
    unacknowledged: yield* store.unacknowledged,
    events: yield* store.events({ after: 3, limit: 50, sessionId: Option.none(), types: Option.none() }),
    bounds: yield* store.feedBounds
  }
})

const storeOf = <E>(layer: Layer.Layer<SessionStore.SessionStore, E>) =>
  Effect.map(Layer.build(layer), (services) => Context.get(services, SessionStore.SessionStore))

const sqlInMemory = Layer.provide(SqlSessionStore.layerSql, SqliteClient.layer({ filename: ":memory:" }))

for (const seed of [1, 2, 3, 4]) {
  it.effect(`SQL answers as the memory store does, after everything that seed ${seed} makes happen`, () =>
    Effect.gen(function* () {
      const random = randomOf(seed)
      const memory = yield* storeOf(SessionStore.layerMemory)
      const sql = yield* storeOf(sqlInMemory)
      for (let round = 0; round < rounds; round++) {
        const stored = new Map(
          (yield* memory.sessions({ filter: {}, before: Option.none(), limit: 1000 })).map((session) => [
            session.id,
            session
          ])
        )
        const together = Array.from({ length: 1 + random(8) }, () =>
          Array.from({ length: 1 + random(4) }, () => changeOf(random, stored))
        )
        const committed = (store: SessionStore.SessionStoreShape) =>
          Effect.map(
            Effect.forEach(together, (transition) => Effect.result(store.commit(transition)), {
              concurrency: "unbounded"
            }),
            (results) => results.map(verdictOf)
          )
        assert.deepStrictEqual(yield* committed(sql), yield* committed(memory), `verdicts of round ${round}`)
        if (round % 10 === 9) {
          assert.deepStrictEqual(yield* answersOf(sql), yield* answersOf(memory), `answers after round ${round}`)
        }
      }
    })
  )
}
