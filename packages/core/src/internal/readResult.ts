/**
 * The tool with which a model reads the rest of a result that was too large to
 * be shown at once. It reads only what the session was answered before, so no
 * policy takes it away.
 */
import { Tool } from "effect/ai"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { AgentTool, ToolAnswer } from "../AgentTools.ts"
import { ArtifactId } from "../Ids.ts"
import { fitting } from "./resultBounds.ts"

export const readResultName = "read_result"

/** The line that says where in the whole the answer stands. */
const noteBytes = 256

const Params = Schema.Struct({
  result: ArtifactId,
  offset: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))
})
const decodeParams = Schema.decodeUnknownOption(Params)

const tool = Tool.dynamic(readResultName, {
  description:
    "Reads more of a tool result that was too large to be shown whole. Give the id that stands in the shown part, and the character to begin at.",
  parameters: {
    type: "object",
    properties: {
      result: { type: "string", description: "The id of the result, as it was shown." },
      offset: { type: "integer", minimum: 0, description: "The first character to read; 0 if it is left out." }
    },
    required: ["result"],
    additionalProperties: false
  }
})

const failure = (words: string): ToolAnswer => ({ isFailure: true, result: words })

const isSecondOfPair = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff
}

/** As much of the text from there as fits, and where to read on. */
const part = (text: string, offset: number, bytesMax: number): ToolAnswer => {
  if (offset >= text.length) return failure(`The result has ${text.length} characters: nothing stands at ${offset}.`)
  const from = isSecondOfPair(text, offset) ? offset + 1 : offset
  const rest = text.slice(from, from + bytesMax)
  const shown = rest.slice(0, Math.max(2, fitting(rest, bytesMax - noteBytes)))
  const to = from + shown.length
  const more = to < text.length ? `; read on at offset ${to}` : ", which is the end"
  return { isFailure: false, result: `[Characters ${from} to ${to} of ${text.length}${more}.]\n${shown}` }
}

/** How a shown part says where the rest is. */
export const howToRead = (id: ArtifactId, offset: number): string =>
  `Read them with ${readResultName}: {"result":"${id}","offset":${offset}}.`

/** Answers with at most so many bytes, so that its own answer is never too large. */
export const readResult = (bytesMax: number): AgentTool => ({
  name: readResultName,
  tool,
  repeatable: true,
  parallel: true,
  asksFirst: false,
  call: ({ params, run }) =>
    Option.match(decodeParams(params), {
      onNone: () => Effect.succeed(failure('Give {"result": the id of a result, "offset": a number from 0}.')),
      onSome: ({ offset = 0, result }) =>
        Effect.map(
          run.kept(result),
          Option.match({
            onNone: () => failure(`There is no result ${result} in this session.`),
            onSome: (text) => part(text, offset, bytesMax)
          })
        )
    })
})
