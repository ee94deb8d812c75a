/**
 * Four real children on the repository in which the server was started: one
 * counts lines, one sums up the history, one is stopped by the idle watchdog,
 * one fails. Beside them an agent in this process, whose model is scripted: it
 * spawns three children of its own, rests while they work, is woken and sums
 * up. Over within half a minute.
 *
 * The agents exist only while the demo is on, and use what every POSIX machine
 * has, and git. Without a repository two more children fail, and say why.
 *
 * @stability unstable
 */
import { CommandAgent } from "@offshoot/adapters-cli"
import { FeedReader, Session, type SessionStore, SubAgents, Watchdog } from "@offshoot/core"
import type { Script } from "@offshoot/providers"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import * as LiveTree from "./cli/LiveTree.ts"
import { Screen } from "./cli/Screen.ts"
import { scripted } from "./internal/providerKinds.ts"
import { Stage } from "./internal/stage.ts"
import type { AgentSetting } from "./Settings.ts"
import * as TreeLines from "./TreeLines.ts"
import * as TreeView from "@offshoot/core/TreeView"
import * as Wire from "./Wire.ts"

/** Progress every hundred files, so that there is something to see. */
const countLines = `
git rev-parse --is-inside-work-tree >/dev/null || exit 1
git -c core.quotePath=off ls-files | (
  files=0 lines=0
  while IFS= read -r file; do
    [ -f "$file" ] || continue
    files=$((files + 1)) lines=$((lines + $(wc -l < "$file")))
    [ $((files % 100)) -ne 0 ] || echo "$files files so far, $lines lines"
  done
  echo "$lines lines in $files tracked files"
)`

const sumUpHistory = `
commits=$(git rev-list --count HEAD) || exit 1
git --no-pager log -5 --format='%h %ad %s' --date=short
echo "$commits commits, the last on $(git log -1 --format=%ad --date=short)"`

const staySilent = `
echo "I say this, and then nothing more"
sleep 600`

const fail = `
echo "looking for the plan"
sleep 1
cat ./there-is-no-plan.txt`

/** The model of the agent in this process: what it says is written here, and shown as such. */
export const script: Script.Script = {
  name: "demo",
  conversations: [
    {
      name: "reader",
      when: { user: { startsWith: "Read part" } },
      steps: [
        {
          reasoning: "My model is a script, and so is this thought.",
          text: "I have read my part, and found nothing that is wrong with it.",
          pauseMs: 800,
          pieceMs: 60
        }
      ]
    },
    {
      name: "parent",
      when: { user: { contains: "sum up" } },
      steps: [
        {
          text: "Three of us look at it: two readers, and the program that knows the history.",
          pieceMs: 40,
          toolCalls: [
            {
              name: "SubAgent",
              params: {
                action: "create",
                title: "Reader {{number}}",
                prompt: "Read part {{number}} of the folder."
              },
              repeat: 2
            },
            {
              name: "SubAgent",
              params: { action: "create", title: "Ask for the history", prompt: "history", agent: "demo-history" }
            },
            { name: "SubAgent", params: { action: "wait" } }
          ]
        },
        { text: "All three are back:\n{{children.line}}", pieceMs: 20 }
      ]
    }
  ]
}

interface Part {
  readonly id: string
  readonly title: string
  readonly script: string
  readonly metadata: Session.Metadata
}

const parts: ReadonlyArray<Part> = [
  { id: "demo-lines", title: "Count the lines of the repository", script: countLines, metadata: {} },
  { id: "demo-history", title: "Sum up its history", script: sumUpHistory, metadata: {} },
  {
    id: "demo-slow",
    title: "Fall silent, and be stopped for it",
    script: staySilent,
    metadata: { [Watchdog.overrideKeys.checkSeconds]: "1", [Watchdog.overrideKeys.idleSeconds]: "3" }
  },
  { id: "demo-fails", title: "Fail, and say why", script: fail, metadata: {} }
]

/** The agents of the demo. The scripts are ours: no prompt becomes part of one. */
export const agents: ReadonlyArray<AgentSetting> = parts.map(({ id, script }) => ({
  id,
  concurrentMax: 1,
  definition: {
    _tag: "Command",
    protocol: CommandAgent.protocol,
    agent: { protocol: CommandAgent.protocol, command: ["sh", "-c", script], stdin: "none", graceSeconds: 1 }
  }
}))

/** The children need some seconds; a machine that is very slow gets half a minute. */
const demoTimeout = Duration.seconds(30)

/** One demo at a time in this process. */
const stage = Semaphore.makeUnsafe(1)

const spawn = Effect.fnUntraced(function* (parent: Session.Session, part: Part) {
  const offshoot = yield* SubAgents.SubAgents
  const { id, metadata, title } = part
  const spawned = yield* offshoot.spawn(parent.id, { agent: id, title, prompt: title, metadata })
  return spawned.session.id
})

/** The agent in this process. */
const spawnParent = (parent: Session.Session) =>
  Effect.flatMap(SubAgents.SubAgents, (offshoot) =>
    Effect.map(
      offshoot.spawn(parent.id, {
        title: "Spawn three, rest, and sum up (scripted)",
        prompt: "Have somebody look at this folder, and sum up what they say.",
        model: `${scripted}:${script.name}`
      }),
      ({ session }) => session.id
    )
  )

