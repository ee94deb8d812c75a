/**
 * How the page scrolls: a session with 5,000 children in the tree and 50,000 lines
 * in the log, beside a blank page with one tall element in the same browser.
 *
 * The browser draws as fast as it can, without waiting for a screen: the time
 * from frame to frame is what a frame costs.
 */
import { type ExternalChildRunner, type Ids, SubAgents } from "@offshoot/core"
import { Server } from "@offshoot/server"
import { Chromium } from "@offshoot/test-page"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Page } from "playwright-core"
import { type Measurement, median, percentile } from "./Measurement.ts"
import * as Runtime from "./Runtime.ts"

const token = "bench"
const children = 5_000
const lines = 50_000
const frames = 400
/** About what a quick turn of a wheel does. */
const pixelsAFrame = 240

/** The one that talks begins when the page looks; the others have ended by then. */
const runnerFor = (looked: Deferred.Deferred<void>): ExternalChildRunner.ExternalChildRunner =>
  Runtime.runnerOf(
    Effect.fnUntraced(function* (context) {
      if (!context.prompt.includes("talk")) return
      yield* Deferred.await(looked)
      for (let line = 0; line < lines; line++) {
        yield* context.emit({ type: "token", content: `line ${line} of what it has to say, with some more words\n` })
        // The page keeps up with it: this is about scrolling, not about what is missed.
        if (line % 200 === 199) yield* Effect.sleep("10 millis")
      }
    })
  )

/** Scrolls an element frame by frame, and says how long each frame took. */
const scrolled = (selector: string): string => `new Promise((done) => {
  const element = document.querySelector(${JSON.stringify(selector)})
  const times = []
  element.scrollTop = 0
  let last = performance.now()
  const step = (now) => {
    times.push(now - last)
    last = now
    element.scrollTop += ${pixelsAFrame}
    if (times.length < ${frames}) requestAnimationFrame(step)
    else done(times.slice(10))
  }
  requestAnimationFrame(step)
})`

const timesOf = (page: Page, selector: string): Effect.Effect<ReadonlyArray<number>> =>
  Effect.promise(() => page.evaluate<ReadonlyArray<number>>(scrolled(selector)))

const figures = (
  name: string,
  sample: string,
  times: ReadonlyArray<number>,
  floor: ReadonlyArray<number>
): ReadonlyArray<Measurement> =>
  [
    ["median", 50],
    ["95th percentile", 95]
  ].map(([word, percent]) => ({
    name: `a frame while ${name} scrolls, ${word}`,
    value: percent === 50 ? median(times) : percentile(times, 95),
    floor: percent === 50 ? median(floor) : percentile(floor, 95),
    unit: "ms",
    sample,
    aim: 16,
    better: "less"
  }))

const linesShown = (page: Page): Effect.Effect<unknown> =>
  Effect.promise(() =>
    page
      .getByText(`line ${lines - 1} of`)
      .first()
      .waitFor({ timeout: 180_000 })
  )

const blank = (page: Page): Effect.Effect<void> =>
  Effect.promise(() =>
    page.setContent(`<div id="floor" style="height:700px;overflow:auto"><div style="height:200000px"></div></div>`)
  )

const grown = Effect.fnUntraced(function* () {
  const agents = yield* SubAgents.SubAgents
  const root = yield* agents.createRoot({ title: "Five thousand children" })
  yield* Effect.forEach(
    Array.from({ length: children - 1 }, (_, index) => index),
    (index) => agents.spawn(root.id, { title: `Child number ${index}`, prompt: "go", agent: Runtime.agent }),
    { concurrency: 16, discard: true }
  )
  yield* agents.wait(root.id, { children: [], policy: "all", timeout: "5 minutes" })
  const { session } = yield* agents.spawn(root.id, { title: "Talks", prompt: "talk", agent: Runtime.agent })
  return session.id
})

const measured = Effect.fnUntraced(function* (looked: Deferred.Deferred<void>, talking: Ids.SessionId) {
  const { address } = yield* HttpServer.HttpServer
  const port = address._tag === "UnixPathAddress" ? 0 : address.port
  const chromium = yield* Chromium.launchWith(["--disable-frame-rate-limit", "--disable-gpu-vsync"])
  const tabs = yield* Chromium.tabs(chromium)
  const { page } = yield* tabs.open
  yield* Effect.promise(() => page.goto(`http://127.0.0.1:${port}/#token=${token}`))
  yield* Effect.promise(() => page.getByRole("treeitem").filter({ hasText: "Talks" }).waitFor({ timeout: 60_000 }))
  yield* Effect.promise(() => page.evaluate(`location.hash = "#/session/${talking}/log?all"`))
  yield* Effect.promise(() => page.getByText("live ·").waitFor())
  yield* Deferred.succeed(looked, undefined)
  yield* linesShown(page)
  const floorTab = yield* tabs.open
  yield* blank(floorTab.page)
  const floor = yield* timesOf(floorTab.page, "#floor")
  yield* Effect.promise(() => floorTab.page.close())
  yield* Effect.promise(() => page.bringToFront())
  const log = yield* timesOf(page, ".log-rows")
  const tree = yield* timesOf(page, ".tree")
  const sample = `${frames} frames of ${pixelsAFrame} pixels, 1280 x 800, no graphics card`
  return [
    ...figures(`a tree of ${children.toLocaleString("en")} children`, sample, tree, floor),
    ...figures(`a log of ${lines.toLocaleString("en")} lines`, sample, log, floor)
  ]
}, Effect.scoped)

export const measure = (): Promise<ReadonlyArray<Measurement>> => {
  const looked = Deferred.makeUnsafe<void>()
  const server = Server.layer({ ...Server.defaults, host: "127.0.0.1", port: 0, token: Redacted.make(token) })
  return Effect.runPromise(
    Effect.flatMap(grown(), (talking) => measured(looked, talking)).pipe(
      Effect.provide(Layer.provideMerge(server, Runtime.layer("memory", runnerFor(looked), 256)))
    )
  )
}
