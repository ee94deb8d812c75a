/**
 * The folder outside the workspace where installed programs are kept, and the
 * lock under which one of them is installed.
 */
import * as NodeCrypto from "node:crypto"
import * as NodeFS from "node:fs"
import * as NodeNet from "node:net"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** Names the folder, for who does not want it where caches are. */
export const variable = "OFFSHOOT_REAL_CACHE"

export const root = (env: Readonly<Record<string, string | undefined>>): string => {
  const own = env[variable]
  if (own !== undefined && own !== "") return NodePath.resolve(own)
  const caches = env["XDG_CACHE_HOME"]
  const base = caches !== undefined && caches !== "" ? caches : NodePath.join(NodeOS.homedir(), ".cache")
  return NodePath.join(base, "offshoot-real")
}

/**
 * The lock is a socket with an abstract address, so the kernel gives it back
 * when its holder dies, and who waits for it hears when that is.
 */
const addressOf = (path: string): string =>
  `\0offshoot-real-${NodeCrypto.createHash("sha256").update(path).digest("hex").slice(0, 32)}`

interface Held {
  readonly server: NodeNet.Server
  readonly waiting: Set<NodeNet.Socket>
}

/** Holds the address, or says that somebody else does. */
const hold = (address: string): Effect.Effect<Held | "taken"> =>
  Effect.callback((resume) => {
    const waiting = new Set<NodeNet.Socket>()
    const server = NodeNet.createServer((socket) => {
      socket.on("error", () => socket.destroy())
      waiting.add(socket)
    })
    server.once("error", () => resume(Effect.succeed("taken")))
    server.listen({ path: address }, () => resume(Effect.succeed({ server, waiting })))
  })

const letGo = ({ server, waiting }: Held): Effect.Effect<void> =>
  Effect.sync(() => {
    server.close()
    for (const socket of waiting) socket.destroy()
  })

/** Returns when the holder has let go, or there is none any more. */
const freed = (address: string): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const socket = NodeNet.connect({ path: address })
    socket.on("error", () => socket.destroy())
    socket.once("close", () => resume(Effect.void))
    return Effect.sync(() => socket.destroy())
  })

/** Holds the lock of `path` until the scope ends; `onWait` is told when somebody else has it first. */
export const lock = (path: string, onWait: Effect.Effect<void>): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const address = addressOf(path)
    let said = false
    while (true) {
      const held = yield* Effect.acquireRelease(hold(address), (held) => (held === "taken" ? Effect.void : letGo(held)))
      if (held !== "taken") return
      if (!said) yield* onWait
      said = true
      yield* freed(address)
    }
  })

/** Makes a folder beside `path` to be filled and renamed to it; those that a dead holder of the lock left are removed. */
export const sibling = (path: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const [folder, prefix] = [NodePath.dirname(path), `.${NodePath.basename(path)}.`]
      NodeFS.mkdirSync(folder, { recursive: true })
      for (const name of NodeFS.readdirSync(folder)) {
        if (name.startsWith(prefix)) NodeFS.rmSync(NodePath.join(folder, name), { recursive: true, force: true })
      }
      return NodeFS.mkdtempSync(NodePath.join(folder, prefix))
    }),
    (made) => Effect.sync(() => NodeFS.rmSync(made, { recursive: true, force: true }))
  )
