/** In which MCP hosts this program is installed, as lines of text and as JSON. Pure. */
import type { Surveyed } from "../mcp/InstallSurvey.ts"
import * as TreeLines from "../TreeLines.ts"
import { inert } from "./terminalText.ts"

const heading = ["MCP HOST", "SCOPE", "STATE", "FILE"]

const stateOf = ({ verdict }: Surveyed): string => {
  switch (verdict._tag) {
    case "Ready":
      return "installed"
    case "OtherVersion":
      return "installed, another version"
    case "Gone":
      return "installed, program gone"
    case "Unknown":
      return "another program"
    case "Unreadable":
      return "unreadable"
  }
}

const commandOf = ({ id, scope }: Surveyed, invocation: string): string =>
  `${invocation} mcp install ${id}${scope === "project" ? " --project" : ""}`

/** What is wrong, and what mends it. */
const lackOf = (one: Surveyed, own: string, invocation: string): string | undefined => {
  const { verdict } = one
  switch (verdict._tag) {
    case "Ready":
      return undefined
    case "OtherVersion":
      return `it starts version ${verdict.version}, and this is ${own}. To mend it: ${commandOf(one, invocation)}`
    case "Gone":
      return `it starts ${verdict.file}, which is not there. To mend it: ${commandOf(one, invocation)}`
    case "Unknown":
      return `it starts something that is not known to be offshoot. To replace it: ${commandOf(one, invocation)}`
    case "Unreadable":
      return `${verdict.told}. To mend it: edit the file by hand`
  }
}

export interface Told {
  readonly own: string
  readonly invocation: string
}

export const mcpHostLines = (
  all: ReadonlyArray<Surveyed>,
  { invocation, own }: Told,
  canvas: { readonly columns: number; readonly colour: boolean }
): ReadonlyArray<string> => {
  if (all.length === 0) return ["", `No MCP host starts offshoot. To have one do so: ${invocation} mcp install --help`]
  const rows = all.map((one) => [one.title, one.scope, stateOf(one), inert(one.file)])
  const lacks = all.flatMap((one) => {
    const lack = lackOf(one, own, invocation)
    return lack === undefined ? [] : [inert(`${one.title} (${one.scope}): ${lack}`)]
  })
  return ["", ...TreeLines.table(heading, rows, canvas), ...(lacks.length === 0 ? [] : ["", ...lacks])]
}

export const mcpHostJson = (one: Surveyed, { invocation, own }: Told): Readonly<Record<string, unknown>> => {
  const lack = lackOf(one, own, invocation)
  return {
    id: one.id,
    title: one.title,
    scope: one.scope,
    file: one.file,
    state: stateOf(one),
    ...(lack === undefined ? {} : { lack })
  }
}
