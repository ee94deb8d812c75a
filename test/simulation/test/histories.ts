/** Hand-made histories of one root `p` with children, for the checks' own tests. */
import {
  type AgentEvent,
  Ids,
  type Obligation,
  type Outcome,
  Session,
  type SessionStore,
  type SpawnJob
} from "@offshoot/core"
import * as Option from "effect/Option"
import type { Fact, History, Timed } from "../src/Facts.ts"

export const id = (name: string): Ids.SessionId => Ids.SessionId.make(`ses_${name}`)
export const run = (name: string): Ids.RunId => Ids.RunId.make(`run_${name}`)

/** The one handler of these histories. */
export const handler = "simulated"

const done: Outcome.Outcome = { status: "completed", reason: "done" }
export const failed: Outcome.Outcome = { status: "error", reason: "agent_failed", message: "no luck" }

/** The metadata of a session that this external agent runs. */
export const ranBy = (agentId: string): Session.Metadata => ({
  [Session.metadataKeys.runtimeKind]: "external",
  [Session.metadataKeys.externalAgentId]: agentId
})

const session = (name: string, parent: string | undefined, metadata: Session.Metadata = {}): Session.Session => ({
  id: id(name),
  kind: parent === undefined ? "root" : "child",
  ...(parent === undefined ? {} : { parentId: id(parent) }),
  rootId: id("p"),
  depth: parent === undefined ? 0 : 1,
  title: name,
  status: parent === undefined ? "idle" : "pending",
  metadata,
  createdAtMillis: 0,
  updatedAtMillis: 0,
  version: 1
})

const completionOf = (name: string, outcome: Outcome.Outcome): SpawnJob.ChildCompletion => ({
  runId: run(name),
  parentSessionId: id("p"),
  childSessionId: id(name),
  outcome,
  completedAtMillis: 0
})

export const token = (content: string): AgentEvent.RunnerEvent => ({ type: "token", content })

export const wrapped = (name: string, event: AgentEvent.OwnEvent): AgentEvent.AgentEvent => ({
  type: "sub_agent_event",
  parentSessionId: id("p"),
  childSessionId: id(name),
  event
})

export const startedEvent = (name: string, parent = "p"): AgentEvent.AgentEvent => ({
  type: "sub_agent_started",
  parentSessionId: id(parent),
  childSessionId: id(name)
})

export const completedEvent = (name: string): AgentEvent.AgentEvent => ({
  type: "sub_agent_completed",
  parentSessionId: id("p"),
  childSessionId: id(name),
  status: "completed",
  reason: "done"
})

/** Puts facts down one after the other; numbers count on unless they are given. */
export class Story {
  private readonly facts: Array<Timed> = []
  private head = 0
  atMillis = 0

  get history(): History {
    return this.facts
  }

  at(millis: number): this {
    this.atMillis = millis
    return this
  }

  fact(fact: Fact): this {
    this.facts.push({ ...fact, atMillis: this.atMillis })
    return this
  }

  root(): this {
    return this.fact({
      _tag: "Committed",
      transition: [{ _tag: "SessionCreated", session: session("p", undefined) }],
      numbers: [],
      answered: true
    })
  }

  /** A child is accepted, with `sub_agent_started` on the record of its parent. */
  accept(name: string, parent = "p", metadata: Session.Metadata = {}): this {
    const job: SpawnJob.SpawnJob = {
      runId: run(name),
      parentSessionId: id(parent),
      childSessionId: id(name),
      model: "",
      acceptedAtMillis: this.atMillis
    }
    return this.fact({
      _tag: "Committed",
      transition: [
        { _tag: "SessionCreated", session: session(name, parent, metadata) },
        { _tag: "JobAccepted", job },
        { _tag: "EventRecorded", sessionId: id(parent), event: startedEvent(name, parent) }
      ],
      numbers: [++this.head],
      answered: true
    })
  }

  settle(name: string, outcome: Outcome.Outcome = done, more: Partial<SpawnJob.ChildCompletion> = {}): this {
    return this.fact({
      _tag: "Committed",
      transition: [
        { _tag: "EventRecorded", sessionId: id("p"), event: completedEvent(name) },
        { _tag: "JobSettled", completion: { ...completionOf(name, outcome), ...more }, handlers: [handler] }
      ],
      numbers: [++this.head],
      answered: true
    })
  }

