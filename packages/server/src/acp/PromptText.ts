/**
 * The blocks of an editor's message as the one text that a session takes. Pure.
 *
 * What a person wrote is never shortened: too much of it is refused. Files that
 * the editor put beside it share what is left, and say where the rest is.
 *
 * @stability unstable
 */
import * as Result from "effect/Result"
import { fenced } from "./Fence.ts"
import { codes, RpcError } from "./JsonRpc.ts"
import type { Block } from "./Params.ts"

/** What one message to a session may have: `Wire.NewMessage`. */
export const textCharsMax = 65_536

/** What says that a file was cut, and its fences. */
const frameCharsMax = 512

/** An address is a line; a longer one, such as inline data, is a file and belongs into its place. */
const uriCharsMax = 4_096

const short = (text: string, charsMax: number): string =>
  text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`

/** A file stands where it was mentioned with its address, and below the message with its text. */
const written = (block: Block): string => {
  switch (block.type) {
    case "text":
      return block.text
    case "resource_link":
      return `[${short(block.name, 256)}](${short(block.uri, uriCharsMax)})`
    case "resource":
      return `<${short(block.resource.uri, uriCharsMax)}>`
  }
}

type Embedded = Extract<Block, { readonly type: "resource" }>["resource"]

/** A file of the editor in at most about so many characters. */
const embedded = (resource: Embedded, charsMax: number): string => {
  const uri = short(resource.uri, uriCharsMax)
  if ("blob" in resource) {
    const bytes = Math.floor((resource.blob.length * 3) / 4)
    return `${uri}: ${resource.mimeType ?? "bytes"}, about ${bytes} bytes, which are not shown here`
  }
  const { text } = resource
  const shown = text.slice(0, Math.max(0, charsMax))
  const rest = shown.length === text.length ? "" : `\n(cut after ${shown.length} of ${text.length} characters)`
  return `${uri}:\n${fenced(shown)}${rest}`
}

/** The share of each file of what is left: small ones leave theirs to the large ones. */
export const shares = (lengths: ReadonlyArray<number>, room: number): ReadonlyArray<number> => {
  const bySize = lengths.map((length, index) => ({ length, index })).toSorted((a, b) => a.length - b.length)
  const given = Array.from(lengths, () => 0)
  let left = Math.max(0, room)
  bySize.forEach(({ index, length }, at) => {
    const share = Math.min(length, Math.floor(left / (bySize.length - at)))
    given[index] = share
    left -= share
  })
  return given
}

/** The text of a message, or why it is none. */
export const promptText = (blocks: ReadonlyArray<Block>): Result.Result<string, RpcError> => {
  const own = blocks.map(written).join("")
  const ownChars = own.length
  if (ownChars > textCharsMax) {
    const message = `a message may have ${textCharsMax} characters, this one has ${ownChars}: put the rest into a file and mention it`
    return Result.fail(new RpcError({ code: codes.invalidParams, message }))
  }
  const files = blocks.flatMap((block) => (block.type === "resource" ? [block.resource] : []))
  const frames = files.reduce((sum, { uri }) => sum + Math.min(uri.length, uriCharsMax) + frameCharsMax, 0)
  const sizes = files.map((file) => ("text" in file ? file.text.length : 0))
  const given = shares(sizes, textCharsMax - ownChars - frames)
  const text = [own, ...files.map((file, index) => embedded(file, given[index] ?? 0))]
    .filter((part) => part !== "")
    .join("\n\n")
  if (text.trim() === "") {
    return Result.fail(new RpcError({ code: codes.invalidParams, message: "this message says nothing" }))
  }
  return text.length <= textCharsMax
    ? Result.succeed(text)
    : Result.fail(new RpcError({ code: codes.invalidParams, message: "too many files are mentioned at once" }))
}
