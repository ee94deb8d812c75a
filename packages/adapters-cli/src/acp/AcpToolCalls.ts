/**
 * The tool calls that an agent tells of, as facts.
 *
 * Agents tell of a call in pieces: announced while its arguments still come,
 * begun, asked for, gone on with, ended; some leave out the beginning, some the
 * end. Pure, with the calls of a turn as its state.
 *
 * - T1 A call begins once, with its arguments as far as they are ever told.
 * - T2 A call that was denied is over, whatever the agent says or leaves out.
 * - T3 When its turn is over, every call is.
 *
 * @stability unstable
 */
import type { AskedKind, Fact } from "../Fact.ts"
import { type Frame, isRecord, listIn, recordIn, textIn } from "../Frames.ts"
import type { AcpDialect } from "./AcpDialect.ts"
import { changedLines } from "./AcpDiff.ts"

const nothing: ReadonlyArray<Fact> = []

/** Of one turn. An agent that opens more leaks them; the oldest is forgotten. */
const callsMax = 1024

/** Output of a running call that one event shows: agents repeat all of it every time. */
const progressCharsMax = 2048

interface Call {
  readonly id: string
  readonly announced: boolean
  readonly name: string | undefined
  readonly kind: string | undefined
  readonly title: string | undefined
  readonly input: unknown
  readonly output: unknown
  readonly content: ReadonlyArray<unknown>
  readonly paths: ReadonlyArray<string>
  readonly state: "coming" | "open" | "over"
  /** The output that was shown of it. */
  readonly shown: string
}

interface Change {
  readonly path: string
  readonly change: "added" | "modified" | "deleted" | "moved"
  readonly diff: string
}

const textOf = (content: ReadonlyArray<unknown>): string =>
  content
    .flatMap((part) => {
      const inner = isRecord(part) && part["type"] === "content" ? recordIn(part, "content") : undefined
      return inner === undefined ? [] : [textIn(inner, "text") ?? ""]
    })
    .join("\n")

const changeOf = (kind: string | undefined, before: string): Change["change"] => {
  if (kind === "delete") return "deleted"
  if (kind === "move") return "moved"
  // The protocol says null where there was no file; agents say it with an empty text too.
  return before === "" ? "added" : "modified"
}

const changesOf = ({ content, kind }: Call): ReadonlyArray<Change> =>
  content.flatMap((part) => {
    const path = isRecord(part) && part["type"] === "diff" ? textIn(part, "path") : undefined
    if (path === undefined || !isRecord(part)) return []
    const before = textIn(part, "oldText") ?? ""
    return [{ path, change: changeOf(kind, before), diff: changedLines(before, textIn(part, "newText") ?? "") }]
  })

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (isRecord(value) && Object.keys(value).length === 0)

/** What is shown of a call's arguments: the agent's own, or what else it says about what it wants to do. */
const argumentsOf = (call: Call): unknown => {
  if (!isEmpty(call.input)) return call.input
  const text = textOf(call.content)
  const changes = changesOf(call)
  return {
    ...(call.title === undefined ? {} : { title: call.title }),
    ...(text === "" ? {} : { text }),
    ...(call.paths.length === 0 ? {} : { paths: call.paths }),
    ...(changes.length === 0 ? {} : { changes })
  }
}

const resultOf = ({ content, output }: Call): unknown => {
  const text = textOf(content)
  return text === "" ? (output ?? null) : text
}

const errorOf = ({ content, output }: Call): string => {
  const text = textOf(content)
  if (text !== "") return text
  if (typeof output === "string" && output !== "") return output
  const error = isRecord(output) ? (textIn(output, "error") ?? textIn(output, "message")) : undefined
  return error ?? "It failed, and the agent did not say why"
}

const segmentsOf = (path: string): ReadonlyArray<string> => {
  const kept: Array<string> = []
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop()
    else if (segment !== "" && segment !== ".") kept.push(segment)
  }
  return kept
}

/** Whether a path lies in a folder, by their names alone. */
export const isWithin = (folder: string, path: string): boolean => {
  const [outer, inner] = [segmentsOf(folder), segmentsOf(path.startsWith("/") ? path : `${folder}/${path}`)]
  return inner.length > outer.length && outer.every((segment, index) => inner[index] === segment)
}

export class AcpToolCalls {
  private readonly calls = new Map<string, Call>()
  private readonly dialect: AcpDialect
  private readonly cwd: string

  /** `cwd`: where the agent works. */
  constructor(dialect: AcpDialect, cwd: string) {
    this.dialect = dialect
    this.cwd = cwd
  }

  /** Takes `tool_call` and `tool_call_update`. */
  take(update: Frame): ReadonlyArray<Fact> {
    const call = this.merged(update)
    if (call === undefined || call.state === "over") return nothing
    const begins = this.begun(call, update)
    if (begins === undefined) return nothing
    const facts = call.state === "open" ? nothing : begins
    switch (textIn(update, "status")) {
      case "completed":
        return [...facts, ...this.completed(call, update)]
      case "failed":
        return [...facts, ...this.ended(call, errorOf(call))]
      default:
        return [...facts, ...this.progress(call)]
    }
  }

