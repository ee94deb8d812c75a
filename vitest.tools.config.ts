import { defineConfig } from "vitest/config"

/** The checks that are written as tests; `pnpm check` runs them, `pnpm test` does not. */
export default defineConfig({
  test: { include: ["tools/**/*.test.ts"], passWithNoTests: false, testTimeout: 60_000, hookTimeout: 60_000 }
})
