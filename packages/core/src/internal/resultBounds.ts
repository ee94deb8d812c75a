/**
 * What a model is shown of a tool's result: all of it, or its begin and its end
 * with a word on what is left out between them. Pure.
 */
import type { Prompt } from "effect/ai"
import * as Option from "effect/Option"
import type { ToolAnswer } from "../AgentTools.ts"
import { jsonTextOf } from "./boundedJson.ts"

/** The begin says what it is; the end is where errors and sums stand. */
const beginShare = 0.75

/** Files of one result, as bytes of base64: what providers take in one message at most. */
const fileCharsMax = 16_777_216

/** How many bytes of UTF-8 a unit of a string takes; a pair takes four. */
const bytesAt = (text: string, index: number): number => {
  const unit = text.charCodeAt(index)
  if (unit < 0x80) return 1
  if (unit < 0x800) return 2
  return unit >= 0xd800 && unit <= 0xdfff ? 2 : 3
}

const isSecondOfPair = (text: string, index: number): boolean => {
  const unit = text.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff && index > 0
}

/** As many units from the beginning as take at most so many bytes; no pair is parted. */
export const fitting = (text: string, bytesMax: number): number => {
  let bytes = 0
  let index = 0
  while (index < text.length) {
    bytes += bytesAt(text, index)
    if (bytes > bytesMax) break
    index++
  }
  return index > 0 && index < text.length && isSecondOfPair(text, index) ? index - 1 : index
}

/** Where the end begins that takes at most so many bytes. */
const fittingFrom = (text: string, bytesMax: number): number => {
  let bytes = 0
  let index = text.length
  while (index > 0) {
    bytes += bytesAt(text, index - 1)
    if (bytes > bytesMax) break
    index--
  }
  return index < text.length && isSecondOfPair(text, index) ? index + 1 : index
}

export const fits = (text: string, bytesMax: number): boolean =>
  text.length * 3 <= bytesMax || (text.length <= bytesMax && fitting(text, bytesMax) === text.length)

/** `howToRead` says how to get what is left out; it is told the first character of that. */
export const cutText = (text: string, bytesMax: number, howToRead: (offset: number) => string): string => {
  const begin = fitting(text, Math.floor(bytesMax * beginShare))
  const end = Math.max(begin, fittingFrom(text, bytesMax - Math.floor(bytesMax * beginShare)))
  const note = `[${end - begin} of ${text.length} characters are left out here. ${howToRead(begin)}]`
  return `${text.slice(0, begin)}\n${note}\n${text.slice(end)}`
}

export interface BoundedAnswer {
  readonly answer: ToolAnswer
  /** What the model would have been shown, when it is shown less. */
  readonly whole: Option.Option<string>
}

const fileChars = ({ data }: Prompt.FilePart): number =>
  typeof data === "string" ? data.length : data instanceof URL ? data.href.length : Math.ceil(data.length / 3) * 4

const tooLarge = (part: Prompt.FilePart): string =>
  `[The file ${part.fileName ?? "without a name"} of type ${part.mediaType} is too large to be shown.]`

type Parts = NonNullable<ToolAnswer["modelOutput"]>

/** The text of the parts in one, and the files that are not too large. */
const sorted = (parts: Parts): { readonly text: string; readonly files: ReadonlyArray<Prompt.FilePart> } => {
  const texts: Array<string> = []
  const files: Array<Prompt.FilePart> = []
  let chars = 0
  for (const part of parts) {
    if (part.type === "text") texts.push(part.text)
    else if (chars + fileChars(part) > fileCharsMax) texts.push(tooLarge(part))
    else {
      chars += fileChars(part)
      files.push(part)
    }
  }
  return { text: texts.join("\n"), files }
}

const textOf = (result: unknown): string =>
  typeof result === "string"
    ? result
    : Option.getOrElse(jsonTextOf(result ?? null), () => "[The result is no JSON and cannot be shown.]")

const isShown = (result: unknown): boolean => Option.isSome(jsonTextOf(result))

/** The answer as the model is to see it, and as the transcript keeps it. `makeText` makes the text of a text part. */
export const boundAnswer = (
  answer: ToolAnswer,
  bytesMax: number,
  howToRead: (offset: number) => string,
  makeText: (text: string) => Prompt.TextPart
): BoundedAnswer => {
  const result = textOf(answer.result)
  const boundedResult = fits(result, bytesMax)
    ? isShown(answer.result)
      ? answer.result
      : result
    : cutText(result, bytesMax, howToRead)
  if (answer.modelOutput === undefined) {
    const whole = fits(result, bytesMax) ? Option.none<string>() : Option.some(result)
    return { answer: { ...answer, result: boundedResult }, whole }
  }
  const { files, text } = sorted(answer.modelOutput)
  const isWhole = fits(text, bytesMax)
  const modelOutput = isWhole
    ? files.length === answer.modelOutput.filter(({ type }) => type === "file").length
      ? answer.modelOutput
      : [makeText(text), ...files]
    : [makeText(cutText(text, bytesMax, howToRead)), ...files]
  return {
    answer: { ...answer, result: boundedResult, modelOutput },
    whole: isWhole ? Option.none() : Option.some(text)
  }
}
