import { assert, describe, it } from "@effect/vitest"
import { SessionStore } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ask, connect, exchangeOn, post, problem, rootId, serve } from "./serving.ts"

const events = `/v1/sessions/${rootId}/events`

describe("the end of the server", () => {
  it.live("streams get a last comment, waits an answer, and the port is free", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const streaming = yield* Deferred.make<void>()
      const waiting = yield* Deferred.make<void>()
      const { port } = yield* Scope.provide(
        serve({
          options: { shutdownGrace: Duration.seconds(20) },
          script: {
            events: () => Stream.concat(Stream.fromEffectDrain(Deferred.succeed(streaming, undefined)), Stream.never),
            wait: () => Effect.andThen(Deferred.succeed(waiting, undefined), Effect.never)
          }
        }),
        scope
      )
      const stream = yield* Effect.forkChild(ask(port, { path: events }), { startImmediately: true })
      const wait = yield* Effect.forkChild(post(port, `/v1/sessions/${rootId}/wait`, "{}"), { startImmediately: true })
      yield* Deferred.await(streaming)
      yield* Deferred.await(waiting)
      const began = yield* Clock.currentTimeMillis
      yield* Scope.close(scope, Exit.void)
      assert.isBelow((yield* Clock.currentTimeMillis) - began, 5_000)
      assert.isTrue((yield* Fiber.join(stream)).text.endsWith(": the server is stopping\n\n"))
      const answered = yield* Fiber.join(wait)
      assert.strictEqual(answered.status, 503)
      assert.strictEqual(problem(answered)["type"], "urn:offshoot:problem:shutting_down")
      const again = yield* serve({ options: { port } })
      assert.strictEqual(again.port, port)
    }).pipe(Effect.scoped)
  )

  it.live("readiness says no at once, while what is in work comes to its end", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const inWork = yield* Deferred.make<void>()
      const finish = yield* Deferred.make<void>()
      const { port } = yield* Scope.provide(
        serve({
          options: { shutdownGrace: Duration.seconds(20) },
          script: {
            remove: () => Effect.andThen(Deferred.succeed(inWork, undefined), Deferred.await(finish))
          }
        }),
        scope
      )
      const removing = yield* Effect.forkChild(ask(port, { method: "DELETE", path: `/v1/sessions/${rootId}` }), {
        startImmediately: true
      })
      yield* Deferred.await(inWork)
      const socket = yield* connect(port)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      const ready = yield* exchangeOn(socket, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      assert.include(ready, "503")
      assert.include(ready, "urn:offshoot:problem:not_ready")
      yield* Deferred.succeed(finish, undefined)
      assert.strictEqual((yield* Fiber.join(removing)).status, 204)
      yield* Fiber.join(closing)
    }).pipe(Effect.scoped)
  )

  it.live("a client that connected and never asked holds nothing up", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { port } = yield* Scope.provide(serve({ options: { shutdownGrace: Duration.seconds(20) } }), scope)
      const socket = yield* connect(port)
      const closed = yield* Effect.forkChild(
        Effect.callback<void>((resume) => {
          socket.on("close", () => resume(Effect.void))
        }),
        { startImmediately: true }
      )
      const began = yield* Clock.currentTimeMillis
      yield* Scope.close(scope, Exit.void)
      yield* Fiber.join(closed)
      assert.isBelow((yield* Clock.currentTimeMillis) - began, 5_000)
    }).pipe(Effect.scoped)
  )
})

describe("the beginning of the server", () => {
  it.live("a port in use is named, with what to do", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const second = yield* Effect.result(serve({ options: { port } }))
      assert.isTrue(Result.isFailure(second))
      if (Result.isFailure(second)) {
        assert.strictEqual(second.failure.condition, "port_in_use")
        assert.include(second.failure.message, String(port))
        assert.include(second.failure.message, "--port")
      }
    }).pipe(Effect.scoped)
  )

  it.live("an address of another machine is named", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.result(serve({ options: { host: "192.0.2.1" } }))
      assert.isTrue(Result.isFailure(failed) && failed.failure.condition === "not_an_address_here")
    }).pipe(Effect.scoped)
  )
})

describe("readiness", () => {
  it.live("asks the store, health does not", () =>
    Effect.gen(function* () {
      const broken = Layer.mock(SessionStore.SessionStore, {
        ready: Effect.fail(
          new SessionStore.StoreError({
            operation: "ready",
            reason: new SessionStore.StorageUnavailable({ condition: "read_only", cause: "EROFS" })
          })
        )
      })
      const { port } = yield* serve({ store: broken })
      const ready = yield* ask(port, { path: "/readyz", headers: { authorization: "" } })
      assert.strictEqual(ready.status, 503)
      assert.include(String(problem(ready)["detail"]), "read-only")
      assert.strictEqual((yield* ask(port, { path: "/healthz", headers: { authorization: "" } })).status, 200)
    }).pipe(Effect.scoped)
  )
})
