import { assert, it } from "@effect/vitest"
import { SessionStore } from "@offshoot/core"
import * as Records from "@offshoot/test-conformance/StoreRecords"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as DataDirectory from "../src/DataDirectory.ts"
import * as ChildProgram from "./ChildProgram.ts"
import * as Lives from "./Lives.ts"
import * as TemporaryDirectory from "./TemporaryDirectory.ts"

const everything: SessionStore.EventQuery = {
  after: 0,
  limit: 1_000_000,
  scope: { _tag: "All" },
  types: Option.none()
}

/** Every event, page by page. */
const allEvents = Effect.fnUntraced(function* (
  store: SessionStore.SessionStoreShape,
  scope: SessionStore.FeedScope = everything.scope
) {
  const found: Array<SessionStore.RecordedEvent> = []
  let after = 0
  for (;;) {
    const page = yield* store.events({ ...everything, scope, after })
    found.push(...page.events)
    if (page.upTo >= page.head) return found
    after = page.upTo
  }
})

const open = (directory: string) =>
  Effect.map(Layer.build(DataDirectory.layerEmbedded({ directory })), (services) =>
    Context.get(services, SessionStore.SessionStore)
  )

interface Acknowledged {
  readonly child: number
  readonly step: number
  readonly numbers: ReadonlyArray<number>
}

const acknowledgedOf = (line: string): Acknowledged => {
  const [child, step, numbers] = line.split(" ")
  return { child: Number(child), step: Number(step), numbers: (numbers ?? "").split(",").map(Number) }
}

/** Everything that one child's version says must be there, and nothing of the next step. */
const assertWhole = Effect.fnUntraced(function* (store: SessionStore.SessionStoreShape, child: number, step: number) {
  const id = Records.sessionId(child)
  const messages = yield* store.messages({ sessionId: id, after: 0, limit: 10 })
  const events = yield* allEvents(store, { _tag: "Session", sessionId: id })
  const completion = yield* store.completion(Records.runId(child))
  assert.strictEqual(messages.length, Lives.messagesAfter[step], `messages of ${id} after step ${step}`)
  assert.strictEqual(events.length, Lives.eventsAfter[step], `events of ${id} after step ${step}`)
  assert.strictEqual(Option.isSome(completion), step === 3, `completion of ${id} after step ${step}`)
})

it.live(
  "every acknowledged commit survives kill -9, whole, and no other is half there",
  () =>
    Effect.gen(function* () {
      const directory = yield* TemporaryDirectory.make
      const program = yield* ChildProgram.start("committerMain.ts", [directory])
      const before = yield* Queue.takeN(program.lines, 600)
      yield* program.kill
      const acknowledged = [...before, ...(yield* Queue.collect(program.lines))].map(acknowledgedOf)

      const store = yield* open(directory)
      const sessions = yield* store.sessions({
        filter: { parentId: Lives.parent.id },
        before: Option.none(),
        limit: 1_000_000
      })
      const steps = new Map(sessions.map((session) => [session.id, session.version]))
      for (const { child, step } of acknowledged) {
        assert.isAtLeast(steps.get(Records.sessionId(child)) ?? 0, step, `step ${step} of child ${child}`)
      }
      for (const session of sessions)
        yield* assertWhole(store, Number(session.id.slice("ses_".length)), session.version)

      const states = new Map((yield* store.openJobs).map(({ job, state }) => [job.childSessionId, state]))
      for (const session of sessions) {
        assert.strictEqual(states.get(session.id), ([undefined, "queued", "launched"] as const)[session.version])
      }

      const events = yield* allEvents(store)
      assert.deepStrictEqual(
        events.map((event) => event.number),
        events.map((_, index) => index + 1)
      )
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 1, head: events.length })
      for (const { child, numbers } of acknowledged) {
        for (const number of numbers) {
          assert.include(
            [Records.sessionId(child), Lives.parent.id],
            events[number - 1]?.sessionId,
            `event ${number} of child ${child}`
          )
        }
      }
    }).pipe(Effect.scoped),
  60_000
)

