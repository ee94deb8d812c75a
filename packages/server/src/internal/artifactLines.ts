/** How a terminal is told what a child left beside its answer: one line each, and nothing in it that it would obey. */
import type { Ids } from "@offshoot/core"
import type * as WireArtifact from "../WireArtifact.ts"
import { inert } from "./terminalText.ts"

const sizeOf = ({ bytes, missing }: Extract<WireArtifact.Named, { readonly kind: "text" }>): string =>
  missing === undefined ? `${bytes} bytes` : `${bytes} bytes, without ${inert(missing)}`

/** What it is called, where it is, and what else is known of it. */
export const artifactLine = (id: Ids.SessionId, artifact: WireArtifact.Named): string => {
  const name = inert(artifact.name)
  if (artifact.kind === "text") {
    return `  ${name}: ${sizeOf(artifact)}, GET /v1/sessions/${id}/artifacts/${inert(artifact.id)}`
  }
  const details = Object.entries(artifact.details).map(([key, value]) => `${inert(key)} ${inert(value)}`)
  return `  ${[`${name}: ${inert(artifact.location)}`, ...details].join(", ")}`
}
