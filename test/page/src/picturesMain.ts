/**
 * Takes the pictures of the guide and the README, dark and light, into
 * `docs/pictures`: `pnpm pictures`. The work in them is played by scripted
 * programs; what they cost and which model answers is made up by their scripts.
 */
import * as NodePath from "node:path"
import { CodingAgents, Program } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import type { Page } from "playwright-core"
import * as Chromium from "./Chromium.ts"
import * as House from "./House.ts"

const folder = NodePath.join(Program.repository, "docs/pictures")
const schemes = ["dark", "light"] as const

const script = (...steps: ReadonlyArray<string>): string => steps.join("\n")

const migrate = script(
  "think The migration touches three tables; the index on sessions is the risky part, so I look at it first.",
  "say I read the schema and the three migrations that are pending.",
  `tool Read {"file_path":"packages/store/schema.sql"}`,
  "end 412 lines",
  `tool Read {"file_path":"packages/store/migrations/0007.sql"}`,
  "end 38 lines",
  "say The new column has a default, so old rows stay as they are. I run the migration on a copy first.",
  "usage 18200 940 0.081 12000",
  `ask migrate Bash {"command":"psql --single-transaction -f packages/store/migrations/0007.sql","description":"Run the migration on the copy"} -> approved:It went through./denied:I leave it.`,
  "hang"
)

const check = script(
  "say I compare the row counts before and after.",
  `tool Bash {"command":"pnpm test --filter store"}`,
  "output 118 tests, 0 failed",
  "usage 9400 310 0.032",
  "hang"
)

const notes = script(
  "say The notes are in CHANGELOG.md: three changes that users see, and one that they do not.",
  "usage 5100 480 0.021"
)

/** What it says when both pages look. */
const compared = (gate: string): string =>
  [
    `read -r word < '${gate}'`,
    `echo "comparing the tables of main with those of the copy"`,
    ...["sessions 48,201", "messages 1,930,552", "events 7,204,118", "jobs 48,977", "completions 48,960"].map(
      (table) => `echo "  ${table} rows before, as many after"`
    ),
    `echo "118 tests, 0 failed"`,
    `echo "now the same under load: 40 writers for two minutes"`,
    "exec sleep 1000"
  ].join("\n")

const take = (page: Page, name: string): Effect.Effect<void> =>
  Effect.asVoid(
    Effect.promise(() => page.screenshot({ path: NodePath.join(folder, name), animations: "disabled", caret: "hide" }))
  )

const look = (page: Page, hash: string, wanted: string): Effect.Effect<void> =>
  Effect.promise(async () => {
    await page.evaluate(`location.hash = "${hash}"`)
    await page.getByText(wanted).first().waitFor()
  })

const pictures = Effect.gen(function* () {
  const house = yield* House.make({
    config: { limits: { concurrent: 6 }, shutdown: { drainSeconds: 0 } },
    only: (folder, places) => {
      const { claude, codex } = CodingAgents.settings(folder, places)
      return {
        claude,
        codex,
        docker: House.program(places, `echo "step 4 of 11"; echo "no space left on device" >&2; exit 1`),
        compare: House.program(places, compared(NodePath.join(folder, "gate"))),
        soak: House.program(places, `echo "1,204 requests, 0 failed"; exec sleep 1000`)
      }
    }
  })
  const server = yield* house.serve
  const chromium = yield* Chromium.launch
  const tabs = yield* Effect.forEach(schemes, (colorScheme) =>
    Effect.gen(function* () {
      const options = { colorScheme, viewport: { width: 1_200, height: 720 }, reducedMotion: "reduce" } as const
      const { page } = yield* (yield* Chromium.tabs(chromium, options)).open
      yield* Effect.promise(() => page.goto(house.link))
      yield* Effect.promise(() => page.getByText("Nothing has run here yet").waitFor())
      yield* Effect.promise(() => page.getByText("Agents of this server").waitFor())
      yield* take(page, `page-empty-${colorScheme}.png`)
      return { colorScheme, page }
    })
  )
  const root = yield* House.root(server, "Release 2.4: migrate the store and ship")
  const child = (title: string, prompt: string, agent: string, parent = root.id) =>
    House.child(server, parent, { title, prompt, agent })
  yield* child("Migrate the sessions table", migrate, "claude")
  const rows = yield* child("Check that old rows survive", "Compare the row counts before and after.", "compare")
  yield* child("Compare row counts", check, "claude", rows.id)
  yield* child("Write the release notes", notes, "claude")
  yield* child("Build the image", "x", "docker")
  for (const number of [1, 2, 3, 4]) yield* child(`Soak test ${number}`, "x", "soak")
  for (const { colorScheme, page } of tabs) {
    yield* look(page, "#/?all", "asks: Bash")
    yield* Effect.promise(() => page.getByText("pnpm test --filter store").first().waitFor())
    yield* Effect.promise(() =>
      page.getByRole("treeitem").filter({ hasText: "Build the image" }).getByText("error", { exact: true }).waitFor()
    )
    yield* take(page, `page-tree-${colorScheme}.png`)
    yield* look(page, "#/inbox", "Allow for this session")
    yield* take(page, `page-inbox-${colorScheme}.png`)
    yield* look(page, `#/session/${root.id}/timeline?all`, "Timeline")
    yield* Effect.promise(() => page.locator("#view").getByText("Soak test 1").first().waitFor())
    yield* take(page, `page-timeline-${colorScheme}.png`)
    yield* look(page, `#/session/${rows.id}/log`, "live ·")
  }
  yield* house.workplace.openGate("go")
  for (const { colorScheme, page } of tabs) {
    yield* Effect.promise(() => page.getByRole("log").getByText("under load").waitFor())
    yield* take(page, `page-session-${colorScheme}.png`)
  }
})

await Effect.runPromise(Effect.scoped(pictures))
