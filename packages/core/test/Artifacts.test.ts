import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ended, type RunContext } from "../src/ExternalChildRunner.ts"
import type { ArtifactId } from "../src/Ids.ts"
import * as Outcome from "../src/Outcome.ts"
import { SubAgents } from "../src/SubAgents.ts"
import { agent, child, root, settled, worldWith } from "./world.ts"

const capabilities = { steer: false, requests: false, resume: false, usage: false, gracefulCancel: false }

/** A world whose agent does this with each of its runs. */
const doing = (body: (context: RunContext) => Effect.Effect<void>) =>
  worldWith({
    name: "keeps",
    capabilities,
    shouldHandle: ({ metadata }) => metadata["external.agent_id"] === agent,
    run: (context) => Effect.as(body(context), ended(Outcome.done))
  })

describe("what a run keeps beside its transcript", () => {
  it.effect(
    "is read again by a later run of its session, by no other session, and is no part of the transcript",
    () => {
      const found: Array<Option.Option<string>> = []
      let id: Option.Option<ArtifactId> = Option.none()
      const body = (context: RunContext) =>
        Effect.gen(function* () {
          if (Option.isNone(id)) id = yield* context.keep("the whole result")
          else found.push(yield* context.kept(id.value))
        })
      return Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const first = yield* child(parent.id, ["one"])
        yield* settled(first)
        yield* agents.send(first.session.id, { text: "again", mode: "queue", origin: "parent", key: Option.none() })
        yield* settled(first)
        yield* settled(yield* child(parent.id, ["two"]))
        assert.deepStrictEqual(found, [Option.some("the whole result"), Option.none()])
        const messages = yield* agents.messages(first.session.id, { after: 0, limit: 10 })
        assert.isTrue(messages.every(({ text }) => !text.includes("whole")))
      }).pipe(Effect.provide(doing(body)))
    }
  )

  it.effect("is bounded: a longer text loses its end, and a run that keeps too much keeps no more", () => {
    const kept: Array<boolean> = []
    let chars = 0
    const body = (context: RunContext) =>
      Effect.gen(function* () {
        const text = "x".repeat(5_000_000)
        for (let index = 0; index < 18; index++) {
          const id = yield* context.keep(text)
          kept.push(Option.isSome(id))
          if (Option.isSome(id) && index === 0) chars = Option.getOrThrow(yield* context.kept(id.value)).length
        }
      })
    return Effect.gen(function* () {
      yield* settled(yield* child((yield* root).id, ["one"]))
      assert.strictEqual(chars, 4_194_304)
      assert.deepStrictEqual([kept.indexOf(false), kept.length], [16, 18])
    }).pipe(Effect.provide(doing(body)))
  })
})
