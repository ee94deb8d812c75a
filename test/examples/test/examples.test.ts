import { assert, describe, it } from "@effect/vitest"
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import * as NodeReadline from "node:readline"

const here = NodePath.resolve(import.meta.dirname, "..")
const server = NodePath.resolve(here, "../../packages/server/src/bin.ts")
const flags = ["--conditions=@offshoot/source"]

/** Runs one example to its end and returns what it printed. */
const output = async (name: string, environment: Readonly<Record<string, string>>): Promise<string> => {
  const program = NodeChildProcess.spawn(process.execPath, [...flags, NodePath.join(here, "src", name)], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"]
  })
  const chunks: Array<Buffer> = []
  program.stdout.on("data", (chunk: Buffer) => chunks.push(chunk))
  const code = await new Promise((resolve) => program.on("close", resolve))
  assert.strictEqual(code, 0)
  return Buffer.concat(chunks).toString().trim()
}

const inTemporaryFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = NodeFS.mkdtempSync(NodePath.join(NodeOS.tmpdir(), "offshoot-example-"))
  try {
    await use(folder)
  } finally {
    NodeFS.rmSync(folder, { recursive: true })
  }
}

/** A server with one agent, for as long as `use` runs. */
const withServer = (use: (url: string, token: string) => Promise<void>): Promise<void> =>
  inTemporaryFolder(async (folder) => {
    const config = NodePath.join(folder, "offshoot.config.json")
    NodeFS.writeFileSync(config, JSON.stringify({ agents: { echo: { protocol: "command", command: ["cat"] } } }))
    const running = NodeChildProcess.spawn(process.execPath, [...flags, server, "serve"], {
      env: {
        ...process.env,
        OFFSHOOT_CONFIG: config,
        OFFSHOOT_DATA_DIR: NodePath.join(folder, "data"),
        OFFSHOOT_PORT: "0",
        OFFSHOOT_DEMO: "0"
      },
      stdio: ["ignore", "pipe", "inherit"]
    })
    const closed = new Promise((resolve) => running.on("close", resolve))
    const lines = NodeReadline.createInterface({ input: running.stdout })
    for await (const line of lines) {
      const ready = /^offshoot ready (\S+) token (\S+)$/.exec(line)
      if (ready === null) continue
      const [, url = "", token = ""] = ready
      await use(url, token).finally(() => running.kill("SIGTERM"))
    }
    assert.strictEqual(await closed, 0)
  })

describe("the examples of the README", () => {
  it("composed into an Effect app, a child's answer comes back", { timeout: 60_000 }, async () => {
    assert.strictEqual(await output("composedMain.ts", {}), "HELLO")
  })

  it("with other adapters, a program is the child", { timeout: 60_000 }, () =>
    inTemporaryFolder(async (folder) => {
      assert.strictEqual(await output("adaptersMain.ts", { OFFSHOOT_DATA_DIR: folder }), "completed")
    })
  )

  it("over HTTP, the parent's stream tells of the child until its completion", { timeout: 60_000 }, () =>
    withServer(async (url, token) => {
      const printed = await output("clientMain.ts", { OFFSHOOT_URL: url, OFFSHOOT_TOKEN: token })
      assert.strictEqual(printed.split("\n").at(-1), "hello")
      assert.match(printed, /"type":"sub_agent_completed".*"status":"completed"/)
    })
  )
})
