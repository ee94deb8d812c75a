/**
 * The records of installations on disk: one file for each file of a host, in the
 * user's folder for state, readable by nobody else.
 *
 * A record that is lost or cannot be read is none: then only the entry itself is
 * taken out.
 */
import * as NodePath from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as HostFiles from "./HostFiles.ts"
import { digest, InstallRecord } from "./InstallRecord.ts"
import { type Surroundings, variable } from "./McpHost.ts"

const Stored = Schema.fromJsonString(InstallRecord)
const decode = Schema.decodeUnknownOption(Stored)
const encode = Schema.encodeSync(Stored)

/** Where programs keep what is neither settings nor data. */
const folderOf = (surroundings: Surroundings): string => {
  const local = surroundings.platform === "win32" ? variable(surroundings, "LOCALAPPDATA") : undefined
  const state = local ?? variable(surroundings, "XDG_STATE_HOME") ?? NodePath.join(surroundings.home, ".local", "state")
  return NodePath.join(state, "offshoot", "mcp-hosts")
}

/** More than 128 bits of a digest: no two files have the same. */
const nameCharacters = 40

const placeOf = (surroundings: Surroundings, path: string): string =>
  NodePath.join(folderOf(surroundings), `${digest(path).slice(0, nameCharacters)}.json`)

export const load = Effect.fn("InstallRecords.load")(function* (surroundings: Surroundings, path: string) {
  const stored = yield* Effect.option(HostFiles.read(placeOf(surroundings, path)))
  return Option.flatMap(
    Option.flatMap(stored, ({ text }) => text),
    (text) => Option.filter(decode(text), (record) => record.path === path)
  )
})

/** **Durability**: kept when it returns. */
export const save = Effect.fn("InstallRecords.save")(function* (surroundings: Surroundings, record: InstallRecord) {
  const place = yield* HostFiles.read(placeOf(surroundings, record.path))
  yield* HostFiles.write(place, encode(record), "owner")
})

export const forget = Effect.fn("InstallRecords.forget")(function* (surroundings: Surroundings, path: string) {
  const files = yield* FileSystem.FileSystem
  yield* Effect.ignore(files.remove(placeOf(surroundings, path), { force: true }))
})
