/**
 * `kill -9` of the server again and again, with a thousand children of all
 * kinds in flight. `OFFSHOOT_KILLS` says how often, `OFFSHOOT_SEED` which dice.
 */
import * as NodeFS from "node:fs"
import { assert, it } from "@effect/vitest"
import { Ids } from "@offshoot/core"
import type { Client } from "@offshoot/server"
import { Crowd, Dice, EveryKind, Evidence, Workplace } from "@offshoot/test-e2e"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

const kills = Number(process.env["OFFSHOOT_KILLS"] ?? 50)
const seed = Number(process.env["OFFSHOOT_SEED"] ?? 20_261)

/** So many are in flight at every kill that counts; the clients aim higher, because parents that end take their children along. */
const inFlightMin = 1_000
const inFlightAim = 1_400

/** So many of the kills may meet fewer: several starts in a row that are cut off end what they find and accept nothing. */
const lightMax = Math.ceil(kills / 5)

const limits = { concurrent: 400, perParent: 64, depth: 3, backlog: 10_000 }

/** Counts the durable events of one life. */
class Ticker {
  private seen = 0
  private readonly waiting = new Set<{ readonly at: number; readonly come: Deferred.Deferred<void> }>()

  readonly tick = (events: number): void => {
    this.seen += events
    for (const one of this.waiting) {
      if (one.at > this.seen) continue
      this.waiting.delete(one)
      Deferred.doneUnsafe(one.come, Effect.void)
    }
  }

  /** So many more events from now on. */
  readonly more = (events: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const one = { at: this.seen + events, come: Deferred.makeUnsafe<void>() }
      this.waiting.add(one)
      return Deferred.await(one.come)
    })
}

/** A reader over all lives: it must see every number once, in order. */
class Reader {
  last = 0
  readonly types: Array<string> = []
  readonly faults: Array<string> = []
  private goal: { readonly number: number; readonly come: Deferred.Deferred<void> } | undefined

  readonly see = ({ event, number }: Client.FeedEntry): void => {
    const seen = Option.getOrElse(number, () => 0)
    if (seen !== this.last + 1) this.faults.push(`${seen} (${event.type}) came after ${this.last}`)
    this.last = seen
    this.types.push(event.type)
    if (this.goal !== undefined && seen >= this.goal.number) Deferred.doneUnsafe(this.goal.come, Effect.void)
  }

  readonly until = (number: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (this.last >= number) return Effect.void
      this.goal = { number, come: Deferred.makeUnsafe<void>() }
      return Deferred.await(this.goal.come)
    })
}

interface World {
  readonly workplace: Workplace.Workplace
  readonly crowd: Crowd.Crowd
  readonly dice: Dice.Dice
}

/** One round of everything that clients do. */
const act = Effect.fnUntraced(function* ({ crowd, dice, workplace }: World, client: Client.ClientShape) {
  yield* crowd.bringParents(client, 2)
  yield* crowd.topUp(client, inFlightAim - Evidence.openJobs(workplace.dataDir))
  yield* crowd.answers(client, 0.3)
  yield* crowd.messages(client, crowd.listeners(dice.between(0, 6)))
  yield* crowd.wakes(client)
})

/** When the next kill comes: while it starts, while the clients are at work, or when all is in flight. */
type Moment =
  | { readonly when: "start"; readonly millis: number }
  | { readonly when: "work" | "flight"; readonly events: number }

const momentOf = (dice: Dice.Dice): Moment => {
  const kind = dice.next()
  if (kind < 0.25) return { when: "start", millis: dice.between(50, 1_800) }
  return { when: kind < 0.6 ? "work" : "flight", events: dice.between(1, 400) }
}

/** Nothing happens for so long only when nothing can: then that is the moment. */
const momentMax = Duration.seconds(4)

interface Life {
  readonly client: Client.ClientShape
  readonly ticker: Ticker
}

/** A reader of this life alone, which knows at once what happens. */
const beginLife = Effect.fnUntraced(function* ({ workplace }: World, client: Client.ClientShape) {
  const ticker = new Ticker()
  const since = Evidence.head(workplace.dataDir)
  yield* client.feed({ since }).pipe(
    Stream.runForEachArray((events) => Effect.sync(() => ticker.tick(events.length))),
    Effect.ignoreCause,
    Effect.forkScoped
  )
  return { client, ticker } satisfies Life
})

/** The clients are at work for as long as the scope lives. */
const busy = (world: World, { client, ticker }: Life) =>
  Effect.forkScoped(Effect.forever(Effect.andThen(act(world, client), ticker.more(50))))

/** Comes to the moment of the kill. */
const live = Effect.fnUntraced(function* (world: World, moment: Exclude<Moment, { when: "start" }>, life: Life) {
  const { crowd, workplace } = world
  yield* crowd.topUp(life.client, inFlightMin + 200 - Evidence.openJobs(workplace.dataDir))
  if (moment.when === "flight") yield* act(world, life.client)
  yield* busy(world, life)
  yield* Effect.timeoutOption(life.ticker.more(moment.events), momentMax)
})

/** Fills the place, and dies. The reader stays for all lives. Returns the port. */
const firstLife = Effect.fnUntraced(function* (world: World, reader: Reader) {
  const { crowd, workplace } = world
  const program = yield* EveryKind.launch(workplace, 0)
  const { client, port } = yield* EveryKind.ready(workplace, program)
  yield* client.feed({ since: 0 }).pipe(
    Stream.runForEach((entry) => Effect.sync(() => reader.see(entry))),
    Effect.forkScoped
  )
  yield* crowd.bringParents(client, 30)
  yield* act(world, client)
  yield* program.signal("SIGKILL")
  yield* program.ended
  return port
})

