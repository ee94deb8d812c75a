import * as Json from "../Json.ts"
import { type ProgramSpec, key, model } from "../ProgramSpec.ts"

export const qwen: ProgramSpec = {
  id: "qwen",
  packageName: "@qwen-code/qwen-code",
  version: "0.24.4",
  bin: "qwen",
  installScripts: false,
  home: ({ url }) => ({
    files: {
      ".qwen/settings.json": Json.encode({
        security: { auth: { selectedType: "openai" }, folderTrust: { enabled: false } },
        privacy: { usageStatisticsEnabled: false },
        general: { enableAutoUpdate: false, disableAutoUpdate: true }
      })
    },
    env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: model, NO_BROWSER: "1" }
  })
}
