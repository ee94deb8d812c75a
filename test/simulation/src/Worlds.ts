/** The plans of a seed: its wild world, and its calm one with and without readers. */
import type { Action, Pace, Plan, Script } from "./Plan.ts"
import * as Prng from "./Prng.ts"
import { chatty, scriptsOf } from "./Scripts.ts"
import { crashesOf, handlersOf, outagesOf, readOf, timelineOf } from "./Timeline.ts"

/** In some worlds a chatty child of the first root, beside readers that cannot keep up. */
const withCrowd = (chance: Prng.Prng, plan: Plan): Plan => {
  if (!chance.chance(0.2)) return plan
  const script = plan.scripts.length
  const read = (atMillis: number, pace: Pace): Action => ({
    atMillis,
    act: {
      _tag: "Read",
      session: 0,
      rootsOnly: true,
      scope: chance.chance(0.3) ? "subtree" : "session",
      after: "late",
      pace,
      leavesAfterMillis: undefined
    }
  })
  const crowd: ReadonlyArray<Action> = [
    read(2, { _tag: "stopped", after: chance.int(0, 20) }),
    read(2, { _tag: "slow", every: chance.int(1, 200), restMillis: chance.int(100, 2_000) }),
    { atMillis: 3, act: { _tag: "Spawn", under: 0, rootsOnly: true, script, key: undefined } }
  ]
  return {
    ...plan,
    scripts: [...plan.scripts, chatty],
    timeline: [...plan.timeline, ...crowd].toSorted((one, other) => one.atMillis - other.atMillis)
  }
}

const rules: Plan["requests"]["rules"] = [
  { name: "safe ones", tool: "safe*", decision: "allow" },
  { name: "no removal", tool: "rm*", decision: "deny" }
]

const base = (chance: Prng.Prng, seed: number, scripts: ReadonlyArray<Script>): Omit<Plan, "timeline"> => ({
  seed,
  limits: {
    concurrent: chance.int(1, 6),
    perParent: chance.int(1, 4),
    depth: chance.int(1, 4),
    queue: chance.int(1, 4),
    backlog: chance.int(1, 30)
  },
  agentMax: chance.int(1, 6),
  graceMillis: chance.pick([1_000, 10_000]),
  policy: {
    checkSeconds: chance.int(1, 5),
    totalSeconds: chance.int(40, 120),
    idleSeconds: chance.int(5, 40),
    toolSeconds: chance.int(2, 30),
    requestSeconds: chance.int(2, 30),
    waits: chance.chance(0.5) ? "counted" : "excluded"
  },
  recovery: chance.pick(["resume", "retry", "settle"]),
  requests: { deadlineSeconds: chance.pick([3, 20, 1_800]), rules },
  scripts,
  outages: [],
  commits: { refused: 0, unanswered: 0, answerMillisMax: 0 },
  crashes: [],
  readFault: 0,
  handlers: [{ name: "well", how: { _tag: "fast" } }],
  turnOps: chance.pick([3, 7, 50, 2_048, 2_048]),
  storeMillis: chance.pick(["at_once", "at_once", "next_turn", 1, 20])
})

/** In some worlds the last script asks for an agent that is not configured (I8). */
const withStranger = (seed: number, scripts: ReadonlyArray<Script>): ReadonlyArray<Script> =>
  seed % 8 === 0
    ? scripts.map((script, index) => (index === scripts.length - 1 ? { ...script, agent: "stranger" } : script))
    : scripts

/** A plan with everything in it: cancels, faults, deletes and restarts. */
export const wild = (seed: number): Plan => {
  const chance = Prng.make(seed)
  const scripts = withStranger(seed, scriptsOf(chance, "wild"))
  const flaky = chance.chance(0.4)
  return withCrowd(chance, {
    ...base(chance, seed, scripts),
    timeline: timelineOf(chance, scripts.length),
    outages: outagesOf(chance),
    commits: {
      refused: flaky ? chance.next() * 0.25 : 0,
      unanswered: flaky && chance.chance(0.7) ? chance.next() * 0.15 : 0,
      answerMillisMax: chance.chance(0.3) ? chance.pick([1, 30, 500]) : 0
    },
    crashes: crashesOf(chance),
    readFault: flaky && chance.chance(0.3) ? chance.next() * 0.05 : 0,
    handlers: handlersOf(chance)
  })
}

/**
 * A plan for comparing a world with its readers to the same world without:
 * room for everybody and no cancel, so that every end has one time.
 */
export const calm = (seed: number): Plan => {
  const chance = Prng.make(seed ^ 0x5eed)
  const scripts = scriptsOf(chance, "tame")
  const timeline: Array<Action> = [{ atMillis: 1, act: { _tag: "Root", script: undefined } }]
  let atMillis = 2
  const readers = chance.int(1, 6)
  for (let index = 0; index < readers; index++) {
    const read = readOf(chance)
    const session = index === 0 ? 0 : read.session
    timeline.push({
      atMillis: atMillis++,
      act: { ...read, session, rootsOnly: index < 3 || read.rootsOnly, leavesAfterMillis: undefined }
    })
  }
  const count = chance.int(5, 25)
  for (let index = 0; index < count; index++) {
    atMillis += chance.int(1, 500)
    const script = chance.int(0, scripts.length - 1)
    timeline.push({ atMillis, act: { _tag: "Spawn", under: 0, rootsOnly: true, script, key: undefined } })
    if (chance.chance(0.3)) timeline.push({ atMillis: atMillis + 1, act: readOf(chance) })
  }
  return withCrowd(chance, {
    ...base(chance, seed, scripts),
    timeline: timeline.toSorted((a, b) => a.atMillis - b.atMillis),
    limits: { concurrent: 1_000, perParent: 1_000, depth: 4, queue: 128, backlog: 1_000 },
    agentMax: 1_000
  })
}

/** The same plan with nobody watching. */
export const unwatched = (plan: Plan): Plan => ({
  ...plan,
  timeline: plan.timeline.filter(({ act }) => act._tag !== "Read")
})
