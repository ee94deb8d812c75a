/**
 * Coding agents as children: what an event of theirs costs beside bare reading
 * of the same lines, what many at once hold, and how long a cancel takes.
 *
 * The program is a shell that plays a transcript with Claude Code's shapes; it
 * costs next to nothing, so that what is measured is this side.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Agents, type AgentProfile, CliHost, CliRunner, ProcessTable, ProgramLauncher } from "@offshoot/adapters-cli"
import type { ExternalChildRunner } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import type * as Scope from "effect/Scope"
import * as NodeChildProcess from "node:child_process"
import * as NodePath from "node:path"
import { type Measurement, median, percentile } from "./Measurement.ts"

const platform = ProgramLauncher.layer.pipe(
  Layer.provideMerge(ProcessTable.layer),
  Layer.provideMerge(CliHost.layer({ instance: `bench-${process.pid}`, environment: { PATH: "/usr/bin:/bin" } })),
  Layer.provideMerge(NodeServices.layer)
)

const session = "5f0c1c52-0000-4000-8000-000000000000"
const common = { session_id: session, parent_tool_use_id: null }

/** What the program says, piece by piece, with the envelopes that 2.1.330 puts around it. */
const transcript = (deltas: number) => {
  const line = (frame: object) => `${JSON.stringify(frame)}\n`
  const words = Array.from({ length: deltas }, (_, index) => `word${index} `)
  const stream = (event: object) =>
    line({ type: "stream_event", event, ...common, uuid: session, api_message_id: "msg_1" })
  const message = { id: "msg_1", type: "message", role: "assistant", model: "m" }
  const usage = { input_tokens: 10, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: deltas }
  const result = { type: "result", session_id: session, num_turns: 1, total_cost_usd: 0.01, usage }
  const idle = line({ type: "system", subtype: "session_state_changed", state: "idle", session_id: session })
  const half = [
    line({ type: "system", subtype: "init", cwd: "/w", session_id: session, tools: [], model: "m" }),
    stream({ type: "message_start", message: { ...message, content: [] } }),
    stream({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
    ...words.map((text) => stream({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }))
  ].join("")
  const text = words.join("")
  const whole = line({ type: "assistant", message: { ...message, content: [{ type: "text", text }] }, ...common })
  return {
    begin: line({ type: "control_response", response: { subtype: "success", request_id: "initialize", response: {} } }),
    half,
    turn: half + whole + line({ ...result, subtype: "success", is_error: false, result: text }) + idle,
    stopped:
      line({ type: "control_response", response: { subtype: "success", request_id: "interrupt-1", response: {} } }) +
      line({ ...result, subtype: "error_during_execution", is_error: true, terminal_reason: "aborted_streaming" }) +
      idle
  }
}

const claude = Agents.profiles.find(({ protocol }) => protocol.name === "claude-stream-json")

/** Each reads a line before it says its next piece; what comes after the last is read and left. */
const scripts = {
  answers: (folder: string) => `read -r _; cat '${folder}/begin'; read -r _; cat '${folder}/turn'; cat >/dev/null`,
  hangs: (folder: string) =>
    `read -r _; cat '${folder}/begin'; read -r _; cat '${folder}/half'; read -r _; cat '${folder}/stopped'; cat >/dev/null`
}

const playing = (script: string): AgentProfile.AgentProfile => {
  if (claude === undefined) throw new Error("no agent speaks claude-stream-json")
  return { ...claude, args: () => ["-c", script] }
}

const scene = Effect.fnUntraced(function* (deltas: number, plays: keyof typeof scripts = "answers") {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  for (const [name, text] of Object.entries(transcript(deltas))) {
    yield* fs.writeFileString(NodePath.join(folder, name), text)
  }
  const profile = playing(scripts[plays](folder))
  const runner = yield* CliRunner.make({ agentId: "a", agent: {}, program: "/bin/sh", profile })
  return { turn: NodePath.join(folder, "turn"), runner }
})

let runs = 0
const harnessOf = (prompt: string) =>
  RunHarness.make({
    session: RunHarness.externalSession("a", "claude-stream-json"),
    runId: `run_bench_${++runs}`,
    prompt
  })

/** One run whose events go nowhere; gives how many there were. */
const played = Effect.fnUntraced(function* (runner: ExternalChildRunner.ExternalChildRunner) {
  const harness = yield* harnessOf("go")
  let events = 0
  const emit: typeof harness.context.emit = () =>
    Effect.sync(() => {
      events++
    })
  const end = yield* Effect.scoped(runner.run({ ...harness.context, emit }))
  if (end.outcome.reason !== "done") throw new Error(`the turn ended as ${end.outcome.reason}`)
  return events
})

/** The floor: a program's output, cut at its newlines, every line parsed; gives how many. */
const readBare = (file: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = NodeChildProcess.spawn("/bin/cat", [file], { stdio: ["ignore", "pipe", "inherit"] })
    let rest: Buffer = Buffer.alloc(0)
    let lines = 0
    child.stdout.on("data", (chunk: Buffer) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let from = 0
      for (let to = bytes.indexOf(10); to !== -1; to = bytes.indexOf(10, from)) {
        const frame: unknown = JSON.parse(bytes.toString("utf8", from, to))
        if (typeof frame === "object") lines++
        from = to + 1
      }
      rest = bytes.subarray(from)
    })
    child.once("error", reject)
    child.once("close", () => resolve(lines))
  })

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const started = performance.now()
    return Effect.map(effect, (value) => ({ value, millis: performance.now() - started }))
  })

