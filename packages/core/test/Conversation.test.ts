/** A session that runs again goes on with the conversation that its agent keeps of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import * as Agent from "../src/Agent.ts"
import type { Capabilities, ExternalChildRunner } from "../src/ExternalChildRunner.ts"
import { MessageId, type SessionId } from "../src/Ids.ts"
import { steerOf } from "../src/internal/messageSteps.ts"
import * as Retry from "../src/Retry.ts"
import { metadataKeys } from "../src/Session.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { SubAgents } from "../src/SubAgents.ts"
import * as ScriptedRunner from "../src/testing/ScriptedRunner.ts"
import * as Watchdog from "../src/Watchdog.ts"
import { agent, child, root, statusOf, worldWith } from "./world.ts"

const able: Capabilities = { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true }

const scripted = (capabilities: Capabilities): ExternalChildRunner =>
  ScriptedRunner.make({ agent, census: { open: 0, started: 0 }, capabilities })

const world = worldWith(scripted(able))

const turn = TestClock.adjust("1 millis")

const send = (id: SessionId, ...lines: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const agents = yield* SubAgents
    yield* agents.send(id, { text: lines.join("\n"), mode: "queue", key: Option.none(), origin: "user" })
    yield* turn
  })

const resultOf = (id: SessionId) =>
  Effect.flatMap(SubAgents, (agents) => Effect.map(agents.result(id), Option.getOrThrow))

const textOf = (id: SessionId) => Effect.map(resultOf(id), ({ text }) => text)

const cancel = (id: SessionId) =>
  Effect.gen(function* () {
    const agents = yield* SubAgents
    yield* agents.cancel(id, { mode: "graceful", by: "by_user", reach: "session" })
    yield* turn
  })

/** A child that has begun to play this script, and is at its end when nothing holds it up. */
const playing = (...lines: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { session } = yield* child((yield* root).id, lines)
    yield* turn
    return session.id
  })

/** Two processes over one record. The first is gone, as far as the record can tell, when the second begins. */
const twoLives = <A, E, B, F>(
  first: Effect.Effect<A, E, Layer.Success<typeof world>>,
  second: (a: A) => Effect.Effect<B, F, Layer.Success<typeof world>>,
  between: (a: A) => Effect.Effect<void, SessionStore.StoreError, SessionStore.SessionStore> = () => Effect.void,
  capabilities: Capabilities = able
) =>
  Effect.gen(function* () {
    const store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
    const dead = yield* Scope.make()
    const context = yield* Layer.buildWithScope(worldWith(scripted(able), {}, Layer.empty, store), dead)
    const a = yield* Effect.provideContext(first, context)
    yield* Effect.provide(between(a), store)
    const b = yield* Effect.provide(second(a), worldWith(scripted(capabilities), {}, Layer.empty, store))
    yield* Scope.close(dead, Exit.void)
    return b
  }).pipe(Effect.scoped)

