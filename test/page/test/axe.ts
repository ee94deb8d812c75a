/** What axe finds on a page. It is evaluated by the debugger, which the page's policy does not bind. */
import axe from "axe-core"
import type { Page } from "playwright-core"

interface Violation {
  readonly impact?: string | null
  readonly id: string
  /** The first place where it is. */
  readonly html: string
}

/** Serious and critical ones, each with the first place where it is. */
export const seriousFindings = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe.source)
  const violations = await page.evaluate<ReadonlyArray<Violation>>(
    "axe.run(document).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, html: nodes[0].html })))"
  )
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ html, id }) => `${id}: ${html.slice(0, 200)}`)
}
