/**
 * An extension of pi that has it ask before it acts.
 *
 * pi has no permissions of its own: every tool runs. This module is loaded by
 * pi itself (`--extension`), in pi's process; it sends each call that may
 * change something to whoever speaks pi's RPC, through pi's own dialogs, and
 * blocks what is not allowed. It decides nothing. It imports nothing: pi's
 * process has none of our modules.
 *
 * @stability unstable
 */

/** What pi 0.73.1 gives an extension, as far as this one uses it. */
interface ExtensionContext {
  readonly ui: {
    readonly notify: (message: string, kind: "info") => void
    readonly select: (title: string, options: ReadonlyArray<string>) => Promise<string | undefined>
  }
}
interface ToolCall {
  readonly toolCallId: string
  readonly toolName: string
  readonly input: unknown
}
interface Extension {
  readonly on: {
    (event: "session_start", handle: (event: unknown, context: ExtensionContext) => void): void
    (
      event: "tool_call",
      handle: (call: ToolCall, context: ExtensionContext) => Promise<{ block: true; reason: string } | undefined>
    ): void
  }
}

/** Says that calls go through the gate: without it nothing would be asked. */
export const announcement = "offshoot.gate 1"
/** Begins the title of a dialog that is a call; JSON follows. */
export const askMark = "offshoot.permission "
export const allowed = "Allow"
export const denied = "Deny"

/** The tools of pi 0.73.1 that only look. */
const looking = new Set(["read", "grep", "find", "ls"])

const reasonOf = (choice: string | undefined): string =>
  choice === undefined || choice === denied ? "Nobody allowed this: go on without it, or say that you cannot." : choice

// oxlint-disable-next-line import/no-default-export -- this is how pi finds an extension.
export default (pi: Extension): void => {
  pi.on("session_start", (_, { ui }) => ui.notify(announcement, "info"))
  pi.on("tool_call", async ({ input, toolCallId, toolName }, { ui }) => {
    if (looking.has(toolName)) return undefined
    const choice = await ui.select(askMark + JSON.stringify({ toolCallId, toolName, input }), [allowed, denied])
    return choice === allowed ? undefined : { block: true, reason: reasonOf(choice) }
  })
}
