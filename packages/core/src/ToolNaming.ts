/**
 * Which tools usually do what, by their names alone. Pure.
 *
 * A role is written before anybody knows which tools there are: "may read files"
 * has to become patterns of a `ToolPolicy`. These are the names of tools that
 * apps and the usual MCP servers give to such work. They are a convention, not
 * knowledge: a tool that writes under another name is not among those that
 * write, so a role that must not write at all needs an allowlist.
 *
 * @stability unstable
 */

/** What a tool does for an agent, as roles speak of it. */
export type Work = "read" | "search" | "write" | "shell" | "fetch" | "webSearch" | "spawn"

/** Servers of files, by the names under which they are usually configured. */
const fileServers = ["filesystem", "files", "fs"]

const ofFileServers = (verbs: ReadonlyArray<string>): ReadonlyArray<string> =>
  fileServers.flatMap((server) => verbs.map((verb) => `mcp__${server}__${verb}`))

const wholeServers = (servers: ReadonlyArray<string>): ReadonlyArray<string> =>
  servers.map((server) => `mcp__${server}__*`)

/** Verbs with which tools that change something begin. */
const writing = ["write", "edit", "create", "update", "delete", "remove", "move", "rename", "replace", "patch"]

/** Patterns of the tools that usually do this work. */
export const usual: { readonly [W in Work]: ReadonlyArray<string> } = {
  read: [
    "read",
    "read_file*",
    "read_text_file",
    "read_media_file",
    "read_multiple_files",
    "read_many_files",
    "list_directory*",
    "directory_tree",
    "get_file_info",
    ...ofFileServers(["read*", "list*", "directory_tree", "get_file_info"])
  ],
  search: ["grep*", "glob*", "search_files*", "find_files*", ...ofFileServers(["search*", "find*", "grep*", "glob*"])],
  write: [
    ...writing.flatMap((verb) => [verb, `${verb}_*`]),
    "apply_patch",
    ...ofFileServers(writing.map((verb) => `${verb}*`))
  ],
  shell: [
    "bash",
    "shell",
    "exec",
    "run_command*",
    "run_shell_command*",
    "execute_command*",
    ...wholeServers(["shell", "bash", "terminal", "commands"])
  ],
  fetch: ["fetch", "fetch_url", "web_fetch", ...wholeServers(["fetch"])],
  webSearch: ["web_search", "search_web", ...wholeServers(["web-search", "web_search", "websearch"])],
  spawn: ["SubAgent"]
}
