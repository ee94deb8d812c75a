import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { builtin, fallback, find, type ProfileList, resolve, SubagentProfiles } from "../src/SubagentProfile.ts"
import { everything, narrow, permits } from "../src/ToolPolicy.ts"

const list: ProfileList = {
  profiles: [...builtin, { ...fallback, name: "Plan" }],
  problems: []
}

describe("SubagentProfile.resolve", () => {
  it.each([
    [undefined, "general-purpose"],
    ["", "general-purpose"],
    ["  ", "general-purpose"],
    ["researcher", "researcher"],
    [" researcher ", "researcher"],
    ["Researcher", "researcher"],
    ["plan", "plan"],
    ["Plan", "Plan"],
    ["PLAN", "plan"]
  ])("S-profiles: %j is the role %s", (name, role) => {
    assert.deepStrictEqual(
      Result.map(resolve(list, name), (profile) => profile.name),
      Result.succeed(role)
    )
  })

  it("S-profiles: a role that is not known is refused with the nearest name, never replaced by the fallback", () => {
    const refused = Result.flip(resolve(list, "reviwer"))
    assert.isTrue(Result.isSuccess(refused))
    if (Result.isFailure(refused)) return
    assert.strictEqual(refused.success._tag, "ProfileUnknown")
    assert.include(refused.success.message, "did you mean reviewer?")
  })

  it("a role whose file is broken is refused with the place of the mistake, and so is the fallback", () => {
    const problem = { name: "General-Purpose", source: "roles.md", line: 2, column: 7, message: "this is not YAML" }
    for (const name of [undefined, "general-purpose"]) {
      const refused = resolve({ profiles: [], problems: [problem] }, name)
      assert.isTrue(Result.isFailure(refused))
      if (Result.isFailure(refused)) assert.include(refused.failure.message, "roles.md:2:7: this is not YAML")
    }
  })
})

describe("the built-in roles", () => {
  it.effect("S-profiles: six, in this order, are there without any layer", () =>
    Effect.gen(function* () {
      const roles = yield* SubagentProfiles
      const { profiles, problems } = yield* roles.list(Option.none())
      assert.deepStrictEqual(
        profiles.map((profile) => profile.name),
        ["general-purpose", "plan", "researcher", "coder", "reviewer", "tester"]
      )
      assert.deepStrictEqual(problems, [])
    })
  )

  it.each([
    ["general-purpose", { read: true, write: true, shell: true, spawn: true }],
    ["plan", { read: true, write: false, shell: false, spawn: false }],
    ["researcher", { read: true, write: false, shell: false, spawn: false }],
    ["coder", { read: true, write: true, shell: true, spawn: false }],
    ["reviewer", { read: true, write: false, shell: false, spawn: false }],
    ["tester", { read: true, write: false, shell: true, spawn: false }]
  ])("S-profiles: what the role %s may do with the usual tools is %j", (name, may) => {
    const role = Option.getOrThrow(find({ profiles: builtin, problems: [] }, name))
    const scope = narrow(everything, role.tools, [])
    assert.deepStrictEqual(
      {
        read: permits(scope, "mcp__filesystem__read_text_file"),
        write: permits(scope, "mcp__filesystem__write_file"),
        shell: permits(scope, "mcp__shell__run"),
        spawn: permits(scope, "SubAgent")
      },
      may
    )
  })
})
