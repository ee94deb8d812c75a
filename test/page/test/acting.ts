/** What a person does on the page, and looks for. Everything waits for the page, and no longer than the tabs' patience. */
import * as Effect from "effect/Effect"
import type { Locator, Page } from "playwright-core"

export const run = <A>(evaluate: () => Promise<A>): Effect.Effect<A> => Effect.promise(evaluate)

export const row = (page: Page, title: string): Locator => page.getByRole("treeitem").filter({ hasText: title }).last()

/** Another place of the page, as a link leads there. */
export const go = (page: Page, hash: string): Effect.Effect<void> =>
  run(() => page.evaluate(`location.hash = ${JSON.stringify(hash)}`))

export const openSession = (page: Page, id: string, view: string): Effect.Effect<void> =>
  Effect.andThen(
    go(page, `#/session/${id}/${view}`),
    run(() => page.getByRole("tab", { name: new RegExp(`^${view}$`, "i"), selected: true }).waitFor())
  )

/** The state of the open session, in the word that stands beside its icon. */
export const paneState = (page: Page, word: string): Effect.Effect<void> =>
  run(() => page.locator(".pane-now .word").getByText(word, { exact: true }).waitFor())