const isSettled = (state: TreeView.TreeState, id: string): boolean => {
  const node = TreeView.nodeOf(state, id)
  return node !== undefined && Session.isTerminal(node.status)
}

/** Stops the children that are still at it. */
const stopAll = (root: Session.Session) =>
  Effect.flatMap(SubAgents.SubAgents, (offshoot) =>
    Effect.ignore(offshoot.cancel(root.id, { mode: "abort", by: "by_user", reach: "subtree" }))
  )

const spawnAll = Effect.fnUntraced(function* (root: Session.Session) {
  return yield* Effect.forEach([...parts.map((part) => spawn(root, part)), spawnParent(root)], (spawned) => spawned)
})

/** The children under a new root, and nobody who shows them here; at most one demo at a time. */
const unseen = Effect.fnUntraced(function* (begun: Deferred.Deferred<Option.Option<Session.Session>>) {
  const offshoot = yield* SubAgents.SubAgents
  const root = yield* offshoot.createRoot({ title: "Demo" })
  const children = yield* spawnAll(root)
  yield* Deferred.succeed(begun, Option.some(root))
  const { state } = yield* offshoot.wait(root.id, { children, policy: "all", timeout: demoTimeout })
  if (state === "pending") yield* stopAll(root)
})

/**
 * The stage of a server that has the demo's agents. What it began goes on when
 * who asked for it has gone, and ends with the layer.
 */
export const layerStage: Layer.Layer<never> = Layer.effect(
  Stage,
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    let playing = 0
    return {
      state: () => (playing === 0 ? "possible" : "not_now"),
      begin: Effect.gen(function* () {
        const begun = yield* Deferred.make<Option.Option<Session.Session>>()
        const played = Semaphore.withPermitsIfAvailable(
          stage,
          1
        )(
          Effect.acquireUseRelease(
            Effect.sync(() => (playing += 1)),
            () => unseen(begun),
            () => Effect.sync(() => (playing -= 1))
          )
        ).pipe(
          Effect.catchCause((cause) => Effect.logWarning("demo.failed", cause)),
          Effect.ensuring(Deferred.succeed(begun, Option.none()))
        )
        yield* Effect.forkIn(played, scope)
        return yield* Deferred.await(begun)
      })
    }
  })
)

const play = Effect.gen(function* () {
  const offshoot = yield* SubAgents.SubAgents
  const screen = yield* Screen
  const root = yield* offshoot.createRoot({ title: "Demo" })
  yield* screen.print(["", "Demo: four programs and an agent on this folder (OFFSHOOT_DEMO=0 to start without)"])
  const children: Array<string> = []
  const begin = Effect.forEach([...parts.map((part) => spawn(root, part)), spawnParent(root)], (spawned) =>
    Effect.map(spawned, (id) => children.push(id))
  )
  const source = FeedReader.fromFeed<SubAgents.SessionNotFound | SessionStore.StoreError>((after) =>
    offshoot.feed({ after, scope: { _tag: "Subtree", sessionId: root.id }, types: Option.none() })
  )
  const snapshot = Effect.map(
    offshoot.snapshot({ within: Option.some(root.id), limit: Wire.snapshotMax }),
    Wire.snapshot
  )
  const show = LiveTree.show({
    root,
    told: FeedReader.converge<Wire.Snapshot, SubAgents.SessionNotFound | SessionStore.StoreError>({ source, snapshot }),
    events: offshoot.events(root.id, { scope: "subtree", after: Option.none() }),
    read: Effect.option(snapshot),
    isOver: (now) => children.length > parts.length && children.every((id) => isSettled(now, id)),
    afterStream: "read_on",
    quiet: false
  }).pipe(
    Effect.timeoutOption(demoTimeout),
    Effect.tap((shown) =>
      Option.isSome(shown)
        ? Effect.void
        : Effect.ignore(offshoot.cancel(root.id, { mode: "abort", by: "by_user", reach: "subtree" }))
    )
  )
  // Who looks first misses nothing of what the first child says.
  const [state] = yield* Effect.all([show, begin], { concurrency: 2 })
  return { root, state }
})

/**
 * Plays the demo once under a new root, shows it, and says how to look at it.
 * Returns without doing anything while another one is played. Never fails: the
 * server goes on whatever happens here.
 *
 * **Interruption**: stops the showing; the children end with the server.
 */
export const run = Effect.fn("Demo.run")(function* (look: (rootId: string) => ReadonlyArray<string>) {
  const screen = yield* Screen
  yield* play.pipe(
    Effect.flatMap(({ root, state }) =>
      Effect.gen(function* () {
        const { columns } = yield* screen.size
        const nowMillis = yield* Clock.currentTimeMillis
        const table = Option.match(state, {
          onNone: () => ["The demo took too long and was stopped."],
          onSome: (shown) => TreeLines.outcomes(shown, { columns, colour: screen.colour, nowMillis })
        })
        yield* screen.print(["", ...table, "", ...look(root.id), ""])
      })
    ),
    Effect.catchTag("OutputClosed", () => Effect.void),
    Effect.catchCause((cause) => Effect.logWarning("demo.failed", cause)),
    Semaphore.withPermitsIfAvailable(stage, 1)
  )
})
