/**
 * An editor with `offshoot acp` as its agent: the official client of the Agent
 * Client Protocol on the program's own standard input and output.
 *
 * What the agent asks waits until a test answers it; what it says is kept in order.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeStream from "node:stream"
import {
  client,
  type ClientCapabilities,
  type ClientContext,
  type CreateElicitationRequest,
  type CreateElicitationResponse,
  methods,
  ndJsonStream,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionNotification
} from "@agentclientprotocol/sdk/unstable"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Program from "./Program.ts"

/** The agent refused a call: what JSON-RPC says of it. */
export class Refused extends Data.TaggedError("Refused")<{ readonly code: number; readonly message: string }> {}

/** Something that the agent has asked. */
export interface Asked<Params, Answer> {
  readonly params: Params
  readonly answer: (answer: Answer) => Effect.Effect<void>
  /** Returns when the agent does not want the answer any more. */
  readonly withdrawn: Effect.Effect<void>
}

export type AskedPermission = Asked<RequestPermissionRequest, RequestPermissionResponse>
export type AskedForm = Asked<CreateElicitationRequest, CreateElicitationResponse>

/** How the program ended. */
export interface Ended {
  readonly code: number | null
  readonly err: string
}

export interface Editor {
  readonly pid: number
  /** A call of the agent's. */
  readonly call: (method: string, params: object) => Effect.Effect<unknown, Refused>
  readonly notify: (method: string, params: object) => Effect.Effect<void>
  /** Bytes past the client, as a broken editor sends them. */
  readonly write: (text: string) => Effect.Effect<void>
  /** Everything that the agent has said so far, in order. */
  readonly said: () => ReadonlyArray<SessionNotification>
  /** The first thing said that fits, already or from now on. */
  readonly saying: (fits: (said: SessionNotification) => boolean) => Effect.Effect<SessionNotification>
  /** The n-th permission that is asked for, from 0. */
  readonly permission: (count: number) => Effect.Effect<AskedPermission>
  readonly form: (count: number) => Effect.Effect<AskedForm>
  /** What has come on standard output, past the client. */
  readonly lines: () => ReadonlyArray<string>
  /** Whether it reads what the agent writes. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  /** The editor ends its side of the connection, and waits for the program to end. */
  readonly leave: Effect.Effect<Ended>
  readonly ended: Effect.Effect<Ended>
}

export interface Options extends Program.Options {
  readonly args?: ReadonlyArray<string>
}

/** Things that come one after the other, and those who wait for one. */
const arrivals = <A>() => {
  const come: Array<A> = []
  const watchers = new Set<() => void>()
  return {
    come,
    add: (one: A) => {
      come.push(one)
      for (const watcher of watchers) watcher()
    },
    first: (find: () => A | undefined): Effect.Effect<A> =>
      Effect.callback((resume) => {
        const look = () => {
          const found = find()
          if (found !== undefined) resume(Effect.succeed(found))
        }
        watchers.add(look)
        look()
        return Effect.sync(() => watchers.delete(look))
      })
  }
}

/** Longer than the program takes to stop a server of its own. */
const releaseTimeout = Duration.seconds(45)

const asking =
  <Params, Answer>(asked: ReturnType<typeof arrivals<Asked<Params, Answer>>>) =>
  ({ params, signal }: { readonly params: Params; readonly signal: AbortSignal }): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const withdrawn = Deferred.makeUnsafe<void>()
      signal.addEventListener("abort", () => {
        Deferred.doneUnsafe(withdrawn, Effect.void)
        reject(signal.reason)
      })
      asked.add({
        params,
        answer: (answer) => Effect.sync(() => resolve(answer)),
        withdrawn: Deferred.await(withdrawn)
      })
    })

const refusedOf = (cause: unknown): Refused => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? Number(cause.code) : Number.NaN
  return new Refused({ code, message: cause instanceof Error ? cause.message : String(cause) })
}

