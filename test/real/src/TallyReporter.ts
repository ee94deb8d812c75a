/**
 * Counts the tests under each program's name, into the file that the run names:
 * one line of JSON, `{"claude":{"passed":3,"failed":0}}`. A test belongs to the outermost `describe`
 * that it is in.
 */
import * as NodeFS from "node:fs"
import type { Reporter, TestCase, TestModule } from "vitest/node"
import * as Json from "./Json.ts"

export const variable = "OFFSHOOT_REAL_TALLY"

const outermost = (test: TestCase): string => {
  let name = ""
  for (let parent = test.parent; parent.type === "suite"; parent = parent.parent) name = parent.name
  return name
}

export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const file = process.env[variable]
    if (file === undefined) return
    const counts = new Map<string, { passed: number; failed: number }>()
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const name = outermost(test)
        const count = counts.get(name) ?? { passed: 0, failed: 0 }
        const { state } = test.result()
        if (state === "passed") count.passed += 1
        if (state === "failed") count.failed += 1
        counts.set(name, count)
      }
    }
    NodeFS.writeFileSync(file, Json.encode(Object.fromEntries(counts)))
  }
}
