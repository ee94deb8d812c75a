/**
 * What happens in one simulated world, as data: limits, faults, scripts and a
 * timeline. A plan is a function of its seed alone.
 */
import type { Limits, Watchdog } from "@offshoot/core"
import * as Prng from "./Prng.ts"

/** Which session an action is about: this share of the way through those that exist by then. */
type Share = number

export type Pace =
  | { readonly _tag: "fast" }
  /** Rests this long after every so many things, a few times. */
  | { readonly _tag: "slow"; readonly every: number; readonly restMillis: number }
  /** Takes this many things, then nothing until the end of the world. */
  | { readonly _tag: "stopped"; readonly after: number }

export type Act =
  | { readonly _tag: "Root"; readonly script: number | undefined }
  | {
      readonly _tag: "Spawn"
      readonly under: Share
      readonly rootsOnly: boolean
      readonly script: number
      readonly key: string | undefined
    }
  | { readonly _tag: "Run"; readonly session: Share }
  | {
      readonly _tag: "Cancel"
      readonly session: Share
      readonly rootsOnly: boolean
      readonly mode: "graceful" | "abort"
      readonly reach: "session" | "subtree"
    }
  | { readonly _tag: "Remove"; readonly session: Share }
  | {
      readonly _tag: "Read"
      readonly session: Share
      readonly rootsOnly: boolean
      readonly scope: "session" | "subtree"
      readonly after: "late" | "start"
      readonly pace: Pace
      readonly leavesAfterMillis: number | undefined
    }
  | { readonly _tag: "Look" }
  | { readonly _tag: "Restart"; readonly how: "closed" | "crashed" }

export interface Action {
  readonly atMillis: number
  readonly act: Act
}

export interface Outage {
  readonly fromMillis: number
  readonly toMillis: number
  /** Whether reads fail too. */
  readonly reads: boolean
}

export interface Script {
  readonly agent: "scripted" | "parent"
  readonly lines: ReadonlyArray<string>
}

export interface Plan {
  readonly seed: number
  readonly limits: Limits.Limits
  readonly agentMax: number
  readonly graceMillis: number
  readonly policy: Watchdog.Policy
  readonly scripts: ReadonlyArray<Script>
  readonly timeline: ReadonlyArray<Action>
  readonly outages: ReadonlyArray<Outage>
  /** How likely a commit fails before it is applied. */
  readonly commitFault: number
  /** How likely a completion handler fails. */
  readonly handlerFault: number
  /** After how many steps a fiber gives the others a turn. */
  readonly turnOps: number
  /** How a commit is answered: at once, in a turn of its own, or this much later. */
  readonly storeMillis: number | "at_once" | "next_turn"
}

const plainWords = [
  "say",
  "say",
  "count",
  "tool",
  "round",
  "budget",
  "ask",
  "append",
  "sleep",
  "sleep",
  "await-request",
  "await-children",
  "yield"
] as const
const ends = ["", "", "", "", "fail no luck", "refuse not this", "die of a defect", "hang", "deaf"] as const

const plainLine = (chance: Prng.Prng, at: number): string => {
  const word = chance.pick(plainWords)
  switch (word) {
    case "count":
      return `count ${chance.chance(0.06) ? chance.int(900, 1_700) : chance.int(1, 40)}`
    case "sleep":
      return `sleep ${chance.int(1, 9)}`
    case "await-request":
    case "await-children":
      return `${word} ${chance.int(1, 9)}`
    case "round":
    case "budget":
      return `${word} ${at + 1}`
    case "yield":
      return "yield"
    case "tool":
      return `tool t${at}\nsleep ${chance.int(0, 3)}\ntool-done t${at}`
    default:
      return `${word} w${at}`
  }
}

const parentLine = (chance: Prng.Prng, at: number, below: number): string => {
  const script = chance.int(0, below - 1)
  switch (chance.int(0, 9)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return `spawn ${script}`
    case 4:
      return `spawn-twice ${script}`
    case 5:
      return `wait ${chance.pick(["all", "any", "first_error"])} ${chance.int(1, 20)}`
    case 6:
      return `stubborn ${chance.int(1, 25)}`
    case 7:
      return `stubborn-wait ${chance.int(1, 25)}`
    case 8:
      return `spawn-when-stopped ${script}`
    default:
      return plainLine(chance, at)
  }
}

/** Scripts name only scripts before them, so that a tree of them ends. */
const scriptsOf = (chance: Prng.Prng, tame: boolean): ReadonlyArray<Script> => {
  const scripts: Array<Script> = []
  const count = chance.int(4, 8)
  for (let index = 0; index < count; index++) {
    const parent = !tame && index > 1 && chance.chance(0.5)
    const lines: Array<string> = []
    const length = chance.int(1, 6)
    for (let at = 0; at < length; at++) {
      lines.push(...(parent ? parentLine(chance, at, index) : plainLine(chance, at)).split("\n"))
    }
    const end = chance.pick(ends)
    if (end !== "" && !(tame && end === "deaf")) lines.push(end)
    scripts.push({ agent: parent ? "parent" : "scripted", lines })
  }
  return scripts
}

