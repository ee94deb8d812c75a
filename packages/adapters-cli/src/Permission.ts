/**
 * Who decides what an agent asks for: the mode of the configuration, or a
 * person. Pure.
 *
 * A mode is the operator's word, given before the run; no program approves
 * itself, and nothing that a program says changes the mode.
 *
 * @stability unstable
 */
import type { PermissionMode } from "./CliProtocol.ts"
import type { Asked } from "./Fact.ts"

/** `Ask`: it becomes a request. The words go to the program with a denial. */
export type Decision =
  | { readonly _tag: "Ask" }
  | { readonly _tag: "Allow" }
  | { readonly _tag: "Deny"; readonly words: string }

const ask: Decision = { _tag: "Ask" }
const allow: Decision = { _tag: "Allow" }

const byMode =
  "The operator's permission mode is deny: this is not allowed here. Go on without it, or say that you cannot."

const hiddenTool = (toolName: string): string => `The tool ${toolName} is not available to you here.`

/**
 * - `ask`: everything that the program asks becomes a request.
 * - `deny`: nothing is allowed, and nobody is asked.
 * - `accept_edits`: changes of files in the workspace are allowed, the rest is asked for.
 * - `full`: everything that the program asks is allowed.
 *
 * A tool that the session may not use is denied in every mode (I8). A question
 * is always asked: only a person has the answer, so in `deny` it gets none.
 */
export const decide = (mode: PermissionMode, asked: Asked, disabledTools: ReadonlyArray<string>): Decision => {
  if (asked.type === "question_asked") {
    return mode === "deny" ? { _tag: "Deny", words: "Nobody is there to answer: decide yourself." } : ask
  }
  if (disabledTools.includes(asked.toolName)) return { _tag: "Deny", words: hiddenTool(asked.toolName) }
  switch (mode) {
    case "ask":
      return ask
    case "deny":
      return { _tag: "Deny", words: byMode }
    case "accept_edits":
      return asked.kind === "edit" || asked.kind === "read" ? allow : ask
    case "full":
      return allow
  }
}
