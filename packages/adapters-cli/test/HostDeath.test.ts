import { CliHost, OrphanSweep } from "@offshoot/adapters-cli"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Stream from "effect/Stream"
import * as NodePath from "node:path"
import * as NodeProcess from "node:process"
import { bootOf, instanceOf, layerOf, live, pidsRunning, pidsWith } from "./machine.ts"

const fixture = NodePath.join(import.meta.dirname, "fixtures/host.ts")

/** Ignores SIGTERM, has a child in its group and one in its own session; all of them hold the pipe `$1` open. */
const family = (pipe: string) =>
  `trap '' TERM; exec 9>'${pipe}'; setsid sleep 100000 & sleep 100000 & echo ready; while :; do sleep 100000; done`

/** A host process whose child is at work. `familyGone` returns when nobody of the child's family is alive. */
const startHost = Effect.fnUntraced(function* (instance: string, guarded: "guarded" | "unguarded") {
  const fs = yield* FileSystem.FileSystem
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const pipe = `${yield* fs.makeTempDirectoryScoped()}/pipe`
  yield* spawner.exitCode(ChildProcess.make("mkfifo", [pipe]))
  // The end of a pipe is the event that its last holder is gone. The reader opens it before the host starts.
  const reader = yield* spawner.spawn(ChildProcess.make("cat", [pipe], { stdin: "ignore" }))
  const host = yield* spawner.spawn(
    ChildProcess.make(
      NodeProcess.execPath,
      ["--conditions=@offshoot/source", fixture, instance, guarded, family(pipe)],
      { stdin: "ignore", stderr: "inherit" }
    )
  )
  yield* host.stdout.pipe(
    Stream.decodeText(),
    Stream.takeUntil((text) => text.includes("ready")),
    Stream.runDrain
  )
  assert.isAtLeast(yield* live(instance), 3)
  return {
    kill: (signal: NodeJS.Signals) =>
      Effect.andThen(
        Effect.sync(() => NodeProcess.kill(host.pid, signal)),
        Effect.exit(host.exitCode)
      ),
    familyGone: reader.exitCode
  }
})

describe("the death of the host", { timeout: 60_000 }, () => {
  it.live("SIGTERM leaves nobody of a child's family alive", () => {
    const instance = instanceOf("terminated")
    return Effect.gen(function* () {
      const host = yield* startHost(instance, "unguarded")
      yield* host.kill("SIGTERM")
      assert.strictEqual(yield* live(instance), 0)
    }).pipe(Effect.provide(layerOf(instance)))
  })

  it.live("after kill -9 the next host sweeps what was left, but for the runs that it keeps", () => {
    const instance = instanceOf("swept")
    return Effect.gen(function* () {
      const host = yield* startHost(instance, "unguarded")
      yield* host.kill("SIGKILL")
      const left = yield* live(instance)
      assert.isAtLeast(left, 3)

      const kept = yield* OrphanSweep.sweepOrphans({ keep: new Set(["run_of_host"]) })
      assert.deepStrictEqual(kept, { ended: [], survivors: [] })
      assert.strictEqual(yield* live(instance), left)

      const swept = yield* OrphanSweep.sweepOrphans()
      assert.isAtLeast(swept.ended.length, 3)
      assert.isTrue(swept.ended.every(({ mark }) => mark.runId === "run_of_host"))
      assert.deepStrictEqual(swept.survivors, [])
      yield* host.familyGone
      assert.strictEqual(yield* live(instance), 0)
    }).pipe(Effect.provide(layerOf(instance)))
  })

  it.live("a sweep touches neither another instance nor its own boot", () => {
    const instance = instanceOf("neighbour")
    return Effect.gen(function* () {
      const host = yield* startHost(instance, "unguarded")
      const sweepAs = (owner: string, boot: string) =>
        Effect.provideService(OrphanSweep.sweepOrphans(), CliHost.CliHost, { instance: owner, boot, environment: {} })
      const boot = bootOf(pidsWith(`OFFSHOOT_INSTANCE=${instance}\0`)[0] ?? 0)
      assert.deepStrictEqual((yield* sweepAs(`${instance}-other`, "b")).ended, [])
      assert.deepStrictEqual((yield* sweepAs(instance, boot)).ended, [])
      assert.isAtLeast(yield* live(instance), 3)
      yield* host.kill("SIGTERM")
      assert.strictEqual(yield* live(instance), 0)
    }).pipe(Effect.provide(layerOf(`${instance}-sweeper`)))
  })

  it.live("after kill -9 the guardian ends the child's family without a next host", () => {
    const instance = instanceOf("guarded")
    return Effect.gen(function* () {
      const host = yield* startHost(instance, "guarded")
      yield* host.kill("SIGKILL")
      yield* host.familyGone
      assert.strictEqual(yield* live(instance), 0)
    }).pipe(Effect.provide(layerOf(instance)))
  })

  it.live("a host that ends takes its guardian along", () => {
    const instance = instanceOf("dismissed")
    return Effect.gen(function* () {
      const host = yield* startHost(instance, "guarded")
      const boot = bootOf(pidsWith(`OFFSHOOT_INSTANCE=${instance}\0`)[0] ?? 0)
      assert.lengthOf(pidsRunning(`OFFSHOOT_BOOT=${boot}`), 1)
      yield* host.kill("SIGTERM")
      assert.strictEqual(yield* live(instance), 0)
      assert.lengthOf(pidsRunning(`OFFSHOOT_BOOT=${boot}`), 0)
    }).pipe(Effect.provide(layerOf(instance)))
  })
})