describe("a session that has settled and runs again", () => {
  const ends: ReadonlyArray<readonly [status: string, script: ReadonlyArray<string>]> = [
    ["completed", ["resume-handle h1", "say a"]],
    ["error", ["resume-handle h1", "fail broken"]]
  ]
  it.effect.each(ends)("goes on with the conversation of a run that has ended as %s", ([status, script]) =>
    Effect.gen(function* () {
      const id = yield* playing(...script)
      assert.strictEqual(yield* statusOf(id), status)
      yield* send(id, "resumed")
      assert.strictEqual(yield* textOf(id), "resumed:h1")
    }).pipe(Effect.provide(world))
  )

  it.effect("goes on with that of a cancelled run, and does not tell it again what that run was told", () =>
    Effect.gen(function* () {
      const id = yield* playing("resume-handle h1", "hang")
      yield* cancel(id)
      assert.strictEqual(yield* statusOf(id), "cancelled")
      yield* send(id, "resumed")
      assert.strictEqual(yield* textOf(id), "resumed:h1")
    }).pipe(Effect.provide(world))
  )

  it.effect("goes on with that of a run that took too long", () =>
    Effect.gen(function* () {
      const metadata = { [Watchdog.overrideKeys.totalSeconds]: "60" }
      const { session } = yield* child((yield* root).id, ["resume-handle h1", "hang"], { metadata })
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* statusOf(session.id), "timeout")
      yield* send(session.id, "resumed")
      assert.strictEqual(yield* textOf(session.id), "resumed:h1")
    }).pipe(Effect.provide(world))
  )

  it.effect("goes on by a call that runs it once more, with the prompt that it was given meanwhile", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const id = yield* playing("resume-handle h1", "hang")
      yield* cancel(id)
      yield* agents.update(id, { prompt: "resumed" })
      yield* agents.run(id)
      yield* turn
      assert.strictEqual(yield* textOf(id), "resumed:h1")
    }).pipe(Effect.provide(world))
  )

  it.effect("works once more on what it did not answer when it was told nothing since", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const id = yield* playing("resume-handle h1", "hang-first", "sleep 5", "resumed")
      yield* cancel(id)
      yield* agents.run(id)
      yield* turn
      assert.strictEqual(yield* statusOf(id), "running")
    }).pipe(Effect.provide(world))
  )

  it.effect("keeps the conversation over a run that says nothing of it, and says so in its result", () =>
    Effect.gen(function* () {
      const id = yield* playing("resume-handle h1")
      yield* send(id, "say nothing of it")
      assert.deepStrictEqual((yield* resultOf(id)).resume, Option.some("h1"))
      yield* send(id, "resumed")
      assert.strictEqual(yield* textOf(id), "resumed:h1")
    }).pipe(Effect.provide(world))
  )

  it.effect("goes on with the conversation that was told of last", () =>
    Effect.gen(function* () {
      const id = yield* playing("resume-handle h1")
      yield* send(id, "resumed", "resume-handle h2")
      assert.strictEqual(yield* textOf(id), "resumed:h1")
      yield* send(id, "resumed")
      assert.strictEqual(yield* textOf(id), "resumed:h2")
    }).pipe(Effect.provide(world))
  )

  it.effect("is told which run it goes on from, and that it is no further try of that one", () => {
    const seen: Array<unknown> = []
    const noting: ExternalChildRunner = {
      ...scripted(able),
      run: (context) => {
        seen.push([context.prompt, Option.getOrUndefined(context.resume), context.job.resume])
        return scripted(able).run(context)
      }
    }
    return Effect.gen(function* () {
      const id = yield* playing("resume-handle h1")
      const { runId } = yield* resultOf(id)
      yield* send(id, "say b")
      assert.deepStrictEqual(seen, [
        ["resume-handle h1", undefined, undefined],
        ["say b", { runId, handle: "h1" }, undefined]
      ])
    }).pipe(Effect.provide(worldWith(noting)))
  })

  it.effect("begins a conversation with another agent than the one that gave the handle", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore.SessionStore
      const id = yield* playing("resume-handle h1", "say a")
      const change = Effect.fnUntraced(function* (key: string, value: string) {
        const session = Option.getOrThrow(yield* store.session(id))
        const metadata = { ...session.metadata, [key]: value }
        yield* store.commit([
          { _tag: "SessionChanged", session: { ...session, metadata, version: session.version + 1 } }
        ])
        yield* send(id, "resumed")
        return yield* textOf(id)
      })
      assert.strictEqual(yield* change(metadataKeys.externalAgentId, "other"), "fresh")
      assert.strictEqual(yield* change(metadataKeys.externalAgentId, agent), "resumed:h1")
      assert.strictEqual(yield* change(metadataKeys.externalProtocol, "other"), "fresh")
    }).pipe(Effect.provide(worldWith({ ...scripted(able), shouldHandle: () => true })))
  )

  it.effect("goes on from its transcript when it runs in this process, whatever its agent calls it", () => {
    const census: ScriptedRunner.Census = { open: 0, started: 0 }
    const { run } = ScriptedRunner.make({ agent, census, capabilities: able })
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const { id } = yield* agents.createRoot({ prompt: "resume-handle h1" })
      yield* agents.run(id)
      yield* turn
      yield* send(id, "resumed")
      assert.strictEqual(yield* textOf(id), "fresh")
    }).pipe(Effect.provide(worldWith(scripted(able), {}, Agent.layer({ run }))))
  })
})

