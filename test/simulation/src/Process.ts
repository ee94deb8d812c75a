/** What one start of the process is made of: the application, over a store that fails, with watched runners and handlers. */
import {
  Agent,
  AgentDirectory,
  ChildCompletionHandler,
  ExternalChildRunner,
  type Ids,
  Limits,
  Offshoot,
  Recovery,
  RequestPolicy,
  SessionStore,
  type SpawnScheduler,
  type SubAgents,
  Watchdog
} from "@offshoot/core"
import * as ScriptedRunner from "@offshoot/core/testing/ScriptedRunner"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type { Recorder, Witness } from "./Facts.ts"
import * as FaultyStore from "./FaultyStore.ts"
import { handlersOf } from "./Handlers.ts"
import type { Plan } from "./Plan.ts"
import type { Prng } from "./Prng.ts"
import * as SimRunner from "./SimRunner.ts"

/** What outlives every start. */
export interface Machine {
  readonly plan: Plan
  readonly recorder: Recorder
  readonly inner: SessionStore.SessionStoreShape
  readonly census: ScriptedRunner.Census
  readonly woken: Map<Ids.SessionId, number>
  readonly commits: { count: number }
  readonly chance: Prng
  readonly nowMillis: () => number
  readonly die: (process: Process) => void
}

/** What a correct runtime says of itself in no world; the first needs faults of the store to be said at all. */
const alarms = new Set(["launch.crashed", "landing.crashed", "launch.failed", "upkeep.failed", "wait.repaired"])

export const alarmsTo = (witness: Witness): Logger.Logger<unknown, void> =>
  Logger.make(({ message }) => {
    const [first] = Array.isArray(message) ? message : [message]
    if (typeof first === "string" && alarms.has(first)) witness.add({ _tag: "Warned", message: first })
  })

/** One start of the process, while it is being built. */
export interface Process {
  readonly number: number
  readonly access: FaultyStore.Access
  readonly witness: Witness
  /** Filled when it is built. */
  readonly runtime: {
    app: SubAgents.SubAgentsShape | undefined
    scheduler: SpawnScheduler.SpawnSchedulerShape | undefined
  }
}

/** The bodies of one incarnation that wait without a slot, and whose run has not ended. */
class Waiting {
  private readonly runs = new Set<Ids.RunId>()
  private readonly recorder: Recorder
  private searched = 0

  constructor(recorder: Recorder) {
    this.recorder = recorder
  }

  note(runId: Ids.RunId, now: "begins" | "ends"): void {
    if (now === "begins") this.runs.add(runId)
    else this.runs.delete(runId)
  }

  count(): number {
    const { history } = this.recorder
    for (; this.searched < history.length; this.searched++) {
      const fact = history[this.searched]
      if (fact?._tag !== "Committed") continue
      for (const change of fact.transition) {
        if (change._tag === "JobSettled") this.runs.delete(change.completion.runId)
        if (change._tag === "JobReplaced") this.runs.delete(change.runId)
      }
    }
    return this.runs.size
  }
}

const bodiesOf = ({ census, plan, recorder, woken }: Machine, process: Process): SimRunner.Bodies => {
  const { number, runtime, witness } = process
  const waiting = new Waiting(recorder)
  return {
    plan,
    witness: {
      add: (fact) => {
        witness.add(fact)
        if (fact._tag === "Waiting") waiting.note(fact.runId, fact.now)
      }
    },
    incarnation: number,
    census,
    woken,
    runtime: () => runtime.app,
    count: () => {
      const { scheduler } = runtime
      if (scheduler === undefined) return
      const counts = Effect.runSync(scheduler.counts)
      witness.add({ _tag: "Counted", ...counts, waiting: waiting.count() })
    }
  }
}

export const layerOf = (machine: Machine, process: Process) => {
  const { chance, inner, nowMillis, plan } = machine
  const { access, number: incarnation, witness } = process
  const bodies = bodiesOf(machine, process)
  const store = FaultyStore.wrap(inner, { ...machine, access, die: () => machine.die(process) })
  const directory = SimRunner.agents.map((id) => ({
    id,
    protocol: ScriptedRunner.protocol,
    concurrentMax: plan.agentMax
  }))
  return Layer.fresh(Offshoot.layer).pipe(
    Layer.provide([
      Layer.succeed(SessionStore.SessionStore, store),
      Layer.succeed(Limits.GraceTime, Duration.millis(plan.graceMillis)),
      Limits.layer(plan.limits),
      Watchdog.layer(plan.policy),
      Recovery.layer(plan.recovery),
      RequestPolicy.layer(plan.requests),
      ExternalChildRunner.layer(SimRunner.make(bodies)),
      Agent.layer(SimRunner.agentOf(bodies)),
      AgentDirectory.layer(directory),
      ChildCompletionHandler.layer(handlersOf({ plan, witness, incarnation, chance, nowMillis }))
    ])
  )
}