/** One life of the server, from its start to its kill. Returns how many were in flight. */
const kill = Effect.fnUntraced(function* (world: World, port: number, moment: Moment) {
  const { workplace } = world
  const program = yield* EveryKind.launch(workplace, port)
  if (moment.when === "start") yield* Effect.sleep(moment.millis) // the moment itself is what is tried
  else {
    const { client } = yield* EveryKind.ready(workplace, program)
    yield* live(world, moment, yield* beginLife(world, client))
  }
  yield* program.signal("SIGKILL")
  yield* program.ended
  return Evidence.openJobs(workplace.dataDir)
}, Effect.scoped)

/** Every pause and sleep of a child is shorter: what is open then is open for ever, and the record is looked at as it is. */
const settleMax = Duration.minutes(2)

/** What never ends by itself is cancelled, what is asked is answered, until nothing is open any more. */
const settle = Effect.fnUntraced(function* (world: World, { client, ticker }: Life) {
  const { crowd, workplace } = world
  const endless = new Set(["nap", "stubborn"])
  while (true) {
    const open = Evidence.openSessions(workplace.dataDir)
    if (open.length === 0 && Evidence.openObligations(workplace.dataDir) === 0) return
    const next = yield* Effect.forkScoped(ticker.more(25), { startImmediately: true })
    yield* crowd.topUp(client, 0)
    yield* crowd.answers(client, 1)
    yield* crowd.messages(client, crowd.deaf(new Set(open.map(({ id }) => id))))
    yield* Effect.forEach(
      open.filter(({ agent }) => endless.has(agent)),
      ({ id }) =>
        Effect.ignore(
          client.calls.sessions.cancel({ params: { id: Ids.SessionId.make(id) }, payload: { mode: "abort" } })
        ),
      { concurrency: 16, discard: true }
    )
    yield* Effect.timeoutOption(Fiber.join(next), "1 second") // the last events are fewer
  }
}, Effect.scoped)

const mustHappen: ReadonlyArray<string> = [
  "completed/done",
  "error/lost",
  "error/agent_failed",
  "cancelled/by_parent",
  "cancelled/before_launch",
  "resume after lost",
  "retry after lost",
  "retry after rate_limited",
  "tool_outcome_unknown",
  "request answered",
  "request approved",
  "request denied",
  "run_suspended",
  "steer delivered",
  "wait satisfied",
  "wait expired"
]

it.live(
  `S-restart, S-crash: ${kills} times kill -9 with ${inFlightMin} children of all kinds in flight: one completion a job, one wake a wait, every number once (seed ${seed})`,
  () =>
    Effect.gen(function* () {
      const dice = Dice.make(seed)
      const workplace = yield* Workplace.make({ config: { limits, feed: { maxEvents: 10_000_000 } } })
      const world: World = { workplace, dice, crowd: new Crowd.Crowd(dice) }
      const { crowd } = world
      NodeFS.writeFileSync(EveryKind.toldFile(workplace), "")

      const reader = new Reader()
      const port = yield* firstLife(world, reader)
      const inFlight = [Evidence.openJobs(workplace.dataDir)]
      const light = () => inFlight.filter((open) => open < inFlightMin).length
      while (inFlight.length - light() < kills && light() <= lightMax) {
        inFlight.push(yield* kill(world, port, momentOf(dice)))
      }

      const program = yield* EveryKind.launch(workplace, port)
      const { client } = yield* EveryKind.ready(workplace, program)
      yield* Effect.timeoutOption(settle(world, yield* beginLife(world, client)), settleMax)
      yield* reader.until(Evidence.head(workplace.dataDir))
      yield* program.signal("SIGTERM")
      yield* program.ended

      const evidence = Evidence.read(workplace.dataDir)
      const promised = Array.from(crowd.promised.values())
      assert.deepStrictEqual(crowd.faults, [], "a repeated call is answered as the first")
      assert.deepStrictEqual(Evidence.completionFaults(evidence, [...promised, ...crowd.runs]), [])
      assert.deepStrictEqual(Evidence.wakeFaults(evidence, crowd.waits), [])
      assert.deepStrictEqual(Evidence.feedFaults(evidence), [])
      assert.deepStrictEqual(reader.faults, [])
      assert.deepStrictEqual(
        reader.types,
        evidence.events.map(({ type }) => type)
      )
      assert.deepStrictEqual(Evidence.obligationFaults(evidence), [])
      assert.deepStrictEqual(
        Evidence.answerFaults(
          evidence,
          promised.flatMap(({ key, kind: { answer }, sessionId }) =>
            answer === undefined ? [] : [{ sessionId, answer: answer(key) }]
          )
        ),
        []
      )
      const handled = new Set(NodeFS.readFileSync(EveryKind.toldFile(workplace), "utf8").split("\n"))
      assert.deepStrictEqual(
        evidence.completions.filter(({ runId }) => !handled.has(String(runId))),
        [],
        "the handler was told of every completion"
      )
      assert.strictEqual(evidence.undelivered, 0)
      assert.strictEqual(inFlight.length - light(), kills)
      const happened = Evidence.happened(evidence)
      assert.deepStrictEqual(
        mustHappen.filter((what) => !happened.has(what)),
        [],
        "every kind of thing was there to be killed"
      )
      yield* workplace.programsGone
      assert.deepStrictEqual(yield* workplace.alive, [])
    }),
  600_000
)
