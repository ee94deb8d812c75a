import * as NodeServices from "@effect/platform-node/NodeServices"
import { ProcessTable } from "@offshoot/adapters-cli"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import * as RunMark from "../src/RunMark.ts"
import * as StopLadder from "../src/StopLadder.ts"

const mark = (runId: string): RunMark.RunMark => ({ instance: "i", boot: "b", runId })

interface Actor {
  readonly pid: number
  readonly group: number
  /** Without one it has no mark. */
  readonly runId: string | undefined
  /** What ends it. */
  readonly diesOf: ReadonlyArray<ProcessTable.StopSignal>
}

/** A machine of actors that writes down every signal. */
const machine = (actors: ReadonlyArray<Actor>) => {
  let alive = actors
  const signals: Array<string> = []
  const table: ProcessTable.ProcessTable["Service"] = {
    marked: Effect.sync(() =>
      alive.flatMap(({ group, pid, runId }) =>
        runId === undefined ? [] : [{ pid, startedTicks: pid, group, mark: mark(runId) }]
      )
    ),
    membersOf: (leader) => Effect.sync(() => alive.filter(({ group }) => group === leader).map(({ pid }) => pid)),
    signal: (target, signal) =>
      Effect.sync(() => {
        signals.push(`${signal} ${target.type} ${target.type === "process" ? target.pid : target.leader}`)
        const meant = (actor: Actor) =>
          target.type === "process" ? actor.pid === target.pid : actor.group === target.leader
        const reached = alive.some(meant)
        alive = alive.filter((actor) => !(meant(actor) && actor.diesOf.includes(signal)))
        return reached
      })
  }
  return { table, signals, alive: () => alive.map(({ pid }) => pid) }
}

const mortal = ["SIGTERM", "SIGKILL"] as const

const stop = (table: ProcessTable.ProcessTable["Service"], request?: Partial<StopLadder.StopRequest>) =>
  StopLadder.stop(table, {
    select: ({ runId }) => runId === "mine",
    group: undefined,
    grace: Duration.seconds(5),
    cut: Effect.never,
    ...request
  }).pipe(Effect.provide(Logger.layer([])))

describe("StopLadder", () => {
  it.effect("asks who is selected and nobody else, once", () =>
    Effect.gen(function* () {
      const { alive, signals, table } = machine([
        { pid: 10, group: 10, runId: "mine", diesOf: mortal },
        { pid: 20, group: 20, runId: "other", diesOf: mortal }
      ])
      const report = yield* stop(table)
      assert.deepStrictEqual(alive(), [20])
      assert.deepStrictEqual(signals, ["SIGTERM process 10"])
      assert.deepStrictEqual(
        report.signalled.map(({ pid }) => pid),
        [10]
      )
    })
  )

  it.effect("a member of the group gets the group's signal and no second one", () =>
    Effect.gen(function* () {
      const { signals, table } = machine([
        { pid: 10, group: 10, runId: "mine", diesOf: mortal },
        { pid: 11, group: 10, runId: "mine", diesOf: mortal },
        { pid: 12, group: 12, runId: "mine", diesOf: mortal }
      ])
      yield* stop(table, { group: { leader: 10, leaderRunning: Effect.succeed(true), leaderGone: Effect.void } })
      assert.deepStrictEqual(signals, ["SIGTERM group 10", "SIGTERM process 12", "SIGKILL group 10"])
    })
  )

  it.effect("kills who is left of the group without a mark, and waits for it", () =>
    Effect.gen(function* () {
      const { alive, table } = machine([{ pid: 11, group: 10, runId: undefined, diesOf: ["SIGKILL"] }])
      yield* stop(table, { group: { leader: 10, leaderRunning: Effect.succeed(false), leaderGone: Effect.void } })
      assert.deepStrictEqual(alive(), [])
    })
  )

  it.effect("kills after the grace time and not before", () =>
    Effect.gen(function* () {
      const { alive, table } = machine([{ pid: 10, group: 10, runId: "mine", diesOf: ["SIGKILL"] }])
      const fiber = yield* Effect.forkChild(stop(table))
      yield* TestClock.adjust("4999 millis")
      assert.deepStrictEqual(alive(), [10])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(alive(), [])
      yield* TestClock.adjust("1 seconds")
      yield* Fiber.join(fiber)
    })
  )

  it.effect("kills at once when the grace time is cut", () =>
    Effect.gen(function* () {
      const { alive, table } = machine([{ pid: 10, group: 10, runId: "mine", diesOf: ["SIGKILL"] }])
      const cut = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(stop(table, { cut: Deferred.await(cut) }))
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(alive(), [10])
      yield* Deferred.succeed(cut, undefined)
      yield* TestClock.adjust("10 millis")
      assert.deepStrictEqual(alive(), [])
      yield* Fiber.join(fiber)
    })
  )

  it.effect("without grace nobody is asked", () =>
    Effect.gen(function* () {
      const { signals, table } = machine([{ pid: 10, group: 10, runId: "mine", diesOf: mortal }])
      const fiber = yield* Effect.forkChild(stop(table, { grace: Duration.zero }))
      yield* TestClock.adjust("10 millis")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(signals, ["SIGKILL process 10"])
    })
  )

  it.effect("names who outlives SIGKILL and comes to an end", () =>
    Effect.gen(function* () {
      const { table } = machine([{ pid: 10, group: 10, runId: "mine", diesOf: [] }])
      const fiber = yield* Effect.forkChild(stop(table))
      yield* TestClock.adjust("7 seconds")
      const report = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        report.survivors.map(({ pid }) => pid),
        [10]
      )
    })
  )
})

