/**
 * `offshoot run`: one child per agent under a new root, shown while they work,
 * with an exit code that tells the truth.
 *
 * Unlike `watch` it owns what it started: the first Ctrl-C cancels the tree
 * gracefully, the second aborts it, and the command ends when the children are
 * gone. Without a running server it is one itself for as long as it takes.
 */
import { type Ids, Session, type TreeBudget, Watchdog } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import * as Client from "../Client.ts"
import { artifactLine } from "../internal/artifactLines.ts"
import { firstLine, inert } from "../internal/terminalText.ts"
import * as TreeLines from "../TreeLines.ts"
import * as TreeView from "@offshoot/core/TreeView"
import type * as Wire from "../Wire.ts"
import { jsonLine } from "../internal/jsonLine.ts"
import { calling, type Connected, find, settingsOf, type Where } from "./Connect.ts"
import { ChildrenNotCompleted, Interrupted, UsageRefused } from "./Failures.ts"
import { logging } from "./Logging.ts"
import * as LiveTree from "./LiveTree.ts"
import * as Screen from "./Screen.ts"
import { type Signal, Signals } from "./Signals.ts"
import { sourceOf } from "./Watch.ts"

export interface RunInput {
  readonly where: Where
  readonly prompt: string
  /** One child each, in this order; the same agent may come twice. None: one child in process. */
  readonly agents: ReadonlyArray<string>
  /** The role of each child. */
  readonly profile: Option.Option<string>
  /** What all of them together may use; an empty one bounds nothing. */
  readonly budget: TreeBudget.TreeLimits
  readonly title: Option.Option<string>
  readonly model: Option.Option<string>
  readonly workspace: Option.Option<string>
  readonly timeoutSeconds: Option.Option<number>
  readonly json: boolean
  readonly text: boolean
}

/** As long as a line of a list. */
const titleLengthMax = 80

/** The grace time of the runtime, and what recording the end takes. After it the command ends whatever is left. */
const stopTimeout = Duration.seconds(30)

const embedded = Effect.fnUntraced(function* (where: Where) {
  const settings = yield* settingsOf(where)
  const { start } = yield* Effect.promise(() => import("./ServerRun.ts"))
  const running = yield* start({
    ...settings,
    server: { ...settings.server, host: "127.0.0.1", port: 0 },
    demo: false
  })
  const client = yield* Client.make({ baseUrl: running.local, token: running.token })
  return { client, url: running.local }
})

/** The running server, else one of our own that ends with the scope. */
const serverFor = Effect.fnUntraced(function* (where: Where) {
  const found = yield* find(where)
  return Option.isSome(found) ? found.value : yield* embedded(where)
})

/** Nothing is started when one of the agents is not there. */
const checkAgents = Effect.fnUntraced(function* ({ client, url }: Connected, agents: ReadonlyArray<string>) {
  const { items } = yield* calling(url, client.calls.agents.list())
  const known = items.flatMap(({ configured, id }) => (configured ? [id] : []))
  const missing = agents.filter((agent) => !known.includes(agent))
  if (missing.length === 0) return
  const configured =
    known.length === 0 ? "none is configured: name them in offshoot.config.json" : `known are ${known.join(", ")}`
  return yield* new UsageRefused({ told: `no agent ${missing.join(", ")} on ${url}; ${configured}` })
})

const given = <Key extends string, Value>(key: Key, value: Option.Option<Value>): { readonly [K in Key]?: Value } => {
  const member: { [K in Key]?: Value } = {}
  if (Option.isSome(value)) member[key] = value.value
  return member
}

/** Who plays each child, and what it is called: agents that come more than once are numbered. */
const childrenOf = ({
  agents,
  profile
}: RunInput): ReadonlyArray<{ readonly agent?: string; readonly title: string }> =>
  agents.length === 0
    ? [{ title: Option.getOrElse(profile, () => "child") }]
    : agents.map((agent, index) => {
        const before = agents.slice(0, index).filter((other) => other === agent).length
        return { agent, title: before === 0 ? agent : `${agent} #${before + 1}` }
      })

