/**
 * The parts of one session's messages as events: text and reasoning as they
 * grow, tool calls, files that were changed. Pure.
 *
 * A part is told by its whole state each time it changes, and its text by
 * deltas in between. Deltas have no place in the text: after a gap in the
 * stream they cannot be told, and the rest comes when the text is whole.
 *
 * - M1 Every character of a text is told once, in its order, whatever was
 *   missed or is said again.
 *
 * @stability unstable
 */
import type { AgentEvent } from "@offshoot/core"
import { type Frame, isRecord, listIn, numberIn, recordIn, textIn } from "../Frames.ts"
import { Recent } from "./OpencodeRecent.ts"

type Event = AgentEvent.NestedEvent
type TextType = "token" | "reasoning_token"

/** A text that grows. `told` counts characters. */
interface Growing {
  readonly type: TextType
  told: number
  /** Whether its deltas are told; those behind a gap are not. */
  state: "live" | "gapped"
}

interface Call {
  readonly callID: string
  toolName: string
  /** Its arguments; none: they are still being written. */
  input: Frame | undefined
  outputChars: number
}

/** Output of a running tool that is shown with each progress: opencode repeats all of it every time. */
const progressCharsMax = 2_048

const typeOf = (part: Frame): TextType | undefined => {
  const type = part["type"]
  if (type === "text") return "token"
  return type === "reasoning" ? "reasoning_token" : undefined
}

const isEnded = (part: Frame): boolean => numberIn(recordIn(part, "time") ?? {}, "end") !== undefined

/** What a tool says that it did to files, by their paths. */
const changesOf = (toolCallId: string, metadata: Frame): ReadonlyArray<Extract<Event, { type: "file_changed" }>> => {
  const change = (path: string, kind: "added" | "modified" | "deleted" | "moved", diff: string | undefined) => ({
    type: "file_changed" as const,
    path,
    change: kind,
    toolCallId,
    ...(diff === undefined ? {} : { diff })
  })
  const edited = recordIn(metadata, "filediff")
  if (edited !== undefined) {
    const file = textIn(edited, "file")
    return file === undefined ? [] : [change(file, "modified", textIn(metadata, "diff"))]
  }
  const written = textIn(metadata, "filepath")
  if (written !== undefined && typeof metadata["exists"] === "boolean") {
    return [change(written, metadata["exists"] ? "modified" : "added", undefined)]
  }
  return listIn(metadata, "files").flatMap((file) => {
    const path = isRecord(file) ? textIn(file, "filePath") : undefined
    if (!isRecord(file) || path === undefined) return []
    const patched = patchKinds[textIn(file, "type") ?? ""]
    return patched === undefined ? [] : [change(textIn(file, "movePath") ?? path, patched, textIn(file, "patch"))]
  })
}

const patchKinds: Readonly<Record<string, "added" | "modified" | "deleted" | "moved">> = {
  add: "added",
  update: "modified",
  delete: "deleted",
  move: "moved"
}

export class OpencodeParts {
  private readonly growing = new Map<string, Growing>()
  private readonly calls = new Map<string, Call>()
  /** Messages of the agent whose text is its answer. */
  private readonly answers = new Recent()
  private readonly ended = new Recent()
  /** The part that said something last: the answer is one text, and its parts are paragraphs of it. */
  private speaking: string | undefined
  /** Files of this step that a tool has told of. */
  private readonly changed = new Set<string>()

  /** A message, as it is told whenever it changes. A summary of the conversation is no answer. */
  message(info: Frame): void {
    const id = textIn(info, "id")
    if (id !== undefined && info["role"] === "assistant" && info["summary"] !== true) this.answers.add(id)
  }

  delta(properties: Frame): Event | undefined {
    const id = textIn(properties, "partID") ?? ""
    const grown = this.growing.get(id)
    if (grown === undefined || grown.state === "gapped" || properties["field"] !== "text") return undefined
    const content = textIn(properties, "delta") ?? ""
    grown.told += content.length
    return this.said(id, grown.type, content)
  }

  part(part: Frame): ReadonlyArray<Event> {
    const id = textIn(part, "id")
    if (id === undefined || this.ended.has(id)) return []
    const type = typeOf(part)
    if (type !== undefined) return this.text(id, type, part)
    switch (part["type"]) {
      case "tool":
        return this.tool(id, part)
      case "step-start":
        this.changed.clear()
        return []
      case "patch":
        this.ended.add(id)
        return this.patch(part)
      default:
        return []
    }
  }

