import { defineConfig } from "vitest/config"

const conditions = ["@offshoot/source", "module", "node", "import", "default"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/*/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/real/**"],
    passWithNoTests: false,
    reporters: ["default", "./tools/closing-line.ts"]
  }
})
