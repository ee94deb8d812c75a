/**
 * The language of a part: one step a line, a word and what follows it.
 *
 *     think pondering it
 *     say I will run it
 *     tool Bash {"command":"echo hi"}
 *     end hi
 *     say all done
 *
 * A text in double quotes is a JSON string. A line that ends with `{` opens a
 * block, a line `}` closes it. Lines before a line `script:` are not read, so
 * that instructions may stand in front. What the words mean says `Play`.
 */
import { parsed } from "./Json.ts"

export interface Step {
  readonly word: string
  /** What follows the word, as it stands. */
  readonly rest: string
  readonly block: ReadonlyArray<Step>
}

/** The text of a step: what follows the word, or the JSON string that it is. */
export const textOf = (rest: string): string => {
  const value = rest.startsWith('"') ? parsed(rest) : undefined
  return typeof value === "string" ? value : rest
}

/** The first word, and what comes after it. */
export const wordAndRest = (line: string): readonly [string, string] => {
  const space = line.indexOf(" ")
  return space === -1 ? [line, ""] : [line.slice(0, space), line.slice(space + 1).trim()]
}

export const numbersOf = (rest: string): ReadonlyArray<number> =>
  rest
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(Number)

const blockOf = (lines: ReadonlyArray<string>, from: number): readonly [ReadonlyArray<Step>, number] => {
  const steps: Array<Step> = []
  let index = from
  while (index < lines.length) {
    const line = (lines[index] ?? "").trim()
    index++
    if (line === "}") break
    if (line === "") continue
    const opens = line.endsWith("{") && !line.endsWith("{{")
    const [word, rest] = wordAndRest(opens ? line.slice(0, -1).trim() : line)
    if (!opens) {
      steps.push({ word, rest, block: [] })
      continue
    }
    const [block, next] = blockOf(lines, index)
    index = next
    steps.push({ word, rest, block })
  }
  return [steps, index]
}

/** The steps of a prompt. Fields of voices may stand in front of a line `script:`. */
export const stepsOf = (prompt: string): ReadonlyArray<Step> => {
  const lines = prompt.split("\n")
  const marker = lines.findIndex((line) => line.trim() === "script:")
  return blockOf(lines, marker + 1)[0]
}

/** What a permission is asked for, and what is said after each answer: `KEY NAME {json} -> approved:yes/denied:no`. */
export interface AskStep {
  readonly key: string
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
  readonly says: Readonly<Record<string, string>>
}

const inputOf = (text: string): Readonly<Record<string, unknown>> => {
  const value = text === "" ? {} : parsed(text)
  if (typeof value !== "object" || value === null) throw new Error(`not a JSON object: ${text}`)
  return { ...value }
}

/** `NAME {json}` */
export const toolOf = (rest: string) => {
  const [name, json] = wordAndRest(rest)
  return { name, input: inputOf(json) }
}

export const askOf = (rest: string): AskStep => {
  const [call = "", answers = ""] = rest.split(" -> ")
  const [key, tool] = wordAndRest(call)
  const says = Object.fromEntries(
    answers.split("/").map((answer) => {
      const colon = answer.indexOf(":")
      return [answer.slice(0, colon).trim(), answer.slice(colon + 1)] as const
    })
  )
  return { key, ...toolOf(tool), says }
}
