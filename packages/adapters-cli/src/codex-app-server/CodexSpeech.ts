/**
 * What one thread says and thinks, as one text each: its messages in pieces,
 * and a blank line between one message and the next.
 *
 * @stability unstable
 */
import type { AgentEvent } from "@offshoot/core"
import { type Frame, listIn, textIn } from "../Frames.ts"

type Told = ReadonlyArray<AgentEvent.NestedEvent>

const nothing: Told = []
const between = "\n\n"

const textsOf = (list: ReadonlyArray<unknown>): string => list.filter((part) => typeof part === "string").join(between)

const thoughtOf = (item: Frame): string => textsOf(listIn(item, "summary")) || textsOf(listIn(item, "content"))

/** A text that grows, made of parts with names. */
class Stream {
  private readonly type: "token" | "reasoning_token"
  private part: string | undefined
  /** How much of each item was said; an interrupted one has no end and is forgotten with its turn. */
  private readonly saidOf = new Map<string, number>()

  constructor(type: "token" | "reasoning_token") {
    this.type = type
  }

  say(item: string, part: string, text: string): Told {
    if (text === "") return nothing
    const isNext = this.part !== undefined && this.part !== part
    this.part = part
    this.saidOf.set(item, (this.saidOf.get(item) ?? 0) + text.length)
    return [{ type: this.type, content: isNext ? between + text : text }]
  }

  /** The item is whole; `restOf` is what of it is missing after so much. */
  end(item: string, restOf: (saidChars: number) => string): Told {
    const saidChars = this.saidOf.get(item) ?? 0
    const rest = this.say(item, saidChars === 0 ? item : (this.part ?? item), restOf(saidChars))
    this.saidOf.delete(item)
    return rest
  }

  forget(): void {
    this.saidOf.clear()
  }
}

export class CodexSpeech {
  private readonly answer = new Stream("token")
  private readonly thought = new Stream("reasoning_token")

  answerDelta(params: Frame): Told {
    const item = textIn(params, "itemId") ?? ""
    return this.answer.say(item, item, textIn(params, "delta") ?? "")
  }

  /** A summary has numbered parts; a thought as it was thought has none. */
  thoughtDelta(params: Frame): Told {
    const item = textIn(params, "itemId") ?? ""
    return this.thought.say(item, `${item}/${String(params["summaryIndex"])}`, textIn(params, "delta") ?? "")
  }

  /** Nothing for an item that says nothing. */
  ended(item: Frame): Told {
    const id = textIn(item, "id") ?? ""
    switch (item["type"]) {
      case "agentMessage":
      case "plan":
        return this.answer.end(id, (saidChars) => (textIn(item, "text") ?? "").slice(saidChars))
      case "reasoning":
        // Its parts have no text in common with their whole: all of it, or what its deltas said.
        return this.thought.end(id, (saidChars) => (saidChars > 0 ? "" : thoughtOf(item)))
      default:
        return nothing
    }
  }

  turnEnded(): void {
    this.answer.forget()
    this.thought.forget()
  }
}
