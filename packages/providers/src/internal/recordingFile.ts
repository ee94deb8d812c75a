/** The file of a recording: lines are appended to it until it is full, and read back from it. */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import type * as Schema from "effect/Schema"
import * as RecordedCall from "./recordedCall.ts"

/** What fits in a bug report, and in the memory of whoever replays it. */
export const fileBytesMax = 64 * 1024 * 1024

/** What was said is not for everybody on the machine. */
const ownerOnly = 0o600

const lineOf = (value: Schema.Json): string => `${JSON.stringify(value)}\n`

/** Appends lines, those of one call together. A failure ends the recording, not the call. */
export interface Writer {
  readonly write: (messages: ReadonlyArray<RecordedCall.Recorded>, call: Schema.Json) => Effect.Effect<void>
}

/** Fails when the file is there already, or cannot be made: with the words of the system. */
export const create = Effect.fnUntraced(function* (
  files: FileSystem.FileSystem,
  path: string,
  content: RecordedCall.Content,
  bytesMax: number
): Effect.fn.Return<Writer, string> {
  const header = lineOf({ line: "recording", version: RecordedCall.formatVersion, content })
  yield* files
    .writeFileString(path, header, { flag: "wx", mode: ownerOnly })
    .pipe(
      Effect.mapError((error) =>
        error.reason._tag === "AlreadyExists"
          ? "there is such a file already: a recording begins a new one"
          : `the recording cannot be written there: ${error.reason._tag}`
      )
    )
  const turn = yield* Semaphore.make(1)
  const encoder = new TextEncoder()
  /** The hashes of the messages that stand in the file. */
  const written = new Set<string>()
  let bytes = header.length
  let isOpen = true

  const end = (fact: string, problem: string) =>
    Effect.logWarning(fact).pipe(
      Effect.annotateLogs({ path, problem }),
      Effect.tap(() => Effect.sync(() => void (isOpen = false)))
    )
  const append = (lines: string) =>
    Effect.matchEffect(files.writeFileString(path, lines, { flag: "a" }), {
      onFailure: (error) => end("recording.unwritable", error.message),
      onSuccess: () => Effect.void
    })

  const write: Writer["write"] = (messages, call) =>
    Effect.suspend(() => {
      if (!isOpen) return Effect.void
      const fresh = messages.filter(({ hash }, at) => {
        return !written.has(hash) && messages.findIndex((other) => other.hash === hash) === at
      })
      const lines = [
        ...fresh.map(({ hash, message }) => lineOf({ line: "message", hash, message })),
        lineOf(call)
      ].join("")
      const size = encoder.encode(lines).length
      if (bytes + size > bytesMax) {
        return Effect.andThen(append(lineOf({ line: "full", bytesMax })), end("recording.full", `${bytesMax} bytes`))
      }
      bytes += size
      for (const { hash } of fresh) written.add(hash)
      return append(lines)
    }).pipe(turn.withPermit)
  return { write }
})

/** A recording that was read. */
export interface Tape {
  readonly content: RecordedCall.Content
  readonly calls: ReadonlyArray<RecordedCall.Call>
}

const parse = (text: string): Result.Result<Tape, string> =>
  Result.gen(function* () {
    const calls: Array<RecordedCall.Call> = []
    let content: RecordedCall.Content | undefined
    for (const [at, source] of text.split("\n").entries()) {
      if (source === "") continue
      const line = yield* Result.mapError(
        RecordedCall.decodeLine(source),
        (error) => `line ${at + 1} is not one of a recording: ${error.message}`
      )
      if (line.line === "recording") content = line.content
      if (line.line === "call") calls.push(line)
    }
    return content === undefined ? yield* Result.fail("it does not begin as a recording does") : { content, calls }
  })

export const read = Effect.fnUntraced(function* (
  files: FileSystem.FileSystem,
  path: string
): Effect.fn.Return<Tape, string> {
  const { size } = yield* Effect.mapError(files.stat(path), (error) => error.message)
  // The line that says that it is full may stand behind what is allowed.
  if (Number(size) > fileBytesMax + 1024)
    return yield* Effect.fail(`it has ${size} bytes; a recording has at most ${fileBytesMax}`)
  const text = yield* Effect.mapError(files.readFileString(path), (error) => error.message)
  return yield* Effect.fromResult(parse(text))
})
