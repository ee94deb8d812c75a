/** What a run decides and reports, and that it is alone where it is. */
import { assert, describe, it } from "@effect/vitest"
import { Cache, Choice, LoopbackNamespace, RealPrograms, Tally } from "@offshoot/test-real"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Deferred from "effect/Deferred"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"

describe("a choice of programs", () => {
  const all = "claude codex gemini opencode pi qwen"
  it.each([
    ["", undefined, all, ""],
    ["codex claude", undefined, "claude codex", "claude codex"],
    ["", "codex,gemini", "codex gemini", "codex gemini"],
    ["pi", "codex", "pi", "pi"],
    ["-t claude", undefined, all, ""]
  ])("of %j with %j in the environment is %j, and %j must run", (args, environment, programs, required) => {
    const choice = Result.getOrThrow(
      Choice.parse(
        args.split(" ").filter((word) => word !== ""),
        { [Choice.variable]: environment }
      )
    )
    assert.strictEqual(choice.programs.join(" "), programs)
    assert.strictEqual(choice.required.join(" "), required)
  })

  it("is refused with the names that there are when one is unknown", () => {
    assert.include(Option.getOrThrow(Result.getFailure(Choice.parse(["cluade"], {}))), all.replaceAll(" ", ", "))
  })
})

describe("the version that a program says", () => {
  it.each([
    ["2.1.330 (Claude Code)", "2.1.330"],
    ["WARNING: no PATH aliases\ncodex-cli 0.169.0\n", "0.169.0"],
    ["1.2.3-nightly.4", "1.2.3-nightly.4"],
    ["command not found", undefined]
  ])("in %j is %s", (said, version) => {
    assert.strictEqual(Option.getOrUndefined(RealPrograms.versionIn(said)), version)
  })
})

describe("the table of a run", () => {
  const installed = { type: "installed", id: "claude", bin: "/bin/claude", version: "1.0.0" } as const
  const missing = { type: "not_installed", id: "codex", version: "1.0.0", reason: "npm is not there" } as const
  it.each([
    [installed, { passed: 2, failed: 0 }, "passed"],
    [installed, { passed: 2, failed: 1 }, "FAILED"],
    [installed, { passed: 0, failed: 0 }, "NOT RUN"],
    [installed, undefined, "NOT RUN"],
    [missing, undefined, "NOT RUN"],
    [missing, { passed: 2, failed: 0 }, "NOT RUN"]
  ] as const)("has %j with the tests %j as %s", (outcome, counts, verdict) => {
    assert.strictEqual(Tally.rowOf(outcome, counts).verdict, verdict)
  })

  const passed = Tally.rowOf(installed, { passed: 1, failed: 0 })
  const failed = Tally.rowOf(installed, { passed: 1, failed: 1 })
  const notRun = Tally.rowOf(missing, undefined)
  it.each([
    [[passed], ["claude"], true],
    [[passed, notRun], [], true],
    [[passed, notRun], ["codex"], false],
    [[passed, failed], [], false],
    [[notRun], [], false],
    [[], [], false]
  ] as const)("of %j is good when %j had to run: %s", (rows, required, good) => {
    assert.strictEqual(Tally.good(rows, required), good)
  })
})

describe("a loopback namespace", () => {
  it("is where these tests run", () => assert.isTrue(LoopbackNamespace.inside()))

  it.live("ends with its program, and everybody in it whatever session they are in", () =>
    Effect.gen(function* () {
      // The program ends when the other one has said, from its own session, that it is there.
      const other = "echo there; sleep 600; true"
      const script = `exec 3< <(exec setsid sh -c '${other}'); read -r there <&3`
      const ended = yield* LoopbackNamespace.run(["bash", "-c", script], {
        output: "pipe",
        limit: Duration.seconds(20)
      })
      assert.isTrue(Option.contains(ended.code, 0))
      assert.deepStrictEqual(
        ended.left.map((line) => line.replace(/^\d+ /, "")).filter((command) => command.startsWith("sh")),
        [`sh -c ${other}`]
      )
    })
  )

  it.live("is ended when its program takes longer than it may", () =>
    Effect.gen(function* () {
      const ended = yield* LoopbackNamespace.run(["tail", "-f", "/dev/null"], {
        output: "pipe",
        limit: Duration.millis(500)
      })
      assert.isTrue(ended.late)
      assert.strictEqual(ended.left.length, 1)
    })
  )
})

/** A process that runs something in a namespace, as a run does; with `-e` it needs no file. */
const startRun = () => {
  const module = NodePath.resolve(import.meta.dirname, "../../src/LoopbackNamespace.ts")
  const source = `
    import * as Effect from "effect/Effect"
    import * as LoopbackNamespace from "${module}"
    const command = ["sh", "-c", "echo there; setsid tail -f /dev/null & exec tail -f /dev/null"]
    await Effect.runPromise(LoopbackNamespace.run(command, { output: "inherit", limit: 60_000 }))
  `
  return NodeChildProcess.spawn(
    process.execPath,
    ["--conditions=@offshoot/source", "--input-type=module-typescript", "-e", source],
    { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] }
  )
}

describe("a run that is killed", () => {
  it.live("leaves nobody behind", () =>
    Effect.gen(function* () {
      const run = startRun()
      const outputClosed = Deferred.makeUnsafe<void>()
      run.once("close", () => Deferred.doneUnsafe(outputClosed, Effect.void))
      yield* Effect.callback<void>((resume) => {
        run.stdout.once("data", () => resume(Effect.void))
      })
      run.kill("SIGKILL")
      // Everybody there holds its output open.
      yield* Deferred.await(outputClosed)
    })
  )
})

describe("the lock of an install", () => {
  it.live("is had by one at a time, and passed on when its holder lets go", () =>
    Effect.gen(function* () {
      const path = NodePath.join(NodeOS.tmpdir(), `offshoot-lock-${process.pid}`)
      const waits = yield* Deferred.make<void>()
      const second = yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Cache.lock(path, Effect.die(new Error("nobody has it yet")))
          const fiber = yield* Effect.forkDetach(
            Effect.scoped(Cache.lock(path, Effect.asVoid(Deferred.succeed(waits, undefined))))
          )
          yield* Deferred.await(waits)
          assert.isUndefined(fiber.pollUnsafe())
          return fiber
        })
      )
      yield* Fiber.join(second)
    })
  )

  it.effect("is on a folder that is filled beside its place, where nothing of a dead holder stays", () =>
    Effect.gen(function* () {
      const root = NodeFS.mkdtempSync(NodePath.join(NodeOS.tmpdir(), "offshoot-sibling-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => NodeFS.rmSync(root, { recursive: true })))
      NodeFS.mkdirSync(NodePath.join(root, ".claude-1.dead"))
      const path = NodePath.join(root, "claude-1")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const made = yield* Cache.sibling(path)
          assert.deepStrictEqual(NodeFS.readdirSync(root), [NodePath.basename(made)])
          NodeFS.renameSync(made, path)
        })
      )
      assert.deepStrictEqual(NodeFS.readdirSync(root), ["claude-1"])
    })
  )
})
