/**
 * The conversation that an external agent keeps of a session: what a run is
 * given of it, and what it leaves of it. How it is kept, `Lifecycle` decides.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CanResume } from "../Recovery.ts"
import { type Conversation, conversationOf, type Session } from "../Session.ts"
import type { SessionStoreShape, StoreError } from "../SessionStore.ts"
import type { ChildCompletion, Resume } from "../SpawnJob.ts"
import type { LiveRun } from "./liveRun.ts"

/** What whoever runs the session goes on with. */
export const keptFor = (session: Session, canResume: CanResume): Option.Option<Conversation> =>
  Option.filter(conversationOf(session), ({ handle }) => canResume(session, handle))

/** What a run goes on from: the try before it, or else its agent's conversation. */
export const resumeOf = (
  { job, session }: Pick<LiveRun, "job" | "session">,
  canResume: CanResume
): Option.Option<Resume> =>
  Option.orElse(Option.fromUndefinedOr(job.resume), () =>
    Option.map(keptFor(session, canResume), ({ handle, runId }) => ({ runId, handle }))
  )

/**
 * What a run leaves that settles now. Whatever is appended to the transcript
 * after its end is news to the agent: while a run of an external session is in
 * flight, nobody appends anything that no run is told.
 */
export const leftBy = (
  store: SessionStoreShape,
  { childSessionId: sessionId, resume: handle }: ChildCompletion
): Effect.Effect<Option.Option<Pick<Conversation, "handle" | "position">>, StoreError> =>
  handle === undefined
    ? Effect.succeedNone
    : Effect.map(store.recentMessages({ sessionId, before: Option.none(), limit: 1 }), ([last]) =>
        Option.some({ handle, position: last?.position ?? 0 })
      )
