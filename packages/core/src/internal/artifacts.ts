/** What a run keeps beside its transcript, and reads again: its own session's texts, and no other's. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RunContext } from "../ExternalChildRunner.ts"
import * as Ids from "../Ids.ts"
import type { ArtifactForm } from "../Session.ts"
import { patiently } from "./recorder.ts"
import { type Bound, recordOpen } from "./transcriptWriter.ts"

/** One text: some million tokens, more than any model reads again. What is longer loses its end. */
const artifactCharsMax = 4_194_304
/** All texts of one run: what a disk gives to one child without being asked. */
const keptCharsMax = 67_108_864

export const artifactsOf = (bound: Bound): Pick<RunContext, "keep" | "kept"> => {
  const { clock, live, recorder } = bound
  const { childSessionId: sessionId, runId } = live.job
  const keep = (text: string, form: ArtifactForm = {}): Effect.Effect<Option.Option<Ids.ArtifactId>> =>
    Effect.suspend(() => {
      const kept = text.slice(0, artifactCharsMax)
      if (live.closed || live.keptChars + kept.length > keptCharsMax) return Effect.succeedNone
      live.keptChars += kept.length
      return Effect.flatMap(Ids.makeArtifactId, (id) => {
        const createdAtMillis = clock.currentTimeMillisUnsafe()
        const artifact = { id, sessionId, runId, text: kept, ...form, createdAtMillis }
        const step = { changes: [{ _tag: "ArtifactKept", artifact } as const], events: [] }
        return Effect.as(Effect.orDie(recordOpen(bound, step)), Option.some(id))
      })
    })
  const kept = (id: Ids.ArtifactId): Effect.Effect<Option.Option<string>> =>
    patiently(recorder.store.artifact(id)).pipe(
      Effect.map(Option.filter((artifact) => artifact.sessionId === sessionId)),
      Effect.map(Option.map(({ text }) => text)),
      Effect.orDie
    )
  return { keep, kept }
}
