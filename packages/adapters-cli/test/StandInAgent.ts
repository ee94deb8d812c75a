/**
 * A coding agent without a program: a protocol that remembers what it was told
 * to do, and a launcher whose program says and does what a test wants.
 */
import {
  type AgentProfile,
  CliHost,
  type CliAgent,
  type CliProtocol,
  CliRunner,
  Fact,
  ProcessTable,
  ProgramLauncher
} from "@offshoot/adapters-cli"
import type { ExternalChildRunner, Outcome } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as ByteSize from "effect/ByteSize"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ProgramEnd } from "../src/ProgramEnd.ts"

export const session = RunHarness.externalSession("stand-in", "stand-in")

export const done: Outcome.RunnerOutcome = { status: "completed", reason: "done" }
export const failed: Outcome.RunnerOutcome = { status: "error", reason: "refused", message: "no" }

export const noText = Option.none<string>()

/** How the conversation behaves where a test cares. */
export interface Manners {
  readonly begin?: Effect.Effect<void, CliProtocol.TurnFailed>
  readonly steer?: (text: string) => Effect.Effect<void, string>
  /** What it says when it is asked to stop; by default its turn ends as interrupted. */
  readonly onInterrupt?: ReadonlyArray<Fact.Fact>
  /** What the program does when its input is closed; by default it exits. */
  readonly onInputEnd?: "stays"
}

/** What happened to the agent, in order. */
export type Happened =
  | { readonly type: "prompted"; readonly text: string }
  | { readonly type: "steered"; readonly text: string }
  | { readonly type: "interrupted" }
  | { readonly type: "answered"; readonly id: string; readonly verdict: CliProtocol.Verdict["_tag"] }
  | { readonly type: "input_closed" }
  | { readonly type: "stopped" }

const make_ = Effect.fnUntraced(function* (manners: Manners) {
  const happened: Array<Happened> = []
  const news = yield* Queue.unbounded<Happened>()
  const opened = yield* Deferred.make<CliProtocol.Opening>()
  const output = yield* Deferred.make<ProgramLauncher.LaunchOptions>()
  const exit = yield* Deferred.make<ProgramEnd>()
  const note = (what: Happened) =>
    Effect.suspend(() => {
      happened.push(what)
      return Effect.asVoid(Queue.offer(news, what))
    })
  const say = (facts: ReadonlyArray<Fact.Fact>) =>
    Effect.flatMap(Deferred.await(opened), (opening) => opening.tell(facts))

  const protocol: CliProtocol.CliProtocol = {
    name: "stand-in",
    capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true },
    leaves: "input_end",
    open: (opening) =>
      Effect.as(Deferred.succeed(opened, opening), {
        receive: () => Effect.void,
        begin: manners.begin ?? Effect.void,
        prompt: (text) => note({ type: "prompted", text }),
        steer: Option.map(
          Option.fromUndefinedOr(manners.steer),
          (hand) => (text: string) => Effect.andThen(note({ type: "steered", text }), hand(text))
        ),
        interrupt: Effect.andThen(
          note({ type: "interrupted" }),
          say(manners.onInterrupt ?? [Fact.turnEnded("interrupted")])
        ),
        answer: (asked, verdict) => note({ type: "answered", id: asked.id, verdict: verdict._tag }),
        exited: () => Option.none()
      })
  }

  const launcher = ProgramLauncher.ProgramLauncher.of({
    run: Effect.fnUntraced(function* (options) {
      const scope = yield* Scope.Scope
      yield* Deferred.succeed(output, options)
      yield* Effect.forkIn(
        Effect.andThen(
          Effect.andThen(Stream.runDrain(options.stdin ?? Stream.empty), note({ type: "input_closed" })),
          manners.onInputEnd === "stays" ? Effect.void : Deferred.succeed(exit, { type: "exited", code: 0 })
        ),
        scope
      )
      return yield* Effect.onInterrupt(Deferred.await(exit), () => note({ type: "stopped" }))
    })
  })

  return {
    protocol,
    launcher,
    say,
    /** What was started. */
    launched: Deferred.await(output),
    /** The program ends by itself. */
    exit: (end: ProgramEnd) => Deferred.succeed(exit, end),
    /** The next thing that happens to the agent. */
    next: Queue.take(news),
    happened: Effect.sync(() => happened.map((what) => what))
  }
})

export const make = (manners: Manners = {}) => make_(manners)
export type StandInAgent = Effect.Success<ReturnType<typeof make>>

export const profileOf = (agent: StandInAgent): AgentProfile.AgentProfile => ({
  id: "stand-in",
  title: "Stand-in",
  protocol: agent.protocol,
  programs: ["stand-in"],
  version: { args: ["--version"], oldest: "1.0.0", newest: "1.0.0" },
  install: "none",
  args: () => [],
  environment: () => ({}),
  passes: [],
  signIn: () => ({ _tag: "Unknown", why: "it is a stand-in" }),
  quirks: []
})

/** The runner of a stand-in agent. */
export const runnerOf = (
  agent: StandInAgent,
  options: CliAgent.AgentOptions = {}
): Effect.Effect<ExternalChildRunner.ExternalChildRunner, never, CliHost.CliHost | FileSystem.FileSystem | Path.Path> =>
  Effect.provideService(
    CliRunner.make({
      agentId: "stand-in",
      agent: options,
      program: "stand-in",
      profile: profileOf(agent)
    }),
    ProgramLauncher.ProgramLauncher,
    agent.launcher
  )

/** A platform on which every folder is there, and no process. */
export const platform = Layer.mergeAll(
  CliHost.layer({ instance: "stand-in", environment: {} }),
  ProcessTable.layerNone,
  Path.layer,
  FileSystem.layerNoop({
    realPath: (path) => Effect.succeed(path),
    stat: () => Effect.succeed(directoryInfo)
  })
)

const directoryInfo: FileSystem.File.Info = {
  type: "Directory",
  mtime: Option.none(),
  atime: Option.none(),
  birthtime: Option.none(),
  dev: 0n,
  ino: Option.none(),
  mode: 0o755,
  nlink: Option.none(),
  uid: Option.none(),
  gid: Option.none(),
  rdev: Option.none(),
  size: ByteSize.zero,
  blksize: Option.none(),
  blocks: Option.none()
}
