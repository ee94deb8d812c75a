/** The scripts of a world: what its agents do, line by line (`SimRunner`). */
import type { Script } from "./Plan.ts"
import type { Prng } from "./Prng.ts"

const plainWords = [
  "say",
  "say",
  "count",
  "tool",
  "round",
  "budget",
  "append",
  "sleep",
  "sleep",
  "await-request",
  "await-children",
  "yield"
] as const

const ableWords = ["ask", "permit", "take", "take-wait", "interruptible", "handle", "usage", "once", "once"] as const

const tameEnds = ["", "", "", "", "fail no luck", "refuse not this", "die of a defect", "hang"] as const
const wildEnds = [...tameEnds, "deaf", "limited", "limited 7", "flaky 1", "flaky 2"] as const

const plainLine = (chance: Prng, at: number): string => {
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

/** What only an agent can that takes messages, asks and resumes. */
const ableLine = (chance: Prng, at: number): string => {
  const word = chance.pick(ableWords)
  switch (word) {
    case "ask":
      return `ask q${at} what about ${at}`
    case "permit":
      return `permit ${chance.pick(["safe", "rm", "other"])}${at}`
    case "interruptible":
      return `interruptible ${chance.int(1, 9)}\ntake`
    case "usage":
      return `usage ${chance.int(1, 99)}`
    case "once":
      return `once ${chance.int(0, 6)}`
    default:
      return word
  }
}

const policies = ["all", "all", "any", "first_error"] as const

const wakeLine = (chance: Prng): string =>
  `wake ${chance.pick(policies)} ${chance.pick(["-", "-", "-", "3", "30"])} ${chance.pick(["every", "every", "named"])}`

const parentLine = (chance: Prng, at: number, below: number): string => {
  const script = chance.int(0, below - 1)
  switch (chance.int(0, 11)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return `spawn ${script}`
    case 4:
      return `spawn-twice ${script}`
    case 5:
      return `wait ${chance.pick(policies)} ${chance.int(1, 20)}`
    case 6:
      return `stubborn ${chance.int(1, 25)}`
    case 7:
      return `stubborn-wait ${chance.int(1, 25)}`
    case 8:
      return `spawn-when-stopped ${script}`
    case 9:
    case 10:
      return wakeLine(chance)
    default:
      return plainLine(chance, at)
  }
}

type Kind = "plain" | "able" | "parent"

const linesOf = (chance: Prng, kind: Kind, length: number, below: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (let at = 0; at < length; at++) {
    const isAble = kind !== "plain" && chance.chance(0.35)
    const line = isAble
      ? ableLine(chance, at)
      : kind === "parent"
        ? parentLine(chance, at, below)
        : plainLine(chance, at)
    lines.push(...line.split("\n"))
  }
  return lines
}

const sometimes = <A>(chance: Prng, probability: number, items: readonly [A, ...ReadonlyArray<A>]): A | undefined =>
  chance.chance(probability) ? chance.pick(items) : undefined

const wildScript = (chance: Prng, index: number): Script => {
  const agent =
    index > 1 && chance.chance(0.55)
      ? chance.pick(["parent", "in_process", "in_process"] as const)
      : chance.pick(["scripted", "scripted", "plain"] as const)
  const isParent = agent === "parent" || agent === "in_process"
  const kind = isParent ? "parent" : agent === "plain" ? "plain" : "able"
  const lines = linesOf(chance, kind, chance.int(1, 7), index)
  // A parent that spawns and waits is what waits are for.
  const waits = isParent && chance.chance(0.4) ? [`spawn ${chance.int(0, index - 1)}`, wakeLine(chance)] : []
  const end = chance.pick(wildEnds)
  return {
    agent,
    lines: [...lines, ...waits, ...(end === "" || end.split(" ").length === 0 ? [] : [end])],
    onWake: isParent ? linesOf(chance, "parent", chance.int(0, 3), index) : [],
    parentClose: sometimes(chance, 0.5, ["cancel", "drain", "abandon"]),
    recovery: sometimes(chance, 0.5, ["resume", "retry", "settle"]),
    restart: sometimes(chance, 0.4, ["permanent", "transient", "transient", "temporary"]),
    intensity: chance.int(0, 3)
  }
}

const tameScript = (chance: Prng, index: number): Script => {
  const agent = chance.pick(["scripted", "plain"] as const)
  const end = chance.pick(tameEnds)
  const lines = linesOf(chance, agent === "plain" ? "plain" : "able", chance.int(1, 6), index)
  return {
    agent,
    lines: end === "" ? lines : [...lines, end],
    onWake: [],
    parentClose: undefined,
    recovery: undefined,
    restart: undefined,
    intensity: 0
  }
}

/** Scripts name only scripts before them, so that a tree of them ends. */
export const scriptsOf = (chance: Prng, temper: "wild" | "tame"): ReadonlyArray<Script> =>
  Array.from({ length: chance.int(4, 8) }, (_, index) =>
    temper === "wild" ? wildScript(chance, index) : tameScript(chance, index)
  )

/** More events than a stream keeps, in two bursts with room for a cancel between. */
export const chatty: Script = {
  agent: "scripted",
  lines: ["count 800", "sleep 1", "append half", "count 900", "ask more please", "sleep 1", "count 300"],
  onWake: [],
  parentClose: undefined,
  recovery: undefined,
  restart: undefined,
  intensity: 0
}