/** Nobody would work on the prompt. */
const checkPlayers = ({ agents, profile }: RunInput): Effect.Effect<void, UsageRefused> =>
  agents.length > 0 || Option.isSome(profile)
    ? Effect.void
    : Effect.fail(new UsageRefused({ told: "name an agent with --agent, or a role with --profile" }))

const begin = Effect.fnUntraced(function* ({ client, url }: Connected, input: RunInput) {
  const title = Option.getOrElse(input.title, () => firstLine(input.prompt).slice(0, titleLengthMax))
  const root = yield* calling(url, client.calls.sessions.create({ payload: { title, budget: input.budget } }))
  const metadata: Record<string, string> = Option.match(input.timeoutSeconds, {
    onNone: () => ({}),
    onSome: (seconds) => ({ [Watchdog.overrideKeys.totalSeconds]: String(seconds) })
  })
  const children = yield* Effect.forEach(childrenOf(input), (child) =>
    calling(
      url,
      client.calls.sessions.spawn({
        params: { id: root.id },
        payload: {
          ...child,
          prompt: input.prompt,
          metadata,
          ...given("profile", input.profile),
          ...given("model", input.model),
          ...given("workspace", input.workspace)
        }
      })
    )
  ).pipe(Effect.tapError(() => stop(client, root.id, "abort")))
  return { root, children: children.map(({ session }) => session) }
})

const stop = (client: Client.ClientShape, id: Ids.SessionId, mode: "graceful" | "abort") =>
  Effect.ignore(client.calls.sessions.cancel({ params: { id }, payload: { mode, cascade: true } }))

/** Turns the first signal into a cancel and the second into an abort; returns when nothing can be waited for any more. */
const stopOnSignals = Effect.fnUntraced(function* (
  client: Client.ClientShape,
  id: Ids.SessionId,
  quiet: boolean,
  onSignal: (signal: Signal) => void
) {
  const signals = yield* Signals
  const screen = yield* Screen.Screen
  onSignal(yield* signals.nth(1))
  if (!quiet) yield* screen.print(["stopping the children; once more to abort them"])
  yield* stop(client, id, "graceful")
  yield* Effect.timeoutOption(signals.nth(2), stopTimeout)
  yield* stop(client, id, "abort")
  yield* Effect.sleep(stopTimeout)
})

interface Ended {
  readonly session: Wire.WireSession
  readonly result: Option.Option<Wire.Result>
}

const endsOf = Effect.fnUntraced(function* (client: Client.ClientShape, children: ReadonlyArray<Wire.WireSession>) {
  return yield* Effect.forEach(children, ({ id }) =>
    Effect.all({
      session: Effect.option(client.calls.sessions.get({ params: { id } })),
      result: Effect.option(client.calls.sessions.result({ params: { id } }))
    })
  ).pipe(
    Effect.map((ends) =>
      ends.flatMap(({ result, session }): ReadonlyArray<Ended> =>
        Option.isSome(session) ? [{ session: session.value, result }] : []
      )
    )
  )
})

const summaryOf = (root: Wire.WireSession, ends: ReadonlyArray<Ended>, exitCode: number) => ({
  type: "summary",
  root: root.id,
  exitCode,
  children: ends.map(({ result, session }) => ({
    id: session.id,
    agent: session.agent,
    title: session.title,
    status: session.status,
    reason: session.reason,
    error: session.error,
    text: Option.getOrUndefined(Option.map(result, ({ text }) => text)),
    usage: Option.getOrUndefined(Option.flatMap(result, ({ usage }) => Option.fromUndefinedOr(usage))),
    artifacts: Option.getOrUndefined(Option.flatMapNullishOr(result, ({ artifacts }) => artifacts)),
    retryable: Option.getOrUndefined(Option.map(result, ({ retryable }) => retryable)),
    hint: Option.getOrUndefined(Option.map(result, ({ hint }) => hint))
  }))
})

