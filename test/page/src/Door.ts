/**
 * The address that the browser knows. Behind it stands one server after the
 * other, and at it the connections are counted.
 */
import * as NodeNet from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export interface Door {
  readonly url: string
  /** Who comes from now on is led there. */
  readonly leadTo: (port: number) => void
  readonly open: () => number
}

const forward = (client: NodeNet.Socket, port: number): void => {
  const server = NodeNet.connect(port, "127.0.0.1")
  const end = (): void => {
    client.destroy()
    server.destroy()
  }
  for (const socket of [client, server]) {
    socket.on("error", end)
    socket.on("close", end)
  }
  client.pipe(server)
  server.pipe(client)
}

export const make: Effect.Effect<Door, never, Scope.Scope> = Effect.gen(function* () {
  const open = new Set<NodeNet.Socket>()
  let port = 0
  const server = yield* Effect.acquireRelease(
    Effect.callback<NodeNet.Server>((resume) => {
      const listening = NodeNet.createServer((client) => {
        open.add(client)
        client.on("close", () => open.delete(client))
        forward(client, port)
      })
      listening.listen(0, "127.0.0.1", () => resume(Effect.succeed(listening)))
    }),
    (listening) =>
      Effect.callback<void>((resume) => {
        listening.close(() => resume(Effect.void))
        for (const client of open) client.destroy()
      })
  )
  const address = server.address()
  if (address === null || typeof address === "string") return yield* Effect.die(new Error("the door has no port"))
  return {
    url: `http://127.0.0.1:${address.port}`,
    leadTo: (next) => {
      port = next
    },
    open: () => open.size
  }
})
