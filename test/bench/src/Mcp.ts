/**
 * From a tool call to the accepted spawn: on `/mcp`, and on the standard input of
 * `offshoot mcp`, beside `POST /v1/sessions/{id}/children`. One server with a
 * durable record, one call after the other, the ways in turns.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodeHttp from "node:http"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import * as NodeReadline from "node:readline"
import type * as NodeStream from "node:stream"
import { type Measurement, percentile } from "./Measurement.ts"

const rounds = 300
const warmUp = 30

const program = NodePath.resolve(import.meta.dirname, "../../../packages/server/src/bin.ts")
const node = ["--conditions=@offshoot/source"]

/** An agent that ends at once, one at a time, so that what runs is not what is measured. */
const config = JSON.stringify({
  agents: { bench: { protocol: "command", command: ["true"], stdin: "none", concurrent: 1 } }
})

interface Running {
  readonly child: NodeChildProcess.ChildProcessByStdio<NodeStream.Writable, NodeStream.Readable, null>
  readonly lines: AsyncIterator<string>
  readonly stop: () => Promise<void>
}

const start = (args: ReadonlyArray<string>, folder: string): Running => {
  const child = NodeChildProcess.spawn(process.execPath, [...node, program, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder },
    stdio: ["pipe", "pipe", "inherit"]
  })
  return {
    child,
    lines: NodeReadline.createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve())
        child.kill("SIGTERM")
      })
  }
}

const nextLine = async ({ lines }: Running): Promise<string> => {
  const line = await lines.next()
  if (line.done === true) throw new Error("the program ended")
  return line.value
}

const hello = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } }
}

const initialized = { jsonrpc: "2.0", method: "notifications/initialized" }

const spawnCall = (id: number) => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name: "spawn_agent", arguments: { prompt: "x", agent: "bench" } }
})

const mustStart = (answer: string): void => {
  if (!answer.includes("Started ses_")) throw new Error(`not accepted: ${answer}`)
}

interface Answered {
  readonly status: number | undefined
  readonly session: string
  readonly text: string
}

/** One connection, kept open, as clients do. */
const agent = new NodeHttp.Agent({ keepAlive: true, maxSockets: 1 })

const post = (url: string, headers: Readonly<Record<string, string>>, body: unknown): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const sent = NodeHttp.request(
      url,
      {
        agent,
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers }
      },
      (response) => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", (part: string) => {
          text += part
        })
        response.on("error", reject)
        response.on("end", () =>
          resolve({ status: response.statusCode, session: String(response.headers["mcp-session-id"]), text })
        )
      }
    )
    sent.on("error", reject)
    sent.end(JSON.stringify(body))
  })

/** `POST /v1/sessions/{id}/children`. */
const direct = async (url: string, authorization: string) => {
  const made = await post(`${url}/v1/sessions`, { authorization }, { title: "bench" })
  const id = /"id":"(ses_\w+)"/.exec(made.text)?.[1]
  return async () => {
    const { status, text } = await post(
      `${url}/v1/sessions/${id}/children`,
      { authorization },
      { prompt: "x", agent: "bench" }
    )
    if (status !== 202) throw new Error(`not accepted: ${text}`)
  }
}

const overHttp = async (url: string, authorization: string) => {
  const { session } = await post(`${url}/mcp`, { authorization }, hello)
  const headers = { authorization, "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" }
  await post(`${url}/mcp`, headers, initialized)
  return async (round: number) => {
    mustStart((await post(`${url}/mcp`, headers, spawnCall(round))).text)
  }
}

const onStdio = async (host: Running) => {
  const send = (message: unknown) => host.child.stdin.write(`${JSON.stringify(message)}\n`)
  send(hello)
  await nextLine(host)
  send(initialized)
  return async (round: number) => {
    send(spawnCall(round))
    mustStart(await nextLine(host))
  }
}

const millisOf = async (call: (round: number) => Promise<void>, round: number): Promise<number> => {
  const startedAt = performance.now()
  await call(round)
  return performance.now() - startedAt
}

const compared = async (url: string, token: string, host: Running): Promise<ReadonlyArray<Measurement>> => {
  const authorization = `Bearer ${token}`
  const ways = {
    "POST children": await direct(url, authorization),
    "/mcp": await overHttp(url, authorization),
    "offshoot mcp": await onStdio(host)
  }
  const millis: Record<keyof typeof ways, Array<number>> = { "POST children": [], "/mcp": [], "offshoot mcp": [] }
  for (let round = 1; round <= rounds + warmUp; round++) {
    for (const way of ["POST children", "/mcp", "offshoot mcp"] as const) {
      const took = await millisOf(ways[way], round)
      if (round > warmUp) millis[way].push(took)
    }
  }
  const sample = `${rounds} spawns each way, one after the other, the ways in turns, embedded store; the floor is POST children`
  const figure = (way: keyof typeof ways, percent: number): Measurement => {
    const value = percentile(millis[way], percent)
    const name = `call to accepted spawn, ${way}, ${percent === 50 ? "median" : "95th percentile"}`
    const measured = { name, value, unit: "ms", sample, better: "less" } as const
    return way === "POST children" ? measured : { ...measured, floor: percentile(millis["POST children"], percent) }
  }
  return (["/mcp", "offshoot mcp", "POST children"] as const).flatMap((way) => [figure(way, 50), figure(way, 95)])
}

export const measure = async (): Promise<ReadonlyArray<Measurement>> => {
  const folder = NodeFS.mkdtempSync(NodePath.join(NodeOS.tmpdir(), "offshoot-bench-"))
  NodeFS.writeFileSync(NodePath.join(folder, "offshoot.config.json"), config)
  const data = ["--data-dir", NodePath.join(folder, "data")]
  const server = start(["serve", "--no-demo", "--port", "0", ...data], folder)
  const [, url = "", token = ""] = /^offshoot ready (\S+) token (\S+)$/.exec(await nextLine(server)) ?? []
  const host = start(["mcp", ...data], folder)
  try {
    return await compared(url, token, host)
  } finally {
    agent.destroy()
    await host.stop()
    await server.stop()
    NodeFS.rmSync(folder, { recursive: true, force: true })
  }
}
