/**
 * `POST /agui`: the run that a client of AG-UI asks for, as its events over SSE.
 *
 * A thread is a root session, found by its key. What the input asks is done before
 * the answer begins, and as a whole, so that a client that goes away has either
 * asked for all of it or for nothing; what happens then is only shown. A refusal
 * of the input is a problem document; what goes wrong later is the run's error.
 *
 * @stability unstable
 */
import { AgentDirectory, Ids, Session, SessionStore, SubAgents, type SubagentProfile } from "@offshoot/core"
import * as ByteSize from "effect/ByteSize"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { Api, LargeBody } from "../Api.ts"
import { Closing } from "../internal/closing.ts"
import * as Refusals from "../internal/refusals.ts"
import { StreamPlaces } from "../internal/streamPlaces.ts"
import * as Problems from "../Problems.ts"
import { custom, notice } from "./AgUiEvent.ts"
import * as CarryOut from "./CarryOut.ts"
import * as Narration from "./Narration.ts"
import * as Plan from "./Plan.ts"
import * as RunBody from "./RunBody.ts"
import * as RunInput from "./RunInput.ts"
import * as RunLink from "./RunLink.ts"
import * as Thread from "./Thread.ts"

export interface AgUiOptions {
  readonly heartbeatEvery: Duration.Duration
  readonly largeBodyBytesMax: number
}

/** Children that are there before the client comes, and are shown: as many as a run shows. */
const thereMax = 1_024

interface Services extends Thread.Services, RunBody.BodyOptions {}

const invalid = (path: ReadonlyArray<string | number>, message: string): Problems.InvalidRequest =>
  new Problems.InvalidRequest({
    detail: `${path.join(".")}: ${message}`,
    hint: "The shape is a RunAgentInput of AG-UI 1.0; what of it is used is said in the guide.",
    errors: [{ path, message }]
  })

const wishesOf = (input: RunInput.RunInput) =>
  Effect.mapError(Effect.fromResult(RunInput.wishesOf(input)), (error) =>
    invalid(["body", "forwardedProps", "offshoot"], error.message)
  )

const refused = {
  AgentUnknown: (error: SubAgents.AgentUnknown) => Effect.fail(Refusals.agentUnknown(error)),
  ProfileUnknown: (error: SubagentProfile.ProfileUnknown) => Effect.fail(Refusals.profileUnknown(error)),
  SessionNotFound: (error: SubAgents.SessionNotFound) => Effect.fail(Refusals.sessionNotFound(error)),
  StoreError: (error: SessionStore.StoreError) => Effect.fail(Refusals.storeError(error))
}

const run = Effect.fnUntraced(function* (services: Services, input: RunInput.RunInput) {
  const { subAgents } = services
  const wishes = yield* wishesOf(input)
  const thread = yield* Thread.find(services, input, wishes)
  if (thread === undefined) return RunBody.nothingToDo(services, input)
  const { isNew, root, sent } = thread
  const now = yield* subAgents.snapshot({ within: Option.some(root.id), limit: thereMax })
  const keys = new Set(sent.flatMap(({ key }) => key ?? []))
  const requests = now.requests.filter(({ status }) => status === "pending")
  const planned = Plan.planOf(input, { keys, requests, isNew })
  if (Result.isFailure(planned)) {
    const { expected, index } = planned.failure
    return yield* invalid(["body", "resume", index, "payload"], expected)
  }
  const plan = planned.success
  const { coverage, lacks } = yield* Thread.coverageOf(services, thread, input)
  const prefix = yield* Effect.flatten(Ids.Entropy)
  const link: RunLink.RunLink = {
    subAgents,
    names: { threadId: input.threadId, runId: input.runId },
    rootId: root.id,
    coverage,
    narration: Narration.begin(root.id, prefix, {
      children: RunInput.knowsSubagents(input) ? "subagents" : "activities",
      calls: Thread.callsOf(input),
      // What a snapshot has of what is being said is not known: then more of them follow.
      gap: lacks || Session.isInFlight(root.status)
    }),
    usedBefore: (yield* subAgents.usage(root.id)).tree,
    snapshotDue: lacks,
    over: false
  }
  const items = yield* RunBody.listen(subAgents, root.id, now.number)
  // In flight now: its end is still to be heard.
  const { session } = yield* subAgents.session(root.id)
  const { notices, sent: message } = yield* CarryOut.carryOut(link, plan)
  const left = requests.filter(({ id }) => !plan.answers.some(({ request }) => request.id === id))
  const greeting = Effect.map(RunLink.greet(link, Thread.childrenOf(now, root.id)), (events) => [
    RunBody.started(link.names),
    custom("run", { sessionId: root.id }),
    ...notices.map(notice),
    ...events
  ])
  const next = Effect.gen(function* () {
    if (Option.isSome(message) && Result.isFailure(message.value)) {
      return yield* RunLink.fail(link, CarryOut.failureOf(message.value.failure))
    }
    const asked = left.length === 0 ? [] : yield* RunLink.interrupt(link)
    if (link.over || Option.isSome(message) || Session.isInFlight(session.status)) return asked
    return yield* RunLink.settle(link)
  })
  return RunBody.respond(
    services,
    link,
    Stream.concat(
      Stream.fromEffect(Effect.zipWith(greeting, next, (first, more) => [...first, ...more])),
      Stream.suspend(() => (link.over ? Stream.empty : RunBody.narrated(link, items)))
    )
  )
})

const largeBody = (bytesMax: number) =>
  Layer.succeed(LargeBody, (effect) =>
    Effect.provideService(effect, HttpServerRequest.MaxBodySize, ByteSize.bytes(bytesMax))
  )

export const layer = ({ heartbeatEvery, largeBodyBytesMax }: AgUiOptions) =>
  HttpApiBuilder.group(
    Api,
    "agui",
    Effect.fn(function* (handlers) {
      const places = yield* StreamPlaces
      const services: Services = {
        subAgents: yield* SubAgents.SubAgents,
        store: yield* SessionStore.SessionStore,
        directory: yield* AgentDirectory.AgentDirectory,
        closing: yield* Closing,
        heartbeatEvery
      }
      return handlers.handle("run", ({ payload }) =>
        places.take.pipe(Effect.andThen(run(services, payload)), Effect.catchTags(refused))
      )
    })
  ).pipe(Layer.provide(largeBody(largeBodyBytesMax)))
