import { CommandOutcome, CommandRunner, ProgramEnd } from "@offshoot/adapters-cli"
import { type Outcome } from "@offshoot/core"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as PlatformError from "effect/PlatformError"
import { printed } from "./machine.ts"

const systemError = (tag: PlatformError.SystemErrorTag, cause?: unknown) =>
  PlatformError.systemError({ _tag: tag, module: "ChildProcess", method: "spawn", cause })

const errno = (code: string) => Object.assign(new Error(`spawn prog ${code} with the prompt in it`), { code })

describe("CommandOutcome", () => {
  it.each<[ProgramEnd.ProgramEnd, string, Outcome.RunnerOutcome]>([
    [{ type: "exited", code: 0 }, "warnings", { status: "completed", reason: "done" }],
    [
      { type: "exited", code: 1 },
      "",
      {
        status: "error",
        reason: "agent_failed",
        message: "Program prog exited with code 1",
        exitCode: 1
      }
    ],
    [
      { type: "exited", code: 143 },
      "\u001b[31mbad\u001b[0m\u0007\r\nworse\n",
      {
        status: "error",
        reason: "agent_failed",
        message: "Program prog exited with code 143",
        exitCode: 143,
        detail: "bad\nworse"
      }
    ],
    [
      { type: "signalled", signal: "SIGSEGV" },
      "core",
      {
        status: "error",
        reason: "agent_failed",
        message: "Program prog was ended by SIGSEGV",
        signal: "SIGSEGV",
        detail: "core"
      }
    ],
    [
      { type: "signalled", signal: undefined },
      "",
      {
        status: "error",
        reason: "agent_failed",
        message: "Program prog was ended by a signal"
      }
    ]
  ])("reads %o", (end, standardError, outcome) => {
    assert.deepStrictEqual(CommandOutcome.ofEnd("prog", end, standardError), outcome)
  })

  it.each<[string, unknown, Outcome.Reason, string]>([
    ["ENOENT", systemError("NotFound", errno("ENOENT")).reason, "not_installed", "agents.a.command"],
    ["EACCES", systemError("PermissionDenied", errno("EACCES")).reason, "setup", "EACCES"],
    ["EAGAIN", systemError("Unknown", errno("EAGAIN")).reason, "setup", "EAGAIN"],
    ["a thrown E2BIG", errno("E2BIG"), "setup", "E2BIG"],
    [
      "a bad argument",
      PlatformError.badArgument({
        module: "ChildProcess",
        method: "spawn",
        description: "The command contains a NUL character"
      }).reason,
      "setup",
      "NUL"
    ],
    ["something else", "strange", "setup", "could not be started"]
  ])("says what to do about %s, and quotes no prompt", (_, reason, expected, part) => {
    const outcome = CommandOutcome.ofNotStarted("a", "prog", ProgramEnd.notStarted("prog", reason))
    assert.strictEqual(outcome.reason, expected)
    assert.include(printed(outcome), part)
    assert.notInclude(printed(outcome), "with the prompt in it")
    if (outcome.reason === "not_installed") assert.strictEqual(outcome.program, "prog")
  })

  it.effect.each<[PlatformError.SystemErrorTag, ProgramEnd.Reason]>([
    ["NotFound", "directory_missing"],
    ["PermissionDenied", "directory_not_usable"],
    ["BadResource", "directory_not_usable"]
  ])("a working directory that answers %s cannot be used", ([tag, reason]) =>
    Effect.gen(function* () {
      const fs = FileSystem.makeNoop({ stat: () => Effect.fail(systemError(tag)) })
      const error = yield* Effect.flip(ProgramEnd.checkDirectory(fs, "/srv/work"))
      assert.strictEqual(error.reason, reason)
      const outcome = CommandOutcome.ofNotStarted("a", "prog", error)
      assert.strictEqual(outcome.reason, "setup")
      assert.include(printed(outcome), "/srv/work")
    })
  )

  it("knows a signal only from the platform's words", () => {
    assert.deepStrictEqual(
      ProgramEnd.endOf(Exit.fail(systemError("Unknown", new Error("due to receipt of signal: 'SIGKILL'")))),
      { type: "signalled", signal: "SIGKILL" }
    )
    assert.deepStrictEqual(ProgramEnd.endOf(Exit.fail(systemError("Unknown"))), {
      type: "signalled",
      signal: undefined
    })
    assert.deepStrictEqual(ProgramEnd.endOf(Exit.succeed(7)), { type: "exited", code: 7 })
  })

  it.each([
    [undefined, 10, 5],
    [2, 10, 2],
    [60, 10, 7],
    [undefined, 4, 1],
    [undefined, 1, 0]
  ])("of %s s asked for and %i s that the runtime waits, the program gets %i s", (graceSeconds, runtimes, expected) => {
    const agent = {
      protocol: "command",
      command: ["prog"],
      ...(graceSeconds === undefined ? {} : { graceSeconds })
    } as const
    assert.strictEqual(Duration.toSeconds(CommandRunner.graceOf(agent, Duration.seconds(runtimes))), expected)
  })
})
