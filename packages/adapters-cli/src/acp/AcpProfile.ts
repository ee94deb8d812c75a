/**
 * Any agent that speaks the Agent Client Protocol, by its command alone.
 *
 * @stability unstable
 */
import { plain } from "./AcpDialect.ts"
import { acp } from "./AcpProtocol.ts"
import type { AgentProfile } from "../AgentProfile.ts"

/** What people call the program: the last part of its path. */
const nameOf = (program: string): string => program.split(/[/\\]/).at(-1) ?? program

/**
 * The profile of `{acp: [program, ...args]}`. Nothing is known of its versions
 * and its sign-in; when it is not signed in, it says so in its first session.
 */
export const profileOf = (command: readonly [string, ...ReadonlyArray<string>]): AgentProfile => {
  const [program, ...args] = command
  const title = nameOf(program)
  return {
    id: "acp",
    title,
    protocol: acp(plain(title)),
    programs: [program],
    // Any version may speak it: none was tried, so none is too old or too new.
    version: { args: ["--version"], oldest: "0.0.0", newest: "9999.0.0" },
    install: `install ${title}, or correct its path in the configuration`,
    args: () => args,
    environment: () => ({}),
    passes: [],
    signIn: () => ({ _tag: "Unknown", why: "it says so itself, when a session begins" }),
    quirks: []
  }
}
