/**
 * Takes out of a transcript what belongs to the machine that it was recorded
 * on, and keeps what belongs together: the same id is the same id afterwards.
 */
import * as Regex from "effect/RegExp"
import type { Place } from "../RealProgram.ts"

/** What is known of the machine and the recording. */
export interface Known {
  readonly place: Pick<Place, "folder">
  /** Where the programs are installed. */
  readonly cache: string
  /** Where this repository is. */
  readonly repository: string
  readonly home: string
  readonly host: string
  readonly port: number
  readonly pid: number
}

/** Programs name folders of their own after the path of the place, each in its way. */
const spellings: ReadonlyArray<(path: string) => string> = [
  (path) => path,
  (path) => path.replaceAll(/[^a-zA-Z0-9]/g, "-"),
  (path) => path.slice(1).replaceAll("/", "-")
]

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g

/** Paths that no transcript should have left; what they were replaced with is none. */
const leftover = /(?<![\w/.-])\/(?:(?:work|root|tmp|Users)(?![\w-])|home\/(?!tester\b))[^\s"'\\]*/g

export interface Redactor {
  readonly text: (text: string) => string
  /** What still looks like a path of this machine. */
  readonly leftovers: (redacted: string) => ReadonlyArray<string>
}

/** One redactor for one recording: it numbers the ids as it meets them. */
export const make = (known: Known): Redactor => {
  const ids = new Map<string, string>()
  const numbered = (id: string): string => {
    const number = ids.get(id) ?? `00000000-0000-4000-8000-${String(ids.size + 1).padStart(12, "0")}`
    ids.set(id, number)
    return number
  }
  const paths: ReadonlyArray<readonly [string, string]> = [
    ...spellings.map((spell) => [spell(known.place.folder), spell("/place")] as const),
    [known.cache, "/programs"],
    [known.repository, "/offshoot"]
  ]
  return {
    text: (text) => {
      let out = text
      for (const [path, plain] of paths) out = out.replaceAll(path, plain)
      return out
        .replaceAll(new RegExp(`(?<![\\w/.-])${Regex.escape(known.home)}(?![\\w.-])`, "g"), "/home/tester")
        .replaceAll(`127.0.0.1:${known.port}`, "127.0.0.1:4010")
        .replaceAll(`"${known.host}"`, '"host"')
        .replaceAll(new RegExp(`\\b${known.pid}\\b`, "g"), "4242")
        .replaceAll(uuid, numbered)
    },
    leftovers: (redacted) => redacted.match(leftover) ?? []
  }
}
