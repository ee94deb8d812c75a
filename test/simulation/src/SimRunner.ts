/**
 * Runners whose bodies are watched, and that may spawn, wait and be stubborn.
 *
 * A line that is not one of `special` is played by the `ScriptedRunner`.
 */
import { ExternalChildRunner, type Obligation, type Outcome, type SubAgents } from "@offshoot/core"
import * as ScriptedRunner from "@offshoot/core/testing/ScriptedRunner"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Recorder } from "./Facts.ts"
import type { Plan, Script } from "./Plan.ts"

type RunContext = ExternalChildRunner.RunContext

export interface Bodies {
  readonly plan: Plan
  readonly recorder: Recorder
  readonly incarnation: number
  readonly census: ScriptedRunner.Census
  /** The runtime that these runners belong to, once it is built. */
  readonly runtime: () => SubAgents.SubAgentsShape | undefined
}

const capabilities = { steer: true, requests: true, resume: true, usage: true, gracefulCancel: false }

export const agents = ["scripted", "parent"] as const

export const requestOf = (
  plan: Plan,
  script: number,
  title: string,
  key: string | undefined
): SubAgents.SpawnRequest => {
  const { agent, lines }: Script = plan.scripts[script] ?? { agent: "scripted", lines: [] }
  return {
    title,
    prompt: lines.join("\n") || "yield",
    agent,
    ...(key === undefined ? {} : { requestKey: key })
  }
}

const policies: Readonly<Record<string, Obligation.Policy>> = { all: "all", any: "any", first_error: "first_error" }

interface Line {
  readonly bodies: Bodies
  readonly context: RunContext
  readonly at: number
  readonly word: string
  readonly text: string
}

const spawn = ({ at, bodies, context, text }: Line, key?: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const runtime = bodies.runtime()
    if (runtime === undefined) return Effect.void
    const parentId = context.session.id
    const title = `${context.session.title}.${at}`
    return runtime.spawn(parentId, requestOf(bodies.plan, Number(text), title, key)).pipe(
      Effect.tap(({ place, runId, session }) =>
        Effect.sync(() => {
          bodies.recorder.add({ _tag: "Placed", runId, position: place.position })
          if (key !== undefined) bodies.recorder.add({ _tag: "KeyAnswered", parentId, key, sessionId: session.id })
        })
      ),
      Effect.ignore
    )
  })

const waitForChildren = ({ bodies, context, text }: Line): Effect.Effect<void> =>
  Effect.suspend(() => {
    const [policy = "all", seconds = "1"] = text.split(" ")
    const runtime = bodies.runtime()
    if (runtime === undefined) return Effect.void
    const request = { children: [], policy: policies[policy] ?? "all", timeout: Duration.seconds(Number(seconds)) }
    return Effect.ignore(context.whileWaiting("children", runtime.wait(context.session.id, request)))
  })

/** Does not stop for this many seconds, and goes on talking. */
const stubborn = ({ context, text }: Line): Effect.Effect<void> =>
  Effect.uninterruptible(
    Effect.gen(function* () {
      for (let second = 0; second < Number(text); second++) {
        yield* context.emit({ type: "token", content: "still here " })
        yield* context.append({ role: "assistant", text: "and here ", hidden: false })
        yield* Effect.sleep("1 second")
      }
    })
  )

const special = (line: Line): Effect.Effect<void> | undefined => {
  switch (line.word) {
    case "spawn":
      return spawn(line)
    case "spawn-twice": {
      const key = `${line.context.job.runId}-${line.at}`
      return Effect.asVoid(Effect.all([spawn(line, key), spawn(line, key)], { concurrency: 2 }))
    }
    case "spawn-when-stopped":
      return Effect.onInterrupt(Effect.sleep("30 seconds"), () => spawn(line))
    case "wait":
      return waitForChildren(line)
    case "stubborn":
      return stubborn(line)
    case "stubborn-wait":
      return Effect.uninterruptible(
        line.context.whileWaiting("request", Effect.sleep(Duration.seconds(Number(line.text))))
      )
    default:
      return undefined
  }
}

/** The same context, with what is said written down first. */
const listening = (bodies: Bodies, context: RunContext): RunContext => {
  const { runId } = context.job
  const said = (text: string, append: boolean) =>
    Effect.sync(() => bodies.recorder.add({ _tag: "Said", runId, text, append }))
  return {
    ...context,
    emit: (event) =>
      event.type === "token" ? Effect.andThen(said(event.content, false), context.emit(event)) : context.emit(event),
    append: (entry) => Effect.andThen(said(entry.text, true), context.append(entry))
  }
}

const play = Effect.fnUntraced(function* (
  bodies: Bodies,
  scripted: ExternalChildRunner.ExternalChildRunner,
  given: RunContext
) {
  const { incarnation, recorder } = bodies
  const {
    job: { runId },
    session
  } = given
  yield* Effect.acquireRelease(
    Effect.sync(() => recorder.add({ _tag: "BodyStarted", sessionId: session.id, runId, incarnation })),
    () => Effect.sync(() => recorder.add({ _tag: "BodyEnded", runId }))
  )
  const context = listening(bodies, given)
  let last: ExternalChildRunner.RunEnd = ExternalChildRunner.ended({ status: "completed", reason: "done" })
  for (const [at, prompt] of given.prompt.split("\n").entries()) {
    const [word = "", ...rest] = prompt.split(" ")
    const own = special({ bodies, context, at, word, text: rest.join(" ") })
    if (own !== undefined) {
      yield* own
      continue
    }
    if (word === "deaf") recorder.add({ _tag: "WentDeaf", runId })
    last = yield* Effect.scoped(scripted.run({ ...context, prompt }))
    const { outcome }: { readonly outcome: Outcome.RunnerOutcome } = last
    if (outcome.status !== "completed") return last
  }
  return last
})

/** The runners of one incarnation. */
export const make = (bodies: Bodies): ReadonlyArray<ExternalChildRunner.ExternalChildRunner> =>
  agents.map((agent) => {
    const scripted = ScriptedRunner.make({ agent, census: bodies.census, capabilities })
    const { name, shouldHandle } = scripted
    return {
      name,
      capabilities,
      shouldHandle,
      run: (context: RunContext): Effect.Effect<ExternalChildRunner.RunEnd, never, Scope.Scope> =>
        play(bodies, scripted, context)
    }
  })
