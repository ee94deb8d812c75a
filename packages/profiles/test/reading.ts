/**
 * What the tests of the readers have in common: reading one file, and asking
 * what its role may do under a parent that may do everything.
 */
import { ToolPolicy } from "@offshoot/core"
import * as Option from "effect/Option"
import type { Reading, Role, RoleFormat, Surroundings } from "../src/internal/roleFormat.ts"

export const untrusted: Surroundings = { trusted: false, agentAt: () => Option.none() }

export const read = (format: RoleFormat, text: string, name = "file", around = untrusted): Reading =>
  format.read({ name, text }, around)

export const only = (reading: Reading): Role => {
  const [role, ...others] = reading.roles
  if (role === undefined || others.length > 0 || reading.broken.length > 0) {
    throw new TypeError(`not one role: ${JSON.stringify(reading)}`)
  }
  return role
}

/** Tools of the app and of usual servers, by the work that they do. */
const samples = {
  read: "mcp__filesystem__read_text_file",
  search: "mcp__filesystem__search_files",
  write: "mcp__filesystem__edit_file",
  shell: "mcp__shell__run",
  fetch: "fetch",
  webSearch: "web_search",
  spawn: "SubAgent",
  other: "mcp__tracker__list_issues"
}

/** The works that the role may do, joined in the order above. */
export const may = (role: Pick<Role, "tools">): string => {
  const scope = ToolPolicy.narrow(ToolPolicy.everything, role.tools, [])
  return Object.entries(samples)
    .filter(([, tool]) => ToolPolicy.permits(scope, tool))
    .map(([work]) => work)
    .join(" ")
}

export const ignored = (role: Role): ReadonlyArray<string> => role.ignored.map(({ what }) => what)

export const page = (head: string, body = "You do it."): string => `---\n${head}\n---\n\n${body}\n`