describe("ProcessTable", () => {
  it.effect("those who ask together share a scan that began after they asked", () => {
    let scans = 0
    const gate = Deferred.makeUnsafe<void>()
    const fs = FileSystem.layerNoop({
      readDirectory: () =>
        Effect.suspend(() => {
          scans++
          return Effect.as(Deferred.await(gate), ["7", "self"])
        }),
      readFileString: (path) =>
        Effect.succeed(
          path.endsWith("environ")
            ? Object.entries(RunMark.toEnvironment(mark("mine")))
                .map(([name, value]) => `${name}=${value}\0`)
                .join("")
            : "7 (sh) S 1 7 7 0"
        )
    })
    return Effect.gen(function* () {
      const table = yield* ProcessTable.ProcessTable
      const first = yield* Effect.forkChild(table.marked, { startImmediately: true })
      const others = yield* Effect.forEach(Array.from({ length: 50 }), () =>
        Effect.forkChild(table.marked, { startImmediately: true })
      )
      yield* Deferred.succeed(gate, undefined)
      const found = yield* Fiber.joinAll([first, ...others])
      assert.strictEqual(scans, 2)
      for (const processes of found) {
        assert.deepStrictEqual(processes, [{ pid: 7, startedTicks: 0, group: 7, mark: mark("mine") }])
      }
      yield* table.marked
      assert.strictEqual(scans, 3)
    }).pipe(Effect.provide(Layer.provide(ProcessTable.layerLinux, fs)))
  })

  it.live("a pid that another process has by now gets no signal", () =>
    Effect.gen(function* () {
      const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
      const child = yield* spawner.spawn(
        ChildProcess.make("sleep", ["100000"], { env: RunMark.toEnvironment(mark("pid-again")), stdin: "ignore" })
      )
      const table = yield* ProcessTable.ProcessTable
      const seen = (yield* table.marked).find(({ pid }) => pid === child.pid)
      const startedTicks = seen?.startedTicks ?? 0
      assert.isAbove(startedTicks, 0)
      const signal = (ticks: number) =>
        table.signal({ type: "process", pid: child.pid, startedTicks: ticks }, "SIGKILL")
      assert.isFalse(yield* signal(startedTicks + 1))
      assert.isTrue(yield* child.isRunning)
      assert.isTrue(yield* signal(startedTicks))
      assert.strictEqual((yield* Effect.exit(child.exitCode))._tag, "Failure")
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(ProcessTable.layerLinux, NodeServices.layer)))
  )

  it.effect("the scan of one who stops asking is done by the next", () => {
    let scans = 0
    const fs = FileSystem.layerNoop({
      readDirectory: () => Effect.suspend(() => (++scans === 1 ? Effect.never : Effect.succeed([])))
    })
    return Effect.gen(function* () {
      const table = yield* ProcessTable.ProcessTable
      const first = yield* Effect.forkChild(table.marked, { startImmediately: true })
      const second = yield* Effect.forkChild(table.marked, { startImmediately: true })
      yield* Fiber.interrupt(first)
      assert.deepStrictEqual(yield* Fiber.join(second), [])
    }).pipe(Effect.provide(Layer.provide(ProcessTable.layerLinux, fs)))
  })
})
