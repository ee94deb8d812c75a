import * as Json from "../Json.ts"
import { type ProgramSpec, key } from "../ProgramSpec.ts"

/** Without `GEMINI_CLI_NO_RELAUNCH` a second process does the work, and the first passes no signal on. */
export const gemini: ProgramSpec = {
  id: "gemini",
  packageName: "@google/gemini-cli",
  version: "0.61.0",
  bin: "gemini",
  installScripts: false,
  home: ({ url }) => ({
    files: {
      ".gemini/settings.json": Json.encode({
        security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
        privacy: { usageStatisticsEnabled: false },
        general: { enableAutoUpdate: false }
      })
    },
    env: {
      GEMINI_API_KEY: key,
      GOOGLE_GEMINI_BASE_URL: url,
      GEMINI_MODEL: "gemini-2.5-flash",
      GEMINI_CLI_NO_RELAUNCH: "1",
      NO_BROWSER: "1"
    }
  })
}
