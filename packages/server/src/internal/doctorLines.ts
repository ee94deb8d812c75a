/**
 * What was found of the coding agents, as lines of text and as JSON. Pure; the
 * words of programs are made harmless.
 */
import type { AgentSurvey } from "@offshoot/adapters-cli"
import * as Option from "effect/Option"
import * as TreeLines from "../TreeLines.ts"
import { firstLine, inert } from "./terminalText.ts"

/** How a probe ended, in the agent's words or ours, and what to do about it. */
export interface Probed {
  readonly status: string
  readonly words: string
  readonly hint: string
}

export interface Examined extends AgentSurvey.Surveyed {
  /** None: it was not probed. */
  readonly probe: Option.Option<Probed>
}

const heading = ["AGENT", "PROGRAM", "VERSION", "SIGNED IN", "STATE"]

const versionText = ({ range, verdict, version }: Examined): string => {
  const known = Option.getOrElse(version, () => "unknown")
  return verdict === "supported" ? known : `${known} (tried: ${range.oldest} to ${range.newest})`
}

const signInText = ({ signIn }: Examined): string => {
  switch (signIn._tag) {
    case "SignedIn":
      return `yes, by ${signIn.by}`
    case "SignedOut":
      return "no"
    case "Unknown":
      return `unknown: ${signIn.why}`
  }
}

/** In one word; the lacks below say why. */
const stateOf = ({ lacks, probe, program }: Examined): string => {
  if (Option.isNone(program)) return "missing"
  if (lacks.some(({ weight }) => weight === "blocks")) return "not ready"
  return Option.match(probe, {
    onNone: () => "ready",
    onSome: ({ status }) => (status === "completed" ? "answers" : `does not answer: ${status}`)
  })
}

const row = (one: Examined): ReadonlyArray<string> => {
  const who = `${one.id} (${one.title})`
  return Option.match(one.program, {
    onNone: () => [who, "", "", "", stateOf(one)],
    onSome: ({ path }) => [who, inert(path), versionText(one), signInText(one), stateOf(one)]
  })
}

const lackLines = (one: Examined): ReadonlyArray<string> => [
  ...one.lacks.map(({ mend, weight, what }) =>
    inert(`${one.id}: ${weight === "warns" ? "note: " : ""}${what}. To mend it: ${mend}`)
  ),
  ...Option.match(one.probe, {
    onNone: () => [],
    onSome: ({ hint, status, words }) =>
      status === "completed" ? [] : [inert(`${one.id}: ${firstLine(words)}. ${hint}`.trimEnd())]
  })
]

export const doctorLines = (
  all: ReadonlyArray<Examined>,
  unknown: ReadonlyArray<string>,
  canvas: { readonly columns: number; readonly colour: boolean }
): ReadonlyArray<string> => {
  const lacks = [
    ...all.flatMap(lackLines),
    ...unknown.map((id) => inert(`${id}: no agent of the configuration, and none that is known`))
  ]
  return [...TreeLines.table(heading, all.map(row), canvas), ...(lacks.length === 0 ? [] : ["", ...lacks])]
}

/** One agent for machines; what is not known is left out. */
export const doctorJson = (one: Examined): Readonly<Record<string, unknown>> => ({
  id: one.id,
  title: one.title,
  protocol: one.protocol,
  state: stateOf(one),
  ...Option.match(one.program, { onNone: () => ({}), onSome: ({ others, path }) => ({ path, otherCopies: others }) }),
  ...Option.match(one.version, { onNone: () => ({}), onSome: (version) => ({ version }) }),
  versionVerdict: one.verdict,
  versionRange: one.range,
  signIn: one.signIn,
  lacks: one.lacks,
  ...Option.match(one.probe, { onNone: () => ({}), onSome: (probe) => ({ probe }) })
})
