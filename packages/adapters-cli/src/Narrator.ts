/**
 * Carries the facts of one run to whoever watches it.
 *
 * Owns what must be true of the events of any agent: an answer in pieces of a
 * bounded size, no secret in them (I9), every tool call that was opened is
 * closed again, and nothing after the end. What becomes of asks and of the
 * turn's end is the runner's business.
 *
 * - N1 A call is shown as begun once, and as ended once, whatever the program
 *   repeats or leaves out.
 * - N2 What a mask holds back of the answer is said before any other event.
 *
 * @stability unstable
 */
import type { AgentEvent, ExternalChildRunner, Session } from "@offshoot/core"
import * as Effect from "effect/Effect"
import type { Asked, Fact, TurnEnded } from "./Fact.ts"
import * as OpenCalls from "./internal/openCalls.ts"
import * as OutputText from "./OutputText.ts"
import { type Mask, maskOf } from "./SecretMask.ts"
import { type Shown, shownWithout } from "./Shown.ts"

type Event = AgentEvent.RunnerEvent
type Nested = Extract<Event, { readonly type: "nested_agent_event" }>
type Own = Exclude<Event, Nested>
type CallEvent = Extract<Own, { readonly type: "tool_start" | "tool_complete" | "tool_error" }>
/** What comes in deltas: a secret may be cut in two. */
type StreamedText = Extract<Event, { readonly type: "token" | "reasoning_token" }>

/** What the runner does with the facts that are not events. */
export interface Acts {
  readonly asked: (asked: Asked) => Effect.Effect<void>
  readonly withdrawn: (id: string) => Effect.Effect<void>
  readonly turnEnded: (outcome: TurnEnded["outcome"]) => Effect.Effect<void>
}

type Context = Pick<ExternalChildRunner.RunContext, "emit" | "report">

/** Keeps the order of facts: one narrator, one caller at a time. */
export class Narrator {
  private readonly calls = new OpenCalls.OpenCalls()
  private readonly shown: Shown
  private readonly streams: Readonly<Record<StreamedText["type"], Mask>>
  private readonly context: Context
  private readonly acts: Acts
  private usageTold: Session.Usage | undefined
  private handleTold: string | undefined

  constructor(context: Context, secrets: ReadonlyArray<string>, acts: Acts) {
    this.context = context
    this.acts = acts
    this.shown = shownWithout(secrets)
    this.streams = { token: maskOf(secrets), reasoning_token: maskOf(secrets) }
  }

  get usage(): Session.Usage | undefined {
    return this.usageTold
  }

  /** The program's own name of the conversation, as it told it last. */
  get handle(): string | undefined {
    return this.handleTold
  }

  /** Whether a tool call of the agent itself is under way: its silence is the tool's. */
  get hasOpenCall(): boolean {
    return this.calls.hasOwn
  }

  tell(facts: ReadonlyArray<Fact>): Effect.Effect<void> {
    const [first] = facts
    if (first === undefined) return Effect.void
    return facts.length === 1
      ? Effect.suspend(() => this.one(first))
      : Effect.forEach(facts, (fact) => this.one(fact), { discard: true })
  }

