/**
 * What a run leaves beside its answer, on the wire. The other shapes are in
 * `Wire`.
 *
 * @stability unstable
 */
import { Ids, Session } from "@offshoot/core"
import * as Schema from "effect/Schema"
import { isoTime } from "./internal/isoTime.ts"

/** As a result names it: a kept text, or a place such as a folder on the server's machine. */
export const Named = Session.NamedArtifact.annotate({ identifier: "NamedArtifact" })
export type Named = typeof Named.Type

/** A kept text, whole. With `base64` it is the bytes of something that is no text. */
export const Artifact = Schema.Struct({
  id: Ids.ArtifactId,
  sessionId: Ids.SessionId,
  runId: Ids.RunId,
  mediaType: Schema.String,
  encoding: Schema.Literals(["utf-8", "base64"]),
  text: Schema.String,
  createdAt: Schema.String
}).annotate({ identifier: "Artifact" })
export type Artifact = typeof Artifact.Type

export const artifact = (kept: Session.Artifact): Artifact => ({
  id: kept.id,
  sessionId: kept.sessionId,
  runId: kept.runId,
  mediaType: kept.mediaType ?? "text/plain",
  encoding: kept.encoding ?? "utf-8",
  text: kept.text,
  createdAt: isoTime(kept.createdAtMillis)
})
