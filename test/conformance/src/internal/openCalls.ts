/** Which tool calls a runner told of and did not close. Pure. */
import type { AgentEvent } from "@offshoot/core"

/** Calls have their ids from the agent, or from a sub-agent of its own: the same id may be in use in both. */
const callOf = (of: string, { toolCallId, toolName }: { readonly toolCallId: string; readonly toolName: string }) => ({
  key: `${of}/${toolCallId}`,
  shown: of === "" ? `${toolCallId} of ${toolName}` : `${toolCallId} of ${toolName} in ${of}`
})

/** The calls that were opened and not closed, in the order of opening. One that is opened again is to be closed again. */
export const openCalls = (events: ReadonlyArray<AgentEvent.RunnerEvent>): ReadonlyArray<string> => {
  const open = new Map<string, string>()
  for (const outer of events) {
    const [of, event] = outer.type === "nested_agent_event" ? [outer.nestedId, outer.event] : ["", outer]
    if (event.type === "tool_start") {
      const { key, shown } = callOf(of, event)
      open.set(key, shown)
    } else if (event.type === "tool_complete" || event.type === "tool_error") open.delete(callOf(of, event).key)
  }
  return Array.from(open.values())
}
