/**
 * Runners whose bodies are watched: they spawn, wait, are woken, resume, make
 * calls that must not be made twice, and are stubborn.
 *
 * A line that is not one of `special` is played by the `ScriptedRunner`.
 */
import {
  type Agent,
  ExternalChildRunner,
  type Ids,
  type Obligation,
  type Outcome,
  Session,
  SpawnJob,
  type SubAgents
} from "@offshoot/core"
import * as ScriptedRunner from "@offshoot/core/testing/ScriptedRunner"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { Witness } from "./Facts.ts"
import { type AgentName, type Plan, type Script, secret } from "./Plan.ts"

type RunContext = ExternalChildRunner.RunContext

export interface Bodies {
  readonly plan: Plan
  readonly witness: Witness
  readonly incarnation: number
  readonly census: ScriptedRunner.Census
  /** How often each session was woken, in the whole world. */
  readonly woken: Map<Ids.SessionId, number>
  /** The runtime that these runners belong to, once it is built. */
  readonly runtime: () => SubAgents.SubAgentsShape | undefined
  /** Writes down what the scheduler counts, whenever a body begins or ends to wait. */
  readonly count: () => void
}

export const agents = ["scripted", "plain", "parent"] as const satisfies ReadonlyArray<AgentName>

/** A parent that is woken more often only listens. */
const wakesMax = 3
const scriptKey = "sim.script"

const scriptOf = (plan: Plan, script: number): Script =>
  plan.scripts[script] ?? {
    agent: "scripted",
    lines: [],
    onWake: [],
    parentClose: undefined,
    recovery: undefined,
    restart: undefined,
    intensity: 0
  }

const metadataOf = (script: number, { intensity, restart }: Script): Session.Metadata => ({
  [scriptKey]: String(script),
  ...(restart === undefined
    ? {}
    : {
        "child_retry.restart": restart,
        "child_retry.intensity": String(intensity),
        "child_retry.period_secs": "86400"
      })
})

export const requestOf = (
  plan: Plan,
  index: number,
  title: string,
  key: string | undefined
): SubAgents.SpawnRequest => {
  const script = scriptOf(plan, index)
  const { agent, lines, parentClose, recovery } = script
  return {
    title,
    prompt: lines.join("\n") || "yield",
    metadata: metadataOf(index, script),
    ...(agent === "in_process" ? {} : { agent }),
    ...(key === undefined ? {} : { requestKey: key }),
    ...(parentClose === undefined ? {} : { parentClose }),
    ...(recovery === undefined ? {} : { recovery })
  }
}

/** A root that plays a script, or one that only waits to be woken. */
export const rootOf = (plan: Plan, index: number | undefined, title: string): SubAgents.RootRequest => {
  if (index === undefined) return { title }
  const { agent, metadata = {}, prompt } = requestOf(plan, index, title, undefined)
  const { externalAgentId, externalProtocol, runtimeKind } = Session.metadataKeys
  const external =
    agent === undefined
      ? {}
      : { [runtimeKind]: "external", [externalAgentId]: agent, [externalProtocol]: ScriptedRunner.protocol }
  return { title, prompt, metadata: { ...metadata, ...external } }
}

const policies: Readonly<Record<string, Obligation.Policy>> = { all: "all", any: "any", first_error: "first_error" }
const policyOf = (word: string | undefined): Obligation.Policy => policies[word ?? ""] ?? "all"

/** One line of a body that is being played. */
interface Line {
  readonly bodies: Bodies
  readonly context: RunContext
  readonly at: number
  readonly word: string
  readonly text: string
  /** The children that this body has spawned. */
  readonly spawned: Array<Ids.SessionId>
}

type Step = Effect.Effect<Outcome.RunnerOutcome | undefined>

const goOn = (effect: Effect.Effect<unknown>): Step => Effect.as(effect, undefined)

const runtimeOf = ({ bodies }: Line): Option.Option<SubAgents.SubAgentsShape> =>
  Option.fromUndefinedOr(bodies.runtime())

const withRuntime = <A, E>(
  line: Line,
  use: (app: SubAgents.SubAgentsShape) => Effect.Effect<A, E>
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const app = runtimeOf(line)
    return Option.isNone(app) ? Effect.void : Effect.ignore(use(app.value))
  })

/** A key of the job, so that a try that goes on finds the child of the one before it. */
const spawn = (line: Line): Effect.Effect<void> => {
  const { at, bodies, context, spawned, text } = line
  const { job, session } = context
  const key = `${SpawnJob.jobIdOf(job)}-${at}`
  const request = requestOf(bodies.plan, Number(text), `${session.title}.${at}`, key)
  return withRuntime(line, (app) =>
    Effect.map(app.spawn(session.id, request), ({ place, runId, session: child }) => {
      bodies.witness.add({ _tag: "Placed", runId, position: place.position })
      bodies.witness.add({ _tag: "KeyAnswered", parentId: session.id, key, sessionId: child.id })
      spawned.push(child.id)
    })
  )
}

