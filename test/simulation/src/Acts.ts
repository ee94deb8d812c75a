/** What callers and people do to a runtime. A typed refusal is an answer like any other. */
import type { Ids, Obligation, SessionStore, SubAgents } from "@offshoot/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { History, Witness } from "./Facts.ts"
import type { Act, Plan } from "./Plan.ts"
import * as SimRunner from "./SimRunner.ts"

/** The runtime that is acted on, and who writes down what it answers. */
export interface Target {
  readonly app: SubAgents.SubAgentsShape
  readonly witness: Witness
}

type Of<Tag extends Act["_tag"]> = Extract<Act, { readonly _tag: Tag }>

const sessionsMax = 100_000

/** The sessions and requests that exist by now, as the history has them. */
export class Known {
  readonly roots: Array<Ids.SessionId> = []
  readonly sessions: Array<Ids.SessionId> = []
  readonly children = new Map<Ids.SessionId, Array<Ids.SessionId>>()
  readonly requests: Array<Obligation.Request> = []
  private readonly history: History
  /** Up to where the history was searched. */
  private searched = 0

  constructor(history: History) {
    this.history = history
  }

  session(share: number, rootsOnly: boolean): Ids.SessionId | undefined {
    this.search()
    const from = rootsOnly ? this.roots : this.sessions
    return from[Math.floor(share * from.length)]
  }

  /** People answer what is new: of the last few. */
  request(share: number): Obligation.Request | undefined {
    this.search()
    const recent = this.requests.slice(-6)
    return recent[Math.floor(share * recent.length)]
  }

  private search(): void {
    for (; this.searched < this.history.length; this.searched++) {
      const fact = this.history[this.searched]
      if (fact?._tag !== "Committed") continue
      for (const change of fact.transition) this.learn(change)
    }
  }

  private learn(change: SessionStore.Change): void {
    if (change._tag === "ObligationOpened" && change.obligation.kind === "request") {
      this.requests.push(change.obligation)
    }
    if (change._tag !== "SessionCreated") return
    const { id, parentId } = change.session
    this.sessions.push(id)
    if (parentId === undefined) this.roots.push(id)
    else this.children.set(parentId, [...(this.children.get(parentId) ?? []), id])
  }
}

export class Acts {
  private readonly plan: Plan
  private readonly known: Known
  private calls = 0

  constructor(plan: Plan, known: Known) {
    this.plan = plan
    this.known = known
  }

  createRoot({ app }: Target, act: Of<"Root">, title: string): Effect.Effect<void> {
    return Effect.ignore(app.createRoot(SimRunner.rootOf(this.plan, act.script, title)))
  }

  spawn({ app, witness }: Target, parentId: Ids.SessionId, act: Of<"Spawn">, title: string): Effect.Effect<void> {
    const { key } = act
    return Effect.ignore(
      Effect.map(app.spawn(parentId, SimRunner.requestOf(this.plan, act.script, title, key)), (spawned) => {
        witness.add({ _tag: "Placed", runId: spawned.runId, position: spawned.place.position })
        if (key !== undefined) witness.add({ _tag: "KeyAnswered", parentId, key, sessionId: spawned.session.id })
      })
    )
  }

  run({ app, witness }: Target, id: Ids.SessionId): Effect.Effect<void> {
    return Effect.ignore(
      Effect.map(app.run(id), ({ place, runId }) => witness.add({ _tag: "Placed", runId, position: place.position }))
    )
  }

  remove({ app, witness }: Target, sessionId: Ids.SessionId): Effect.Effect<void> {
    return Effect.suspend(() => {
      witness.add({ _tag: "RemoveAsked", sessionId })
      return Effect.ignore(app.remove(sessionId))
    })
  }

  cancel({ app, witness }: Target, sessionId: Ids.SessionId, act: Of<"Cancel">): Effect.Effect<void> {
    return Effect.suspend(() => {
      const call = ++this.calls
      witness.add({ _tag: "CancelAsked", call, sessionId, subtree: act.reach === "subtree" })
      const asked = app.cancel(sessionId, { mode: act.mode, by: "by_user", reach: act.reach })
      return Effect.ignore(
        Effect.map(asked, ({ cancelled }) => witness.add({ _tag: "CancelAnswered", call, cancelled }))
      )
    })
  }

  look({ app, witness }: Target): Effect.Effect<void> {
    const query: SessionStore.SessionQuery = { filter: {}, before: Option.none(), limit: sessionsMax }
    return Effect.ignore(
      Effect.map(app.sessions(query), (views) => {
        for (const { place, session } of views) {
          if (Option.isNone(place) || session.runId === undefined) continue
          witness.add({ _tag: "Placed", runId: session.runId, position: place.value.position })
        }
      })
    )
  }

  send({ app, witness }: Target, sessionId: Ids.SessionId, act: Of<"Send">): Effect.Effect<void> {
    const { key, mode, text } = act
    const request = { text, mode, key: Option.fromUndefinedOr(key), origin: "user" } as const
    return Effect.ignore(
      Effect.map(app.send(sessionId, request), ({ id: messageId }) =>
        witness.add({ _tag: "SendAnswered", sessionId, key, messageId })
      )
    )
  }

  wake({ app, witness }: Target, parentId: Ids.SessionId, act: Of<"Wake">): Effect.Effect<void> {
    const children = this.known.children.get(parentId) ?? []
    const request: SubAgents.WakeRequest = {
      children: act.named ? children.slice(Math.floor(children.length / 2)) : [],
      policy: act.policy,
      lease: Option.map(Option.fromUndefinedOr(act.leaseMillis), Duration.millis)
    }
    return Effect.ignore(
      Effect.map(app.wakeWhen(parentId, request), (wait) => witness.add({ _tag: "WaitAnswered", wait }))
    )
  }

  answer({ app, witness }: Target, act: Of<"Answer">): Effect.Effect<void> {
    const asked = this.known.request(act.request)
    if (asked === undefined) return Effect.void
    const decision: SubAgents.Decision =
      asked.ask.type === "question"
        ? { _tag: "Answer", text: act.words }
        : { _tag: act.agrees ? "Approve" : "Deny", text: Option.none() }
    return Effect.ignore(
      Effect.map(app.answer(asked.id, decision), (request) =>
        witness.add({ _tag: "AnswerAccepted", request, decision })
      )
    )
  }
}