  /** Says what was held back and closes what is open, with why. */
  close(why: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      const closed = this.calls.takeAll().map(({ nested, toolCallId, toolName }) => {
        return wrapped({ type: "tool_error", toolCallId, toolName, error: why }, nested)
      })
      return Effect.andThen(this.flush(), this.emitAll(closed))
    })
  }

  private one(fact: Fact): Effect.Effect<void> {
    switch (fact.type) {
      case "token":
      case "reasoning_token": {
        const spoken = this.say(fact.type, this.streams[fact.type].push(fact.content))
        const held = this.streams[fact.type === "token" ? "reasoning_token" : "token"].end()
        if (held === "") return spoken
        return Effect.andThen(this.say(fact.type === "token" ? "reasoning_token" : "token", held), spoken)
      }
      case "alive":
        return Effect.void
      case "conversation_named":
        if (fact.handle === this.handleTold) return Effect.void
        this.handleTold = fact.handle
        return this.context.report({ resume: fact.handle })
      case "usage_updated":
        this.usageTold = fact.usage
        return Effect.andThen(this.context.report({ usage: fact.usage }), this.emitOther(fact))
      case "permission_asked":
      case "question_asked":
        return Effect.andThen(this.flush(), this.acts.asked(fact))
      case "ask_withdrawn":
        return this.acts.withdrawn(fact.id)
      case "turn_ended":
        return Effect.andThen(this.flush(), this.acts.turnEnded(fact.outcome))
      default:
        return this.emitOther(fact)
    }
  }

  private emitOther(event: Exclude<Event, StreamedText>): Effect.Effect<void> {
    if (event.type !== "nested_agent_event") {
      return Effect.andThen(this.flush(), this.emitAll(this.shownEvents(event, undefined)))
    }
    const nested = OpenCalls.nestedOf(event)
    const events = this.shownEvents(event.event, nested).map((own) => wrapped(own, nested))
    return Effect.andThen(this.flush(), this.emitAll(events))
  }

  private shownEvents(event: Own, nested: OpenCalls.Nested | undefined): ReadonlyArray<Own> {
    const { shown } = this
    switch (event.type) {
      case "tool_start":
      case "tool_complete":
      case "tool_error":
        return this.callEvents(event, nested)
      case "token":
      case "reasoning_token":
        return piecesOf(shown.text(event.content), (content) => ({ type: event.type, content }))
      case "runner_output":
        return piecesOf(shown.text(event.content), (content) => ({ ...event, content }))
      case "runner_progress":
      case "tool_lifecycle":
        return [event.detail === undefined ? event : { ...event, detail: shown.text(event.detail) }]
      case "task_list_changed":
        return [{ ...event, tasks: event.tasks.map(({ status, title }) => ({ status, title: shown.text(title) })) }]
      case "file_changed":
        return [event.diff === undefined ? event : { ...event, diff: shown.bounded(event.diff) }]
      default:
        return [event]
    }
  }

  /** N1: a call that is ended without having begun begins first. */
  private callEvents(event: CallEvent, nested: OpenCalls.Nested | undefined): ReadonlyArray<Own> {
    const { toolCallId } = event
    if (event.type === "tool_start") {
      const isNew = this.calls.begin({ toolCallId, toolName: event.toolName, nested })
      return isNew ? [{ ...event, arguments: this.shown.value(event.arguments) }] : []
    }
    const begun = this.calls.end(toolCallId, nested)
    if (begun === "ended") return []
    const toolName = begun?.toolName ?? event.toolName
    const ended: Own =
      event.type === "tool_complete"
        ? { ...event, toolName, result: this.shown.value(event.result) }
        : { ...event, toolName, error: this.shown.bounded(event.error) }
    return begun === undefined ? [{ type: "tool_start", toolCallId, toolName, arguments: null }, ended] : [ended]
  }

  private say(type: StreamedText["type"], text: string): Effect.Effect<void> {
    return this.emitAll(piecesOf(text, (content) => ({ type, content })))
  }

  /** N2 */
  private flush(): Effect.Effect<void> {
    const reasoning = this.streams.reasoning_token.end()
    const answer = this.streams.token.end()
    if (reasoning === "" && answer === "") return Effect.void
    return Effect.andThen(this.say("reasoning_token", reasoning), this.say("token", answer))
  }

  private emitAll(events: ReadonlyArray<Event>): Effect.Effect<void> {
    const [first] = events
    if (first === undefined) return Effect.void
    return events.length === 1
      ? this.context.emit(first)
      : Effect.forEach(events, (event) => this.context.emit(event), { discard: true })
  }
}

const piecesOf = <A>(text: string, eventOf: (content: string) => A): ReadonlyArray<A> =>
  OutputText.pieces(text, OutputText.eventCharsMax).map(eventOf)

const wrapped = (event: Own, nested: OpenCalls.Nested | undefined): Event =>
  nested === undefined ? event : { type: "nested_agent_event", ...nested, event }