const waitForChildren = (line: Line): Effect.Effect<void> => {
  const [policy, seconds = "1"] = line.text.split(" ")
  const request = { children: [], policy: policyOf(policy), timeout: Duration.seconds(Number(seconds)) }
  return withRuntime(line, (app) => line.context.whileWaiting("children", app.wait(line.context.session.id, request)))
}

/** Wishes to be woken, and goes on. */
const wake = (line: Line): Effect.Effect<void> => {
  const { bodies, context, spawned } = line
  const [policy, lease = "-", whom] = line.text.split(" ")
  const request: SubAgents.WakeRequest = {
    children: whom === "named" ? spawned.slice(0, 2) : [],
    policy: policyOf(policy),
    lease: lease === "-" ? Option.none() : Option.some(Duration.seconds(Number(lease)))
  }
  const mayWait = (bodies.woken.get(context.session.id) ?? 0) < wakesMax
  return withRuntime(line, (app) =>
    mayWait
      ? Effect.map(app.wakeWhen(context.session.id, request), (wait) =>
          bodies.witness.add({ _tag: "WaitAnswered", wait })
        )
      : Effect.void
  )
}

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

/** The call of this line, once for all tries that go on from each other; a transcript that names it is believed. */
const once = (line: Line): Effect.Effect<void> => {
  const { at, bodies, context, text } = line
  const { job, session } = context
  const { runId } = job
  const toolCallId = `${SpawnJob.jobIdOf(job)}/${at}`
  const called = (now: "begins" | "ended" | "failed") =>
    Effect.sync(() => bodies.witness.add({ _tag: "Called", runId, toolCallId, now }))
  const body = Effect.gen(function* () {
    yield* called("begins")
    yield* Effect.sleep(Duration.seconds(Number(text)))
    yield* context.append({ role: "tool", text: `did ${toolCallId}`, hidden: false })
    yield* called("ended")
  }).pipe(Effect.onExit((exit) => (Exit.isSuccess(exit) || Exit.hasInterrupts(exit) ? Effect.void : called("failed"))))
  return withRuntime(line, (app) =>
    Effect.flatMap(app.messages(session.id, { after: 0, limit: 10_000 }), (messages) =>
      messages.some((message) => message.role === "tool" && message.text.includes(toolCallId))
        ? Effect.void
        : context.onceOnly({ toolCallId, toolName: "once" }, body)
    )
  )
}

/** Takes what waits; one that is `no` is refused. */
const take = ({ bodies, context }: Line): Effect.Effect<number> =>
  context.inbox.take(({ id: messageId, text }) => {
    bodies.witness.add({ _tag: "Handed", runId: context.job.runId, messageId })
    return text === "no" ? Effect.fail("not that") : context.emit({ type: "token", content: "<taken>" })
  })

const limited = (text: string): Outcome.RunnerOutcome => ({
  status: "error",
  reason: "rate_limited",
  message: "slow down",
  ...(text === "" ? {} : { retryAfterSeconds: Number(text) })
})

/** What only a body can that has the runtime. */
const ofParent = (line: Line): Step | undefined => {
  switch (line.word) {
    case "spawn":
      return goOn(spawn(line))
    case "spawn-twice":
      return goOn(Effect.all([spawn(line), spawn(line)], { concurrency: 2 }))
    case "spawn-when-stopped":
      return goOn(Effect.onInterrupt(Effect.sleep("30 seconds"), () => spawn(line)))
    case "wait":
      return goOn(waitForChildren(line))
    case "wake":
      return goOn(wake(line))
    case "once":
      return goOn(once(line))
    default:
      return undefined
  }
}

const special = (line: Line): Step | undefined => {
  const { context, text, word } = line
  switch (word) {
    case "stubborn":
      return goOn(stubborn(line))
    case "stubborn-wait":
      return goOn(Effect.uninterruptible(context.whileWaiting("request", Effect.sleep(Duration.seconds(Number(text))))))
    case "take":
      return goOn(take(line))
    case "take-wait":
      return goOn(Effect.andThen(context.inbox.arrived("queue"), take(line)))
    case "handle":
      return goOn(context.report({ resume: `${SpawnJob.jobIdOf(context.job)} ${line.at}` }))
    case "limited":
      return Effect.succeed(limited(text))
    case "flaky":
      return Effect.succeed((context.job.tries ?? []).length < Number(text) ? limited("") : undefined)
    case "die":
      return Effect.die(new Error(text, { cause: secret }))
    default:
      return ofParent(line)
  }
}

