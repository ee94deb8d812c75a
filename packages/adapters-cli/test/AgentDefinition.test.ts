import { assert, describe, it } from "@effect/vitest"
import { AgentDefinition } from "@offshoot/adapters-cli"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

const read = AgentDefinition.read

const accepted = (written: Record<string, unknown>) => {
  const definition = Result.getOrThrow(read(written))
  return definition._tag === "Command"
    ? ["command", definition.agent.command[0]]
    : [definition.protocol, definition.program, definition.profile.id]
}

describe("an entry of agents", () => {
  it.each<[Record<string, unknown>, ReadonlyArray<string>]>([
    [{ protocol: "command", command: ["cat"] }, ["command", "cat"]],
    [{ command: ["cat"] }, ["command", "cat"]],
    [{ acp: ["some-agent", "--acp"] }, ["acp", "some-agent", "acp"]],
    [{ protocol: "acp", acp: ["some-agent"] }, ["acp", "some-agent", "acp"]],
    [{ program: "claude" }, ["claude-stream-json", "claude", "claude"]],
    [{ program: "/opt/claude/bin/claude" }, ["claude-stream-json", "/opt/claude/bin/claude", "claude"]],
    [{ program: "my-claude", profile: "claude" }, ["claude-stream-json", "my-claude", "claude"]],
    [{ program: "codex", protocol: "codex-app-server" }, ["codex-app-server", "codex", "codex"]],
    [{ program: "gemini" }, ["acp", "gemini", "gemini"]],
    [{ program: "gemini", protocol: "acp" }, ["acp", "gemini", "gemini"]],
    [{ program: "claude", protocol: "acp" }, ["acp", "claude", "acp"]],
    [{ program: "unheard-of", protocol: "acp" }, ["acp", "unheard-of", "acp"]]
  ])("%o is known", (written, expected) => {
    assert.deepStrictEqual(accepted(written), expected)
  })

  it.each<[Record<string, unknown>, string, RegExp]>([
    [{}, "program", /say who the agent is/],
    [{ program: "unheard-of" }, "program", /no profile is known/],
    [{ program: "x", profile: "cluade" }, "profile", /did you mean claude\?/],
    [{ program: "codex", protocol: "claude-stream-json" }, "protocol", /is spoken to by codex-app-server/],
    [{ protocol: "comand" }, "protocol", /did you mean command\?/],
    [{ protocol: "a2a" }, "protocol", /not one of those/]
  ])("%o is refused at %s", (written, key, message) => {
    const refused = read(written)
    assert.isTrue(Result.isFailure(refused))
    if (Result.isFailure(refused) && refused.failure._tag === "Key") {
      assert.strictEqual(refused.failure.key, key)
      assert.match(refused.failure.message, message)
    } else assert.fail("it was refused by its shape")
  })

  it.each([
    { program: "claude", permision: "ask" },
    { program: "claude", permission: "yolo" },
    { acp: [] },
    { acp: ["a"], command: ["b"] },
    { command: [] },
    { program: "claude", frameBytesMax: 1024 },
    { program: "claude", waits: { silenceSeconds: 0 } }
  ])("%o is refused by its shape", (written) => {
    const refused = read(written)
    assert.isTrue(Result.isFailure(refused) && refused.failure._tag === "Shape")
  })

  it("says how many of it run at once, and counts its folders from the one that names it", () => {
    const definition = Result.getOrThrow(read({ program: "claude", concurrent: 3, cwd: "here", roots: ["a", "/b"] }))
    assert.deepStrictEqual(AgentDefinition.concurrentOf(definition), Option.some(3))
    const placed = AgentDefinition.placed(definition, (path) => (path.startsWith("/") ? path : `/etc/${path}`))
    assert.deepInclude(placed.agent, { cwd: "/etc/here", roots: ["/etc/a", "/b"] })
  })
})