  /**
   * The call that a permission is asked for; it has begun, for some agents tell
   * of it nowhere else. `name`: of a call that has none.
   */
  asked(toolCall: Frame, name: string): { readonly facts: ReadonlyArray<Fact>; readonly what: Asked } {
    const call = this.merged(toolCall) ?? this.put(this.blank(name))
    return {
      facts: call.state === "coming" ? this.opened(call) : nothing,
      what: { toolCallId: call.id, toolName: this.nameOf(call), kind: this.kindOf(call), arguments: argumentsOf(call) }
    }
  }

  /** T2 */
  denied(id: string, why: string): ReadonlyArray<Fact> {
    const call = this.calls.get(id)
    return call === undefined || call.state === "over" ? nothing : this.ended(call, why)
  }

  /** T3 */
  turnOver(why: string): ReadonlyArray<Fact> {
    const open = [...this.calls.values()].filter(({ state }) => state === "open").toReversed()
    const facts = open.flatMap((call) => this.ended(call, why))
    this.calls.clear()
    return facts
  }

  private blank(id: string): Call {
    return {
      id,
      announced: false,
      name: undefined,
      kind: undefined,
      title: undefined,
      input: undefined,
      output: undefined,
      content: [],
      paths: [],
      state: "coming",
      shown: ""
    }
  }

  private put(call: Call): Call {
    this.calls.set(call.id, call)
    return call
  }

  /** What is known of the call now: members that are told replace those from before. */
  private merged(update: Frame): Call | undefined {
    const id = textIn(update, "toolCallId")
    if (id === undefined) return undefined
    const known = this.calls.get(id)
    if (known?.state === "over") return known
    if (known === undefined && this.calls.size >= callsMax) {
      const [oldest] = this.calls.keys()
      if (oldest !== undefined) this.calls.delete(oldest)
    }
    const before = known ?? this.blank(id)
    const { rawInput, rawOutput } = update
    const paths = listIn(update, "locations").flatMap((at) => (isRecord(at) ? [textIn(at, "path") ?? ""] : []))
    return this.put({
      ...before,
      announced: known !== undefined,
      name: textIn(update, "name") ?? this.dialect.toolNameOf(update) ?? before.name,
      kind: textIn(update, "kind") ?? before.kind,
      title: textIn(update, "title") ?? before.title,
      input: isEmpty(rawInput) ? before.input : rawInput,
      output: rawOutput ?? before.output,
      content: Array.isArray(update["content"]) ? listIn(update, "content") : before.content,
      paths: paths.length === 0 ? before.paths : paths.filter((path) => path !== "")
    })
  }

  private nameOf({ kind, name }: Call): string {
    return name ?? kind ?? "tool"
  }

  /**
   * The facts of its beginning, or none while it only comes (T1): an announced
   * call with a `rawInput` is told again with the whole of it, unless it goes on.
   */
  private begun(call: Call, update: Frame): ReadonlyArray<Fact> | undefined {
    if (call.state === "open") return nothing
    const status = textIn(update, "status")
    const goesOn = status !== undefined && status !== "pending"
    const isWhole = call.announced ? !isEmpty(update["rawInput"]) : update["rawInput"] === undefined
    return goesOn || isWhole ? this.opened(call) : undefined
  }

  private opened(call: Call): ReadonlyArray<Fact> {
    this.put({ ...call, state: "open", shown: textOf(call.content) })
    return [{ type: "tool_start", toolCallId: call.id, toolName: this.nameOf(call), arguments: argumentsOf(call) }]
  }

  /** Output that is new. What stood there when the call began is a part of its arguments. */
  private progress(call: Call): ReadonlyArray<Fact> {
    const { shown } = this.calls.get(call.id) ?? call
    const text = textOf(call.content)
    if (text === "" || text === shown) return nothing
    this.put({ ...call, state: "open", shown: text })
    const more = text.startsWith(shown) ? text.slice(shown.length) : text
    const named = { toolCallId: call.id, toolName: this.nameOf(call) }
    return [{ type: "tool_lifecycle", ...named, phase: "output", detail: more.slice(-progressCharsMax) }]
  }

  private completed(call: Call, update: Frame): ReadonlyArray<Fact> {
    const failure = this.dialect.failureIn(update)
    if (failure !== undefined) return this.ended(call, failure)
    this.put({ ...call, state: "over" })
    const toolCallId = call.id
    return [
      ...changesOf(call).map(({ change, diff, path }): Fact => ({
        type: "file_changed",
        path,
        change,
        toolCallId,
        diff
      })),
      { type: "tool_complete", toolCallId, toolName: this.nameOf(call), result: resultOf(call) }
    ]
  }

  private ended(call: Call, error: string): ReadonlyArray<Fact> {
    this.put({ ...call, state: "over" })
    return [{ type: "tool_error", toolCallId: call.id, toolName: this.nameOf(call), error }]
  }

  /** `edit` and `read` only of files that are told and lie where the agent works. */
  private kindOf(call: Call): AskedKind {
    const paths = [...call.paths, ...changesOf(call).map(({ path }) => path)]
    const isHere = paths.length > 0 && paths.every((path) => isWithin(this.cwd, path))
    if (call.kind === "execute") return "execute"
    if (call.kind === "edit" && isHere) return "edit"
    return (call.kind === "read" || call.kind === "search") && isHere ? "read" : "other"
  }
}

/** What is asked for, without the name of the ask. */
export interface Asked {
  readonly toolCallId: string
  readonly toolName: string
  readonly kind: AskedKind
  readonly arguments: unknown
}
