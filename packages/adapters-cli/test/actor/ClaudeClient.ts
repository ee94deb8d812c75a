/** A client of Claude Code's wire, as small as can be, for the tests of the actor. */
import type { Client } from "./Client.ts"
import { type Fields, at, textAt } from "./Json.ts"
import type { Grammar } from "./Shape.ts"

const contentKind = (frame: Fields): string => textAt(frame, "message", "content", 0, "type")

const grammar: Grammar = {
  kindOf: (frame) => {
    const type = textAt(frame, "type")
    switch (type) {
      case "system":
        return `system ${textAt(frame, "subtype")}`
      case "stream_event":
        return [
          textAt(frame, "event", "type"),
          textAt(frame, "event", "delta", "type"),
          textAt(frame, "event", "content_block", "type")
        ]
          .filter((word) => word !== "")
          .join(" ")
      case "assistant":
      case "user":
        return `${type} ${contentKind(frame)}`
      default:
        return type
    }
  },
  loose: [
    "message.content[].input",
    "model_usage_since_last_result",
    "permission_denials[].tool_input",
    "request.input",
    "event.usage",
    "modelUsage",
    "memory_paths",
    "tool_use_result",
    "plugins",
    "subagent_stats"
  ]
}

const prompt: Client["prompt"] = (driver, text) =>
  driver.send({ type: "user", message: { role: "user", content: text }, parent_tool_use_id: null, session_id: "" })

const decisions = {
  approved: { behavior: "allow", updatedInput: {} },
  denied: { behavior: "deny", message: "not this", interrupt: false },
  cancelled: { behavior: "deny", message: "not this", interrupt: true }
}

export const client: Client = {
  voice: "claude",
  grammar,
  args: [
    "-p",
    "--input-format",
    "stream-json",
    "--output-format",
    "stream-json",
    "--verbose",
    "--include-partial-messages",
    "--permission-prompt-tool",
    "stdio"
  ],
  open: () => Promise.resolve(),
  resumeArgs: (resume) => ["--resume", resume],
  prompt,
  message: prompt,
  interrupt: (driver) => driver.send({ type: "control_request", request_id: "r9", request: { subtype: "interrupt" } }),
  isAsk: (frame) => frame["type"] === "control_request",
  answer: (driver, ask, answer) =>
    driver.send({
      type: "control_response",
      response: { subtype: "success", request_id: ask["request_id"], response: decisions[answer] }
    }),
  reply: (driver, { request, request_id }, text) => {
    const asked = textAt(request, "input", "questions", 0, "question")
    const updatedInput = { answers: { [asked]: text } }
    const response = { subtype: "success", request_id, response: { behavior: "allow", updatedInput } }
    driver.send({ type: "control_response", response })
  },
  isEnd: (frame) => frame["type"] === "result",
  says: (frame) => (at(frame, "event", "delta", "type") === "text_delta" ? textAt(frame, "event", "delta", "text") : "")
}