/** The client hands over what came before an answer a moment after the answer itself. */
const turnOfLoop: Effect.Effect<void> = Effect.callback((resume) => {
  setImmediate(() => resume(Effect.void))
})

const launch = (options: Options) => {
  const child = NodeChildProcess.spawn(
    process.execPath,
    ["--conditions=@offshoot/source", Program.bin, "acp", ...(options.args ?? [])],
    { cwd: options.cwd, env: Program.environmentOf(options), stdio: ["pipe", "pipe", "pipe"] }
  )
  const said = arrivals<SessionNotification>()
  const permissions = arrivals<AskedPermission>()
  const forms = arrivals<AskedForm>()
  const ended = Deferred.makeUnsafe<Ended>()
  const lines: Array<string> = []
  let unfinished = ""
  let err = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text
  })
  child.stdin.on("error", () => undefined)
  child.on("close", (code) => Deferred.doneUnsafe(ended, Effect.succeed({ code, err })))
  // A copy of what comes, before the client makes something of it.
  const seen = new NodeStream.Transform({
    transform: (piece: Buffer, _encoding, done) => {
      const parts = (unfinished + piece.toString("utf8")).split("\n")
      unfinished = parts.pop() ?? ""
      lines.push(...parts)
      done(null, piece)
    }
  })
  child.stdout.pipe(seen)
  const connection = client({ name: "offshoot-tests" })
    .onRequest(methods.client.session.requestPermission, asking(permissions))
    .onRequest(methods.client.elicitation.create, asking(forms))
    .onNotification(methods.client.session.update, ({ params }) => said.add(params))
    .connect(ndJsonStream(NodeStream.Writable.toWeb(child.stdin), NodeStream.Readable.toWeb(seen)))
  connection.closed.catch(() => undefined)
  const agent: ClientContext = connection.agent
  const editor: Editor = {
    pid: child.pid ?? 0,
    call: (method, params) =>
      Effect.ensuring(
        Effect.tryPromise({ try: () => agent.request<unknown, object>(method, params), catch: refusedOf }),
        turnOfLoop
      ),
    notify: (method, params) => Effect.ignore(Effect.tryPromise(() => agent.notify(method, params))),
    // The client's own writes are lost while the stream still wants to be drained.
    write: (text) =>
      Effect.callback((resume) => {
        if (child.stdin.write(text)) resume(Effect.void)
        else child.stdin.once("drain", () => resume(turnOfLoop))
      }),
    said: () => said.come,
    saying: (fits) => said.first(() => said.come.find(fits)),
    permission: (count) => permissions.first(() => permissions.come[count]),
    form: (count) => forms.first(() => forms.come[count]),
    lines: () => lines,
    pause: Effect.sync(() => {
      child.stdout.unpipe(seen)
      child.stdout.pause()
    }),
    resume: Effect.sync(() => {
      child.stdout.pipe(seen)
    }),
    leave: Effect.suspend(() => {
      child.stdin.end()
      return Deferred.await(ended)
    }),
    ended: Deferred.await(ended)
  }
  const release = Effect.suspend(() => {
    child.stdin.end()
    return Effect.timeoutOption(Deferred.await(ended), releaseTimeout)
  }).pipe(
    Effect.flatMap((how) =>
      Option.isSome(how)
        ? Effect.void
        : Effect.andThen(
            Effect.sync(() => child.kill("SIGKILL")),
            Effect.die(new Error(`the program did not end with its editor\n${err}`))
          )
    )
  )
  return { editor, release }
}

/** Starts the program as an editor does; the end of the scope leaves it, and checks that it has ended. */
export const start = (options: Options): Effect.Effect<Editor, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => launch(options)),
      ({ release }) => release
    ),
    ({ editor }) => editor
  )

/** Says hello, with what the editor can do. */
export const hello = (editor: Editor, clientCapabilities: ClientCapabilities = {}): Effect.Effect<unknown, Refused> =>
  editor.call("initialize", {
    protocolVersion: 1,
    clientCapabilities,
    clientInfo: { name: "offshoot-tests", title: "Tests", version: "1" }
  })