const paceOf = (chance: Prng.Prng): Pace => {
  switch (chance.int(0, 3)) {
    case 0:
      return { _tag: "stopped", after: chance.int(0, 20) }
    case 1:
    case 2:
      return { _tag: "slow", every: chance.int(1, 30), restMillis: chance.int(1, 5_000) }
    default:
      return { _tag: "fast" }
  }
}

const readOf = (chance: Prng.Prng): Act => ({
  _tag: "Read",
  session: chance.next(),
  rootsOnly: chance.chance(0.6),
  scope: chance.chance(0.3) ? "subtree" : "session",
  after: chance.chance(0.5) ? "late" : "start",
  pace: paceOf(chance),
  leavesAfterMillis: chance.chance(0.2) ? chance.int(1, 20_000) : undefined
})

const actOf = (chance: Prng.Prng, scripts: number, keys: number): Act => {
  const roll = chance.next()
  if (roll < 0.08) return { _tag: "Root", script: chance.chance(0.5) ? chance.int(0, scripts - 1) : undefined }
  if (roll < 0.5) {
    return {
      _tag: "Spawn",
      under: chance.next(),
      rootsOnly: chance.chance(0.6),
      script: chance.int(0, scripts - 1),
      key: chance.chance(0.3) ? `key-${chance.int(0, keys)}` : undefined
    }
  }
  if (roll < 0.66) {
    return {
      _tag: "Cancel",
      session: chance.next(),
      rootsOnly: chance.chance(0.2),
      mode: chance.chance(0.7) ? "graceful" : "abort",
      reach: chance.chance(0.7) ? "subtree" : "session"
    }
  }
  if (roll < 0.71) return { _tag: "Remove", session: chance.next() }
  if (roll < 0.8) return { _tag: "Run", session: chance.next() }
  if (roll < 0.93) return readOf(chance)
  if (roll < 0.97) return { _tag: "Look" }
  return { _tag: "Restart", how: chance.chance(0.5) ? "closed" : "crashed" }
}

const timelineOf = (chance: Prng.Prng, scripts: number): ReadonlyArray<Action> => {
  const actions: Array<Action> = [{ atMillis: 1, act: { _tag: "Root", script: undefined } }]
  const count = chance.int(10, 70)
  const gapMillis = chance.pick([5, 400, 1_500])
  let atMillis = 2
  for (let index = 0; index < count; index++) {
    atMillis += chance.chance(0.2) ? 0 : chance.int(1, gapMillis)
    actions.push({ atMillis, act: actOf(chance, scripts, 3) })
  }
  return actions
}

const outagesOf = (chance: Prng.Prng): ReadonlyArray<Outage> => {
  const outages: Array<Outage> = []
  const count = chance.chance(0.5) ? chance.int(1, 3) : 0
  for (let index = 0; index < count; index++) {
    const fromMillis = chance.int(0, 60_000)
    outages.push({ fromMillis, toMillis: fromMillis + chance.int(10, 12_000), reads: chance.chance(0.3) })
  }
  return outages
}

/** More events than a stream keeps, in two bursts with room for a cancel between. */
const chatty: Script = {
  agent: "scripted",
  lines: ["count 800", "sleep 1", "append half", "count 900", "ask more", "sleep 1", "count 300"]
}

/** In some worlds a chatty child of the first root, beside readers that cannot keep up. */
const withCrowd = (chance: Prng.Prng, plan: Plan): Plan => {
  if (!chance.chance(0.3)) return plan
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

/** A plan with everything in it: cancels, faults, deletes and restarts. */
export const wild = (seed: number): Plan => {
  const chance = Prng.make(seed)
  const scripts = scriptsOf(chance, false)
  return withCrowd(chance, {
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
    scripts,
    timeline: timelineOf(chance, scripts.length),
    outages: outagesOf(chance),
    commitFault: chance.chance(0.4) ? chance.next() * 0.3 : 0,
    handlerFault: chance.chance(0.5) ? chance.next() * 0.5 : 0,
    turnOps: chance.pick([3, 7, 50, 2_048, 2_048]),
    storeMillis: chance.pick(["at_once", "at_once", "next_turn", 1, 20])
  })
}

/**
 * A plan for comparing a world with its readers to the same world without:
 * room for everybody and no cancel, so that every end has one time.
 */
export const calm = (seed: number): Plan => {
  const chance = Prng.make(seed ^ 0x5eed)
  const scripts = scriptsOf(chance, true)
  const timeline: Array<Action> = [{ atMillis: 1, act: { _tag: "Root", script: undefined } }]
  let atMillis = 2
  const readers = chance.int(1, 6)
  for (let index = 0; index < readers; index++) {
    const read = readOf(chance)
    if (read._tag !== "Read") continue
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
    ...wild(seed),
    scripts,
    timeline: timeline.toSorted((a, b) => a.atMillis - b.atMillis),
    limits: { concurrent: 1_000, perParent: 1_000, depth: 4, queue: 128, backlog: 1_000 },
    agentMax: 1_000,
    outages: [],
    commitFault: 0,
    handlerFault: 0
  })
}

/** The same plan with nobody watching. */
export const unwatched = (plan: Plan): Plan => ({
  ...plan,
  timeline: plan.timeline.filter(({ act }) => act._tag !== "Read")
})
