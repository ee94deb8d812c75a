/**
 * The kinds of children of the kill loop: scripted ones of three agents, and
 * programs. Each is told by its own key what to answer in the end, so that an
 * answer that stands twice is seen.
 */
import type { Wire } from "@offshoot/server"
import type { Dice } from "./Dice.ts"

/** `steady` goes on after a lost run, `frail` does not, and `moody` meets rate limits. */
export const scriptedAgents = [
  { id: "steady", resume: true },
  { id: "frail", resume: false },
  { id: "moody", resume: false }
] as const

export interface Kind {
  readonly name: string
  /** How many of them there are, against the others. */
  readonly weight: number
  readonly child: (key: string, dice: Dice) => Omit<Wire.NewChild, "requestKey" | "title">
  /** What a child that completed has in its transcript exactly once. */
  readonly answer: ((key: string) => string) | undefined
  /** Whether it stays until it is told to stop. */
  readonly endless: boolean
}

const answerOf = (key: string): string => `answer:${key}.`

const scripted = (
  name: string,
  agent: (typeof scriptedAgents)[number]["id"],
  weight: number,
  lines: (key: string, dice: Dice) => ReadonlyArray<string>,
  more: Pick<Wire.NewChild, "metadata" | "recovery"> = {}
): Kind => ({
  name,
  weight,
  child: (key, dice) => ({
    agent,
    prompt: [
      "say begun. ",
      ...(agent === "steady" ? [`resume-handle h-${key}`] : []),
      ...lines(key, dice),
      `say ${answerOf(key)}`
    ].join("\n"),
    ...more
  }),
  answer: answerOf,
  endless: false
})

const program = (
  agent: "echo" | "slow" | "fail" | "nap" | "family" | "stubborn",
  weight: number,
  more: Pick<Wire.NewChild, "metadata" | "recovery"> = {}
): Kind => ({
  name: agent,
  weight,
  child: (key) => ({ agent, prompt: answerOf(key), ...more }),
  answer: agent === "echo" ? answerOf : undefined,
  endless: agent === "nap" || agent === "stubborn"
})

export const kinds: ReadonlyArray<Kind> = [
  scripted("sleeping", "steady", 22, (_, dice) => [`sleep ${dice.between(1, 15)}`]),
  scripted("writing", "steady", 8, (_, dice) => ["append a part", `sleep ${dice.between(1, 5)}`]),
  scripted("asking", "steady", 14, (key) => [`ask q-${key} which way?`]),
  scripted("permitted", "steady", 7, (key) => [`permit tool-${key}`]),
  scripted("steered", "steady", 6, () => ["take-wait"]),
  scripted("paying", "steady", 5, (_, dice) => [`once pay ${dice.between(1, 4)}`]),
  scripted("waiting", "steady", 6, (_, dice) => [`await-children ${dice.between(1, 6)}`]),
  scripted("frail", "frail", 8, (_, dice) => [`sleep ${dice.between(1, 8)}`]),
  scripted("again", "frail", 5, (_, dice) => [`sleep ${dice.between(1, 4)}`], { recovery: "retry" }),
  scripted("settled", "steady", 3, (_, dice) => [`sleep ${dice.between(1, 8)}`], { recovery: "settle" }),
  scripted("limited", "moody", 4, () => ["limited 1 2"], { metadata: { "child_retry.restart": "transient" } }),
  program("echo", 6),
  program("slow", 3),
  program("slow", 1, { recovery: "retry" }),
  program("fail", 2),
  program("family", 1),
  program("nap", 1),
  program("stubborn", 0.2)
]

const weights = kinds.reduce((sum, { weight }) => sum + weight, 0)

export const any = (dice: Dice): Kind => {
  let left = dice.next() * weights
  for (const kind of kinds) {
    left -= kind.weight
    if (left < 0) return kind
  }
  throw new Error("there are no kinds")
}
