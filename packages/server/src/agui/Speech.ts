/**
 * What one speaker says and thinks, as messages that are opened, extended and
 * closed. Pure.
 *
 * Text and thoughts of one speaker do not overlap: what begins closes the other.
 *
 * @stability unstable
 */
import { type AgUiEvent, type Speaker, taggedBy } from "./AgUiEvent.ts"

export interface Speech {
  /** What the ids of its messages begin with: nothing else in this client's thread does. */
  readonly prefix: string
  /** Messages that it has begun. */
  readonly count: number
  readonly open: { readonly kind: "text" | "thought"; readonly messageId: string } | undefined
  /** Its last text message, open or closed. */
  readonly lastTextId: string | undefined
}

export type Spoken = readonly [Speech, ReadonlyArray<AgUiEvent>]

export const silent = (prefix: string): Speech => ({ prefix, count: 0, open: undefined, lastTextId: undefined })

/** Says in a message what of the transcript a client has with it: see `Coverage`. */
export const upTo = (
  entryId: string | undefined
): { readonly metadata?: { readonly offshoot: { readonly upTo: string } } } =>
  entryId === undefined ? {} : { metadata: { offshoot: { upTo: entryId } } }

/** Ends what is open. `mark`: the last entry of the transcript that the client has with this text. */
export const close = (speech: Speech, speaker: Speaker, mark?: string): Spoken => {
  const { open } = speech
  if (open === undefined) return [speech, []]
  const { messageId } = open
  const tag = taggedBy(speaker)
  const closed = { ...speech, open: undefined }
  return open.kind === "text"
    ? [closed, [{ type: "TEXT_MESSAGE_END", messageId, ...tag, ...upTo(mark) }]]
    : [
        closed,
        [
          { type: "REASONING_MESSAGE_END", messageId, ...tag },
          { type: "REASONING_END", messageId, ...tag }
        ]
      ]
}

const begin = (speech: Speech, speaker: Speaker, kind: "text" | "thought"): Spoken => {
  const messageId = `${speech.prefix}${speech.count + 1}`
  const tag = taggedBy(speaker)
  const begun = { ...speech, count: speech.count + 1, open: { kind, messageId } }
  return kind === "text"
    ? [{ ...begun, lastTextId: messageId }, [{ type: "TEXT_MESSAGE_START", messageId, role: "assistant", ...tag }]]
    : [
        begun,
        [
          { type: "REASONING_START", messageId, ...tag },
          { type: "REASONING_MESSAGE_START", messageId, role: "reasoning", ...tag }
        ]
      ]
}

const content = (kind: "text" | "thought", messageId: string, delta: string, speaker: Speaker): AgUiEvent => ({
  type: kind === "text" ? "TEXT_MESSAGE_CONTENT" : "REASONING_MESSAGE_CONTENT",
  messageId,
  delta,
  ...taggedBy(speaker)
})

/** Some more words. `mark` is for the text that they end. */
export const say = (
  speech: Speech,
  speaker: Speaker,
  kind: "text" | "thought",
  words: string,
  mark?: string
): Spoken => {
  if (words === "") return [speech, []]
  if (speech.open?.kind === kind) return [speech, [content(kind, speech.open.messageId, words, speaker)]]
  const [closed, ending] = close(speech, speaker, mark)
  const [begun, beginning] = begin(closed, speaker, kind)
  return [begun, [...ending, ...beginning, content(kind, `${speech.prefix}${begun.count}`, words, speaker)]]
}

/** A delta as large as a page; larger ones would be shown in jumps. */
const deltaCharsMax = 65_536

type Content = Extract<AgUiEvent, { readonly type: "TEXT_MESSAGE_CONTENT" | "REASONING_MESSAGE_CONTENT" }>

const isContent = (event: AgUiEvent | undefined): event is Content =>
  event?.type === "TEXT_MESSAGE_CONTENT" || event?.type === "REASONING_MESSAGE_CONTENT"

/** Words of one message that are ready together, as fewer and larger deltas. */
export const merged = (events: ReadonlyArray<AgUiEvent>): ReadonlyArray<AgUiEvent> => {
  const fewer: Array<AgUiEvent> = []
  for (const event of events) {
    const last = fewer.at(-1)
    if (
      isContent(event) &&
      isContent(last) &&
      last.type === event.type &&
      last.messageId === event.messageId &&
      last.delta.length + event.delta.length <= deltaCharsMax
    ) {
      fewer[fewer.length - 1] = { ...last, delta: last.delta + event.delta }
    } else fewer.push(event)
  }
  return fewer
}
