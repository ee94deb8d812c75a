/**
 * How the text of a live run gets into its transcript: gathered in memory,
 * written when much of it has gathered or some of it has waited for long.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ids from "../Ids.ts"
import type { Entry } from "../ExternalChildRunner.ts"
import type { Message } from "../Session.ts"
import type { SessionStoreShape, StoreError, Transition } from "../SessionStore.ts"
import type { SessionStreamsShape } from "../SessionStreams.ts"
import type { LiveRun } from "./liveRun.ts"
import { builtOf, type Step } from "./ownChanges.ts"
import type { Seat } from "./publisher.ts"
import { patiently, type Recorder } from "./recorder.ts"

/** A live run with what its record and its streams are. */
export interface Bound {
  readonly recorder: Recorder["Service"]
  readonly streams: SessionStreamsShape
  readonly live: LiveRun
  readonly seat: Seat
  readonly clock: Clock.Clock
}

/** Text is written to the transcript when this much has gathered. */
const flushChars = 65_536
/** Or when the oldest of it has waited this long, at the next event. */
const flushMillis = 5_000
/** What one run may add to the transcript: sixteen million characters. More is shown live and dropped here. */
const transcriptCharsMax = 16_777_216

export const collect = (live: LiveRun, content: string, nowMillis: number): void => {
  if (live.storedChars + live.text.length + content.length > transcriptCharsMax) {
    live.textDropped = true
    return
  }
  if (live.text === "") live.textSinceMillis = nowMillis
  live.text += content
}

export const flushIsDue = (live: LiveRun, nowMillis: number): boolean =>
  live.records === "text" &&
  (live.text.length >= flushChars || (live.text !== "" && nowMillis - live.textSinceMillis >= flushMillis))

/** Tries as long as the run is not closed: a runner that was given up may still be trying (I3). */
const whileOpen = (live: LiveRun, once: () => Effect.Effect<void, StoreError>): Effect.Effect<void, StoreError> =>
  patiently(Effect.suspend(() => (live.closed ? Effect.void : once())))

/**
 * One try to record something of the run, with what it has told of itself when
 * the record is owed that. `recorded` is called as soon as it is true, also for
 * a caller that is stopped meanwhile.
 */
const recordOnce = (
  { live, recorder, seat, streams }: Bound,
  step: Step,
  recorded: () => void
): Effect.Effect<void, StoreError> =>
  Effect.suspend(() => {
    const { report, reportOwed } = live
    const { changes, show } = builtOf(streams, seat, [step])
    const owed: Transition = reportOwed ? [{ _tag: "JobReported", runId: live.job.runId, report }] : []
    return recorder.commit([...owed, ...changes], (numbers) => {
      if (live.report === report) live.reportOwed = false
      recorded()
      show(numbers)
    })
  })

const nothing = (): void => undefined

/** Records something of the run, unless it is closed. */
export const recordOpen = (bound: Bound, step: Step): Effect.Effect<void, StoreError> =>
  whileOpen(bound.live, () => recordOnce(bound, step, nothing))

/** An entry that was just written is among the last so many of its transcript. */
const lookBackMax = 32

const recentEntries = (store: SessionStoreShape, sessionId: Ids.SessionId) =>
  store.recentMessages({ sessionId, before: Option.none(), limit: lookBackMax })

/** The same again after a failure finds out first whether the entry stands already. */
export const onceInTranscript = (
  store: SessionStoreShape,
  { id, sessionId }: Pick<Message, "id" | "sessionId">,
  commit: Effect.Effect<void, StoreError>
): Effect.Effect<void, StoreError> => {
  let tried = false
  return Effect.suspend(() => {
    if (!tried) {
      tried = true
      return commit
    }
    return Effect.flatMap(recentEntries(store, sessionId), (recent) =>
      recent.some((entry) => entry.id === id) ? Effect.void : commit
    )
  })
}

/** What is to be written under this id. */
const writeOnce = (
  bound: Bound,
  id: Ids.MessageId,
  entry: Entry,
  written: () => void
): Effect.Effect<void, StoreError> => recordOnce(bound, entriesStep(bound, [id], [entry]), written)

