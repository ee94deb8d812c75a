/**
 * What a job works on: the user messages at the end of its session's
 * transcript, found without reading all of it.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoredMessage } from "../Session.ts"
import type { SessionStoreShape, StoreError } from "../SessionStore.ts"
import type { SpawnJob } from "../SpawnJob.ts"

/** Entries that are read at once to find the prompt: a first try needs no more. */
const promptPageMax = 32
/** A job whose tries left more pages behind its prompt works on what is in these. */
const promptPagesMax = 512

/** What to work on, and whether it is all there: its beginning may be further back. */
export interface Prompt {
  readonly text: Option.Option<string>
  readonly whole: boolean
}

/**
 * The user messages at the end of the transcript. Behind and between them may
 * stand what earlier tries of the same job said, and what they were told while
 * they ran; what was told to another job ends it, and so does what stands no
 * further than `after`.
 */
export const promptOf = (
  job: SpawnJob,
  recent: ReadonlyArray<Pick<StoredMessage, "position" | "role" | "text" | "runId">>,
  after: number
): Prompt => {
  // A message that opened this very run is already its own.
  const tries = new Set([job.runId, ...(job.tries ?? []).map(({ runId }) => runId)])
  const texts: Array<string> = []
  let whole = false
  for (const { position, role, runId, text } of recent.toReversed()) {
    const isOfTry = runId !== undefined && tries.has(runId)
    whole = !isOfTry && (role !== "user" || runId !== undefined || position <= after)
    if (whole) break
    if (role === "user") texts.push(text)
  }
  return { text: texts.length === 0 ? Option.none() : Option.some(texts.toReversed().join("\n\n")), whole }
}

/** Reads back from the end of the transcript as far as the prompt goes. */
export const findPrompt = (
  store: SessionStoreShape,
  job: SpawnJob,
  after: number
): Effect.Effect<Option.Option<string>, StoreError> => {
  const sessionId = job.childSessionId
  const recent: Array<StoredMessage> = []
  const look = (pagesLeft: number): Effect.Effect<Option.Option<string>, StoreError> => {
    const before = Option.map(Option.fromUndefinedOr(recent[0]), ({ position }) => position)
    return Effect.flatMap(store.recentMessages({ sessionId, before, limit: promptPageMax }), (page) => {
      recent.unshift(...page)
      const { text, whole } = promptOf(job, recent, after)
      return whole || page.length < promptPageMax || pagesLeft === 0 ? Effect.succeed(text) : look(pagesLeft - 1)
    })
  }
  return Effect.suspend(() => look(promptPagesMax))
}