/** The same context, with what happens in it written down first. */
const listening = ({ count, witness }: Bodies, context: RunContext): RunContext => {
  const { runId } = context.job
  const said = (text: string, append: boolean) => Effect.sync(() => witness.add({ _tag: "Said", runId, text, append }))
  const waiting = (now: "begins" | "ends") =>
    Effect.sync(() => {
      witness.add({ _tag: "Waiting", runId, now })
      count()
    })
  const whileWaiting: RunContext["whileWaiting"] = (kind, effect) =>
    context.whileWaiting(
      kind,
      Effect.acquireUseRelease(
        waiting("begins"),
        () => effect,
        () => waiting("ends")
      )
    )
  return {
    ...context,
    whileWaiting,
    emit: (event) =>
      event.type === "token" ? Effect.andThen(said(event.content, false), context.emit(event)) : context.emit(event),
    append: (entry) =>
      entry.role === "assistant"
        ? Effect.andThen(said(entry.text, true), context.append(entry))
        : context.append(entry),
    ask: (asking) =>
      Effect.tap(context.ask(asking), (answer) =>
        Effect.sync(() => witness.add({ _tag: "Told", runId, sessionId: context.session.id, key: asking.key, answer }))
      )
  }
}

const wakeBegin = /^The wait \S+ for your children is over/
const wakeEnd = /^=== \S+ end ===$/

/** The lines of a prompt without the messages that woke it, and whether there were any. */
const linesOf = (prompt: string): { readonly lines: ReadonlyArray<string>; readonly woken: boolean } => {
  const lines: Array<string> = []
  let woken = false
  let inside = false
  for (const line of prompt.split("\n")) {
    if (wakeBegin.test(line)) {
      inside = true
      woken = true
    } else if (inside && wakeEnd.test(line)) inside = false
    else if (!inside && line !== "") lines.push(line)
  }
  return { lines, woken }
}

/** What this try plays: what it was told, then what a woken parent does; from where the try before it was. */
/** Where the try before was in the work; the word for a conversation that an earlier job left says nothing of this one. */
const placeOf = ({ job }: RunContext): number => {
  const [jobId, at] = job.resume?.handle?.split(" ") ?? []
  return jobId === SpawnJob.jobIdOf(job) ? Number(at) : 0
}

const scoreOf = (bodies: Bodies, context: RunContext): ReadonlyArray<string> => {
  const { prompt, session } = context
  const { lines, woken } = linesOf(prompt)
  const script = scriptOf(bodies.plan, Number(session.metadata[scriptKey] ?? "-1"))
  const times = bodies.woken.get(session.id) ?? 0
  if (woken) bodies.woken.set(session.id, times + 1)
  const all = woken && times < wakesMax ? [...lines, ...script.onWake] : lines
  const from = placeOf(context)
  return all.map((line, at) => (at < from ? "yield" : line))
}

const play = Effect.fnUntraced(function* (
  bodies: Bodies,
  scripted: ExternalChildRunner.ExternalChildRunner,
  given: RunContext
) {
  const { incarnation, witness } = bodies
  const {
    job: { resume: resumes, runId },
    resume,
    session
  } = given
  const handle = Option.getOrUndefined(resume)?.handle
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      witness.add({ _tag: "BodyStarted", sessionId: session.id, runId, incarnation, resumes, handle })
      bodies.count()
    }),
    () => Effect.sync(() => witness.add({ _tag: "BodyEnded", runId }))
  )
  const context = listening(bodies, given)
  const spawned: Array<Ids.SessionId> = []
  let last: ExternalChildRunner.RunEnd = ExternalChildRunner.ended({ status: "completed", reason: "done" })
  for (const [at, prompt] of scoreOf(bodies, given).entries()) {
    const [word = "", ...rest] = prompt.split(" ")
    const own = special({ bodies, context, at, word, text: rest.join(" "), spawned })
    if (own !== undefined) {
      const outcome = yield* own
      if (outcome !== undefined) return ExternalChildRunner.ended(outcome)
      continue
    }
    if (word === "no") continue
    if (word === "deaf") witness.add({ _tag: "WentDeaf", runId })
    last = yield* Effect.scoped(scripted.run({ ...context, prompt }))
    if (last.outcome.status !== "completed") return last
  }
  return last
})

const able = { steer: true, requests: true, resume: true, usage: true, gracefulCancel: false }
const unable = { steer: false, requests: false, resume: false, usage: false, gracefulCancel: false }

/** Whether this external agent can go on with a conversation. */
export const keepsConversations = (agentId: string): boolean => agentId !== "plain"

/** The runners of one incarnation. */
export const make = (bodies: Bodies): ReadonlyArray<ExternalChildRunner.ExternalChildRunner> =>
  agents.map((agent) => {
    const capabilities = keepsConversations(agent) ? able : unable
    const scripted = ScriptedRunner.make({ agent, census: bodies.census, capabilities })
    const { name, shouldHandle } = scripted
    return { name, capabilities, shouldHandle, run: (context: RunContext) => play(bodies, scripted, context) }
  })

/** The in-process agent of one incarnation. */
export const agentOf = (bodies: Bodies): Agent.AgentShape => {
  const scripted = ScriptedRunner.make({ agent: "in_process", census: bodies.census, capabilities: able })
  return { run: (context) => play(bodies, scripted, context) }
}
