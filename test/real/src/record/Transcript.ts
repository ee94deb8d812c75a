/**
 * A recorded talk in two files: what the program said, line by line as it said
 * it, and beside it what was said to it and by which program and version.
 *
 * `SCENARIO.jsonl` has a line for each line of the program (for opencode, for
 * each event of its stream). `SCENARIO.client.json` has
 * `{program, version, scenario, args, said: [{after, line}], ended}`, where `after` counts
 * the lines of the program that had come by then. Machines and people are taken
 * out of both; the ids are numbered.
 */
import * as NodeFS from "node:fs"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import * as Option from "effect/Option"
import * as Cache from "../Cache.ts"
import * as Json from "../Json.ts"
import * as Redaction from "./Redaction.ts"
import type { Recording, Stage } from "./Scenario.ts"

const repository = NodePath.resolve(import.meta.dirname, "../../../..")

/** Where the transcripts are. */
const transcripts = NodePath.join(repository, "packages/adapters-cli/test/fixtures/transcripts")

/** A repository keeps nothing that nobody can read. */
const transcriptBytesMax = 200_000

export interface Written {
  /** Relative to the repository. */
  readonly file: string
  readonly lines: number
  readonly bytes: number
}

/** Writes both files; dies rather than writing a path of this machine, or more than anybody reads. */
export const write = (scenario: string, { place, server }: Stage, recording: Recording): Written => {
  const redactor = Redaction.make({
    place,
    cache: Cache.root(process.env),
    repository,
    home: NodeOS.homedir(),
    host: NodeOS.hostname(),
    port: server.port,
    pid: recording.pid
  })
  const { args, ended, lines, said } = recording
  const spoken = redactor.text(lines.map((line) => `${line}\n`).join(""))
  const client = redactor.text(
    `${Json.encode({
      program: place.id,
      version: place.version,
      scenario,
      args,
      said,
      ended: Option.getOrNull(ended)
    })}\n`
  )
  const left = redactor.leftovers(spoken + client)
  if (left.length > 0) throw new Error(`${scenario} still holds paths of this machine: ${[...new Set(left)].join(" ")}`)
  const bytes = Buffer.byteLength(spoken)
  if (bytes > transcriptBytesMax) throw new Error(`${scenario} has ${bytes} bytes: choose a smaller one`)
  const folder = NodePath.join(transcripts, `${place.id}-${place.version}`)
  NodeFS.mkdirSync(folder, { recursive: true })
  const file = NodePath.join(folder, `${scenario}.jsonl`)
  NodeFS.writeFileSync(file, spoken)
  NodeFS.writeFileSync(NodePath.join(folder, `${scenario}.client.json`), client)
  return { file: NodePath.relative(repository, file), lines: lines.length, bytes }
}
