/**
 * How a tool call looks in an editor: its kind, its title, and what is shown of
 * its arguments and its result. Pure.
 *
 * A kind is guessed from the name, for an icon; nothing depends on it.
 *
 * @stability unstable
 */
import type { ToolCallContent, ToolKind } from "@agentclientprotocol/sdk/unstable"
import { jsonLine } from "../internal/jsonLine.ts"
import { cut, inert } from "../internal/terminalText.ts"

/** A line in a list of tool calls. */
const titleColumnsMax = 100

/** A screen or two; the whole is in the record. */
const contentCharsMax = 20_000

/** Raw values are for tools of the editor; past this they are left out, for the content shows their beginning. */
const rawCharsMax = 65_536

const words = (name: string): ReadonlyArray<string> =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)

/** The first kind of which the name has a word. */
const kinds: ReadonlyArray<readonly [ToolKind, ReadonlySet<string>]> = [
  ["delete", new Set(["delete", "remove", "rm", "unlink"])],
  ["move", new Set(["move", "rename", "mv"])],
  ["edit", new Set(["edit", "write", "patch", "replace", "insert", "append"])],
  ["search", new Set(["search", "grep", "find", "glob", "query"])],
  ["execute", new Set(["bash", "shell", "exec", "execute", "run", "command", "terminal"])],
  ["fetch", new Set(["fetch", "http", "web", "url", "download", "browse"])],
  ["read", new Set(["read", "view", "cat", "list", "ls", "open"])],
  ["think", new Set(["think", "plan", "todo"])]
]

export const kindOf = (toolName: string): ToolKind => {
  const own = words(toolName.split("__").at(-1) ?? toolName)
  return kinds.find(([, names]) => own.some((word) => names.has(word)))?.[0] ?? "other"
}

/** The arguments that say best what a call is about, the best first. */
const telling = ["title", "file_path", "path", "command", "pattern", "query", "url", "uri", "prompt", "name", "action"]

const aboutOf = (given: unknown): string => {
  if (typeof given !== "object" || given === null) return ""
  for (const key of telling) {
    const value = key in given ? Reflect.get(given, key) : undefined
    if (typeof value === "string" && value !== "") return inert(value)
  }
  return ""
}

/** The tool, and in a few words what with. */
export const titleOf = (toolName: string, given: unknown): string => {
  const about = aboutOf(given)
  return cut(about === "" ? inert(toolName) : `${inert(toolName)}: ${about}`, titleColumnsMax)
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : jsonLine(value ?? null))

/** Beginning and end of a text that is too long. */
const bounded = (text: string): string => {
  if (text.length <= contentCharsMax) return text
  const half = contentCharsMax / 2
  return `${text.slice(0, half)}\n… ${text.length - contentCharsMax} characters are left out …\n${text.slice(-half)}`
}

export const textContent = (text: string): Array<ToolCallContent> =>
  text === "" ? [] : [{ type: "content", content: { type: "text", text: bounded(text) } }]

/** A result as it is read. */
export const contentOf = (value: unknown): Array<ToolCallContent> => textContent(textOf(value))

/** A value as it came, unless it is too large. */
export const rawOf = <const Key extends string>(key: Key, value: unknown): { readonly [K in Key]?: unknown } => {
  const raw: { [K in Key]?: unknown } = {}
  if (value !== undefined && jsonLine(value ?? null).length <= rawCharsMax) raw[key] = value
  return raw
}
