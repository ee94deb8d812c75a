import * as Json from "../Json.ts"
import { type ProgramSpec, key, model } from "../ProgramSpec.ts"

export const pi: ProgramSpec = {
  id: "pi",
  packageName: "@mariozechner/pi-coding-agent",
  version: "0.73.1",
  bin: "pi",
  installScripts: false,
  home: ({ url }) => ({
    files: {
      ".pi/agent/models.json": Json.encode({
        providers: {
          fake: {
            baseUrl: `${url}/v1`,
            api: "openai-completions",
            apiKey: "FAKE_KEY",
            models: [
              {
                id: model,
                name: model,
                reasoning: true,
                input: ["text"],
                contextWindow: 200_000,
                maxTokens: 8000,
                cost: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 }
              }
            ]
          }
        }
      })
    },
    env: { FAKE_KEY: key, PI_OFFLINE: "1", PI_TELEMETRY: "0" }
  })
}
