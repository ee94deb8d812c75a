import { assert, describe, it } from "@effect/vitest"
import { CliRunner, type CliAgent, Worktrees } from "@offshoot/adapters-cli"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as NodeProcess from "node:process"
import { profile } from "../src/agents/Pi.ts"
import { commandOf, quickStart } from "./actor/Parts.ts"
import { instanceOf, layerOf, live } from "./machine.ts"
import * as Repositories from "./repositories.ts"

const instance = instanceOf("cli-worktree")
const [program, ...first] = commandOf("pi")

const runnerOf = (agent: CliAgent.AgentOptions) =>
  CliRunner.make({
    agentId: "actor",
    agent: { env: quickStart, permission: "accept_edits", waits: { interruptSeconds: 1 }, ...agent },
    program,
    profile: { ...profile, args: (input) => [...first, ...profile.args(input)] }
  })

let runs = 0
const harnessOf = (workspace: string, prompt: string) =>
  RunHarness.make({
    session: RunHarness.externalSession("actor", "pi-rpc", { workspace }),
    runId: `run_worktree_${++runs}`,
    prompt
  })

describe("a coding agent in a worktree of its own", { timeout: 60_000 }, () => {
  it.live("changes files beside the workspace, and leaves its diff and where the work is with its result", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { base: folder, top: repository, trees } = yield* Repositories.repository
      const services = yield* Layer.build(Worktrees.layer({ folder: trees }))
      const runner = yield* Effect.provide(runnerOf({ isolation: "worktree", roots: [folder] }), services)
      const harness = yield* harnessOf(repository, "edit new.txt hello from a child\nsay done")
      const { artifacts, outcome } = yield* harness.run(runner)
      assert.deepStrictEqual(outcome, { status: "completed", reason: "done" })
      assert.isFalse(yield* fs.exists(`${repository}/new.txt`))
      const diff = artifacts.find((artifact) => artifact.kind === "text")
      const text = diff?.kind === "text" ? yield* harness.context.kept(diff.id) : Option.none()
      assert.include(
        Option.getOrElse(text, () => ""),
        "+hello from a child"
      )
      const place = artifacts.find((artifact) => artifact.kind === "place")
      const kept = place?.kind === "place" ? place.location : "nowhere"
      assert.strictEqual((yield* fs.readFileString(`${kept}/new.txt`)).trim(), "hello from a child")
      assert.strictEqual(yield* live(instance), 0)
    }).pipe(Effect.scoped, Effect.provide(layerOf(instance, NodeProcess.env)))
  )

  it.live("that is cancelled keeps its work and says where it is", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { base: folder, top: repository, trees } = yield* Repositories.repository
      const services = yield* Layer.build(Worktrees.layer({ folder: trees }))
      const runner = yield* Effect.provide(runnerOf({ isolation: "worktree", roots: [folder] }), services)
      const harness = yield* harnessOf(repository, "edit new.txt half\nready\nhang")
      const { cancel } = yield* harness.start(runner)
      yield* harness.awaitAnswer("ready")
      yield* cancel
      const place = (yield* harness.report).artifacts?.find((artifact) => artifact.kind === "place")
      const kept = place?.kind === "place" ? place.location : "nowhere"
      assert.strictEqual((yield* fs.readFileString(`${kept}/new.txt`)).trim(), "half")
    }).pipe(Effect.scoped, Effect.provide(layerOf(instance, NodeProcess.env)))
  )

  it.live("that changed nothing leaves no worktree, and its result names none", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { base: folder, top: repository, trees } = yield* Repositories.repository
      const services = yield* Layer.build(Worktrees.layer({ folder: trees }))
      const runner = yield* Effect.provide(runnerOf({ isolation: "worktree", roots: [folder] }), services)
      const harness = yield* harnessOf(repository, "say done")
      const { artifacts } = yield* harness.run(runner)
      assert.deepStrictEqual([artifacts, (yield* harness.report).artifacts], [[], []])
      assert.isFalse(yield* fs.exists(`${trees}/${harness.context.session.id}`))
    }).pipe(Effect.scoped, Effect.provide(layerOf(instance, NodeProcess.env)))
  )

  it.live("is refused, with what to do, outside of a repository, outside of its folders, and without the layer", () =>
    Effect.gen(function* () {
      const { base: folder, top: repository, trees } = yield* Repositories.repository
      const refusalOf = Effect.fnUntraced(function* (agent: CliAgent.AgentOptions, workspace: string) {
        const runner = yield* runnerOf({ isolation: "worktree", ...agent })
        const { outcome } = yield* (yield* harnessOf(workspace, "say no")).run(runner)
        assert.strictEqual(outcome.reason, "setup")
        return "message" in outcome ? outcome.message : ""
      })
      assert.include(yield* refusalOf({ roots: [folder] }, repository), "has no layer Worktrees")
      const withTrees = Effect.provide(Worktrees.layer({ folder: trees }))
      assert.include(yield* withTrees(refusalOf({ roots: [folder] }, folder)), "set isolation to none")
      assert.include(yield* withTrees(refusalOf({ roots: [repository] }, folder)), "agents.actor.roots")
    }).pipe(Effect.scoped, Effect.provide(layerOf(instance, NodeProcess.env)))
  )
})
