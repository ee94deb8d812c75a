/** What there is and what goes on, over a scripted `SubAgents`. */
import { assert, describe, it } from "@effect/vitest"
import type { SubAgents } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Stage } from "../src/internal/stage.ts"
import { agentsOf, type Seen, Surveys } from "../src/internal/surveys.ts"
import { version } from "../src/Version.ts"
import * as WireOverview from "../src/WireOverview.ts"
import { ask, childId, json, post, problem, rootId, serve, session, view } from "./serving.ts"

const now = (fields: Partial<SubAgents.Overview> = {}): SubAgents.Overview => ({
  number: 7,
  slots: { used: 1, max: 2 },
  queued: 0,
  backlog: 0,
  inFlight: 1,
  totals: {
    statuses: [
      { status: "running", sessions: 1 },
      { status: "completed", sessions: 2 }
    ],
    usage: { inputTokens: 3, costUsd: 0.5, costSource: "estimated" }
  },
  ...fields
})

const seen = (fields: Partial<Seen>): Seen => ({
  id: "claude",
  title: "Claude Code",
  protocol: "stream-json",
  program: "found",
  version: Option.some("2.1.0"),
  lacks: [],
  ...fields
})

describe("why jobs wait", () => {
  it.each([
    [{ queued: 0, backlog: 0, slots: { used: 2, max: 2 } }, undefined],
    [{ queued: 1, backlog: 0, slots: { used: 2, max: 2 } }, "All 2 slots are used (limits.concurrent)."],
    [{ queued: 0, backlog: 3, slots: { used: 3, max: 2 } }, "All 2 slots are used (limits.concurrent)."],
    [
      { queued: 1, backlog: 0, slots: { used: 1, max: 2 } },
      "Their parents or agents have no slot left, or their next try is not due yet."
    ]
  ])("%o: %s", (counts, why) => {
    assert.strictEqual(WireOverview.whyQueued(counts), why)
  })
})

describe("agents", () => {
  const entry = { id: "claude", protocol: "stream-json", concurrentMax: 4 }
  const lack = { weight: "blocks", what: "nobody is signed in", mend: "claude login" } as const
  it.each([
    ["before anybody looked", [], { state: "unknown", lacks: [] }],
    ["ready", [seen({})], { state: "ready", title: "Claude Code", version: "2.1.0", lacks: [] }],
    [
      "with a note",
      [seen({ lacks: [{ ...lack, weight: "warns" }] })],
      { state: "ready", title: "Claude Code", version: "2.1.0", lacks: [lack.what], mend: lack.mend }
    ],
    [
      "not ready",
      [seen({ lacks: [lack] })],
      { state: "not_ready", title: "Claude Code", version: "2.1.0", lacks: [lack.what], mend: lack.mend }
    ],
    [
      "missing",
      [seen({ program: "missing", version: Option.none(), lacks: [lack] })],
      { state: "missing", title: "Claude Code", lacks: [lack.what], mend: lack.mend }
    ]
  ] as const)("one of the configuration, %s", (_, surveyed, shown) => {
    assert.deepStrictEqual(agentsOf([entry], surveyed, 8), [{ ...entry, configured: true, ...shown }])
  })

  it("those that the configuration does not name come behind, and are said to be so", () => {
    const shown = agentsOf([entry], [seen({ id: "codex" }), seen({})], 8)
    assert.deepStrictEqual(
      shown.map(({ concurrentMax, configured, id }) => [id, configured, concurrentMax]),
      [
        ["claude", true, 4],
        ["codex", false, 8]
      ]
    )
  })
})

describe("over HTTP", () => {
  it.live("an overview has counts, totals and the version", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ script: { overview: Effect.succeed(now({ queued: 1 })) } })
      assert.deepStrictEqual(json(yield* ask(port, { path: "/v1/overview" })), {
        version,
        number: 7,
        slots: { used: 1, max: 2 },
        queued: 1,
        backlog: 0,
        why: "Their parents or agents have no slot left, or their next try is not due yet.",
        demo: false,
        totals: {
          sessions: 3,
          inFlight: 1,
          statuses: { running: 1, completed: 2 },
          usage: { inputTokens: 3, costUsd: 0.5, costSource: "estimated" }
        }
      })
    })
  )

  it.live("a snapshot says what each session used, and leaves out what nobody knows", () =>
    Effect.gen(function* () {
      const sessions = [view(), view({ id: childId, parentId: rootId, kind: "child" })]
      const taken = { number: 1, sessions, truncated: false, requests: [] }
      const { port } = yield* serve({
        script: {
          snapshot: () => Effect.succeed(taken),
          usages: () => Effect.succeed(new Map([[rootId, { own: {}, tree: { inputTokens: 3 } }]]))
        }
      })
      const shown = json(yield* ask(port, { path: "/v1/snapshot" }))
      assert.deepInclude(shown as object, { number: 1 })
      const [first, second] = (shown as { readonly sessions: ReadonlyArray<{ readonly usage?: unknown }> }).sessions
      assert.deepStrictEqual([first?.usage, second?.usage], [{ own: {}, tree: { inputTokens: 3 } }, undefined])
    })
  )

  it.live("models and roles are listed", () =>
    Effect.gen(function* () {
      const models = { fallback: Option.some({ provider: "p", model: "m" }), models: [] as const }
      const listed = [
        { name: "fast", modelRef: { provider: "p", model: "small" } },
        { name: "p:m", modelRef: { provider: "p", model: "m" } }
      ]
      const { port } = yield* serve({ script: { models: Effect.succeed({ ...models, models: listed }) } })
      assert.deepStrictEqual(json(yield* ask(port, { path: "/v1/models" })), {
        items: [{ reference: "p:small", alias: "fast" }, { reference: "p:m" }],
        fallback: "p:m"
      })
      const roles = json(yield* ask(port, { path: "/v1/profiles" })) as {
        readonly items: ReadonlyArray<{ readonly name: string; readonly source: string }>
      }
      assert.deepInclude(
        roles.items.map(({ name, source }) => [name, source]),
        ["reviewer", "builtin"]
      )
    })
  )

  it.live("the demo is begun, or refused with what to do", () =>
    Effect.gen(function* () {
      const without = yield* serve()
      const refused = yield* post(without.port, "/v1/demo", "")
      assert.strictEqual(refused.status, 409)
      assert.strictEqual(problem(refused)["type"], "urn:offshoot:problem:demo_not_possible")
      const stage = Layer.succeed(Stage, {
        state: () => "possible",
        begin: Effect.succeed(Option.some(session({ title: "Demo" })))
      })
      const { port } = yield* serve({ around: stage, script: { overview: Effect.succeed(now()) } })
      const begun = yield* post(port, "/v1/demo", "")
      assert.strictEqual(begun.status, 202)
      assert.deepNestedInclude(json(begun), { "session.title": "Demo", "session.status": "idle" })
      assert.deepInclude(json(yield* ask(port, { path: "/v1/overview" })) as object, { demo: true })
    })
  )

  it.live("what this machine has stands beside what the configuration names", () =>
    Effect.gen(function* () {
      const around = Layer.succeed(Surveys, { seen: Effect.succeed([seen({})]) })
      const { port } = yield* serve({ around })
      assert.deepStrictEqual(json(yield* ask(port, { path: "/v1/agents" })), {
        items: [
          {
            id: "claude",
            title: "Claude Code",
            protocol: "stream-json",
            concurrentMax: 8,
            configured: false,
            state: "ready",
            version: "2.1.0",
            lacks: []
          }
        ],
        inProcess: false
      })
    })
  )
})
