/** A client of opencode's server, as small as can be, for the tests of the actor. */
import * as NodeHttp from "node:http"
import type { Client } from "./Client.ts"
import type { Driver } from "./Driver.ts"
import { type Fields, at, isFields, parsed, textAt } from "./Json.ts"
import type { Grammar } from "./Shape.ts"

const password = "a password"

interface Connection {
  readonly port: number
  session: string
}

const connections = new WeakMap<Driver, Connection>()

const request = (driver: Driver, method: string, path: string, body?: Fields): Promise<NodeHttp.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const sent = NodeHttp.request(
      {
        host: "127.0.0.1",
        port: connections.get(driver)?.port ?? 0,
        method,
        path,
        agent: false,
        auth: `opencode:${password}`
      },
      resolve
    )
    sent.on("error", reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })

const bodyOf = async (response: NodeHttp.IncomingMessage): Promise<unknown> => {
  let text = ""
  for await (const chunk of response) text += String(chunk)
  return parsed(text)
}

/** The events with which a session has come to rest. */
const ends = new WeakSet<Fields>()

/** A session that is idle while a message of it is not over says so again. */
const noteEnd = (open: Set<string>, event: Fields): void => {
  const info = at(event, "properties", "info")
  if (event["type"] === "message.updated" && textAt(info, "role") === "assistant") {
    if (at(info, "time", "completed") === undefined) open.add(textAt(info, "id"))
    else open.delete(textAt(info, "id"))
  }
  // A session of a sub-agent has a name of its own.
  const isOfChild = textAt(event, "properties", "sessionID").includes("child")
  if (event["type"] === "session.idle" && !isOfChild && open.size === 0) ends.add(event)
}

/** Takes events until the stream ends. */
const follow = async (driver: Driver, events: NodeHttp.IncomingMessage): Promise<void> => {
  let rest = ""
  const open = new Set<string>()
  try {
    for await (const chunk of events) {
      const pieces = `${rest}${String(chunk)}`.split(/\r?\n\r?\n/)
      rest = pieces.pop() ?? ""
      for (const piece of pieces) {
        const event = parsed(piece.replace(/^data: /, ""))
        if (isFields(event)) noteEnd(open, event)
        driver.receive(event)
      }
    }
  } catch {
    // The program was killed.
  }
}

const post = (driver: Driver, path: string, body: Fields = {}): void => {
  void request(driver, "POST", path, body).then(
    (response) => response.resume(),
    () => undefined
  )
}

const ofSession = (driver: Driver): string => `/session/${connections.get(driver)?.session ?? ""}`

const prompt: Client["prompt"] = (driver, text) =>
  post(driver, `${ofSession(driver)}/prompt_async`, { parts: [{ type: "text", text }] })

/** What `opencode run --format json` makes of an event: it is what was recorded. */
export const asRun = (event: Fields): Fields | undefined => {
  const part = at(event, "properties", "part")
  const type = textAt(part, "type")
  const sessionID = at(event, "properties", "sessionID")
  const line = (name: string, more: Fields): Fields => ({ type: name, timestamp: 0, sessionID, ...more })
  if (event["type"] === "session.error") return line("error", { error: at(event, "properties", "error") })
  if (event["type"] !== "message.part.updated" || !isFields(part)) return undefined
  if (type === "step-start" || type === "step-finish") return line(type.replace("-", "_"), { part })
  if (["text", "reasoning"].includes(type) && at(part, "time", "end") !== undefined) return line(type, { part })
  if (type === "tool" && ["completed", "error"].includes(textAt(part, "state", "status"))) {
    return line("tool_use", { part })
  }
  return undefined
}

const grammar: Grammar = {
  kindOf: (frame) => `${textAt(frame, "type")} ${textAt(frame, "part", "state", "status")}`.trim(),
  loose: ["part.state.input", "part.state.metadata", "error.data.responseHeaders"]
}

/** What is told of the server, of the session and of the prompt itself comes when it likes. */
const besides = new Set([
  "server.heartbeat",
  "plugin.added",
  "catalog.updated",
  "reference.updated",
  "integration.updated",
  "session.updated",
  "session.diff"
])

/** For the events themselves. */
export const served: Grammar = {
  kindOf: (frame) => {
    const type = textAt(frame, "type")
    if (besides.has(type) || at(frame, "properties", "info", "summary") !== undefined) return undefined
    const properties = at(frame, "properties")
    return [
      type,
      textAt(properties, "part", "type"),
      textAt(properties, "part", "state", "status"),
      textAt(properties, "status", "type"),
      textAt(properties, "info", "role")
    ]
      .filter((word) => word !== "")
      .join(" ")
  },
  loose: [
    "properties.part.state.input",
    "properties.part.state.metadata",
    "properties.metadata",
    "properties.error.data.responseHeaders"
  ]
}

export const client: Client = {
  voice: "opencode",
  grammar,
  args: ["serve", "--hostname", "127.0.0.1", "--port", "0"],
  resumeArgs: () => [],
  env: {
    OPENCODE_SERVER_PASSWORD: password,
    OPENCODE_CONFIG_CONTENT: JSON.stringify({ permission: { bash: "ask" } })
  },
  open: async (driver, resume) => {
    const line = await driver.text((text) => text.includes("http://127.0.0.1:"))
    const port = Number(/:(\d+)$/.exec(line)?.[1])
    connections.set(driver, { port, session: resume ?? "" })
    void follow(driver, await request(driver, "GET", "/event"))
    await driver.frame(({ type }) => type === "server.connected")
    if (resume !== undefined) return
    const session = textAt(await bodyOf(await request(driver, "POST", "/session", {})), "id")
    connections.set(driver, { port, session })
  },
  prompt,
  message: prompt,
  interrupt: (driver) => post(driver, `${ofSession(driver)}/abort`),
  isAsk: ({ type }) => type === "permission.asked",
  answer: (driver, ask, answer) =>
    post(driver, `${ofSession(driver)}/permissions/${textAt(ask, "properties", "id")}`, {
      response: answer === "approved" ? "once" : "reject"
    }),
  reply: (driver, question, text) =>
    post(driver, `/question/${textAt(question, "properties", "id")}/reply`, { answers: [[text]] }),
  isEnd: (frame) => ends.has(frame),
  says: (frame) => (frame["type"] === "message.part.delta" ? textAt(frame, "properties", "delta") : "")
}
