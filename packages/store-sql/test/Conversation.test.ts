/** What an external agent keeps of a session is gone on with by another process over the same folder. */
import { assert, it } from "@effect/vitest"
import { ExternalChildRunner, Offshoot, SubAgents } from "@offshoot/core"
import * as ScriptedRunner from "@offshoot/core/testing/ScriptedRunner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as DataDirectory from "../src/DataDirectory.ts"
import * as TemporaryDirectory from "./TemporaryDirectory.ts"

const agent = "scripted"

/** A process of its own over the folder. */
const life = (directory: string) =>
  Offshoot.layer.pipe(
    Layer.provideMerge(DataDirectory.layerEmbedded({ directory })),
    Layer.provide(
      ExternalChildRunner.layer([
        ScriptedRunner.make({ agent, census: { open: 0, started: 0 }, capabilities: { resume: true } })
      ])
    ),
    Layer.provide(ScriptedRunner.directory(agent))
  )

const wait = { policy: "all", timeout: "1 minute" } as const

it.live("a message to a session of an earlier process goes on with its agent's conversation", () =>
  Effect.gen(function* () {
    const directory = yield* TemporaryDirectory.make
    const { childId, parentId } = yield* Effect.gen(function* () {
      const agents = yield* SubAgents.SubAgents
      const parent = yield* agents.createRoot({ title: "root" })
      const child = yield* agents.spawn(parent.id, { prompt: "resume-handle h1\nfail broken", agent })
      yield* agents.wait(parent.id, { ...wait, children: [child.session.id] })
      return { childId: child.session.id, parentId: parent.id }
    }).pipe(Effect.provide(life(directory)))
    const result = yield* Effect.gen(function* () {
      const agents = yield* SubAgents.SubAgents
      yield* agents.send(childId, { text: "resumed", mode: "queue", key: Option.none(), origin: "user" })
      yield* agents.wait(parentId, { ...wait, children: [childId] })
      return yield* Effect.fromOption(yield* agents.result(childId))
    }).pipe(Effect.provide(life(directory)))
    assert.deepStrictEqual([result.text, result.resume], ["resumed:h1", Option.some("h1")])
  }).pipe(Effect.scoped)
)