/** Processor time of this process, of all its threads. */
const worked = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const before = process.cpuUsage()
    return Effect.map(effect, (value) => {
      const { system, user } = process.cpuUsage(before)
      return { value, micros: system + user }
    })
  })

const costOfEvents = Effect.fnUntraced(function* (deltas: number, rounds: number) {
  const { runner, turn } = yield* scene(deltas)
  const ours: Array<number> = []
  const bare: Array<number> = []
  for (let round = 0; round < rounds; round++) {
    // In turns, so that what else the machine does meets both.
    const read = yield* worked(Effect.promise(() => readBare(turn)))
    bare.push(read.micros / read.value)
    const run = yield* worked(played(runner))
    if (run.value < deltas) throw new Error(`${run.value} events of ${deltas}`)
    ours.push(run.micros / deltas)
  }
  return { ours: median(ours.slice(1)), bare: median(bare.slice(1)) }
})

const heldBytes = (): number => {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc: memory is measured after a collection")
  globalThis.gc()
  globalThis.gc()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** The memory of this process at half of what all children say, and near the end: flat is the same. */
const manyAtOnce = Effect.fnUntraced(function* (children: number, deltas: number) {
  const { runner } = yield* scene(deltas)
  let events = 0
  const marks: Array<number> = []
  const wanted = [0.1, 0.5, 0.9].map((share) => Math.floor(children * deltas * share))
  const one = Effect.gen(function* () {
    const harness = yield* harnessOf("go")
    const emit: typeof harness.context.emit = () =>
      Effect.sync(() => {
        events++
        if (events === wanted[marks.length]) marks.push(heldBytes())
      })
    return yield* Effect.scoped(runner.run({ ...harness.context, emit }))
  })
  const { millis, value } = yield* timed(
    Effect.all(
      Array.from({ length: children }, () => one),
      { concurrency: "unbounded" }
    )
  )
  if (value.some(({ outcome }) => outcome.reason !== "done")) throw new Error("a child did not end as done")
  const [early = Number.NaN, , late = Number.NaN] = marks
  return { early, late, seconds: millis / 1000, events }
})

/** From the wish that a run stops to nothing of it being alive; the program stops its turn when it is told to. */
const cancels = Effect.fnUntraced(function* (times: number) {
  const { runner } = yield* scene(1, "hangs")
  const took: Array<number> = []
  for (let time = 0; time < times; time++) {
    const harness = yield* harnessOf("go")
    const { cancel } = yield* harness.start(runner)
    yield* harness.awaitAnswer("word0")
    took.push((yield* timed(cancel)).millis)
  }
  return took
})

const run = <A>(
  effect: Effect.Effect<
    A,
    PlatformError.PlatformError,
    FileSystem.FileSystem | Path.Path | CliHost.CliHost | ProgramLauncher.ProgramLauncher | Scope.Scope
  >
): Promise<A> => Effect.runPromise(effect.pipe(Effect.scoped, Effect.provide(platform)))

const megabyte = 2 ** 20

export const events = async (): Promise<ReadonlyArray<Measurement>> => {
  const [deltas, rounds] = [100_000, 7]
  const { bare, ours } = await run(costOfEvents(deltas, rounds))
  return [
    {
      name: "processor time of an event of a coding agent, from the pipe to the port",
      value: ours,
      unit: "us",
      sample: `${deltas.toLocaleString("en")} deltas of text a turn, ${rounds} turns, the first left out; the floor reads, cuts and parses the same lines of \`cat\``,
      floor: bare,
      aim: 2 * bare,
      better: "less"
    }
  ]
}

export const together = async (): Promise<ReadonlyArray<Measurement>> => {
  const [children, deltas] = [100, 5_000]
  await run(manyAtOnce(10, 1_000))
  const { early, events: count, late, seconds } = await run(manyAtOnce(children, deltas))
  const sample = `${children} programs at once, ${deltas.toLocaleString("en")} events each, once`
  return [
    {
      name: `held memory with ${children} coding agents at once, at 90 % of their events`,
      value: late / megabyte,
      unit: "MB",
      sample: `${sample}; heap and buffers after a collection; the floor is what was held at 10 % of the events`,
      floor: early / megabyte,
      better: "less"
    },
    {
      name: `events of ${children} coding agents at once`,
      value: count / seconds,
      unit: "events/s",
      sample,
      better: "more"
    }
  ]
}

export const cancelled = async (): Promise<ReadonlyArray<Measurement>> => {
  const times = 40
  const took = await run(cancels(times))
  const sample = `${times} cancels, one after the other, of a program that stops its turn and exits when it is told to`
  const one = (name: string, percent: number): Measurement => ({
    name: `cancel to settled, ${name}`,
    value: percentile(took, percent),
    unit: "ms",
    sample,
    better: "less"
  })
  return [one("median", 50), one("95th percentile", 95)]
}
