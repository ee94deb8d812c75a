import { type CommandAgent, CommandRunner } from "@offshoot/adapters-cli"
import { type AgentEvent } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as NodeProcess from "node:process"
import { instanceOf, layerOf, live, pidsWith, printed } from "./machine.ts"

const instance = instanceOf("runner")
const ownSecret = "parent-secret-value"
const sharedSecret = "shared-secret-value"

const layer = layerOf(instance, {
  PATH: NodeProcess.env["PATH"],
  HOME: "/home/somebody",
  UNNAMED_SECRET: ownSecret,
  NAMED_SECRET: sharedSecret
})

const node = NodeProcess.execPath
let runs = 0

/** A harness and the runner of this agent, ready to be started. */
const prepared = Effect.fnUntraced(function* (
  fields: Omit<CommandAgent.CommandAgent, "protocol">,
  prompt: string,
  workspace?: string
) {
  const runner = yield* CommandRunner.make({ agentId: "a", agent: { protocol: "command", ...fields } })
  const harness = yield* RunHarness.make({
    session: RunHarness.externalSession("a", "command", workspace === undefined ? {} : { workspace }),
    runId: `run_${++runs}`,
    prompt
  })
  return { runner, harness }
})

/** Runs to the end and returns everything that can be seen of it. */
const ran = Effect.fnUntraced(function* (
  fields: Omit<CommandAgent.CommandAgent, "protocol">,
  prompt = "",
  workspace?: string
) {
  const { harness, runner } = yield* prepared(fields, prompt, workspace)
  const { outcome } = yield* harness.run(runner)
  return { outcome, answer: yield* harness.answer, events: yield* harness.events }
})

const shell = (script: string, fields?: Partial<CommandAgent.CommandAgent>) =>
  ({ ...fields, command: ["/bin/sh", "-c", script] }) as const

const done = { status: "completed", reason: "done" } as const

const nobodyLeft = Effect.gen(function* () {
  assert.strictEqual(yield* live(instance), 0)
})

/** Programs for Node: they print what they were given as JSON. */
const printsArguments = "process.stdout.write(JSON.stringify(process.argv.slice(1)))"
const printsEnvironment = "process.stdout.write(JSON.stringify(process.env))"
const decodeArguments = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Array(Schema.String)))
const decodeEnvironment = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Record(Schema.String, Schema.String)))

