import { defineConfig } from "vitest/config"

const conditions = ["@offshoot/source", "module", "node", "import", "default"]

/** The checks that are written as tests; `pnpm check` runs them, `pnpm test` does not. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ["tools/**/*.test.ts"], passWithNoTests: false, testTimeout: 60_000, hookTimeout: 60_000 }
})
