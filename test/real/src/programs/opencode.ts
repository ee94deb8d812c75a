import * as Json from "../Json.ts"
import { type ProgramSpec, key, model } from "../ProgramSpec.ts"

const limit = { context: 200_000, output: 8000 }

const config = (url: string): string =>
  Json.encode({
    model: `fake/${model}`,
    small_model: `fake/${model}`,
    autoupdate: false,
    share: "disabled",
    permission: { bash: "ask", edit: "ask" },
    provider: {
      fake: {
        npm: "@ai-sdk/openai-compatible",
        name: "fake",
        options: { baseURL: `${url}/v1`, apiKey: "{env:FAKE_KEY}" },
        models: {
          [model]: {
            name: model,
            tool_call: true,
            reasoning: true,
            limit,
            cost: { input: 3, output: 15, cache_read: 0.3 }
          }
        }
      }
    }
  })

/** Asks before it runs a command or edits a file; what a model costs is in dollars per million tokens. */
export const opencode: ProgramSpec = {
  id: "opencode",
  packageName: "opencode-ai",
  version: "1.18.33",
  bin: "opencode",
  installScripts: true,
  home: ({ home, url }) => ({
    files: { ".config/opencode/opencode.json": config(url) },
    env: {
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      FAKE_KEY: key,
      XDG_CACHE_HOME: `${home}/.cache`,
      XDG_CONFIG_HOME: `${home}/.config`,
      XDG_DATA_HOME: `${home}/.local/share`,
      XDG_STATE_HOME: `${home}/.local/state`
    }
  })
}
