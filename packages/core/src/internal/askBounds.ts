/**
 * An ask as it is recorded: plain JSON of a bounded size. What a child says here
 * is shown to people and kept, and a child may say anything.
 */
import * as Equal from "effect/Equal"
import type { Ask } from "../Obligation.ts"
import { boundedJson } from "./boundedJson.ts"

/** A question is read by a person: a few pages. */
const questionCharsMax = 16_384
/** More options than fit on a screen are no choice. */
const optionsMax = 32
const optionCharsMax = 1_024
/** A name, with room for namespaces. */
const nameCharsMax = 256
/** The arguments of a tool call as JSON text; a person decides by their beginning. */
const argumentsCharsMax = 65_536
/** What is shown of arguments that are larger. */
const headCharsMax = 16_384

const cut = (text: string, charsMax: number): string =>
  text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`

export const boundedAsk = (ask: Ask): Ask =>
  ask.type === "question"
    ? {
        type: "question",
        question: cut(ask.question, questionCharsMax),
        ...(ask.options === undefined
          ? {}
          : { options: ask.options.slice(0, optionsMax).map((option) => cut(option, optionCharsMax)) })
      }
    : {
        type: "permission",
        toolCallId: cut(ask.toolCallId, nameCharsMax),
        toolName: cut(ask.toolName, nameCharsMax),
        arguments: boundedJson(ask.arguments, { charsMax: argumentsCharsMax, headChars: headCharsMax })
      }

/** Whether two bounded asks ask the same. */
export const sameAsk = (one: Ask, other: Ask): boolean => Equal.equals(one, other)
