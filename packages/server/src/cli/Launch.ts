/** How this program was started, so that another one can be told how to start it. */
import * as Context from "effect/Context"
import type { LaunchShape } from "../mcp/LaunchCommand.ts"

/** As installed, by default; only the entry of the program knows. */
export class Launch extends Context.Reference<LaunchShape>("@offshoot/server/cli/Launch", {
  defaultValue: () => ({ node: "node", options: [], script: "offshoot", platform: "linux", folder: "." })
}) {}
