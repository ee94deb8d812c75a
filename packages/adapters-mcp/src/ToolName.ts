/**
 * The names under which models know the tools of MCP servers:
 * `mcp__<server>__<tool>`, as users of coding agents write them. Pure.
 *
 * Providers take letters, digits, underscores and dashes, 64 of them. A name
 * that does not fit is changed and gets a mark of its own, so that it is the
 * same in every run and nobody else's.
 *
 * @stability unstable
 */

/** What all providers take. */
export const nameCharsMax = 64

/** Thirty bits: two of a thousand names that had to be changed meet once in two thousand servers. */
const markChars = 6

/** FNV-1a, 32 bits: the same on every machine; nobody's safety rests on it. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value >>> 0
}

const markOf = (text: string): string => hash(text).toString(36).padStart(markChars, "0").slice(-markChars)

const safe = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, "_")

/** The name of a tool while no other has it. */
export const toolName = (server: string, tool: string): string => {
  const plain = `mcp__${server}__${tool}`
  const name = safe(plain)
  if (name === plain && name.length <= nameCharsMax) return name
  return `${name.slice(0, nameCharsMax - markChars - 1)}_${markOf(plain)}`
}

/**
 * Takes a name that is not taken yet, or none when this server already has
 * a tool of this very name.
 */
export const claim = (taken: Set<string>, server: string, tool: string): string | undefined => {
  const name = toolName(server, tool)
  if (taken.has(name)) return undefined
  taken.add(name)
  return name
}
