import { defineConfig } from "vitest/config"

const conditions = ["@offshoot/source", "module", "node", "import", "default"]

/**
 * The tests with real programs, for `npm run test:real`, which installs the
 * programs and starts this where there is no network. One file at a time: each
 * program takes a processor and up to 600 MB.
 */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/real/test/**/*.test.ts"],
    passWithNoTests: false,
    fileParallelism: false,
    // What is theirs to decide, such as which event comes first, programs of others do not decide the same way each time.
    retry: 1,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    reporters: ["default", "./tools/closing-line.ts", "./test/real/src/TallyReporter.ts"]
  }
})
