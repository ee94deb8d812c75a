import { assert, describe, it } from "@effect/vitest"
import { Agents, type CliProtocol } from "@offshoot/adapters-cli"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"

const { profiles } = Agents
const named = profiles.map((profile) => [profile.id, profile] as const)

const modes: ReadonlyArray<CliProtocol.PermissionMode> = ["ask", "deny", "accept_edits", "full"]

const input = (permission: CliProtocol.PermissionMode) => ({
  model: Option.some("some-model"),
  permission,
  resume: Option.none<string>(),
  disabledTools: [],
  cwd: "/workspace"
})

describe("the known agents", () => {
  it("have ids and programs of their own", () => {
    const ids = profiles.map(({ id }) => id)
    assert.deepStrictEqual([...new Set(ids)], ids)
    const programs = profiles.flatMap((profile) => profile.programs)
    assert.deepStrictEqual([...new Set(programs)], programs)
  })

  it.each(named)("%s has a fixture for each of its quirks", (_, { quirks }) => {
    const missing = quirks
      .map(({ fixture }) => fixture)
      .filter((fixture) => !NodeFS.existsSync(NodePath.join(import.meta.dirname, "fixtures/transcripts", fixture)))
    assert.deepStrictEqual(missing, [])
  })

  it.each(named)("%s is never told to approve everything by itself", (_, profile) => {
    for (const mode of modes) {
      const args = profile.args(input(mode)).join(" ")
      assert.notMatch(args, /--(dangerously|yolo|allow-all|full-auto|auto\b|bypass)/)
    }
  })

  it.each(named)("%s is started the same way twice, and the prompt has no part in it", (_, profile) => {
    for (const mode of modes) assert.deepStrictEqual(profile.args(input(mode)), profile.args(input(mode)))
  })

  it.each(named)("%s says what mends it where nothing of it is there", (_, profile) => {
    const signIn = profile.signIn({ variables: {}, hasHomeFile: () => false })
    assert.notStrictEqual(signIn._tag, "SignedIn")
    assert.isNotEmpty(signIn._tag === "SignedOut" ? signIn.mend : signIn._tag === "Unknown" ? signIn.why : "")
    assert.isNotEmpty(profile.install)
  })

  it.each(named)("%s keeps secrets out of its arguments and its fixed environment", (_, profile) => {
    const environment = profile.environment({ ...input("ask"), nonce: "the-nonce" })
    assert.notInclude(Object.keys(environment).join(), "API_KEY")
    assert.notInclude(profile.args(input("ask")).join(" "), "the-nonce")
  })
})