describe("the tries of a job that goes on with a conversation", () => {
  it.effect("begin again where the job began, not where the try that failed was", () =>
    Effect.gen(function* () {
      const metadata = { [Retry.overrideKeys.restart]: "permanent", [Retry.overrideKeys.intensity]: "1" }
      const { session } = yield* child((yield* root).id, ["resume-handle h1"], { metadata })
      yield* TestClock.adjust("10 minutes")
      yield* send(session.id, "resume-handle h2", "resumed", "tries", "fail broken")
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* textOf(session.id), "resumed:h1tries:1")
      yield* send(session.id, "resumed", "hang")
      yield* cancel(session.id)
      assert.strictEqual(yield* textOf(session.id), "resumed:h2")
    }).pipe(Effect.provide(world))
  )

  it.effect("do not leave the conversation of one that another try began without", () => {
    const playsOnce: ExternalChildRunner = {
      ...scripted(able),
      run: (context) =>
        scripted(able).run(context.job.tries === undefined ? context : { ...context, prompt: "fail again" })
    }
    return Effect.gen(function* () {
      const metadata = { [Retry.overrideKeys.restart]: "permanent", [Retry.overrideKeys.intensity]: "1" }
      const { session } = yield* child((yield* root).id, ["say a", "resume-handle h1", "fail broken"], { metadata })
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual((yield* resultOf(session.id)).resume, Option.none())
      yield* send(session.id, "resumed", "hang")
      yield* cancel(session.id)
      assert.strictEqual(yield* textOf(session.id), "fresh")
    }).pipe(Effect.provide(worldWith(playsOnce)))
  })
})

describe("a session of an earlier process", () => {
  it.effect("goes on with its conversation after a restart", () =>
    twoLives(playing("resume-handle h1", "say a"), (id) =>
      Effect.gen(function* () {
        yield* send(id, "resumed")
        assert.strictEqual(yield* textOf(id), "resumed:h1")
      })
    )
  )

  it.effect("begins a conversation when its runner does not go on with any now", () =>
    twoLives(
      playing("resume-handle h1", "say a"),
      (id) =>
        Effect.gen(function* () {
          yield* send(id, "resumed")
          assert.strictEqual(yield* textOf(id), "fresh")
        }),
      () => Effect.void,
      { ...able, resume: false }
    )
  )

  it.effect("goes on with it when a message that nobody took is released at the start", () =>
    twoLives(
      playing("resume-handle h1", "say a"),
      (id) =>
        Effect.gen(function* () {
          yield* turn
          assert.strictEqual(yield* textOf(id), "resumed:h1")
        }),
      (sessionId) =>
        Effect.gen(function* () {
          const store = yield* SessionStore.SessionStore
          const message = { sessionId, text: "resumed", origin: "user", mode: "queue", hidden: false } as const
          const obligation = steerOf({ ...message, key: Option.none() }, MessageId.make("msg_left"), 0)
          yield* store.commit([{ _tag: "ObligationOpened", obligation }])
        })
    )
  )

  it.effect("goes on with it when the process died before its next run had said how to go on", () =>
    twoLives(
      Effect.tap(playing("resume-handle h1", "say a"), (id) => send(id, "resumed", "tries", "hang-first")),
      (id) =>
        Effect.gen(function* () {
          yield* turn
          assert.strictEqual(yield* textOf(id), "resumed:h1tries:1")
        })
    )
  )
})