  /** The child's session, at rest. */
  rest(name: string): this {
    return this.commit({ _tag: "SessionChanged", session: { ...session(name, "p"), status: "completed" } })
  }

  record(name: string, event: AgentEvent.AgentEvent, number = ++this.head): this {
    return this.fact({
      _tag: "Committed",
      transition: [{ _tag: "EventRecorded", sessionId: id(name), event }],
      numbers: [number],
      answered: true
    })
  }

  write(name: string, text: string): this {
    const message = {
      id: Ids.MessageId.make("msg_1"),
      sessionId: id(name),
      runId: run(name),
      role: "assistant",
      text,
      hidden: false,
      createdAtMillis: 0
    } as const
    return this.fact({
      _tag: "Committed",
      transition: [{ _tag: "MessageAppended", message }],
      numbers: [],
      answered: true
    })
  }

  handled(name: string, outcome: Outcome.Outcome = done, incarnation = 1): this {
    return this.fact({ _tag: "Handled", handler, incarnation, completion: completionOf(name, outcome) })
  }

  acknowledge(name: string): this {
    return this.commit({ _tag: "CompletionAcknowledged", runId: run(name), handler })
  }

  /** The job of this name goes on as another run. */
  again(name: string, next: string, job: Partial<SpawnJob.SpawnJob> = {}): this {
    return this.commit({
      _tag: "JobReplaced",
      runId: run(name),
      job: { runId: run(next), childSessionId: id(name), model: "", acceptedAtMillis: 0, ...job }
    })
  }

  commit(...transition: SessionStore.Transition): this {
    return this.fact({ _tag: "Committed", transition, numbers: [], answered: true })
  }

  /** `handle` is what it is given to go on with: that of the try before it, when nothing else is said. */
  body(name: string, runName = name, resumes?: SpawnJob.Resume, handle = resumes?.handle): this {
    const started = { sessionId: id(name), runId: run(runName), incarnation: 1, resumes, handle }
    return this.fact({ _tag: "BodyStarted", ...started })
  }

  bodyEnded(name: string): this {
    return this.fact({ _tag: "BodyEnded", runId: run(name) })
  }

  say(name: string, text: string): this {
    return this.fact({ _tag: "Said", runId: run(name), text, append: false })
  }

  open(reader: number, twin?: number): this {
    return this.fact({ _tag: "ReaderOpened", reader, sessionId: id("p"), scope: "session", twin })
  }

  see(reader: number, event: AgentEvent.AgentEvent, number?: number): this {
    return this.fact({ _tag: "Seen", reader, item: { number: Option.fromUndefinedOr(number), event } })
  }

  close(reader: number, how: "caught_up" | "left" = "caught_up"): this {
    return this.fact({ _tag: "ReaderClosed", reader, how })
  }

  /** The follower of everything is told this. */
  feed(number: number, event: AgentEvent.AgentEvent): this {
    const recorded = { number, sessionId: id("p"), atMillis: 0, event }
    return this.fact({ _tag: "Followed", follower: 0, item: { _tag: "Event", recorded } })
  }

  cancel(name: string, subtree = true): this {
    this.fact({ _tag: "CancelAsked", call: 1, sessionId: id(name), subtree })
    return this.fact({ _tag: "CancelAnswered", call: 1, cancelled: [] })
  }
}

export const story = (): Story => new Story().root()

export const steer = (name: string, change: Partial<Obligation.Steer> = {}): Obligation.Steer => ({
  kind: "steer",
  id: Ids.MessageId.make(`msg_${name}`),
  sessionId: id("p"),
  version: 1,
  openedAtMillis: 0,
  expiresAtMillis: 1,
  origin: "user",
  mode: "queue",
  text: name,
  hidden: false,
  status: "queued",
  ...change
})

export const request = (change: Partial<Obligation.Request> = {}): Obligation.Request => ({
  kind: "request",
  id: Ids.RequestId.make("req_1"),
  sessionId: id("a"),
  version: 1,
  openedAtMillis: 0,
  expiresAtMillis: 1,
  runId: run("a"),
  key: "k",
  ask: { type: "question", question: "?" },
  status: "pending",
  ...change
})

export const wait = (change: Partial<Obligation.Wait> = {}): Obligation.Wait => ({
  kind: "wait",
  id: Ids.WaitId.make("wai_1"),
  sessionId: id("p"),
  version: 1,
  openedAtMillis: 0,
  expiresAtMillis: 1,
  policy: "all",
  children: [],
  status: "open",
  ...change
})
