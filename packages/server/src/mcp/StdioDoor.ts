/**
 * The tools on standard input and output, for a host that starts this program.
 *
 * It is one of the server's clients and holds nothing: the server of the data
 * directory is found or started with the first call that needs it. When the host
 * goes away this process ends at once, and nothing else does.
 *
 * Who calls is the host in the folder where it was started; a host that works for
 * a session of ours is that session.
 *
 * @stability unstable
 */
import { Ids } from "@offshoot/core"
import * as McpServer from "effect/ai/McpServer"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { LineCutter } from "../acp/Lines.ts"
import type { ClientShape } from "../Client.ts"
import * as Answers from "./Answers.ts"
import { about, protocols } from "./HttpDoor.ts"
import * as Registration from "./Registration.ts"
import * as StdioLines from "./StdioLines.ts"

export interface StdioOptions {
  /** The way to the server; its failure is told to the model. */
  readonly connected: Effect.Effect<{ readonly client: ClientShape }, { readonly message: string }>
  /** Where the host started this program. */
  readonly folder: string
  /** The session that the host works for. */
  readonly session: Option.Option<string>
}

const registrations = ({ connected, folder, session }: StdioOptions) =>
  Registration.layer({
    calls: connected.pipe(
      Effect.map(({ client }) => client.calls),
      Effect.mapError(({ message }) => Answers.refused("server_unreachable", message))
    ),
    identify: ({ client }) =>
      Option.match(session, {
        onSome: (id) => ({ _tag: "Session", sessionId: Ids.SessionId.make(id) }),
        onNone: () => ({ _tag: "Host", name: Option.getOrElse(client, () => "unknown"), folder })
      })
  })

/** Standard input by whole messages, and word of its end. */
const guarded = (stdio: Stdio.Stdio, ended: Deferred.Deferred<void>): Stdio.Stdio => {
  const lines = new LineCutter(StdioLines.lineBytesMax)
  const refuse = (answer: string) => Stream.run(Stream.make(answer), stdio.stdout())
  const passed = (line: Parameters<typeof StdioLines.judge>[0]) => {
    const judged = StdioLines.judge(line)
    switch (judged._tag) {
      case "Message":
        return Effect.succeed([StdioLines.bytesOf(judged.text)])
      case "Refused":
        return Effect.as(Effect.ignore(refuse(judged.answer)), [])
      case "Nothing":
        return Effect.succeed([])
    }
  }
  const stdin = stdio.stdin.pipe(
    Stream.mapEffect((piece) => Effect.forEach(lines.push(piece), passed)),
    Stream.flatMap((found) => Stream.fromIterable(found.flat())),
    Stream.ensuring(Deferred.succeed(ended, undefined))
  )
  return Stdio.make({ ...stdio, stdin })
}

/**
 * Serves one host until it closes standard input.
 *
 * **Interruption**: as when the host goes away.
 */
export const serve = Effect.fnUntraced(function* (options: StdioOptions) {
  const ended = yield* Deferred.make<void>()
  const stdio = guarded(yield* Stdio.Stdio, ended)
  const server = Layer.orDie(McpServer.layerStdio({ ...about, protocols, registrations: registrations(options) })).pipe(
    Layer.provide(Layer.succeed(Stdio.Stdio, stdio))
  )
  yield* Effect.raceFirst(Layer.launch(server), Deferred.await(ended))
})
