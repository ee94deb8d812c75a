/** A client of ACP, as small as can be, for the tests of the actor. */
import type { Client } from "./Client.ts"
import { type Fields, at, isFields, textAt } from "./Json.ts"
import type { VoiceName } from "./Parts.ts"
import type { Grammar } from "./Shape.ts"

const ids = { initialize: 0, session: 1, prompt: 2, message: 3, mode: 4 }

const optionKinds = { approved: "allow_once", denied: "reject_once" }

const grammar: Grammar = {
  kindOf: (frame) => {
    // Warnings come as the agent's own words.
    if (at(frame, "params", "update", "_meta", "claudeCode", "kind") !== undefined) return undefined
    const method = textAt(frame, "method")
    const update = textAt(frame, "params", "update", "sessionUpdate")
    if (update === "tool_call_update") {
      const status = textAt(frame, "params", "update", "status")
      return `tool_call_update ${status}`
    }
    if (update !== "") return update
    // Whatever number it has: the prompt is answered last.
    return (
      method ||
      (frame["id"] === ids.initialize || frame["id"] === ids.session ? `answer ${String(frame["id"])}` : "answer")
    )
  },
  loose: [
    "result.modes",
    "result.models",
    "result.configOptions",
    "result.authMethods",
    "params.update.availableCommands",
    "params.update.rawInput",
    "params.update.rawOutput",
    "params.update.locations",
    "params.toolCall.rawInput"
  ]
}

const sessionOf = (frames: ReadonlyArray<Fields>): string =>
  textAt(
    frames.find((frame) => frame["id"] === ids.session && isFields(frame["result"])),
    "result",
    "sessionId"
  )

/** `mode`: set before the first prompt. */
export const acpClient = (voice: VoiceName, mode?: string): Client => {
  let resumed: string | undefined
  const send = (id: number | undefined, method: string, params: Fields) => ({
    jsonrpc: "2.0",
    ...(id === undefined ? {} : { id }),
    method,
    params
  })
  const prompt =
    (id: number): Client["prompt"] =>
    (driver, text) =>
      driver.send(
        send(id, "session/prompt", {
          sessionId: resumed ?? sessionOf(driver.frames),
          prompt: [{ type: "text", text }]
        })
      )
  return {
    voice,
    grammar,
    args: ["--acp"],
    resumeArgs: () => [],
    open: async (driver, resume) => {
      resumed = resume
      driver.send(send(ids.initialize, "initialize", { protocolVersion: 1, clientCapabilities: {} }))
      await driver.frame(({ id, result }) => id === ids.initialize && isFields(result))
      const params = { cwd: "/", mcpServers: [] }
      driver.send(
        resume === undefined
          ? send(ids.session, "session/new", params)
          : send(ids.session, "session/load", { ...params, sessionId: resume })
      )
      await driver.frame(({ id, result }) => id === ids.session && isFields(result))
      if (mode === undefined) return
      const sessionId = resumed ?? sessionOf(driver.frames)
      driver.send(send(ids.mode, "session/set_mode", { sessionId, modeId: mode }))
      await driver.frame(({ id, method }) => id === ids.mode && method === undefined)
    },
    prompt: prompt(ids.prompt),
    message: prompt(ids.message),
    interrupt: (driver) =>
      driver.send(send(undefined, "session/cancel", { sessionId: resumed ?? sessionOf(driver.frames) })),
    isAsk: (frame) => frame["method"] === "session/request_permission",
    answer: (driver, ask, answer) => {
      const options = at(ask, "params", "options")
      const kind = answer === "cancelled" ? undefined : optionKinds[answer]
      const option = Array.isArray(options) ? options.find((one) => textAt(one, "kind") === kind) : undefined
      const outcome =
        option === undefined ? { outcome: "cancelled" } : { outcome: "selected", optionId: textAt(option, "optionId") }
      driver.send({ jsonrpc: "2.0", id: ask["id"], result: { outcome } })
    },
    reply: (driver, question, text) =>
      driver.send({ jsonrpc: "2.0", id: question["id"], result: { action: "accept", content: { answer: text } } }),
    isEnd: (frame) => frame["id"] === ids.prompt && frame["method"] === undefined,
    says: (frame) =>
      at(frame, "params", "update", "sessionUpdate") === "agent_message_chunk"
        ? textAt(frame, "params", "update", "content", "text")
        : ""
  }
}
