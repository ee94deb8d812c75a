/**
 * A real Chromium from npm, without a window, a graphics card or a sandbox (it
 * runs as root where tests run), and without a way to anything but loopback:
 * everything else goes to a proxy that lets nothing through and remembers who
 * wanted to.
 *
 * The program is unpacked once into the cache of this clone. A browser, its
 * processes and its profile folder end with the scope.
 */
import * as NodeFS from "node:fs"
import * as NodeNet from "node:net"
import * as NodePath from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"

const repository = NodePath.resolve(import.meta.dirname, "../../..")
const cache = NodePath.join(repository, "node_modules/.cache/offshoot/chromium")

/**
 * The package unpacks into the folder for temporary files. A folder that is whole
 * takes the place of none, so that two who unpack at once do no harm.
 */
const unpacked = Effect.promise(async () => {
  const program = NodePath.join(cache, "chromium")
  if (NodeFS.existsSync(program)) return program
  const fresh = `${cache}.new-${process.pid}`
  NodeFS.mkdirSync(fresh, { recursive: true })
  const before = process.env["TMPDIR"]
  process.env["TMPDIR"] = fresh
  try {
    const { default: packed } = await import("@sparticuz/chromium")
    await packed.executablePath()
  } finally {
    if (before === undefined) delete process.env["TMPDIR"]
    else process.env["TMPDIR"] = before
  }
  try {
    NodeFS.renameSync(fresh, cache)
  } catch (error) {
    if (!NodeFS.existsSync(program)) throw error
    NodeFS.rmSync(fresh, { recursive: true })
  }
  return program
})

const flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"]

/** Takes every connection that is not for loopback, and ends it. */
const wall = Effect.acquireRelease(
  Effect.callback<{ readonly server: NodeNet.Server; readonly wanted: Array<string> }>((resume) => {
    const wanted: Array<string> = []
    const server = NodeNet.createServer((socket) => {
      socket.on("error", () => {})
      socket.once("data", (data) => {
        wanted.push(data.toString("latin1").split("\r\n", 1)[0] ?? "")
        socket.destroy()
      })
    })
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, wanted })))
  }),
  ({ server }) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
)

export interface Chromium {
  readonly browser: Browser
  /** The first lines of what was asked of the world beyond this machine. */
  readonly wanted: ReadonlyArray<string>
}

const portOf = (server: NodeNet.Server): number => {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the wall has no port")
  return address.port
}

/** `more`: flags of Chromium beside ours. */
export const launchWith = Effect.fnUntraced(function* (
  more: ReadonlyArray<string>
): Effect.fn.Return<Chromium, never, Scope.Scope> {
  const executablePath = yield* unpacked
  const { server, wanted } = yield* wall
  const browser = yield* Effect.acquireRelease(
    Effect.promise(() =>
      chromium.launch({
        executablePath,
        args: [...flags, ...more],
        headless: true,
        proxy: { server: `http://127.0.0.1:${portOf(server)}`, bypass: "127.0.0.1" }
      })
    ),
    (opened) => Effect.promise(() => opened.close())
  )
  return { browser, wanted }
})

export const launch: Effect.Effect<Chromium, never, Scope.Scope> = launchWith([])

export interface Tab {
  readonly page: Page
  /** What the page said that it should not have said: errors of scripts, refusals of its policy. */
  readonly complaints: ReadonlyArray<string>
  /** Where it asked for something. */
  readonly origins: ReadonlySet<string>
}

export interface Tabs {
  readonly open: Effect.Effect<Tab>
}

/** As long as anything on the page may take on a machine that is busy with other tests. */
export const patienceMillis = 20_000

/** Tabs of one browser that share its cookies, as those of a person do. */
export const tabs = (
  { browser }: Chromium,
  options: BrowserContextOptions = {}
): Effect.Effect<Tabs, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => browser.newContext({ viewport: { width: 1_280, height: 800 }, ...options })),
      (context) => Effect.promise(() => context.close())
    ),
    (context) => {
      context.setDefaultTimeout(patienceMillis)
      return {
        open: Effect.promise(async () => {
          const page = await context.newPage()
          const complaints: Array<string> = []
          const origins = new Set<string>()
          page.on("pageerror", (error) => complaints.push(error.message))
          page.on("console", (message) => {
            if (message.type() === "error") complaints.push(message.text())
          })
          page.on("request", (request) => origins.add(new URL(request.url()).origin))
          return { page, complaints, origins }
        })
      }
    }
  )
