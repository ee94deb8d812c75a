/** A client of Codex's app-server, as small as can be, for the tests of the actor. */
import type { Client } from "./Client.ts"
import type { Driver } from "./Driver.ts"
import { at, isFields, textAt } from "./Json.ts"
import type { Grammar } from "./Shape.ts"

const ids = { initialize: 1, thread: 2, turn: 3, interrupt: 4, message: 9 }

const grammar: Grammar = {
  kindOf: (frame) => {
    const method = textAt(frame, "method")
    if (method === "") return `answer ${String(frame["id"])}`
    // Warnings of the machine come when they like.
    if (["warning", "configWarning"].includes(method)) return undefined
    const kind = textAt(frame, "params", "item", "type")
    const status = textAt(frame, "params", "status", "type")
    return [method, kind, status].filter((word) => word !== "").join(" ")
  },
  loose: [
    "params.item.arguments",
    "params.item.agentsStates",
    "result.sandbox",
    "params.error.codexErrorInfo",
    "params.turn.error.codexErrorInfo"
  ]
}

const ofAnswer = (driver: Driver, id: number, ...path: ReadonlyArray<string>): string =>
  textAt(
    driver.frames.find((frame) => frame["id"] === id && isFields(frame["result"])),
    "result",
    ...path
  )

const input = (text: string) => [{ type: "text", text, text_elements: [] }]

export const client: Client = {
  voice: "codex",
  grammar,
  args: ["app-server"],
  resumeArgs: () => [],
  open: async (driver, resume) => {
    const clientInfo = { name: "actor", title: null, version: "0" }
    driver.send({ id: ids.initialize, method: "initialize", params: { clientInfo, capabilities: null } })
    await driver.frame(({ id }) => id === ids.initialize)
    driver.send({ method: "initialized" })
    const params = { cwd: "/", approvalPolicy: "untrusted", sandbox: "workspace-write" }
    driver.send(
      resume === undefined
        ? { id: ids.thread, method: "thread/start", params }
        : { id: ids.thread, method: "thread/resume", params: { ...params, threadId: resume } }
    )
    await driver.frame(({ id, result }) => id === ids.thread && isFields(result))
  },
  prompt: (driver, text) =>
    driver.send({
      id: ids.turn,
      method: "turn/start",
      params: { threadId: ofAnswer(driver, ids.thread, "thread", "id"), input: input(text) }
    }),
  message: (driver, text) =>
    driver.send({
      id: ids.message,
      method: "turn/steer",
      params: {
        threadId: ofAnswer(driver, ids.thread, "thread", "id"),
        expectedTurnId: ofAnswer(driver, ids.turn, "turn", "id"),
        input: input(text)
      }
    }),
  interrupt: (driver) =>
    driver.send({
      id: ids.interrupt,
      method: "turn/interrupt",
      params: {
        threadId: ofAnswer(driver, ids.thread, "thread", "id"),
        turnId: ofAnswer(driver, ids.turn, "turn", "id")
      }
    }),
  isAsk: (frame) => textAt(frame, "method").endsWith("/requestApproval"),
  answer: (driver, ask, answer) => {
    const decisions = { approved: "accept", denied: "decline", cancelled: "cancel" }
    driver.send({ id: ask["id"], result: { decision: decisions[answer] } })
  },
  reply: (driver, question, text) => {
    const id = textAt(question, "params", "questions", 0, "id")
    driver.send({ id: question["id"], result: { answers: { [id]: { answers: [text] } } } })
  },
  // A turn of a sub-agent has another turn as its root.
  isEnd: (frame) =>
    frame["method"] === "turn/completed" &&
    at(frame, "params", "turn", "rootTurnId") === at(frame, "params", "turn", "id"),
  says: (frame) => (frame["method"] === "item/agentMessage/delta" ? textAt(frame, "params", "delta") : "")
}
