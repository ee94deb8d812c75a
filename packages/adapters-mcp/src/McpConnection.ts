/**
 * One server for one workspace, over as many connections as it takes.
 *
 * Connects when somebody needs it, notices when the connection ends, and
 * connects again under `Reconnect`. Who shares it and how long it is kept is
 * `McpTools`' to say.
 *
 * - I1 At most one connection is being made or is live; what a dead one left
 *   running is ended before the next is made.
 * - I2 When the scope has closed, no process, socket or timer of it is left.
 *
 * @stability unstable
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { ConnectFailed } from "./internal/connectFailed.ts"
import type { CallRefused, ConnectionLost, Progress, SdkSession } from "./internal/sdkSession.ts"
import * as Reconnect from "./Reconnect.ts"
import type { ServerDefinition } from "./ServerDefinition.ts"
import { type ListedTool, decodePage, pagesMax, readTool, toolsMax } from "./ToolListing.ts"

/** The tools of a server, and what is wrong with those that it names and that cannot be used. */
export interface Listing {
  readonly tools: ReadonlyArray<ListedTool>
  readonly unusable: ReadonlyArray<string>
}

export type Condition =
  | { readonly type: "idle" }
  | { readonly type: "connected" }
  | { readonly type: "failed"; readonly problem: string }

export interface McpConnection {
  readonly definition: ServerDefinition
  /** Connects if need be. Reads the list again after the server said that it has changed. */
  readonly listing: Effect.Effect<Listing, ConnectFailed>
  /** Connects if need be. **Interruption**: tells the server that the call is cancelled. */
  readonly call: (
    tool: string,
    params: Readonly<Record<string, unknown>>,
    onProgress: (progress: Progress) => void
  ) => Effect.Effect<unknown, ConnectFailed | CallRefused | ConnectionLost>
  readonly condition: Effect.Effect<Condition>
}

/** A live connection. `list` is none until it was read, and again after it has changed. */
interface Live {
  readonly session: SdkSession
  readonly scope: Scope.Closeable
  readonly connectedAtMillis: number
  list: Option.Option<Listing>
}

type Services = ChildProcessSpawner.ChildProcessSpawner | FileSystem.FileSystem

/** Reads every page, as far as the limits go. */
const readListing = Effect.fnUntraced(function* (session: SdkSession, definition: ServerDefinition) {
  const tools: Array<ListedTool> = []
  const unusable: Array<string> = []
  const cursors = new Set<string>()
  let cursor: string | undefined
  if (!session.hasTools) return { tools, unusable }
  for (let page = 0; page < pagesMax; page++) {
    const decoded = decodePage(yield* session.listTools(cursor))
    if (Option.isNone(decoded)) {
      return yield* new ConnectFailed({
        problem: "it answered tools/list with what is no list of tools",
        again: "later"
      })
    }
    for (const raw of decoded.value.tools) {
      if (tools.length + unusable.length >= toolsMax) {
        unusable.push(`all beyond the first ${toolsMax}`)
        return { tools, unusable }
      }
      const read = readTool(raw, definition.policy)
      if (Result.isSuccess(read)) tools.push(read.success)
      else unusable.push(read.failure)
    }
    cursor = decoded.value.nextCursor ?? undefined
    // A cursor that comes again would go round for ever.
    if (cursor === undefined || cursors.has(cursor)) return { tools, unusable }
    cursors.add(cursor)
  }
  unusable.push(`all beyond the first ${pagesMax} pages`)
  return { tools, unusable }
})

/** What somebody hears who comes between two tries. */
const refusal = (last: ConnectFailed, decision: Reconnect.Decision): ConnectFailed => {
  if (decision.type === "try") return last
  const seconds = Math.ceil(Duration.toSeconds(decision.nextTryIn))
  return new ConnectFailed({ problem: `${last.problem}\nIt is tried again in ${seconds} s.`, again: "soon" })
}

const endOf = ({ session }: Live) =>
  Effect.map(session.ended, (problem) => new ConnectFailed({ problem, again: "soon" }))

