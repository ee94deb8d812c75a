import { type ProgramSpec, key, model } from "../ProgramSpec.ts"

const config = (url: string): string => `model = "${model}"
model_provider = "fake"

[analytics]
enabled = false

[features]
plugins = false

[model_providers.fake]
name = "fake"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "FAKE_KEY"
`

/** Without `analytics.enabled = false` it needs five seconds to end when it is offline. It makes no programs of its own for tools when its home is in `TMPDIR`. */
export const codex: ProgramSpec = {
  id: "codex",
  packageName: "@openai/codex",
  version: "0.169.0",
  bin: "codex",
  installScripts: false,
  home: ({ home, url }) => ({
    files: { ".codex/config.toml": config(url) },
    env: { CODEX_HOME: `${home}/.codex`, FAKE_KEY: key }
  })
}
