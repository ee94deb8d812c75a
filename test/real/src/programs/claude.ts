import { type ProgramSpec, key } from "../ProgramSpec.ts"

/**
 * Without `CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC` it calls home at a start.
 * It keeps the sockets of its processes in `TMPDIR`.
 */
export const claude: ProgramSpec = {
  id: "claude",
  packageName: "@anthropic-ai/claude-code",
  version: "2.1.330",
  bin: "claude",
  installScripts: true,
  home: ({ url }) => ({
    files: {},
    env: {
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: key,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1"
    }
  })
}
