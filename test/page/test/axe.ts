/** What axe finds on a page. It is evaluated by the debugger, which the page's policy does not bind. */
import * as NodeFS from "node:fs"
import { createRequire } from "node:module"
import type { Page } from "playwright-core"

const source = NodeFS.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

interface Violation {
  readonly impact?: string | null
  readonly id: string
  /** The first place where it is. */
  readonly html: string
}

/** Serious and critical ones, each with the first place where it is. */
export const seriousFindings = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(source)
  const violations = await page.evaluate<ReadonlyArray<Violation>>(
    "axe.run(document).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, html: nodes[0].html })))"
  )
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ html, id }) => `${id}: ${html.slice(0, 200)}`)
}
