/** The timeline of a world: what callers, people and the machine do, and when. */
import type { Act, Action, Crash, HandlerPlan, Outage, Pace } from "./Plan.ts"
import type { Prng } from "./Prng.ts"

const paceOf = (chance: Prng): Pace => {
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

type Read = Extract<Act, { readonly _tag: "Read" }>

export const readOf = (chance: Prng): Read => ({
  _tag: "Read",
  session: chance.next(),
  rootsOnly: chance.chance(0.6),
  scope: chance.chance(0.3) ? "subtree" : "session",
  after: chance.chance(0.5) ? "late" : "start",
  pace: paceOf(chance),
  leavesAfterMillis: chance.chance(0.2) ? chance.int(1, 20_000) : undefined
})

const followOf = (chance: Prng): Act => ({
  _tag: "Follow",
  session: chance.next(),
  scope: chance.pick(["All", "Session", "Subtree", "Subtree"]),
  lifecycleOnly: chance.chance(0.3),
  from: chance.chance(0.7) ? "start" : "head",
  pace: paceOf(chance)
})

const cancelOf = (chance: Prng): Act => ({
  _tag: "Cancel",
  session: chance.next(),
  rootsOnly: chance.chance(0.2),
  mode: chance.chance(0.7) ? "graceful" : "abort",
  reach: chance.chance(0.7) ? "subtree" : "session"
})

const sendOf = (chance: Prng): Act => ({
  _tag: "Send",
  session: chance.next(),
  mode: chance.chance(0.6) ? "queue" : "interrupt",
  key: chance.chance(0.5) ? `msg-${chance.int(0, 4)}` : undefined,
  text: chance.chance(0.1) ? "no" : `say m${chance.int(0, 99)}`
})

const wakeOf = (chance: Prng): Act => ({
  _tag: "Wake",
  session: chance.next(),
  rootsOnly: chance.chance(0.6),
  policy: chance.pick(["all", "all", "any", "first_error"]),
  named: chance.chance(0.4),
  leaseMillis: chance.chance(0.3) ? chance.int(100, 60_000) : undefined
})

const jumpOf = (chance: Prng): Act => ({
  _tag: "Jump",
  how: chance.chance(0.7) ? "clock" : "sleep",
  millis: chance.pick([60_000, 3_600_000, 5 * 3_600_000, 7 * 3_600_000])
})

const actOf = (chance: Prng, scripts: number): Act => {
  const roll = chance.next()
  if (roll < 0.06) return { _tag: "Root", script: chance.chance(0.6) ? chance.int(0, scripts - 1) : undefined }
  if (roll < 0.4) {
    return {
      _tag: "Spawn",
      under: chance.next(),
      rootsOnly: chance.chance(0.6),
      script: chance.int(0, scripts - 1),
      key: chance.chance(0.3) ? `key-${chance.int(0, 3)}` : undefined
    }
  }
  if (roll < 0.5) return cancelOf(chance)
  if (roll < 0.53) return { _tag: "Remove", session: chance.next() }
  if (roll < 0.6) return { _tag: "Run", session: chance.next() }
  if (roll < 0.68) return readOf(chance)
  if (roll < 0.71) return { _tag: "Look" }
  if (roll < 0.77) return sendOf(chance)
  if (roll < 0.84) return wakeOf(chance)
  if (roll < 0.92) {
    return { _tag: "Answer", request: chance.next(), agrees: chance.chance(0.6), words: `w${chance.int(0, 1)}` }
  }
  if (roll < 0.95) return followOf(chance)
  if (roll < 0.965) return { _tag: "Trim", keepMax: chance.int(0, 60) }
  if (roll < 0.975) return jumpOf(chance)
  if (roll < 0.985) return { _tag: "Drain", patienceMillis: chance.pick([0, 500, 5_000, 20_000]) }
  return { _tag: "Restart", how: chance.chance(0.4) ? "closed" : "crashed" }
}

/** A root, and what happens after it. */
export const timelineOf = (chance: Prng, scripts: number): ReadonlyArray<Action> => {
  const actions: Array<Action> = [{ atMillis: 1, act: { _tag: "Root", script: undefined } }]
  const count = chance.int(10, 70)
  const gapMillis = chance.pick([5, 400, 1_500])
  let atMillis = 2
  for (let index = 0; index < count; index++) {
    atMillis += chance.chance(0.2) ? 0 : chance.int(1, gapMillis)
    actions.push({ atMillis, act: actOf(chance, scripts) })
  }
  return actions
}

export const outagesOf = (chance: Prng): ReadonlyArray<Outage> => {
  const outages: Array<Outage> = []
  const count = chance.chance(0.35) ? chance.int(1, 3) : 0
  for (let index = 0; index < count; index++) {
    const fromMillis = chance.int(0, 60_000)
    outages.push({ fromMillis, toMillis: fromMillis + chance.int(10, 12_000), reads: chance.chance(0.3) })
  }
  return outages
}

/** A world makes some three hundred commits. */
const commitsTypical = 400

export const crashesOf = (chance: Prng): ReadonlyArray<Crash> =>
  Array.from({ length: chance.chance(0.5) ? chance.int(1, 4) : 0 }, () => ({
    atCommit: chance.int(1, commitsTypical),
    when: chance.chance(0.5) ? "before" : "after"
  }))

const ills = (chance: Prng): ReadonlyArray<HandlerPlan["how"]> => [
  { _tag: "slow", millis: chance.int(1, 30_000) },
  { _tag: "failing", chance: chance.next() * 0.6 },
  { _tag: "away", untilMillis: chance.int(1_000, 90_000) },
  { _tag: "partial", untilMillis: chance.int(1_000, 120_000) },
  { _tag: "hanging", untilMillis: chance.int(20_000, 400_000) }
]

/** One handler that is well, and some that are not. */
export const handlersOf = (chance: Prng): ReadonlyArray<HandlerPlan> => [
  { name: "well", how: { _tag: "fast" } },
  ...ills(chance)
    .filter(() => chance.chance(0.3))
    .map((how) => ({ name: how._tag, how }))
]