/** Whole answers, line by line, with nothing in them that a terminal would obey. */
const answerLines = (ends: ReadonlyArray<Ended>): ReadonlyArray<string> =>
  ends.flatMap(({ result, session }) =>
    Option.match(result, {
      onNone: () => [],
      onSome: ({ text }) => ["", `${inert(session.title)} (${session.id})`, ...text.split(/\r\n|\r|\n/).map(inert)]
    })
  )

/** What the children left beside their answers. */
const leftLines = (ends: ReadonlyArray<Ended>): ReadonlyArray<string> =>
  ends.flatMap(({ result, session: { id, title } }) => {
    const artifacts = Option.match(result, { onNone: () => [], onSome: (it) => it.artifacts ?? [] })
    if (artifacts.length === 0) return []
    return [`left by ${inert(title)} (${id}):`, ...artifacts.map((artifact) => artifactLine(id, artifact))]
  })

/** A failure's own detail, such as the end of standard error, says more than half an answer. */
const lastWordsOf = ({ details, text }: Wire.Result): string => {
  const detail = details["detail"]
  return typeof detail === "string" && detail !== "" ? detail : text
}

const report = Effect.fnUntraced(function* (
  input: RunInput,
  state: TreeView.TreeState,
  ends: ReadonlyArray<Ended>,
  root: Wire.WireSession,
  exitCode: number
) {
  const screen = yield* Screen.Screen
  if (input.json) return yield* screen.print([jsonLine(summaryOf(root, ends, exitCode))])
  const { columns } = yield* screen.size
  const nowMillis = yield* Clock.currentTimeMillis
  const settled = TreeView.learn(
    state,
    ends.map(({ result, session }) => ({
      ...LiveTree.knownOf(session),
      ...Option.match(result, { onNone: () => ({}), onSome: (left) => ({ answer: lastWordsOf(left) }) })
    }))
  )
  yield* screen.print([
    ...TreeLines.outcomes(settled, { columns, colour: screen.colour, nowMillis }),
    ...leftLines(ends),
    ...(input.text ? answerLines(ends) : [])
  ])
})

/**
 * Runs the prompt on every agent and waits for all of them.
 *
 * **Interruption**: by a signal, as the header says; the children are gone
 * before it ends, unless the server no longer answers.
 */
export const run = Effect.fn("Cli.run")(
  function* (input: RunInput) {
    const signals = yield* Signals
    const screen = yield* Screen.Screen
    yield* checkPlayers(input)
    yield* signals.dealWith(2)
    const server = yield* serverFor(input.where)
    yield* checkAgents(server, input.agents)
    const { children, root } = yield* begin(server, input)
    let stoppedBy: Signal | undefined
    const isOver = (state: TreeView.TreeState): boolean =>
      children.every(({ id }) => {
        const node = TreeView.nodeOf(state, id)
        return node !== undefined && Session.isTerminal(node.status)
      })
    const shown = yield* Effect.raceFirst(
      Effect.asSome(
        LiveTree.show({
          ...sourceOf(server, root),
          isOver,
          afterStream: "read_on",
          ...(input.json ? { onEvent: (event) => screen.print([jsonLine(event)]) } : {}),
          quiet: input.json
        })
      ),
      Effect.as(
        stopOnSignals(server.client, root.id, input.json, (signal) => {
          stoppedBy = signal
        }),
        Option.none()
      )
    )
    const ends = yield* endsOf(server.client, children)
    const incomplete = children.length - ends.filter(({ session }) => session.status === "completed").length
    const state = Option.getOrElse(shown, () => TreeView.start(root, 0))
    yield* report(input, state, ends, root, incomplete === 0 ? 0 : 1)
    if (stoppedBy !== undefined) return yield* new Interrupted({ signal: stoppedBy })
    if (incomplete > 0) return yield* new ChildrenNotCompleted({ count: incomplete })
  },
  Effect.scoped,
  (effect) => Effect.provide(effect, logging),
  Effect.provide([FetchHttpClient.layer, Screen.layerDeaf])
)
