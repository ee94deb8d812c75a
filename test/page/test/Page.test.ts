/** The page as a person has it: a real browser, the real server, real children. */
import { assert, layer } from "@effect/vitest"
import { RawHttp } from "@offshoot/test-e2e"
import type { Ids } from "@offshoot/core"
import { Chromium, House } from "@offshoot/test-page"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Page } from "playwright-core"
import { seriousFindings } from "./axe.ts"
import { go, openSession, paneState, row, run } from "./acting.ts"

/** One browser and one server for all of them; what a test starts stands under a root of its own. */
class World extends Context.Service<
  World,
  {
    readonly chromium: Chromium.Chromium
    readonly house: House.House
    readonly server: Effect.Success<House.House["serve"]>
  }
>()("@offshoot/test-page/test/Page.test/World") {}

const world = Layer.effect(
  World,
  Effect.gen(function* () {
    const house = yield* House.make()
    const server = yield* house.serve
    return { chromium: yield* Chromium.launch, house, server }
  })
)

/** Tabs of one person, the first of which has signed in by the printed link. */
const person = Effect.fnUntraced(function* (options: Parameters<typeof Chromium.tabs>[1] = {}) {
  const { chromium, house } = yield* World
  const { open } = yield* Chromium.tabs(chromium, options)
  const tab = yield* open
  yield* run(() => tab.page.goto(house.link))
  return { ...tab, another: open }
})

const spawned = Effect.fnUntraced(function* (title: string, prompt: string, agent = "claude") {
  const { server } = yield* World
  const root = yield* House.root(server, `Root of ${title}`)
  return yield* House.child(server, root.id, { title, prompt, agent })
})

/** The log replays no words: what a child is to be heard saying comes after this. */
const hears = (page: Page): Effect.Effect<void> =>
  run(() => page.getByRole("log").getByText("live from here").waitFor())

/** By its element, as a dialog that is closed has no role any more, and takes the keys until it is gone. */
const noDialog = (page: Page): Effect.Effect<void> => run(() => page.locator("dialog").waitFor({ state: "detached" }))

/** A child that waits for a message goes on when the page hears it. */
const saidOnceHeard = Effect.fnUntraced(function* (page: Page, id: Ids.SessionId, words: string) {
  const { server } = yield* World
  yield* hears(page)
  yield* Effect.orDie(server.client.calls.messages.send({ params: { id }, payload: { text: "go on" } }))
  yield* run(() => page.getByRole("log").getByText(`go on, ${words}`, { exact: true }).waitFor())
})

/** So many runs of the session have begun, as the record says. */
const begun = (id: string, runs: number) =>
  Effect.flatMap(World, ({ server }) =>
    server.client.feed({ since: 0 }).pipe(
      Stream.filter(
        ({ event, streamId }) => event.type === "execution_started" && Option.contains(streamId, id as never)
      ),
      Stream.take(runs),
      Stream.runDrain,
      Effect.orDie
    )
  )

const resultOf = (page: Page, id: string): Effect.Effect<string> =>
  Effect.andThen(
    openSession(page, id, "result"),
    run(async () => {
      await page.locator(".outcome").waitFor()
      return page.locator("#view").innerText()
    })
  )

interface Seen {
  readonly text: string
  readonly links: ReadonlyArray<string>
  readonly elements: number
  readonly hurt: boolean
  readonly longest: number
}

/** Evaluated in the page: what became of what a child said. */
const look = `({
  text: document.body.innerText,
  links: [...document.querySelectorAll("a")].map((a) => a.getAttribute("href")),
  elements: document.querySelectorAll(".log img, .log script, .log b, .pane b").length,
  hurt: "hurt" in window,
  longest: Math.max(...[...document.querySelectorAll(".log-text")].map((row) => row.textContent.length))
})`

const limit = 60_000

