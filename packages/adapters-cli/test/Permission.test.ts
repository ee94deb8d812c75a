import { assert, describe, it } from "@effect/vitest"
import type { CliProtocol } from "@offshoot/adapters-cli"
import type { Asked, AskedKind } from "../src/Fact.ts"
import * as Permission from "../src/Permission.ts"

const permission = (kind: AskedKind, toolName = "tool"): Asked => ({
  type: "permission_asked",
  id: "1",
  kind,
  toolCallId: "call",
  toolName,
  arguments: {}
})
const question: Asked = { type: "question_asked", id: "1", question: "which?", options: [] }

describe("who decides an ask", () => {
  it.each<[CliProtocol.PermissionMode, Asked, Permission.Decision["_tag"]]>([
    ["ask", permission("read"), "Ask"],
    ["ask", permission("edit"), "Ask"],
    ["ask", permission("execute"), "Ask"],
    ["ask", permission("other"), "Ask"],
    ["ask", question, "Ask"],
    ["deny", permission("read"), "Deny"],
    ["deny", permission("edit"), "Deny"],
    ["deny", permission("execute"), "Deny"],
    ["deny", permission("other"), "Deny"],
    ["deny", question, "Deny"],
    ["accept_edits", permission("read"), "Allow"],
    ["accept_edits", permission("edit"), "Allow"],
    ["accept_edits", permission("execute"), "Ask"],
    ["accept_edits", permission("other"), "Ask"],
    ["accept_edits", question, "Ask"],
    ["full", permission("read"), "Allow"],
    ["full", permission("edit"), "Allow"],
    ["full", permission("execute"), "Allow"],
    ["full", permission("other"), "Allow"],
    ["full", question, "Ask"]
  ])("in the mode %s of %o is %s", (mode, asked, decision) => {
    assert.strictEqual(Permission.decide(mode, asked, [])._tag, decision)
  })

  it.each<CliProtocol.PermissionMode>(["ask", "deny", "accept_edits", "full"])(
    "is nobody in the mode %s, when the session may not use the tool (I8)",
    (mode) => {
      const { _tag } = Permission.decide(mode, permission("edit", "hidden"), ["other", "hidden"])
      assert.strictEqual(_tag, "Deny")
    }
  )
})
