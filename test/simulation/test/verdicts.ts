/** How the tests of the checks say what a check finds. */
import { assert } from "@effect/vitest"
import type { History } from "../src/Facts.ts"

export type Check = (history: History) => ReadonlyArray<string>

export const accepts = (check: Check, history: History) => assert.deepStrictEqual(check(history), [])
export const refuses = (check: Check, history: History, part: string) => {
  const found = check(history)
  assert.isTrue(
    found.some((finding) => finding.includes(part)),
    `${part} is not in: ${found.join("; ") || "nothing"}`
  )
}
