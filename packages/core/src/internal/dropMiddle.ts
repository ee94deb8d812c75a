/**
 * Makes messages shorter without breaking what a provider demands of them:
 * every tool call with its result, and every result with its call. Pure.
 *
 * It goes only as far as it must: old results become notes, then the middle is
 * left out, then the results of the last rounds become notes too. Fewer than
 * that no transcript can have.
 */
import { Prompt } from "effect/ai"
import { charsOf } from "./promptSize.ts"

type Messages = ReadonlyArray<Prompt.Message>

/** Messages that stand or fall together: an answer with the results of its calls, or one message of somebody else. */
interface Unit {
  readonly messages: Messages
  /** It stays whatever happens: instructions, the user's first and last message. */
  readonly pinned: boolean
}

/** The last rounds are what the model is in the middle of: they are the last to be touched. */
const lastUnits = 3
/** A result of this size is no smaller as a note. */
const noteChars = 200
/** Tools that a note names. */
const namedMax = 8

const unitsOf = (messages: Messages): ReadonlyArray<Unit> => {
  const firstUser = messages.findIndex(({ role }) => role === "user")
  const lastUser = messages.findLastIndex(({ role }) => role === "user")
  const units: Array<{ readonly messages: Array<Prompt.Message>; readonly pinned: boolean }> = []
  messages.forEach((message, index) => {
    const open = units.at(-1)
    if (message.role === "tool" && open !== undefined && !open.pinned) open.messages.push(message)
    else
      units.push({
        messages: [message],
        pinned: message.role === "system" || index === firstUser || index === lastUser
      })
  })
  return units
}

const sizeOf = (units: ReadonlyArray<Unit>): number => units.reduce((sum, unit) => sum + charsOf(unit.messages), 0)

const noted = (part: Prompt.ToolResultPart): Prompt.ToolResultPart => {
  const chars = charsOf([Prompt.toolMessage({ content: [part] })])
  if (chars <= noteChars) return part
  const { modelOutput: _modelOutput, ...rest } = part
  return { ...rest, result: `[The result of about ${chars} characters is left out here, to save room.]` }
}

const withNotes = (message: Prompt.Message): Prompt.Message => {
  if (message.role !== "tool") return message
  return Prompt.toolMessage({
    ...message,
    content: message.content.map((part) => (part.type === "tool-result" ? noted(part) : part))
  })
}

const shortened = (unit: Unit): Unit => ({ ...unit, messages: unit.messages.map(withNotes) })

/** The tools that were called in what is left out, the most called first. */
const callsOf = (messages: Messages): string => {
  const counts = new Map<string, number>()
  for (const message of messages) {
    if (message.role !== "assistant") continue
    for (const part of message.content) {
      if (part.type === "tool-call") counts.set(part.name, (counts.get(part.name) ?? 0) + 1)
    }
  }
  if (counts.size === 0) return ""
  const names = Array.from(counts).toSorted(([, one], [, other]) => other - one)
  const listed = names.slice(0, namedMax).map(([name, times]) => `${name} ${times} times`)
  return ` It held these tool calls: ${listed.join(", ")}${names.length > namedMax ? " and others" : ""}.`
}

const noteBegin = "[To save room, messages that stood after this one are left out."

const noteOn = (left: Messages): Prompt.TextPart =>
  Prompt.textPart({ text: `${noteBegin}${callsOf(left)} What you need of them, find out again.]` })

const isNote = (part: Prompt.UserMessagePart): boolean => part.type === "text" && part.text.startsWith(noteBegin)

/** The note joins the user's first message: a message of its own could stand where a provider wants an answer. */
const withNoteOn = (units: ReadonlyArray<Unit>, left: Messages): ReadonlyArray<Unit> => {
  if (left.length === 0) return units
  let isTold = false
  return units.map((unit) => {
    const [message] = unit.messages
    if (isTold || message?.role !== "user") return unit
    isTold = true
    const content = [...message.content.filter((part) => !isNote(part)), noteOn(left)]
    return { ...unit, messages: [Prompt.userMessage({ ...message, content })] }
  })
}

/** Leaves out unpinned units, the oldest first, until the rest fits. */
const withoutOldest = (
  units: ReadonlyArray<Unit>,
  charsMax: number
): { readonly kept: ReadonlyArray<Unit>; readonly left: Messages } => {
  let chars = sizeOf(units)
  const left: Array<Prompt.Message> = []
  const droppableUntil = units.length - lastUnits
  const kept = units.filter((unit, index) => {
    if (chars <= charsMax || unit.pinned || index >= droppableUntil) return true
    chars -= charsOf(unit.messages)
    left.push(...unit.messages)
    return false
  })
  return { kept, left }
}

const flattened = (units: ReadonlyArray<Unit>): Messages => units.flatMap(({ messages }) => messages)

/** At most `charsMax` characters where that can be; the same messages when they fit already. */
export const dropMiddle = (messages: Messages, charsMax: number): Messages => {
  if (charsOf(messages) <= charsMax) return messages
  const units = unitsOf(messages)
  const old = units.length - lastUnits
  const withOldNotes = units.map((unit, index) => (index < old ? shortened(unit) : unit))
  if (sizeOf(withOldNotes) <= charsMax) return flattened(withOldNotes)
  const { kept, left } = withoutOldest(withOldNotes, charsMax)
  const told = withNoteOn(kept, left)
  if (sizeOf(told) <= charsMax) return flattened(told)
  return flattened(told.map((unit, index) => (index < told.length - 1 ? shortened(unit) : unit)))
}
