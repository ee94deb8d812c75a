/** Readers of the feed: the one that reads all of it, those that follow a part, and one that converges. */
import { type AgentEvent, FeedReader, type SessionStore, type SubAgents } from "@offshoot/core"

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Converged, FactOf, Witness } from "./Facts.ts"
import type { Pace } from "./Plan.ts"

/** So that a slow follower ends in time. */
const restsMax = 30
const sessionsMax = 100_000

/** The follower that reads everything from the beginning, over all incarnations. */
const everything = 0

type How = FactOf<"FollowClosed">["how"]

interface Following {
  readonly follower: number
  readonly fiber: Fiber.Fiber<void>
  readonly state: { how: How }
}

/** Folds what a converging reader is told. */
class Fold {
  statuses = new Map<string, string>()
  pending = new Set<string>()

  begin(snapshot: SubAgents.TreeSnapshot): void {
    this.statuses = new Map(snapshot.sessions.map(({ session }) => [session.id, session.status]))
    this.pending = new Set(snapshot.requests.flatMap(({ id, status }) => (status === "pending" ? [id] : [])))
  }

  take(event: AgentEvent.AgentEvent, streamId: string): void {
    switch (event.type) {
      case "session_created":
        this.statuses.set(event.sessionId, event.parentSessionId === undefined ? "idle" : "pending")
        return
      case "session_deleted":
        this.statuses.delete(event.sessionId)
        return
      case "session_status_changed":
        this.statuses.set(event.sessionId, event.status)
        return
      case "execution_started":
        this.statuses.set(event.sessionId, "running")
        return
      case "complete":
      case "error":
        this.statuses.set(streamId, event.status)
        return
      case "cancelled":
        this.statuses.set(streamId, "cancelled")
        return
      case "clarification_needed":
      case "tool_approval_requested":
        this.pending.add(event.requestId)
        return
      case "approval_changed":
        this.pending.delete(event.requestId)
        return
      default:
        return
    }
  }
}

const lifecycle = ["sub_agent_started", "sub_agent_completed", "session_status_changed"] as const

export class Followers {
  private readonly release: Deferred.Deferred<void>
  private readonly following = new Set<Following>()
  private fold = new Fold()
  private count = everything
  private at = 0

  constructor(release: Deferred.Deferred<void>) {
    this.release = release
  }

  get converged(): Converged {
    return this.fold
  }

  /** Reads all of the feed, on from where the incarnation before was. */
  readAll(app: SubAgents.SubAgentsShape, witness: Witness): Effect.Effect<never> {
    const once = Effect.suspend(() =>
      Stream.runForEach(app.feed({ after: this.at, scope: { _tag: "All" }, types: Option.none() }), (item) =>
        Effect.sync(() => {
          if (item._tag === "Event") this.at = item.recorded.number
          else this.at = item._tag === "Reset" ? item.oldest - 1 : item.upTo
          witness.add({ _tag: "Followed", follower: everything, item })
        })
      )
    )
    return once.pipe(Effect.ignore, Effect.andThen(Effect.sleep("1 second")), Effect.forever)
  }

  /** A snapshot and the feed from its number, again and again when the store is away. */
  converge(app: SubAgents.SubAgentsShape): Effect.Effect<never> {
    const once = Effect.suspend(() => {
      const fold = new Fold()
      this.fold = fold
      const told = FeedReader.converge({
        source: FeedReader.fromFeed((after) => app.feed({ after, scope: { _tag: "All" }, types: Option.none() })),
        snapshot: Effect.catchTag(
          app.snapshot({ within: Option.none(), limit: sessionsMax }),
          "SessionNotFound",
          Effect.die
        )
      })
      return Stream.runForEach(told, (one) =>
        Effect.sync(() => {
          if (one._tag === "Snapshot") fold.begin(one.snapshot)
          else if (one._tag === "Entry") {
            const { event, streamId } = one.entry
            fold.take(
              event,
              Option.getOrElse(streamId, () => "")
            )
          }
        })
      )
    })
    return once.pipe(Effect.ignore, Effect.andThen(Effect.sleep("1 second")), Effect.forever)
  }

  /** Follows a part of the feed, at its own pace. */
  follow(
    app: SubAgents.SubAgentsShape,
    witness: Witness,
    part: { readonly scope: SessionStore.FeedScope; readonly lifecycleOnly: boolean; readonly from: "start" | "head" },
    pace: Pace
  ): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const bounds = yield* Effect.option(app.feedBounds)
      if (Option.isNone(bounds)) return
      const after = part.from === "start" ? 0 : bounds.value.head
      const follower = ++this.count
      const { scope } = part
      const types = part.lifecycleOnly ? lifecycle : undefined
      witness.add({ _tag: "FollowOpened", follower, after, scope, types })
      const rest = this.restOf(pace)
      const reading = Stream.runForEach(app.feed({ after, scope, types: Option.fromUndefinedOr(types) }), (item) =>
        Effect.suspend(() => {
          witness.add({ _tag: "Followed", follower, item })
          return rest()
        })
      )
      const state: Following["state"] = { how: "failed" }
      const closed = Effect.sync(() => {
        for (const one of this.following) if (one.follower === follower) this.following.delete(one)
        witness.add({ _tag: "FollowClosed", follower, how: state.how })
      })
      const fiber = yield* Effect.forkDetach(
        reading.pipe(
          Effect.onExit(() => closed),
          Effect.ignore
        )
      )
      this.following.add({ follower, fiber, state })
    })
  }

  closeAll(how: How): Effect.Effect<void> {
    return Effect.suspend(() =>
      Effect.forEach(
        [...this.following],
        (one) => {
          one.state.how = how
          return Fiber.interrupt(one.fiber)
        },
        { discard: true }
      )
    )
  }

  private restOf(pace: Pace): () => Effect.Effect<void> {
    let taken = 0
    let rests = 0
    return () => {
      taken += 1
      if (pace._tag === "stopped") return taken === pace.after + 1 ? Deferred.await(this.release) : Effect.void
      if (pace._tag === "fast" || taken % pace.every !== 0 || rests >= restsMax) return Effect.void
      rests += 1
      return Effect.sleep(pace.restMillis)
    }
  }
}
