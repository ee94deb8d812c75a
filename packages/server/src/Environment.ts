/**
 * The variables of the process's environment, as a reference.
 *
 * Only the entry of the program gives the real ones; everywhere else there are
 * none until somebody gives them. Apart from `Settings`, so that the entry does
 * not load what reads them.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"

export class Environment extends Context.Reference<Readonly<Record<string, string | undefined>>>(
  "@offshoot/server/Environment",
  { defaultValue: () => ({}) }
) {}
