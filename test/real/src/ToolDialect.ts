/**
 * The tools of the programs, by the name that each offers to the model: how a
 * shell command or a new file is asked for there. A call that no offered tool
 * can do is an answer in words, which the test that wanted the call will see.
 */
import type { Want } from "./Script.ts"
import type { ComposedPart } from "./Wire.ts"

interface Call {
  readonly name: string
  readonly input: unknown
}

type Shell = (command: string) => unknown
type Write = (path: string, text: string) => unknown

const shells: ReadonlyArray<readonly [string, Shell]> = [
  ["Bash", (command) => ({ command, description: "As the script says" })],
  ["bash", (command) => ({ command, description: "As the script says" })],
  ["run_shell_command", (command) => ({ command, description: "As the script says", is_background: false })],
  ["exec_command", (cmd) => ({ cmd })]
]

const writes: ReadonlyArray<readonly [string, Write]> = [
  ["Write", (file_path, content) => ({ file_path, content })],
  ["write_file", (file_path, content) => ({ file_path, content })],
  // Two programs call it `write`; each looks only at the name of its own argument.
  ["write", (path, content) => ({ path, filePath: path, content })]
]

/** A new file for the one program that has no tool for files: it knows this command, and takes it for a patch. */
const patchCommand = (path: string, text: string): string =>
  [
    "apply_patch <<'EOF'",
    "*** Begin Patch",
    `*** Add File: ${path}`,
    ...text.split("\n").map((line) => `+${line}`),
    "*** End Patch",
    "EOF"
  ].join("\n")

const shellCall = (command: string, offered: ReadonlySet<string>): Call | undefined => {
  const found = shells.find(([name]) => offered.has(name))
  return found === undefined ? undefined : { name: found[0], input: found[1](command) }
}

const writeCall = (path: string, text: string, offered: ReadonlySet<string>): Call | undefined => {
  const found = writes.find(([name]) => offered.has(name))
  if (found !== undefined) return { name: found[0], input: found[1](path, text) }
  return offered.has("exec_command") ? shellCall(patchCommand(path, text), offered) : undefined
}

/** The part of an answer that carries the wish out with what is offered. */
export const compose = (want: Want, id: string, tools: ReadonlyArray<string>): ComposedPart => {
  const offered = new Set(tools)
  switch (want.type) {
    case "named":
      return { type: "call", id, name: want.name, input: want.input }
    case "shell": {
      const call = shellCall(want.command, offered)
      return call === undefined ? none("runs a command", tools) : { type: "call", id, ...call }
    }
    case "write": {
      const call = writeCall(want.path, want.text, offered)
      return call === undefined ? none("writes a file", tools) : { type: "call", id, ...call }
    }
  }
}

const none = (what: string, tools: ReadonlyArray<string>): ComposedPart => ({
  type: "text",
  text: `No tool that ${what} is offered, only: ${tools.join(", ")}.`
})
