/** Roles, tools and budgets of a new session: what it is given, and never more than its parent has. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Agent from "../src/Agent.ts"
import { budgetsOf, heldBy, modelOf, roleOf, scopeOf } from "../src/internal/spawnRole.ts"
import * as Outcome from "../src/Outcome.ts"
import { SessionStore } from "../src/SessionStore.ts"
import { SubAgents } from "../src/SubAgents.ts"
import * as SubagentProfile from "../src/SubagentProfile.ts"
import { everything, permits, type ToolPolicy } from "../src/ToolPolicy.ts"
import * as Records from "./SessionRecords.ts"
import { agent, world } from "./world.ts"

const profile = (fields: Partial<SubagentProfile.SubagentProfile>): SubagentProfile.SubagentProfile => ({
  name: "Auditor",
  description: "",
  systemPrompt: "",
  tools: { type: "inherit" },
  source: "test",
  ignored: [],
  ...fields
})

const reader = profile({ name: "reader", tools: { type: "allow", tools: ["read", "grep*"] }, model: "acme:small" })
const outsider = profile({ name: "outsider", agent, tools: { type: "deny", tools: ["shell"] } })

const roles = SubagentProfile.layer({
  list: (workspace) =>
    Effect.succeed({
      profiles: [...SubagentProfile.builtin, reader, outsider, ...(Option.isSome(workspace) ? [profile({})] : [])],
      problems: []
    })
})

const inProcess = Agent.layer({
  run: () => Effect.succeed({ outcome: Outcome.done, usage: Option.none(), resume: Option.none(), artifacts: [] })
})

const { layer } = world({}, Layer.merge(roles, inProcess))

describe("modelOf", () => {
  const parent = Records.child({ model: "acme:large" })
  const byReference = Records.child({ modelRef: { provider: "acme", model: "large" } })

  it.each([
    ["that of the request or the role first", parent, { model: "acme:small" }, { model: "acme:small" }],
    ["that of the parent when nothing is named", parent, {}, { model: "acme:large" }],
    ["also when the parent has it as a reference", byReference, {}, { modelRef: { provider: "acme", model: "large" } }],
    ["none of the parent's for a program", parent, { agent: "other" }, {}],
    ["none of a program's for an agent in process", Records.child({ agent: "other", model: "large" }), {}, {}]
  ])("%s", (_, of, role, expected) => {
    assert.deepStrictEqual(modelOf(of, role), expected)
  })
})

describe("roleOf", () => {
  it("S-profiles: takes agent and model from the role where the request does not name them", () => {
    assert.deepStrictEqual(roleOf(undefined, outsider, { profile: "outsider" }), {
      profile: "outsider",
      agent,
      tools: { allowed: [], denied: ["shell"] }
    })
    assert.deepInclude(roleOf(undefined, reader, { profile: "READER", model: "acme:large" }), {
      profile: "reader",
      model: "acme:large"
    })
    assert.deepStrictEqual(roleOf(undefined, undefined, { agent: "other" }), { agent: "other" })
  })

  const Name = Schema.Literals(["read", "grep", "grep_all", "shell", "write", "mcp__x__y"])
  const Patterns = Schema.Array(Schema.Literals(["read", "grep*", "*", "mcp__*", "shell", "write"]))
  const Policy = Schema.Union([
    Schema.Struct({ type: Schema.Literal("inherit") }),
    Schema.Struct({ type: Schema.Literal("allow"), tools: Patterns }),
    Schema.Struct({ type: Schema.Literal("deny"), tools: Patterns })
  ])
  const Generation = Schema.Struct({ role: Policy, tools: Policy, disabledTools: Patterns })

  it.prop(
    "I8, S-job: no child may use a tool that its parent may not, nor one that its role or request leaves out",
    { generations: Schema.Array(Generation), name: Name },
    ({ generations, name }) => {
      let around = scopeOf(undefined, { type: "inherit" }, {})
      for (const { disabledTools, role, tools } of generations) {
        const below = scopeOf(around, role, { tools, disabledTools })
        const may = permits(below ?? everything, name)
        const alone = (policy: ToolPolicy) => permits(scopeOf(undefined, policy, {}) ?? everything, name)
        const denied = !alone({ type: "deny", tools: disabledTools })
        assert.strictEqual(may, permits(around ?? everything, name) && alone(role) && alone(tools) && !denied)
        around = below
      }
    }
  )
})

describe("budgetsOf", () => {
  it("has the own budget first, and none at all where nobody set a limit", () => {
    const outer = { sessionId: Records.parentId, tokens: 5 }
    assert.isUndefined(heldBy(Records.childId, {}))
    assert.isUndefined(budgetsOf(undefined, []))
    assert.deepStrictEqual(budgetsOf(undefined, [outer]), [outer])
    const own = heldBy(Records.childId, { spawns: 1 })
    assert.deepStrictEqual(budgetsOf(own, [outer]), [{ sessionId: Records.childId, spawns: 1 }, outer])
  })
})

describe("a spawn with a role", () => {
  it.effect("S-profiles: is refused when there is no such role, and nothing is recorded", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* agents.createRoot({})
      const refused = yield* Effect.flip(agents.spawn(parent.id, { prompt: "x", profile: "raeder" }))
      assert.deepInclude(refused, { _tag: "ProfileUnknown", name: "raeder" })
      const root = yield* Effect.flip(agents.createRoot({ profile: "raeder" }))
      assert.strictEqual(root._tag, "ProfileUnknown")
      const store = yield* SessionStore
      assert.strictEqual(yield* store.childCount(parent.id), 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("S-profiles: has the tools that its parent and its role leave, and its role's model", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* agents.createRoot({ tools: { type: "deny", tools: ["grep_all"] } })
      const { session } = yield* agents.spawn(parent.id, {
        prompt: "x",
        profile: "Reader",
        tools: { type: "deny", tools: ["write"] },
        disabledTools: ["grep_secret"]
      })
      assert.deepInclude(session, { profile: "reader", model: "acme:small" })
      assert.deepStrictEqual(session.tools, {
        allowed: [["grep*", "read"]],
        denied: ["grep_all", "write", "grep_secret"]
      })
      const store = yield* SessionStore
      assert.deepStrictEqual(Option.getOrThrow(yield* store.session(session.id)).tools, session.tools)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is played by the program that the role names, unless the request names one", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* agents.createRoot({})
      const { session } = yield* agents.spawn(parent.id, { prompt: "say hello", profile: "outsider" })
      assert.strictEqual(session.agent, agent)
      assert.strictEqual(session.metadata["external.agent_id"], agent)
      const unknown = yield* Effect.flip(agents.spawn(parent.id, { prompt: "x", profile: "outsider", agent: "none" }))
      assert.strictEqual(unknown._tag, "AgentUnknown")
    }).pipe(Effect.provide(layer))
  )

  it.effect("S-profiles: is the fallback where none is named, except a program or a root", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* agents.createRoot({})
      assert.isUndefined(parent.profile)
      assert.strictEqual((yield* agents.spawn(parent.id, { prompt: "x" })).session.profile, "general-purpose")
      assert.isUndefined((yield* agents.spawn(parent.id, { prompt: "say x", agent })).session.profile)
    }).pipe(Effect.provide(layer))
  )

  it.effect("reads the roles of the workspace that the child works in", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* agents.createRoot({ workspace: "/project" })
      const { session } = yield* agents.spawn(parent.id, { prompt: "x", profile: "auditor" })
      assert.strictEqual(session.profile, "Auditor")
    }).pipe(Effect.provide(layer))
  )
})