describe("CommandRunner", { timeout: 60_000 }, () => {
  it.layer(layer, { excludeTestServices: true })((it) => {
    it.effect.each([
      "plain",
      "two words",
      "'single' \"double\" `back`",
      "line one\nline two\n",
      "$(touch /tmp/never) ${HOME} $HOME; rm -rf / && echo | cat > x",
      "--version",
      "-rf",
      "{prompt} $& $1",
      "*?[a]~\\",
      "é€😀"
    ])("a prompt is exactly one argument: %j", (prompt) =>
      Effect.gen(function* () {
        const { answer, outcome } = yield* ran(
          { command: [node, "-e", printsArguments, "--", "first", "{prompt}", "last"] },
          prompt
        )
        assert.deepStrictEqual(outcome, done)
        assert.deepStrictEqual(yield* decodeArguments(answer), ["first", prompt, "last"])
      })
    )

    it.effect("without a placeholder the prompt is standard input, which is then closed", () =>
      Effect.gen(function* () {
        const prompt = `\0 ${"long ".repeat(200_000)}é`
        const { answer, outcome } = yield* ran({ command: ["cat"] }, prompt)
        assert.deepStrictEqual(outcome, done)
        assert.isTrue(answer === prompt)
      })
    )

    it.effect("no input is the end of input, not a wait for it", () =>
      Effect.gen(function* () {
        const { answer, outcome } = yield* ran({ command: ["cat"], stdin: "none" }, "unseen")
        assert.deepStrictEqual(outcome, done)
        assert.strictEqual(answer, "")
      })
    )

    it.effect("a program that does not read its input still completes", () =>
      Effect.gen(function* () {
        const { outcome } = yield* ran(shell("exec <&-; echo ok"), "x".repeat(10_000_000))
        assert.deepStrictEqual(outcome, done)
      })
    )

    it.effect("output is emitted as it arrives, without waiting for a newline", () =>
      Effect.gen(function* () {
        const { harness, runner } = yield* prepared(shell("printf 'no newline'; exec sleep 100000"), "")
        const started = yield* harness.start(runner)
        yield* harness.awaitAnswer("no newline")
        yield* started.cancel
        yield* nobodyLeft
      })
    )

    it.effect("100 MB flow through in bounded events, and none is lost", () =>
      Effect.gen(function* () {
        const { harness, runner } = yield* prepared(
          { command: ["head", "-c", "104857600", "/dev/zero"], stdin: "none" },
          ""
        )
        let total = 0
        let largest = 0
        let deliveredAtOnce = 0
        let deliveredAtOnceMax = 0
        const emit = (event: AgentEvent.RunnerEvent) =>
          Effect.suspend(() => {
            if (event.type !== "token") return Effect.void
            total += event.content.length
            largest = Math.max(largest, event.content.length)
            deliveredAtOnceMax = Math.max(deliveredAtOnceMax, ++deliveredAtOnce)
            return Effect.andThen(
              Effect.yieldNow,
              Effect.sync(() => {
                deliveredAtOnce--
              })
            )
          })
        const end = yield* Effect.scoped(runner.run({ ...harness.context, emit }))
        assert.deepStrictEqual(end.outcome, done)
        assert.strictEqual(total, 104_857_600)
        assert.isAtMost(largest, 16_384)
        assert.strictEqual(deliveredAtOnceMax, 1)
      })
    )

    it.effect("invalid UTF-8 becomes replacement characters", () =>
      Effect.gen(function* () {
        const { answer, outcome } = yield* ran(shell("printf '\\377ok\\303'"))
        assert.deepStrictEqual(outcome, done)
        assert.strictEqual(answer, "\ufffdok\ufffd")
      })
    )

    it.effect("standard error is a channel of its own, and its end explains a failure", () =>
      Effect.gen(function* () {
        const { answer, events, outcome } = yield* ran(
          shell("echo out; printf '\\033[31mtrouble\\033[0m\\n' >&2; exit 7")
        )
        assert.strictEqual(answer, "out\n")
        const errors = events.filter((event) => event.type === "runner_output")
        assert.strictEqual(errors.map((event) => event.content).join(""), "\u001b[31mtrouble\u001b[0m\n")
        assert.isTrue(errors.every((event) => event.channel === "stderr"))
        assert.deepStrictEqual(outcome, {
          status: "error",
          reason: "agent_failed",
          message: "Program /bin/sh exited with code 7",
          exitCode: 7,
          detail: "trouble"
        })
      })
    )

    it.effect("a flood of standard error is bounded per event and in the outcome", () =>
      Effect.gen(function* () {
        const { events, outcome } = yield* ran(
          shell("head -c 8000000 /dev/zero | tr '\\0' x >&2; echo the end >&2; exit 1")
        )
        const lengths = events.map((event) => (event.type === "runner_output" ? event.content.length : 0))
        assert.strictEqual(
          lengths.reduce((sum, length) => sum + length, 0),
          8_000_008
        )
        assert.isAtMost(Math.max(...lengths), 16_384)
        assert.isTrue(outcome.reason === "agent_failed" && outcome.detail?.endsWith("xxxthe end"))
        assert.isAtMost(printed(outcome).length, 66_000)
      })
    )

    it.effect("death by a signal names the signal", () =>
      Effect.gen(function* () {
        const { outcome } = yield* ran(shell("kill -KILL $$"))
        assert.deepStrictEqual(outcome, {
          status: "error",
          reason: "agent_failed",
          message: "Program /bin/sh was ended by SIGKILL",
          signal: "SIGKILL"
        })
      })
    )

    it.effect("a missing program is not installed", () =>
      Effect.gen(function* () {
        const { outcome } = yield* ran({ command: ["no-such-program-anywhere"] })
        assert.strictEqual(outcome.reason, "not_installed")
        assert.include(printed(outcome), "no-such-program-anywhere")
      })
    )

    it.effect("bad programs and directories are faults of the setup", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = yield* fs.makeTempDirectoryScoped()
        yield* fs.writeFileString(`${folder}/plain-file`, "#!/bin/sh\n")
        const notExecutable = yield* ran({ command: [`${folder}/plain-file`] })
        const missing = yield* ran({ command: ["true"], cwd: `${folder}/nowhere` })
        const noDirectory = yield* ran({ command: ["true"], cwd: `${folder}/plain-file` })
        const tooLong = yield* ran({ command: ["true", "{prompt}"] }, "x".repeat(200_000))
        const tooMany = yield* ran(
          { command: ["true", ...Array.from({ length: 30 }, () => "{prompt}")] },
          "x".repeat(100_000)
        )
        const expected: ReadonlyArray<readonly [typeof missing, string]> = [
          [notExecutable, `${folder}/plain-file may not be executed`],
          [missing, `${folder}/nowhere does not exist`],
          [noDirectory, `${folder}/plain-file cannot be used`],
          [tooLong, "standard input"],
          [tooMany, "E2BIG"]
        ]
        for (const [{ events, outcome }, part] of expected) {
          assert.strictEqual(outcome.reason, "setup")
          assert.include(printed(outcome), part)
          assert.deepStrictEqual(events, [])
        }
      })
    )

    it.effect.skipIf(NodeProcess.getuid?.() === 0)("a directory that may not be entered is a fault of the setup", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = yield* fs.makeTempDirectoryScoped()
        yield* fs.chmod(folder, 0o000)
        const { outcome } = yield* ran({ command: ["true"], cwd: folder })
        assert.strictEqual(outcome.reason, "setup")
        assert.include(printed(outcome), folder)
      })
    )

    it.effect("a program runs in the session's workspace, else in the agent's directory", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const own = yield* fs.realPath(yield* fs.makeTempDirectoryScoped())
        const workspace = yield* fs.realPath(yield* fs.makeTempDirectoryScoped())
        assert.strictEqual((yield* ran({ command: ["pwd"], cwd: own })).answer, `${own}\n`)
        assert.strictEqual((yield* ran({ command: ["pwd"], cwd: own }, "", workspace)).answer, `${workspace}\n`)
      })
    )

    it.effect("a child sees no secret of the server that it was not given", () =>
      Effect.gen(function* () {
        const { answer } = yield* ran({
          command: [node, "-e", printsEnvironment],
          env: { MODE: "fast" }
        })
        assert.notInclude(answer, ownSecret)
        assert.notInclude(answer, sharedSecret)
        const seen = yield* decodeEnvironment(answer)
        assert.strictEqual(seen["HOME"], "/home/somebody")
        assert.strictEqual(seen["TERM"], "dumb")
        assert.strictEqual(seen["NO_COLOR"], "1")
        assert.strictEqual(seen["MODE"], "fast")
      })
    )

    it.effect("a secret that was given reaches the child and no event", () =>
      Effect.gen(function* () {
        const { answer, events, outcome } = yield* ran(
          shell(`[ "$KEY" = "${sharedSecret}" ] && echo same; echo "$KEY"; echo "bad key $KEY" >&2; exit 1`, {
            env: { KEY: { ref: "NAMED_SECRET" } }
          })
        )
        assert.strictEqual(answer, "same\n<redacted>\n")
        assert.notInclude(printed([events, outcome]), sharedSecret)
      })
    )

    it.effect("a reference that leads nowhere is named and nothing is started", () =>
      Effect.gen(function* () {
        const { outcome } = yield* ran({ command: ["true"], env: { KEY: { ref: "NOT_THERE" } } })
        assert.strictEqual(outcome.reason, "setup")
        assert.include(printed(outcome), "NOT_THERE")
      })
    )

    it.effect("a program that ignores SIGTERM is killed when its grace time is over", () =>
      Effect.gen(function* () {
        const { harness, runner } = yield* prepared(
          shell("trap '' TERM; echo ready; while :; do sleep 100000; done", { graceSeconds: 0.2 }),
          ""
        )
        const started = yield* harness.start(runner)
        yield* harness.awaitAnswer("ready")
        yield* started.cancel
        yield* nobodyLeft
      })
    )

    it.effect("a grandchild in a session of its own does not outlive a cancel", () =>
      Effect.gen(function* () {
        const { harness, runner } = yield* prepared(
          shell(
            "setsid sh -c 'trap \"\" TERM; setsid sleep 100000 & echo ready; while :; do sleep 100000; done' & wait",
            {
              graceSeconds: 0.2
            }
          ),
          ""
        )
        const started = yield* harness.start(runner)
        yield* harness.awaitAnswer("ready")
        yield* started.cancel
        yield* nobodyLeft
      })
    )

    it.effect("a double fork with its own session does not outlive a normal end", () =>
      Effect.gen(function* () {
        const { outcome } = yield* ran(
          shell("(setsid sh -c 'sleep 100000 & sleep 100000' >/dev/null 2>&1 &) ; echo done")
        )
        assert.deepStrictEqual(outcome, done)
        yield* nobodyLeft
      })
    )

    it.effect("a grandchild that keeps standard output open does not hold up the end", () =>
      Effect.gen(function* () {
        const { answer, outcome } = yield* ran(shell("sleep 100000 & setsid sleep 100000 & echo done"))
        assert.deepStrictEqual(outcome, done)
        assert.strictEqual(answer, "done\n")
        yield* nobodyLeft
      })
    )

    it.effect("a process without the mark that keeps standard output open does not hold up the end", () =>
      Effect.gen(function* () {
        const { outcome } = yield* ran(shell("env -i setsid /bin/sleep 8 & echo done"))
        assert.deepStrictEqual(outcome, done)
      })
    )

    it.effect("a member of the group that dropped the mark does not outlive the end", () =>
      Effect.gen(function* () {
        const sign = `SIGN=${instance}-unmarked`
        yield* ran(shell(`env -i ${sign} /bin/sleep 100000 >/dev/null 2>&1 & echo done`))
        assert.deepStrictEqual(pidsWith(sign), [])
      })
    )

    it.effect("late output of a background process still counts", () =>
      Effect.gen(function* () {
        const { answer } = yield* ran(shell("(sleep 0.3; echo late) & echo early"))
        assert.strictEqual(answer, "early\nlate\n")
      })
    )

    it.effect("when the taker of events dies, the run does too and takes the program with it", () =>
      Effect.gen(function* () {
        const { harness, runner } = yield* prepared(shell("echo one; exec sleep 100000"), "")
        const exit = yield* Effect.exit(
          Effect.scoped(runner.run({ ...harness.context, emit: () => Effect.die("full") }))
        )
        assert.isTrue(Exit.hasDies(exit))
        yield* nobodyLeft
      })
    )

    it.effect("50 runs at once each have their own answer, and all are gone together", () =>
      Effect.gen(function* () {
        const answers = yield* Effect.forEach(
          Array.from({ length: 50 }, (_, index) => index),
          (index) =>
            Effect.map(
              ran({ command: ["/bin/sh", "-c", "echo $1", "sh", "{prompt}"] }, `run ${index}`),
              ({ answer }) => answer
            ),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(
          answers,
          answers.map((_, index) => `run ${index}\n`)
        )
        yield* nobodyLeft
      })
    )

    it.effect("50 runs that are cancelled at once leave nobody", () =>
      Effect.gen(function* () {
        const all = yield* Effect.forEach(
          Array.from({ length: 50 }),
          Effect.fnUntraced(function* () {
            const { harness, runner } = yield* prepared(shell("sleep 100000 & echo ready; wait"), "")
            const started = yield* harness.start(runner)
            return { harness, started }
          })
        )
        yield* Effect.forEach(all, ({ harness }) => harness.awaitAnswer("ready"), { concurrency: "unbounded" })
        yield* Fiber.interruptAll(all.map(({ started }) => started.fiber))
        yield* nobodyLeft
      })
    )
  })
})