layer(world, { timeout: limit, excludeTestServices: true })("the page", (it) => {
  it.effect(
    "signs in by the printed link, forgets the token, and shows the tree as it fills",
    () =>
      Effect.gen(function* () {
        const { server } = yield* World
        const { complaints, origins, page } = yield* person()
        const root = yield* House.root(server, "A tree that fills")
        const above = yield* House.child(server, root.id, { title: "Above", prompt: "hang", agent: "claude" })
        yield* House.child(server, above.id, { title: "Below", prompt: "say hello\nhang", agent: "claude" })
        yield* run(() => row(page, "Above").waitFor())
        yield* run(() => row(page, "Below").waitFor())
        assert.strictEqual(yield* run(() => row(page, "Below").getAttribute("aria-level")), "4")
        assert.notInclude(page.url(), "token")
        assert.deepStrictEqual(complaints, [])
        assert.deepStrictEqual([...origins], [new URL(page.url()).origin])
        const cookies = yield* run(() => page.context().cookies())
        assert.deepStrictEqual(
          cookies.map(({ httpOnly, path, sameSite }) => [httpOnly, path, sameSite]),
          [[true, "/", "Strict"]]
        )
        assert.strictEqual(yield* run(() => page.evaluate("document.cookie")), "")
      }),
    limit
  )

  it.effect(
    "has an ask answered: allowed once, for the session, and denied with words; other tabs hear of it",
    () =>
      Effect.gen(function* () {
        const { server } = yield* World
        const { another, page } = yield* person()
        const ask = (key: string) =>
          `ask ${key} Bash {"command":"make ${key}"} -> approved:granted/denied:refused {words}`
        const once = yield* spawned("Asks once", ask("one"))
        yield* run(() => page.getByRole("button", { name: "Inbox 1" }).click())
        const other = yield* another
        yield* run(() => other.page.goto(new URL("/#/inbox", page.url()).href))
        for (const at of [page, other.page]) {
          yield* run(() => at.getByRole("article", { name: "Permission" }).getByText("make one").waitFor())
        }
        assert.match(yield* run(() => page.title()), /1/)
        yield* run(() => page.getByRole("button", { name: "Allow once" }).click())
        for (const at of [page, other.page]) yield* run(() => at.getByText("Nobody waits for you").waitFor())
        assert.include(yield* resultOf(page, once.id), "granted")

        const session = yield* spawned("Asks twice", `${ask("two")}\n${ask("three")}`)
        yield* go(page, "#/inbox")
        yield* run(() => page.getByRole("button", { name: "Allow for this session" }).click())
        yield* openSession(page, session.id, "log")
        yield* paneState(page, "completed")
        const query = { session: session.id, status: "closed" } as const
        const { items } = yield* Effect.orDie(server.client.calls.requests.list({ query }))
        assert.deepStrictEqual(
          items.map(({ by, scope, status }) => [status, by?.type, scope]),
          [
            ["approved", "user", "session"],
            ["approved", "rule", undefined]
          ]
        )

        const denied = yield* spawned("Is denied", ask("four"))
        yield* go(page, "#/inbox")
        yield* run(() => page.getByRole("textbox", { name: "Why not, in words" }).fill("not on a Friday"))
        yield* run(() => page.getByRole("button", { name: "Deny" }).click())
        assert.include(yield* resultOf(page, denied.id), "not on a Friday")
      }),
    limit
  )

  it.effect(
    "steers a child, which takes the message",
    () =>
      Effect.gen(function* () {
        const { page } = yield* person()
        const { id } = yield* spawned("Is steered", "say ready\nwait-message")
        yield* begun(id, 1)
        yield* openSession(page, id, "log")
        yield* paneState(page, "running")
        yield* run(() => page.getByRole("button", { name: "Steer", exact: true }).click())
        yield* run(() => page.getByRole("dialog").getByLabel("Message").fill("turn left"))
        yield* run(() => page.getByRole("button", { name: "Send", exact: true }).click())
        yield* paneState(page, "completed")
        assert.include(yield* resultOf(page, id), "turn left")
      }),
    limit
  )

  it.effect(
    "stops a child, which keeps what it has, and aborts another one once that is confirmed",
    () =>
      Effect.gen(function* () {
        const { page } = yield* person()
        const stopped = yield* spawned("Is stopped", "wait-message\nsay , half of it\non-cancel and saved\nhang")
        yield* begun(stopped.id, 1)
        yield* openSession(page, stopped.id, "log")
        yield* saidOnceHeard(page, stopped.id, "half of it")
        yield* run(() => page.getByRole("button", { name: "Stop", exact: true }).click())
        yield* paneState(page, "cancelled")
        assert.include(yield* resultOf(page, stopped.id), "half of it")

        const aborted = yield* spawned("Is aborted", "wait-message\nsay , never ends\nstubborn no\nhang")
        yield* begun(aborted.id, 1)
        yield* openSession(page, aborted.id, "log")
        yield* saidOnceHeard(page, aborted.id, "never ends")
        yield* run(() => page.getByRole("button", { name: "Abort", exact: true }).click())
        yield* run(() => page.getByRole("dialog").getByRole("button", { name: "Abort", exact: true }).click())
        yield* paneState(page, "cancelled")
      }),
    limit
  )

  it.effect(
    "retries a child that failed, as a new run",
    () =>
      Effect.gen(function* () {
        const { page } = yield* person()
        const { id } = yield* spawned("Fails", "again", "fail")
        yield* openSession(page, id, "result")
        yield* paneState(page, "error")
        yield* run(() => page.getByText("no good").first().waitFor())
        yield* run(() => page.getByRole("button", { name: "Retry" }).click())
        yield* begun(id, 2)
      }),
    limit
  )

  it.effect(
    "shows what a child says as text, whatever it is",
    () =>
      Effect.gen(function* () {
        const { complaints, page } = yield* person()
        const { house } = yield* World
        const { id } = yield* spawned("<script>window.hurt = 0</script><b>Hostile</b>", "x", "hostile")
        yield* openSession(page, id, "log")
        yield* hears(page)
        yield* house.workplace.openGate("now")
        const log = page.getByRole("log")
        yield* run(() => log.getByText("the last line").waitFor())
        yield* run(() => log.getByText("<script>window.hurt = 1</script>").waitFor())
        yield* run(() => log.getByText(`<img src=x onerror="window.hurt = 2"> <b>bold</b>`).waitFor())
        yield* run(() => log.getByText("red link").waitFor())
        const seen = yield* run(() => page.evaluate<Seen>(look))
        assert.isFalse(seen.hurt)
        assert.strictEqual(seen.elements, 0)
        assert.deepStrictEqual(
          seen.links.filter((href) => href !== "#/" && href !== "/"),
          []
        )
        // No escape, no bell, no turning of the reading direction.
        const inert = ["\u001B", "\u0007", "\u0001", "\u202E", "\u202C"].filter((mark) => seen.text.includes(mark))
        assert.deepStrictEqual(inert, [])
        assert.isBelow(seen.longest, 2_000, "a line of a million characters is many rows")
        assert.deepStrictEqual(complaints, [])
      }),
    limit
  )

  it.effect(
    "lives in eight tabs on one connection, and each is told what happens",
    () =>
      Effect.gen(function* () {
        const { house, server } = yield* World
        const { another, page } = yield* person()
        const pages = [page]
        while (pages.length < 8) {
          const { page: next } = yield* another
          yield* run(() => next.goto(new URL("/", page.url()).href))
          pages.push(next)
        }
        yield* spawned("Seen by all", "hang")
        for (const each of pages) yield* run(() => row(each, "Seen by all").waitFor())
        const metrics = yield* RawHttp.ask(server, { path: "/metrics" })
        assert.match(metrics.text, /^offshoot_http_streams_open\S* 1$/m)
        assert.isAtMost(house.door.open(), 6, "a browser has six connections to a host, and one of them is the feed")
      }),
    limit
  )

  it.effect(
    "is used by the keyboard alone",
    () =>
      Effect.gen(function* () {
        const { page } = yield* person()
        const { id } = yield* spawned("By keys", "say ready\nwait-message\nhang")
        yield* begun(id, 1)
        yield* run(() => row(page, "By keys").waitFor())
        const keys = (...pressed: ReadonlyArray<string>) =>
          run(async () => {
            for (const key of pressed) await page.keyboard.press(key)
          })
        yield* keys("/")
        yield* run(() => page.keyboard.type("By keys"))
        yield* run(() => row(page, "Seen by all").waitFor({ state: "detached" }))
        yield* keys("Escape", "End", "Enter")
        yield* run(() => page.getByRole("heading", { name: "By keys", exact: true }).waitFor())
        yield* keys("s")
        yield* run(() => page.getByRole("dialog").getByLabel("Message").waitFor())
        yield* run(() => page.keyboard.type("left, by keys"))
        yield* keys("Control+Enter")
        yield* noDialog(page)
        yield* run(() => page.getByRole("log").getByText("left, by keys").first().waitFor())
        yield* keys("?")
        yield* run(() => page.getByRole("dialog", { name: "Keys and signs" }).waitFor())
        yield* keys("Escape")
        yield* noDialog(page)
        yield* paneState(page, "running")
        yield* keys("x")
        yield* paneState(page, "cancelled")
        yield* run(() => page.getByRole("tab", { name: "Log" }).focus())
        yield* keys("ArrowRight")
        yield* run(() => page.getByRole("tab", { name: "Messages", selected: true }).waitFor())
        yield* keys("Escape")
        yield* run(() => page.getByRole("heading", { name: "By keys", exact: true }).waitFor({ state: "detached" }))
        assert.strictEqual(yield* run(() => page.evaluate(`document.activeElement.getAttribute("role")`)), "tree")
      }),
    limit
  )

  it.effect.each(["dark", "light"] as const)(
    "has nothing serious for axe in its views (%s)",
    (colorScheme) =>
      Effect.gen(function* () {
        const { page } = yield* person({ colorScheme })
        const { id } = yield* spawned(
          "Asks axe",
          `say hello\nask axe-${colorScheme} Bash {"command":"ls"} -> approved:yes/denied:no`
        )
        yield* run(() => row(page, "Asks axe").waitFor())
        const found: Record<string, ReadonlyArray<string>> = {}
        const look = (view: string) =>
          Effect.map(
            run(() => seriousFindings(page)),
            (findings) => {
              if (findings.length > 0) found[view] = findings
            }
          )
        yield* look("tree")
        // Colours are those of a scheme; everything else is the same in both.
        const views = colorScheme === "dark" ? ["log", "messages", "timeline", "usage", "events"] : ["log", "events"]
        for (const view of views) {
          yield* openSession(page, id, view)
          yield* look(view)
        }
        yield* go(page, "#/inbox")
        yield* run(() => page.getByRole("article", { name: "Permission" }).waitFor())
        yield* look("inbox")
        for (const key of colorScheme === "dark" ? ["n", "?"] : ["?"]) {
          yield* run(() => page.keyboard.press(key))
          yield* run(() => page.getByRole("dialog").waitFor())
          yield* look(`dialog ${key}`)
          yield* run(() => page.keyboard.press("Escape"))
          yield* noDialog(page)
        }
        yield* run(() => page.getByRole("button", { name: "Allow once" }).click())
        yield* openSession(page, id, "result")
        yield* run(() => page.locator(".outcome").waitFor())
        yield* look("result")
        assert.deepStrictEqual(found, {})
      }),
    limit
  )

  it.effect("never asked for anything beyond this machine", () =>
    Effect.map(World, ({ chromium }) => assert.deepStrictEqual(chromium.wanted, []))
  )
})
