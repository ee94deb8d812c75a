/**
 * How the last run ended, what to do next, what it answered and what it left.
 *
 * @stability unstable
 */
import { useSignal } from "@preact/signals"
import * as Actions from "../Actions.ts"
import * as Figures from "../Figures.ts"
import * as Inert from "../Inert.ts"
import { isInFlight } from "../Rows.ts"
import * as Store from "../Store.ts"
import * as Wire from "../Wire.ts"
import { download } from "./Saving.ts"
import { Loaded } from "./Loaded.tsx"
import { State } from "./State.tsx"

/** Lines of an artifact that are drawn; the download has all of them. */
const linesMax = 3_000

const diffClass = (line: string): string => {
  if (line.startsWith("+++") || line.startsWith("---") || line.startsWith("diff ")) return "diff-file"
  if (line.startsWith("@@")) return "diff-place"
  if (line.startsWith("+")) return "diff-added"
  if (line.startsWith("-")) return "diff-removed"
  return ""
}

const isDiff = ({ mediaType, name }: Wire.ArtifactName): boolean =>
  mediaType?.includes("diff") === true || mediaType?.includes("patch") === true || /\.(diff|patch)$/.test(name)

const ArtifactText = ({ artifact, named }: { readonly artifact: Wire.Artifact; readonly named: Wire.ArtifactName }) => {
  if (artifact.encoding === "base64") return <p class="dim">It is no text: download it.</p>
  const lines = artifact.text.split("\n")
  return (
    <pre class="artifact">
      {lines.slice(0, linesMax).map((line, index) => (
        <span key={index} class={isDiff(named) ? diffClass(line) : ""}>
          {Inert.lines(line)}
          {"\n"}
        </span>
      ))}
      {lines.length > linesMax ? `… and ${lines.length - linesMax} more lines` : ""}
    </pre>
  )
}

const Kept = ({ id, named }: { readonly id: string; readonly named: Wire.ArtifactName }) => {
  const open = useSignal(isDiff(named))
  const path = `${Actions.sessionPath(id)}/artifacts/${encodeURIComponent(named.id ?? "")}`
  return (
    <details class="artifact-entry" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>
        {Inert.line(named.name)} <span class="dim">{named.bytes === undefined ? "" : Figures.bytes(named.bytes)}</span>
      </summary>
      {named.missing === undefined ? null : <p class="dim">{Inert.line(named.missing)}</p>}
      {open.value ? (
        <Loaded read={() => Actions.read(path, Wire.isArtifact)} again={path}>
          {(artifact) => (
            <>
              <button type="button" onClick={() => download(named.name, artifact.text, artifact.encoding)}>
                Download
              </button>
              <ArtifactText artifact={artifact} named={named} />
            </>
          )}
        </Loaded>
      ) : null}
    </details>
  )
}

const PlaceOf = ({ named }: { readonly named: Wire.ArtifactName }) => (
  <div class="artifact-entry">
    {Inert.line(named.name)} <code>{Inert.line(named.location ?? "")}</code>
    {Object.entries(named.details ?? {}).map(([key, value]) => (
      <span key={key} class="dim">
        {" "}
        {Inert.line(key)}: {Inert.line(value)}
      </span>
    ))}
  </div>
)

const Outcome = ({ result }: { readonly result: Wire.Result }) => (
  <div class={`outcome outcome-${result.status}`}>
    <p>
      <State status={result.status} /> <strong>{Inert.line(result.reason).replaceAll("_", " ")}</strong>
    </p>
    {result.error === undefined ? null : <p class="outcome-error">{Inert.lines(result.error)}</p>}
    <p class="next">
      <span class="dim">Next:</span> {Inert.line(result.hint)}
    </p>
    {Object.entries(result.details ?? {}).map(([key, value]) => (
      <p key={key} class="dim detail">
        {Inert.line(key)}: {Inert.lines(String(value))}
      </p>
    ))}
    {result.resume === undefined ? null : (
      <p class="dim">
        Resume handle: <code>{Inert.line(result.resume)}</code>
      </p>
    )}
  </div>
)

export const Result = ({ id }: { readonly id: string }) => {
  const node = Store.nodeOf(id)
  if (node !== undefined && (isInFlight(node) || node.status === "idle")) {
    return (
      <p class="empty">
        {node.status === "idle" ? "It has not run yet." : "It still runs: its result comes when it has settled."}
      </p>
    )
  }
  return (
    <Loaded
      read={() => Actions.read(`${Actions.sessionPath(id)}/result`, Wire.isResult)}
      again={`${id} ${node?.settledAtMillis ?? 0} ${node?.status ?? ""}`}
    >
      {(result) => (
        <div class="result">
          <Outcome result={result} />
          {result.text === "" ? null : (
            <>
              <h3>Answer{result.textTruncated === true ? ", the end of it" : ""}</h3>
              <div class="text answer">{Inert.lines(result.text)}</div>
            </>
          )}
          {result.artifacts === undefined ? null : <h3>Artifacts</h3>}
          {result.artifacts?.map((named) =>
            named.kind === "text" ? (
              <Kept key={named.id ?? named.name} id={id} named={named} />
            ) : (
              <PlaceOf key={named.location ?? named.name} named={named} />
            )
          )}
        </div>
      )}
    </Loaded>
  )
}
