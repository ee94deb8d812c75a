import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ended, type RunContext, type RunEnd } from "../src/ExternalChildRunner.ts"
import { ArtifactId } from "../src/Ids.ts"
import * as Outcome from "../src/Outcome.ts"
import type { NamedArtifact } from "../src/Session.ts"
import { type Spawned, SubAgents } from "../src/SubAgents.ts"
import { agent, child, root, settled, world, worldWith } from "./world.ts"

const capabilities = { steer: false, requests: false, resume: false, usage: false, gracefulCancel: false }

/** A world whose agent does this with each of its runs, and ends so. */
const ending = (run: (context: RunContext) => Effect.Effect<RunEnd>) =>
  worldWith({
    name: "keeps",
    capabilities,
    shouldHandle: ({ metadata }) => metadata["external.agent_id"] === agent,
    run
  })

const doing = (body: (context: RunContext) => Effect.Effect<void>) =>
  ending((context) => Effect.as(body(context), ended(Outcome.done)))

const place = (name: string): NamedArtifact => ({ kind: "place", name, location: `/${name}`, details: { of: name } })

const resultOf = Effect.fnUntraced(function* (spawned: Spawned) {
  yield* settled(spawned)
  return Option.getOrThrow(yield* (yield* SubAgents).result(spawned.session.id))
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

describe("what a run leaves beside its answer", () => {
  it.effect("is named in its result, and its texts are read whole by those who name its session", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* root
      const spawned = yield* child(parent.id, ["say done", "leave notes.txt näh"])
      const { artifacts, text } = yield* resultOf(spawned)
      const [notes] = artifacts
      assert.strictEqual(text, "done")
      assert.deepInclude(notes, { kind: "text", name: "notes.txt", mediaType: "text/plain", bytes: 4 })
      const id = notes?.kind === "text" ? notes.id : ArtifactId.make("none")
      const kept = yield* agents.artifact(spawned.session.id, id)
      assert.deepInclude(kept, { id, sessionId: spawned.session.id, text: "näh", mediaType: "text/plain" })
      const another = yield* Effect.flip(agents.artifact(parent.id, id))
      assert.strictEqual(another._tag, "ArtifactNotFound")
    }).pipe(Effect.provide(world().layer))
  )

  it.effect("may be bytes that are no text", () => {
    let id = ArtifactId.make("none")
    const body = (context: RunContext) =>
      Effect.gen(function* () {
        const kept = yield* context.keep("/wD+", { mediaType: "image/png", encoding: "base64" })
        id = Option.getOrThrow(kept)
      })
    return Effect.gen(function* () {
      const spawned = yield* child((yield* root).id, ["one"])
      yield* settled(spawned)
      const kept = yield* (yield* SubAgents).artifact(spawned.session.id, id)
      assert.deepInclude(kept, { text: "/wD+", mediaType: "image/png", encoding: "base64" })
    }).pipe(Effect.provide(doing(body)))
  })

  it.effect("is named also when its run was interrupted, if that tells it on its way out", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const spawned = yield* child((yield* root).id, ["one"])
      yield* Effect.yieldNow
      yield* agents.cancel(spawned.session.id, { mode: "graceful", by: "by_user", reach: "session" })
      const { artifacts, outcome } = yield* resultOf(spawned)
      assert.strictEqual(outcome.status, "cancelled")
      assert.deepStrictEqual(artifacts, [place("kept")])
    }).pipe(
      Effect.provide(
        ending(({ report }) => Effect.onInterrupt(Effect.never, () => report({ artifacts: [place("kept")] })))
      )
    )
  )

  it.effect.each<[string, ReadonlyArray<NamedArtifact>, ReadonlyArray<NamedArtifact>, ReadonlyArray<NamedArtifact>]>([
    ["nothing", [], [], []],
    ["what it reported", [place("a")], [], [place("a")]],
    ["what it ends with, instead of what it reported", [place("a")], [place("b")], [place("b")]],
    [
      "no more than 32 of them",
      [],
      Array.from({ length: 40 }, (_, at) => place(`${at}`)),
      Array.from({ length: 32 }, (_, at) => place(`${at}`))
    ]
  ])("is %s", ([, reported, atEnd, expected]) =>
    Effect.gen(function* () {
      const { artifacts } = yield* resultOf(yield* child((yield* root).id, ["one"]))
      assert.deepStrictEqual(artifacts, expected)
    }).pipe(
      Effect.provide(
        ending(({ report }) => Effect.as(report({ artifacts: reported }), { ...ended(Outcome.done), artifacts: atEnd }))
      )
    )
  )
})
