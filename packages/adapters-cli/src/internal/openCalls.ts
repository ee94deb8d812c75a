/** The tool calls of a run that have begun, those of the agent's own sub-agents included, and which have ended. */

/** The agent's own name of a sub-agent that it has. */
export interface Nested {
  readonly nestedId: string
  readonly title?: string
}

export const nestedOf = ({ nestedId, title }: Nested): Nested => ({
  nestedId,
  ...(title === undefined ? {} : { title })
})

export interface OpenCall {
  readonly toolCallId: string
  readonly toolName: string
  readonly nested: Nested | undefined
}

/** Calls that are remembered at once; a program that opens more leaks them, and the oldest are forgotten. */
const callsMax = 1024

const keyOf = (toolCallId: string, nested: Nested | undefined): string =>
  nested === undefined ? toolCallId : `${nested.nestedId}\0${toolCallId}`

const forgetOldest = (of: Map<string, unknown> | Set<string>): void => {
  if (of.size < callsMax) return
  const [oldest] = of.keys()
  if (oldest !== undefined) of.delete(oldest)
}

export class OpenCalls {
  private readonly open = new Map<string, OpenCall>()
  /** Programs tell some ends twice. */
  private readonly ended = new Set<string>()

  /** Whether it is new. */
  begin(call: OpenCall): boolean {
    const key = keyOf(call.toolCallId, call.nested)
    if (this.open.has(key) || this.ended.has(key)) return false
    forgetOldest(this.open)
    this.open.set(key, call)
    return true
  }

  /** The call, if it had begun; `ended`: it has ended before. */
  end(toolCallId: string, nested: Nested | undefined): OpenCall | "ended" | undefined {
    const key = keyOf(toolCallId, nested)
    if (this.ended.has(key)) return "ended"
    const call = this.open.get(key)
    this.open.delete(key)
    forgetOldest(this.ended)
    this.ended.add(key)
    return call
  }

  /** Whether one of the agent itself is open. */
  get hasOwn(): boolean {
    for (const { nested } of this.open.values()) if (nested === undefined) return true
    return false
  }

  /** The last that began comes first. */
  takeAll(): ReadonlyArray<OpenCall> {
    const all = [...this.open.values()].toReversed()
    for (const { nested, toolCallId } of all) this.ended.add(keyOf(toolCallId, nested))
    this.open.clear()
    return all
  }
}
