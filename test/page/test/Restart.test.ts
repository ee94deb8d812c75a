/** A page that begins before anything has run, and stays while its server is killed and comes back. */
import { assert, describe, it } from "@effect/vitest"
import * as TreeWords from "@offshoot/core/TreeWords"
import { Record } from "@offshoot/test-e2e"
import { Chromium, House } from "@offshoot/test-page"
import * as Effect from "effect/Effect"
import { go, row, run } from "./acting.ts"

describe("the page and its server", () => {
  it.live(
    "an empty page offers to begin; a kill -9 in mid-run is said, and afterwards all is there, and once",
    () =>
      Effect.gen(function* () {
        const house = yield* House.make()
        const first = yield* house.serve
        const chromium = yield* Chromium.launch
        const { page } = yield* (yield* Chromium.tabs(chromium)).open
        yield* run(() => page.goto(house.link))
        yield* run(() => page.getByRole("heading", { name: "Nothing has run here yet" }).waitFor())
        yield* run(() => page.getByText("gated").first().waitFor())
        yield* run(() => page.getByRole("main").getByRole("button", { name: "New session" }).click())
        const dialog = page.getByRole("dialog")
        yield* run(() => dialog.getByLabel("Prompt").fill("word for word"))
        yield* run(() => dialog.getByLabel("Title").fill("Begun from the page"))
        yield* run(() => dialog.getByLabel("Agent").selectOption("echo"))
        yield* run(() => dialog.getByRole("button", { name: "Start" }).click())
        yield* run(() => page.locator(".pane-now .word").getByText("completed", { exact: true }).waitFor())
        yield* run(() => page.getByRole("log").getByText("word for word", { exact: true }).first().waitFor())

        yield* go(page, "#/?all")
        const root = yield* House.root(first, "Survives")
        const titles = ["one", "two", "three", "four", "five"].map((name) => `Child ${name}`)
        const children = yield* Effect.forEach(titles, (title, index) =>
          House.child(first, root.id, { title, prompt: "x", agent: index === 4 ? "echo" : "gated" })
        )
        for (const title of titles) yield* run(() => row(page, title).waitFor())
        yield* run(() => row(page, "Child one").getByText("running", { exact: true }).waitFor())

        yield* first.stop("SIGKILL")
        yield* run(() => page.getByText("offline").first().waitFor())
        const second = yield* house.serve
        yield* run(() => page.getByRole("banner").getByText("live", { exact: true }).waitFor())
        const later = yield* House.child(second, root.id, { title: "Child of the next", prompt: "x", agent: "echo" })
        const settled = yield* Record.settled(second.client, root.id)
        assert.lengthOf(settled, children.length + 1)
        for (const { status, title } of settled) {
          const word = TreeWords.lookOf(status).word
          yield* run(() => row(page, title).getByText(word, { exact: true }).first().waitFor())
        }
        const shown = yield* run(() => page.getByRole("treeitem").allInnerTexts())
        for (const title of [...titles, "Child of the next"]) {
          assert.lengthOf(
            shown.filter((text) => text.includes(title)),
            1,
            `${title} stands there once`
          )
        }
        assert.include(
          settled.map(({ id }) => id),
          later.id
        )
        assert.deepStrictEqual(chromium.wanted, [])
      }),
    60_000
  )
})
