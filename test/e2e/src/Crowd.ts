/**
 * The clients of the kill loop: they keep so many children in flight, answer
 * what is asked, send messages, register waits and run parents, and remember
 * what was promised to them. A call that nobody answered is made again with
 * the same key, also to the next server.
 */
import type { Ids } from "@offshoot/core"
import type { Client, Wire, WireWait } from "@offshoot/server"
import * as Effect from "effect/Effect"
import type { Dice } from "./Dice.ts"
import * as Kinds from "./Kinds.ts"

type ClientShape = Client.ClientShape

/** A child that a client wants, until it is accepted or refused. */
interface Wanted {
  readonly key: string
  readonly parentId: Ids.SessionId
  readonly kind: Kinds.Kind
  readonly child: Wire.NewChild
}

export interface Promised extends Wanted {
  readonly sessionId: Ids.SessionId
  readonly runId: Ids.RunId
}

interface Posted {
  readonly to: Ids.SessionId
  readonly key: string
}

interface Decided {
  readonly id: Ids.RequestId
  readonly payload: Wire.DecisionBody
}

/** As many calls at once as a busy client makes. */
const concurrency = 16

/** The parents that get children at a time: the newest; the older ones are left to their end. */
const parentsMax = 40

export class Crowd {
  /** Every child that was answered with 202, by its request key. */
  readonly promised = new Map<string, Promised>()
  /** Runs of parents that were answered with 202. */
  readonly runs: Array<{ readonly sessionId: Ids.SessionId; readonly runId: Ids.RunId }> = []
  /** Waits that were answered as recorded. */
  readonly waits = new Set<string>()
  /** Repeated calls that were answered with another child. */
  readonly faults: Array<string> = []
  private readonly dice: Dice
  private parents: Array<Ids.SessionId> = []
  private wanted: Array<Wanted> = []
  private posted: Array<Posted> = []
  private decided: Array<Decided> = []
  private keys = 0

  constructor(dice: Dice) {
    this.dice = dice
  }

  /** Makes the call; `kept` keeps it for another time when nobody said yes or no. Whatever happens is no failure here. */
  private call<A, E extends { readonly _tag: string }>(
    effect: Effect.Effect<A, E>,
    yes: (answer: A) => void,
    kept: () => void
  ): Effect.Effect<boolean> {
    return Effect.onExit(
      Effect.match(effect, {
        onSuccess: (answer) => {
          yes(answer)
          return true
        },
        onFailure: (error) => {
          const isNo = "status" in error && typeof error.status === "number" && error.status < 429
          if (!isNo) kept()
          return isNo
        }
      }),
      // Cut short by the kill: whether it was heard nobody knows.
      (exit) => (exit._tag === "Success" ? Effect.void : Effect.sync(kept))
    )
  }

  private key(): string {
    this.keys += 1
    return `k${this.keys}`
  }

  /** A few new parents, of which every second one runs in process. */
  readonly bringParents = Effect.fnUntraced(function* (this: Crowd, { calls }: ClientShape, count: number) {
    for (let index = 0; index < count; index++) {
      const prompt = `say here. \nawait-children ${this.dice.between(1, 12)}\nsay rested. `
      const runs = index % 2 === 0
      const created = yield* Effect.option(calls.sessions.create({ payload: runs ? { prompt } : null }))
      if (created._tag === "None") return
      const { id } = created.value
      this.parents = [...this.parents, id].slice(-parentsMax)
      if (!runs) continue
      yield* this.call(
        calls.sessions.run({ params: { id } }),
        ({ runId }) => this.runs.push({ sessionId: id, runId }),
        () => undefined
      )
    }
  })

  private want(): Wanted | undefined {
    const { dice } = this
    const root = this.parents[dice.between(0, this.parents.length - 1)]
    const children = Array.from(this.promised.values())
    const child = children[dice.between(Math.max(0, children.length - 500), children.length - 1)]
    const parentId = dice.chance(0.12) && child !== undefined ? child.sessionId : root
    if (parentId === undefined) return undefined
    const kind = Kinds.any(dice)
    const key = this.key()
    const parentClose = dice.chance(0.2) ? { parentClose: dice.pick(["cancel", "drain", "abandon"] as const) } : {}
    return {
      key,
      parentId,
      kind,
      child: { title: kind.name, requestKey: key, ...parentClose, ...kind.child(key, dice) }
    }
  }

  private spawn({ calls }: ClientShape, wanted: Wanted): Effect.Effect<boolean> {
    return this.call(
      calls.sessions.spawn({ params: { id: wanted.parentId }, payload: wanted.child }),
      ({ runId, session }) => {
        const before = this.promised.get(wanted.key)
        if (before === undefined) this.promised.set(wanted.key, { ...wanted, sessionId: session.id, runId })
        else if (before.sessionId !== session.id) {
          this.faults.push(`${wanted.key} was ${before.sessionId} and is ${session.id}`)
        }
      },
      () => this.wanted.push(wanted)
    )
  }

