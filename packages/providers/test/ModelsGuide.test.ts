import * as NodeFS from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { ProviderKinds, ProviderSettings, Router } from "@offshoot/providers"
import * as Schema from "effect/Schema"

const guide = NodeFS.readFileSync(new URL("../../../docs/guides/models.md", import.meta.url), "utf8")
const configurations = [...guide.matchAll(/```json\n([^]*?)```/g)].map(([, json]) => String(json))
const decode = Schema.decodeUnknownSync(Schema.fromJsonString(ProviderSettings.ProviderSettings), {
  onExcessProperty: "error"
})

describe("The guide to models", () => {
  it("shows configurations", () => assert.isAbove(configurations.length, 2))

  it.each(configurations)("shows a configuration that is right: %s", (json) => {
    assert.deepStrictEqual(Router.problems(decode(json), ProviderKinds.builtin), [])
  })

  it("has every type in its table, with the variable of its key", () => {
    for (const { keyVariable, type } of ProviderKinds.builtin) {
      const row = guide.split("\n").find((line) => line.startsWith(`| \`${type}\``))
      assert.include(row, keyVariable._tag === "Some" ? keyVariable.value : "none")
    }
  })
})