it.live(
  "feed numbers go on without a gap after kill -9 over a feed that was forgotten, and after each opening",
  () =>
    Effect.gen(function* () {
      const directory = yield* TemporaryDirectory.make
      const program = yield* ChildProgram.start("trimmerMain.ts", [directory])
      const before = yield* Queue.takeN(program.lines, 200)
      yield* program.kill
      const given = [...before, ...(yield* Queue.collect(program.lines))].map(Number)
      assert.deepStrictEqual(
        given,
        given.map((_, index) => index + 1)
      )

      // One more may have been recorded whose number was not said.
      let head = yield* Effect.scoped(
        Effect.gen(function* () {
          const store = yield* open(directory)
          const bounds = yield* store.feedBounds
          assert.include([given.length, given.length + 1], bounds.head)
          assert.isAtLeast(bounds.oldest, given.length)
          return bounds.head
        })
      )
      const event = Records.recorded(Lives.parent.id, Records.titled(Lives.parent.id, "t"))
      for (let opening = 0; opening < 3; opening++) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const store = yield* open(directory)
            assert.strictEqual((yield* store.feedBounds).head, head)
            assert.deepStrictEqual(yield* store.commit([event]), [head + 1])
            assert.strictEqual(yield* store.trimFeed({ olderThanMillis: 0, keepMax: 0 }), "done")
            head += 1
            assert.deepStrictEqual(yield* store.feedBounds, { oldest: head + 1, head })
          })
        )
      }
    }).pipe(Effect.scoped),
  60_000
)

it.live(
  "what is owed survives the end of the store: tries, reports, deliveries, obligations, the place in the tree",
  () =>
    Effect.gen(function* () {
      const directory = yield* TemporaryDirectory.make
      const child = Records.child(2, Lives.parent)
      const again = Records.job(12, child)
      const wait = Records.wait(1, Lives.parent.id)
      const answered = Records.closed(Records.request(3, child.id))
      yield* Effect.scoped(
        Effect.gen(function* () {
          const store = yield* open(directory)
          yield* store.commit([Records.created(Lives.parent), Records.created(child), Records.opened(wait)])
          yield* store.commit([Records.accepted(Records.job(2, child)), Records.opened(Records.request(3, child.id))])
          yield* store.commit([Records.replaced(2, again), Records.launched(12), Records.reported(12)])
          yield* store.commit([
            Records.settled(Records.completion(9, child), ["a", "b"]),
            Records.told(9),
            Records.acknowledged(9, "a"),
            Records.obligationChanged(answered)
          ])
        })
      )
      const store = yield* open(directory)
      assert.deepStrictEqual(yield* store.openJobs, [
        {
          job: again,
          state: "launched",
          report: Records.report(12),
          session: Option.some(child),
          ancestors: [Lives.parent.id]
        }
      ])
      assert.deepStrictEqual(yield* store.undeliveredLines("a"), [])
      assert.deepStrictEqual(yield* store.undeliveredLines("b"), [Lives.parent.id])
      assert.isTrue(Option.getOrThrow(yield* store.completion(Records.runId(9))).told)
      assert.deepStrictEqual(yield* store.obligation(wait.id), Option.some(wait))
      assert.deepStrictEqual(yield* store.obligation(answered.id), Option.some(answered))
    }).pipe(Effect.scoped)
)

it.live("closing writes the commits that wait, and refuses those that come later", () =>
  Effect.gen(function* () {
    const directory = yield* TemporaryDirectory.make
    const scope = yield* Scope.make()
    const store = yield* Scope.provide(open(directory), scope)
    const commits = yield* Effect.forEach(
      Array.from({ length: 1000 }, (_, index) => Records.child(10 + index, Lives.parent)),
      (session) => Effect.forkChild(store.commit([Records.created(session)]), { startImmediately: true })
    )
    yield* Scope.close(scope, Exit.void)
    for (const fiber of commits) yield* Fiber.join(fiber)
    for (const late of [Effect.asVoid(store.commit([])), Effect.asVoid(store.openJobs), store.ready]) {
      const { reason } = yield* Effect.flip(late)
      assert(reason._tag === "StorageUnavailable", reason._tag)
      assert.strictEqual(reason.condition, "closed")
    }

    const reopened = yield* open(directory)
    assert.strictEqual(yield* reopened.childCount(Lives.parent.id), commits.length)
  }).pipe(Effect.scoped)
)