  /** Events were missed: `part` is how it stands now, and a text that still grows is told when it is whole (M1). */
  restore(part: Frame): ReadonlyArray<Event> {
    const id = textIn(part, "id") ?? ""
    const type = typeOf(part)
    if (type === undefined || isEnded(part)) return this.part(part)
    const isAnswer = this.answers.has(textIn(part, "messageID") ?? "")
    if (isAnswer && !this.ended.has(id) && !this.growing.has(id)) {
      this.growing.set(id, { type, told: 0, state: "gapped" })
    }
    return []
  }

  /** Events were missed: where the texts that grow stand is not known any more. */
  gap(): void {
    for (const grown of this.growing.values()) grown.state = "gapped"
  }

  /** A call that has been told of and has not ended. */
  call(callID: string): { readonly toolName: string; readonly input: Frame | undefined } | undefined {
    for (const call of this.calls.values()) if (call.callID === callID) return call
    return undefined
  }

  private text(id: string, type: TextType, part: Frame): ReadonlyArray<Event> {
    if (!this.answers.has(textIn(part, "messageID") ?? "")) return []
    const grown = this.growing.get(id) ?? { type, told: 0, state: "live" }
    if (isEnded(part)) {
      this.growing.delete(id)
      this.ended.add(id)
    } else {
      this.growing.set(id, grown)
      if (grown.state === "gapped") return []
    }
    const rest = (textIn(part, "text") ?? "").slice(grown.told)
    grown.told += rest.length
    return rest === "" ? [] : [this.said(id, type, rest)]
  }

  private said(id: string, type: TextType, content: string): Event {
    if (type !== "token" || content === "") return { type, content }
    const isNew = this.speaking !== undefined && this.speaking !== id
    this.speaking = id
    return { type, content: isNew ? `\n\n${content}` : content }
  }

  private tool(id: string, part: Frame): ReadonlyArray<Event> {
    const state = recordIn(part, "state") ?? {}
    const known = this.calls.get(id)
    const call = known ?? { callID: textIn(part, "callID") ?? id, toolName: "", input: undefined, outputChars: 0 }
    // A call of a tool that it does not have becomes one of the tool `invalid`.
    call.toolName = textIn(part, "tool") ?? call.toolName
    if (known === undefined) this.calls.set(id, call)
    const named = { toolCallId: call.callID, toolName: call.toolName }
    switch (state["status"]) {
      case "running":
        return [...this.begun(call, state), ...this.progress(call, recordIn(state, "metadata") ?? {})]
      case "completed": {
        this.end(id)
        const changes = changesOf(call.callID, recordIn(state, "metadata") ?? {})
        for (const { path } of changes) this.changed.add(path)
        return [
          ...this.begun(call, state),
          ...changes,
          { type: "tool_complete", ...named, result: textIn(state, "output") ?? "" }
        ]
      }
      case "error":
        this.end(id)
        return [...this.begun(call, state), { type: "tool_error", ...named, error: textIn(state, "error") ?? "" }]
      default:
        return []
    }
  }

  private begun(call: Call, state: Frame): ReadonlyArray<Event> {
    if (call.input !== undefined) return []
    call.input = recordIn(state, "input") ?? {}
    const { callID: toolCallId, input, toolName } = call
    return [{ type: "tool_start", toolCallId, toolName, arguments: input }]
  }

  private progress(call: Call, metadata: Frame): ReadonlyArray<Event> {
    const output = textIn(metadata, "output") ?? ""
    if (output.length <= call.outputChars) return []
    call.outputChars = output.length
    const { callID: toolCallId, toolName } = call
    return [{ type: "tool_lifecycle", toolCallId, toolName, phase: "output", detail: output.slice(-progressCharsMax) }]
  }

  private end(id: string): void {
    this.calls.delete(id)
    this.ended.add(id)
  }

  /** What changed in a step, by whatever tool; those that told of it themselves are not told again. */
  private patch(part: Frame): ReadonlyArray<Event> {
    const told = new Set(this.changed)
    this.changed.clear()
    return listIn(part, "files").flatMap((path) =>
      typeof path !== "string" || told.has(path) ? [] : [{ type: "file_changed", path, change: "modified" } as const]
    )
  }
}
