/**
 * How this program was called, so that it can name itself in what it prints.
 */
import * as Context from "effect/Context"

export class Invocation extends Context.Reference<string>("@offshoot/server/cli/Invocation", {
  defaultValue: () => "offshoot"
}) {}