/** Connections of one server, one after the other (I1). */
const connector = Effect.fnUntraced(function* (definition: ServerDefinition, clientVersion: string) {
  const services = yield* Effect.context<Services>()
  const own = yield* Scope.Scope
  const turn = yield* Semaphore.make(1)
  let live: Live | undefined
  let failures = Reconnect.noFailures
  let lastProblem = new ConnectFailed({ problem: "not tried yet", again: "soon" })

  /** Ends what a connection left, once, in whoever's turn it is (I1). */
  const bury = (over: Live, problem: ConnectFailed) =>
    Effect.uninterruptible(
      Effect.gen(function* () {
        if (live !== over) return
        live = undefined
        failures = Reconnect.afterEnd(failures, over.connectedAtMillis, yield* Clock.currentTimeMillis)
        lastProblem = problem
        yield* Effect.annotateLogs(Effect.logInfo("mcp.connection_ended"), { server: definition.name })
        yield* Scope.close(over.scope, Exit.void)
      })
    )

  const connect = Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { open } = yield* Effect.promise(() => import("./internal/sdkSession.ts"))
      const scope = yield* Scope.fork(own)
      const onToolsChanged = () => {
        if (live?.scope === scope) live.list = Option.none()
      }
      const session = yield* restore(open(definition, clientVersion, onToolsChanged)).pipe(
        Scope.provide(scope),
        Effect.provideContext(services),
        Effect.onExit((exit) => (Exit.isFailure(exit) ? Scope.close(scope, exit) : Effect.void))
      )
      const connectedAtMillis = yield* Clock.currentTimeMillis
      const next: Live = { session, scope, connectedAtMillis, list: Option.none() }
      live = next
      // The scope of the whole interrupts it; it outlives the connection that it buries.
      yield* Effect.forkIn(
        Effect.andThen(endOf(next), (end) => turn.withPermit(bury(next, end))),
        own,
        {
          startImmediately: true
        }
      )
      return next
    })
  ).pipe(
    Effect.tapError((failure) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        failures = Reconnect.afterFailure(failures, now)
        lastProblem = failure
      })
    )
  )

  /** The live connection, or one more try, as far as `Reconnect` allows. */
  const attempt = (tries: number): Effect.Effect<Live, ConnectFailed> =>
    Effect.gen(function* () {
      if (live !== undefined && !live.session.isOver()) return live
      if (live !== undefined) yield* bury(live, yield* endOf(live))
      const decision = Reconnect.decide(failures, yield* Clock.currentTimeMillis, tries)
      if (decision.type === "refuse" || (tries > 0 && lastProblem.again === "later")) {
        return yield* tries > 0 ? lastProblem : refusal(lastProblem, decision)
      }
      if (!Duration.isZero(decision.after)) yield* Effect.sleep(decision.after)
      return yield* connect.pipe(Effect.catch(() => attempt(tries + 1)))
    })

  return {
    get: turn.withPermit(attempt(0)),
    /** Gives up a connection that is of no use, as if it had ended by itself. */
    giveUp: (useless: Live, problem: ConnectFailed) => turn.withPermit(bury(useless, problem)),
    condition: Effect.sync((): Condition => {
      if (live !== undefined && !live.session.isOver()) return { type: "connected" }
      return failures.count === 0 ? { type: "idle" } : { type: "failed", problem: lastProblem.problem }
    })
  }
})

/** A connection that is not made yet. It needs the scope for as long as it is used. */
export const make = Effect.fnUntraced(function* (definition: ServerDefinition, clientVersion: string) {
  const { condition, get, giveUp } = yield* connector(definition, clientVersion)
  const reading = yield* Semaphore.make(1)
  const limit = Duration.seconds(definition.policy.startSeconds)

  const listing = reading.withPermit(
    Effect.gen(function* () {
      const live = yield* get
      if (Option.isSome(live.list)) return live.list.value
      // Set first: a change that is announced while the list is read must not be lost.
      const placeholder = Option.some<Listing>({ tools: [], unusable: [] })
      live.list = placeholder
      const read = yield* readListing(live.session, definition).pipe(
        Effect.catchTag(["CallRefused", "ConnectionLost"], ({ problem }) =>
          Effect.fail(new ConnectFailed({ problem: `tools/list: ${problem}`, again: "soon" }))
        ),
        Effect.timeoutOrElse({
          duration: limit,
          orElse: () =>
            Effect.fail(
              new ConnectFailed({
                problem: `it did not list its tools within ${definition.policy.startSeconds} s`,
                again: "later"
              })
            )
        }),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            if (live.list !== placeholder) return
            live.list = Exit.isSuccess(exit) ? Option.some(exit.value) : Option.none()
          })
        ),
        Effect.tapError((failure) => giveUp(live, failure))
      )
      return read
    })
  )

  const connection: McpConnection = {
    definition,
    listing,
    call: (tool, params, onProgress) =>
      Effect.flatMap(get, ({ session }) => session.callTool(tool, params, onProgress)),
    condition
  }
  return connection
})
