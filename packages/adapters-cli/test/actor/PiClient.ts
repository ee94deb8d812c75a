/** A client of pi's RPC, as small as can be, for the tests of the actor. */
import type { Client } from "./Client.ts"
import { at, textAt } from "./Json.ts"
import type { Grammar } from "./Shape.ts"

const grammar: Grammar = {
  kindOf: (frame) => {
    const type = textAt(frame, "type")
    // Only the one-shot mode has a header, and only this one has answers.
    if (type === "session" || type === "response") return undefined
    const what = textAt(frame, "assistantMessageEvent", "type") || textAt(frame, "message", "role")
    return `${type} ${what}`.trim()
  },
  loose: [
    "args",
    "messages",
    "assistantMessageEvent.partial",
    "assistantMessageEvent.toolCall.arguments",
    "message.content",
    "partialResult"
  ]
}

export const client: Client = {
  voice: "pi",
  grammar,
  args: ["--mode", "rpc"],
  resumeArgs: (resume) => ["--session", resume],
  open: () => Promise.resolve(),
  prompt: (driver, message) => driver.send({ id: "1", type: "prompt", message }),
  message: (driver, message) => driver.send({ id: "2", type: "steer", message }),
  interrupt: (driver) => driver.send({ id: "3", type: "abort" }),
  isAsk: (frame) => frame["type"] === "extension_ui_request" && frame["method"] !== "notify",
  answer: (driver, ask, answer) => {
    const { id, method } = ask
    const type = "extension_ui_response"
    if (answer === "cancelled") return driver.send({ type, id, cancelled: true })
    if (method === "confirm") return driver.send({ type, id, confirmed: answer === "approved" })
    driver.send({ type, id, value: answer === "approved" ? "Allow" : "Deny" })
  },
  reply: (driver, { id }, value) => driver.send({ type: "extension_ui_response", id, value }),
  isEnd: (frame) => frame["type"] === "agent_end",
  says: (frame) =>
    at(frame, "assistantMessageEvent", "type") === "text_delta" ? textAt(frame, "assistantMessageEvent", "delta") : ""
}