const entriesStep = (
  { clock, live }: Bound,
  ids: ReadonlyArray<Ids.MessageId>,
  entries: ReadonlyArray<Entry>
): Step => {
  const { childSessionId: sessionId, runId } = live.job
  const createdAtMillis = clock.currentTimeMillisUnsafe()
  const changes: Array<Step["changes"][number]> = []
  const events: Array<Step["events"][number]> = []
  ids.forEach((id, index) => {
    const entry = entries[index]
    if (entry === undefined) return
    changes.push({ _tag: "MessageAppended", message: { ...entry, id, sessionId, runId, createdAtMillis } })
    events.push({ type: "message_appended", sessionId, messageId: id, role: entry.role })
  })
  return { changes, events }
}

export const writeEntry = (bound: Bound, entry: Entry): Effect.Effect<void, StoreError> =>
  Effect.flatMap(Ids.makeMessageId, (id) => {
    const { live, recorder } = bound
    const sessionId = live.job.childSessionId
    const written = onceInTranscript(recorder.store, { id, sessionId }, writeOnce(bound, id, entry, nothing))
    return whileOpen(live, () => written)
  })

/** With their answers, calls are over: in the same commit. */
const forgetBegun = (live: LiveRun): void => {
  const { begunToolCalls, ...report } = live.report
  if (begunToolCalls === undefined) return
  live.report = report
  live.reportOwed = true
}

/**
 * Writes entries that stand for the text that was gathered before them. What
 * is not known to stand is put in doubt, as with `flush`.
 */
export const writeRound = (bound: Bound, entries: ReadonlyArray<Entry>): Effect.Effect<void, StoreError> =>
  Effect.flatMap(
    Effect.forEach(entries, () => Ids.makeMessageId),
    (ids) => {
      const { live, recorder } = bound
      const [id] = ids
      if (id === undefined) return Effect.void
      const { text } = live
      const written = (): void => {
        live.text = live.text.slice(text.length)
        live.storedChars += text.length
      }
      const sessionId = live.job.childSessionId
      if (entries.some(({ role }) => role === "tool")) forgetBegun(live)
      const commit = recordOnce(bound, entriesStep(bound, ids, entries), written)
      let tried = false
      const once = Effect.suspend(() => {
        if (!tried) {
          tried = true
          return commit
        }
        return Effect.flatMap(recentEntries(recorder.store, sessionId), (recent) =>
          recent.some((entry) => entry.id === id) ? Effect.sync(written) : commit
        )
      })
      const doubt = Effect.sync(() => {
        if (text !== "" && live.text.startsWith(text)) live.doubtful = { id, text }
      })
      return Effect.onError(
        whileOpen(live, () => once),
        () => doubt
      )
    }
  )

/** Takes from the gathered text what stands in the transcript although its commit was reported as failed. */
export const settleDoubt = (live: LiveRun, store: SessionStoreShape): Effect.Effect<void, StoreError> =>
  Effect.suspend(() => {
    const { doubtful } = live
    if (doubtful === undefined) return Effect.void
    return Effect.map(recentEntries(store, live.job.childSessionId), (recent) => {
      live.doubtful = undefined
      if (!recent.some(({ id }) => id === doubtful.id) || !live.text.startsWith(doubtful.text)) return
      live.text = live.text.slice(doubtful.text.length)
      live.storedChars += doubtful.text.length
    })
  })

/**
 * Moves the gathered text to the transcript. Between two tries the text is
 * back where the settling finds it; what was not written is kept.
 */
export const flush = (bound: Bound): Effect.Effect<void, StoreError> => {
  const { live, recorder } = bound
  return whileOpen(live, () =>
    live.doubtful === undefined ? flushOnce(bound) : Effect.andThen(settleDoubt(live, recorder.store), flushOnce(bound))
  )
}

const flushOnce = (bound: Bound): Effect.Effect<void, StoreError> =>
  Effect.flatMap(Ids.makeMessageId, (id) => {
    const { live } = bound
    const { text } = live
    if (text === "") return Effect.void
    live.text = ""
    live.storedChars += text.length
    let kept = true
    const written = (): void => {
      kept = false
    }
    const putBack = Effect.sync(() => {
      if (!kept) return
      live.text = text + live.text
      live.storedChars -= text.length
      live.doubtful = { id, text }
      live.textSinceMillis = bound.clock.currentTimeMillisUnsafe()
    })
    return Effect.onError(writeOnce(bound, id, { role: "assistant", text, hidden: false }, written), () => putBack)
  })

/** The same, and what cannot be written now waits for the next time. */
export const flushOrKeep = (bound: Bound): Effect.Effect<void> =>
  flush(bound).pipe(Effect.catch((error) => Effect.logWarning("transcript.not_written", error)))
