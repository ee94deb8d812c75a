/**
 * The last line of a test run, for people and programs that read only that:
 * `Tests: 12 passed, 0 failed`.
 *
 * It counts what vitest reports and nothing else. A file that does not load and
 * an error outside every test count as one failure each, so that a red run can
 * never close with `0 failed`. A run that was interrupted has no such line. The exit code is vitest's own.
 */
import * as NodeFS from "node:fs"
import type { SerializedError } from "vitest"
import type { Reporter, TestModule, TestRunEndReason } from "vitest/node"

export interface Counts {
  readonly passed: number
  readonly failed: number
}

export const count = (modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<SerializedError>): Counts => {
  let passed = 0
  let failed = unhandled.length
  for (const module of modules) {
    if (module.errors().length > 0) failed += 1
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed += 1
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === "passed") passed += 1
      if (state === "failed") failed += 1
    }
  }
  return { passed, failed }
}

export const line = (counts: Counts): string => `Tests: ${counts.passed} passed, ${counts.failed} failed\n`

/** Written when the process ends, so that it comes after everything that other reporters say. */
export default class ClosingLine implements Reporter {
  private counts: Counts | undefined

  onInit(): void {
    process.once("exit", () => {
      if (this.counts !== undefined) NodeFS.writeSync(1, line(this.counts))
    })
  }

  onTestRunEnd(
    modules: ReadonlyArray<TestModule>,
    unhandled: ReadonlyArray<SerializedError>,
    reason: TestRunEndReason
  ): void {
    this.counts = reason === "interrupted" ? undefined : count(modules, unhandled)
  }
}