  /** First what nobody answered, and some that was answered once more; then as many new ones as are missing. */
  topUp(client: ClientShape, missing: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      const again = this.wanted
      this.wanted = []
      const fresh = Array.from({ length: Math.max(0, missing) }, () => this.want()).filter((one) => one !== undefined)
      const known = Array.from(this.promised.values())
        .slice(-50)
        .filter(() => this.dice.chance(0.1))
      return Effect.forEach([...again, ...known, ...fresh], (wanted) => this.spawn(client, wanted), {
        concurrency,
        discard: true
      })
    })
  }

  private decide({ ask, id }: Wire.WireRequest): Decided {
    const payload: Wire.DecisionBody =
      ask.type === "question"
        ? { decision: "answer", text: "that way" }
        : { decision: this.dice.pick(["approve", "deny"] as const) }
    return { id, payload }
  }

  private answer({ calls }: ClientShape, decided: Decided): Effect.Effect<boolean> {
    return this.call(
      calls.requests.answer({ params: { id: decided.id }, payload: decided.payload }),
      () => undefined,
      () => this.decided.push(decided)
    )
  }

  /** Answers this share of what is asked, and gives the answers again that nobody confirmed. */
  answers(client: ClientShape, share: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const again = this.decided
      this.decided = []
      const asked = yield* Effect.option(client.calls.requests.list({ query: { status: "open", limit: 200 } }))
      const items = asked._tag === "Some" ? asked.value.items.filter(({ status }) => status === "pending") : []
      const fresh = items.filter(() => this.dice.chance(share)).map((request) => this.decide(request))
      yield* Effect.forEach([...again, ...fresh], (decided) => this.answer(client, decided), {
        concurrency,
        discard: true
      })
    })
  }

  private post({ calls }: ClientShape, posted: Posted): Effect.Effect<boolean> {
    return this.call(
      calls.messages.send({
        params: { id: posted.to },
        payload: { text: `say noted-${posted.key}. `, key: posted.key }
      }),
      () => undefined,
      () => this.posted.push(posted)
    )
  }

  /** A message to each of these, and those again that nobody confirmed. */
  messages(client: ClientShape, to: ReadonlyArray<Ids.SessionId>): Effect.Effect<void> {
    return Effect.suspend(() => {
      const again = this.posted
      this.posted = []
      const fresh = to.map((id) => ({ to: id, key: this.key() }))
      return Effect.forEach([...again, ...fresh], (posted) => this.post(client, posted), {
        concurrency,
        discard: true
      })
    })
  }

  /** So many of the newest children, and those that wait for a message. */
  readonly listeners = (count: number): ReadonlyArray<Ids.SessionId> => {
    const newest = Array.from(this.promised.values()).slice(-400)
    const steered = newest.filter(({ kind }) => kind.name === "steered" && this.dice.chance(0.2))
    const others = Array.from({ length: count }, () => newest[this.dice.between(0, newest.length - 1)])
    return [...steered, ...others].flatMap((one) => (one === undefined ? [] : [one.sessionId]))
  }

  /** Some of the open children that wait for a message: the first one may have been taken with the launch. */
  readonly deaf = (open: ReadonlySet<string>): ReadonlyArray<Ids.SessionId> =>
    Array.from(this.promised.values()).flatMap(({ kind, sessionId }) =>
      kind.name === "steered" && open.has(sessionId) && this.dice.chance(0.2) ? [sessionId] : []
    )

  /** What a wait is about: a few children that are named, or all; some give up soon. */
  private wish(named: ReadonlyArray<Promised>): WireWait.WaitBody {
    const { dice } = this
    return {
      mode: "wake",
      policy: dice.pick(["all", "any", "first_error"]),
      children: dice.chance(0.2) ? [] : named.map(({ sessionId }) => sessionId).slice(-5),
      ...(dice.chance(0.2) ? { leaseSeconds: dice.between(1, 6) } : {})
    }
  }

  /** Every parent that does not wait already waits, and so do some of the children that have children. */
  wakes({ calls }: ClientShape): Effect.Effect<void> {
    const children = Array.from(this.promised.values())
    const above = children.slice(-500).flatMap(({ parentId }) => (this.dice.chance(0.05) ? [parentId] : []))
    return Effect.forEach(
      new Set([...this.parents, ...above]),
      (id) => {
        const named = children.filter(({ parentId }) => parentId === id && this.dice.chance(0.5))
        return this.call(
          calls.sessions.wait({ params: { id }, payload: this.wish(named) }),
          ({ wait }) => wait !== undefined && this.waits.add(wait.id),
          () => undefined
        )
      },
      { concurrency, discard: true }
    )
  }
}
