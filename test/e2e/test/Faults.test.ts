/** A server that cannot start says why and leaves everything as it was. */
import * as NodeFS from "node:fs"
import * as NodeNet from "node:net"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Program, RawHttp, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"

/** One try to serve, which must end by itself. */
const serve = (
  workplace: Workplace.Workplace,
  env: Readonly<Record<string, string>> = {},
  more: { readonly port?: string; readonly uid?: number } = {}
) =>
  Program.run(["serve", "--port", more.port ?? "0"], {
    cwd: workplace.folder,
    env: { ...ServerProcess.environmentOf(workplace), ...env },
    ...(more.uid === undefined ? {} : { uid: more.uid })
  })

const refused = (ended: Program.Ended, told: RegExp): void => {
  assert.strictEqual(ended.code, 2, ended.err)
  assert.match(ended.err, told)
  assert.deepStrictEqual(ended.out, [], "a server that is not ready does not say that it is")
  assert.notInclude(ended.err, "    at ", "no stack for what is not a fault of ours")
}

/** Whether every folder up to the root may be entered by anybody. */
const isOpen = (path: string): boolean =>
  (NodeFS.statSync(path).mode & 0o001) !== 0 && (NodePath.dirname(path) === path || isOpen(NodePath.dirname(path)))

const isRoot = process.getuid?.() === 0
/** Whoever is nobody on most systems; root itself may write everywhere. */
const nobody = 65_534
/** Somebody who can run the program and cannot write everywhere; none where only root can run it. */
const reader = !isRoot
  ? {}
  : [Program.repository, NodeFS.realpathSync(process.execPath), NodeOS.tmpdir()].every(isOpen)
    ? { uid: nobody }
    : undefined

describe("a server that cannot start", () => {
  it.live(
    "because another has the data directory: says so, and the other goes on",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const first = yield* ServerProcess.start(workplace)
        refused(yield* serve(workplace), /is in use by another offshoot: stop that one or name another directory/)
        assert.strictEqual((yield* RawHttp.ask(first, { path: "/readyz" })).status, 200)
        const found = NodeFS.readFileSync(NodePath.join(workplace.dataDir, "server.json"), "utf8")
        assert.strictEqual(RawHttp.members(found)["pid"], first.pid, "the file still leads to the first")
        yield* first.client.calls.sessions.create({ payload: null })

        const port = String(first.port)
        const other = { OFFSHOOT_DATA_DIR: NodePath.join(workplace.folder, "other") }
        refused(yield* serve(workplace, other, { port }), new RegExp(`port ${port} .* is in use: stop`))
        assert.isFalse(NodeFS.existsSync(NodePath.join(other.OFFSHOOT_DATA_DIR, "server.json")))
      }),
    90_000
  )

  it.live(
    "because the data directory is a file, may not be written, or holds a damaged database",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const file = NodePath.join(workplace.folder, "a-file")
        NodeFS.writeFileSync(file, "mine")
        refused(yield* serve(workplace, { OFFSHOOT_DATA_DIR: file }), /is not a directory and cannot become one/)
        const below = { OFFSHOOT_DATA_DIR: NodePath.join(file, "below") }
        refused(yield* serve(workplace, below), /is not a directory and cannot become one/)
        assert.strictEqual(NodeFS.readFileSync(file, "utf8"), "mine")

        const sealed = NodePath.join(workplace.folder, "sealed")
        NodeFS.mkdirSync(sealed, { mode: 0o555 })
        NodeFS.chmodSync(workplace.folder, 0o755)
        if (reader !== undefined) {
          refused(yield* serve(workplace, { OFFSHOOT_DATA_DIR: sealed }, reader), /cannot be written: make it writable/)
        }
        assert.deepStrictEqual(NodeFS.readdirSync(sealed), [])

        NodeFS.mkdirSync(workplace.dataDir)
        const database = NodePath.join(workplace.dataDir, "offshoot.db")
        const garbage = Buffer.alloc(8192, "this is no database. ")
        NodeFS.writeFileSync(database, garbage)
        refused(yield* serve(workplace), /holds a damaged offshoot\.db: restore it from a copy, or move it aside/)
        assert.isTrue(NodeFS.readFileSync(database).equals(garbage), "what may be restored is not touched")
      }),
    90_000
  )

  it.live(
    "because the configuration is wrong: every problem at once, with its place, and nothing is made",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make({
          config: { limits: { concurent: 3 }, watchdog: { idleSeconds: "long" }, severs: {} }
        })
        const ended = yield* serve(workplace, { OFFSHOOT_PROT: "1" })
        refused(ended, /limits\.concurent: this key is not known; did you mean concurrent\?/)
        refused(ended, /severs: this key is not known; did you mean server\?/)
        refused(ended, /watchdog\.idleSeconds: /)
        refused(ended, /OFFSHOOT_PROT: this variable is not known; did you mean OFFSHOOT_PORT\?/)
        NodeFS.writeFileSync(workplace.config, '{ "agents": ')
        refused(yield* serve(workplace), /line 1, column \d+: this is not JSON/)
        refused(yield* serve(workplace, { OFFSHOOT_CONFIG: "nowhere.json" }), /OFFSHOOT_CONFIG: there is no file /)
        refused(yield* serve(workplace, { OFFSHOOT_HOST: "0.0.0.0" }), /other machines could reach this address/)
        assert.isFalse(NodeFS.existsSync(workplace.dataDir))
      }),
    90_000
  )

  it.live(
    "because somebody else has the port: the data directory is free again at once",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const taken = yield* Effect.acquireRelease(
          Effect.callback<NodeNet.Server>((resume) => {
            const server = NodeNet.createServer().listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
          }),
          (server) => Effect.sync(() => server.close())
        )
        const address = taken.address()
        const port = typeof address === "object" && address !== null ? String(address.port) : ""
        refused(yield* serve(workplace, {}, { port }), /is in use: stop the other server, or choose/)
        const server = yield* ServerProcess.start(workplace)
        assert.strictEqual((yield* RawHttp.ask(server, { path: "/readyz" })).status, 200)
      }),
    90_000
  )
})
