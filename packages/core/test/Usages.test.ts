/** Sums of trees over a list of sessions, and what is asked of the record for them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ids from "../src/Ids.ts"
import { treesOf, Usages } from "../src/internal/usages.ts"
import type { Session, SessionStatus, Usage } from "../src/Session.ts"
import * as SessionStore from "../src/SessionStore.ts"

const id = (name: string) => Ids.SessionId.make(`ses_${name}`)

const node = (name: string, parent?: string) => ({
  id: id(name),
  ...(parent === undefined ? {} : { parentId: id(parent) })
})

const use = (name: string, own: Usage | undefined, removed?: Usage): [Ids.SessionId, SessionStore.SessionUse] => [
  id(name),
  { sessionId: id(name), own, removed }
]

/** Newest first, as a snapshot lists them. */
const family = [node("grandchild", "child"), node("other", "root"), node("child", "root"), node("root")]

describe("sums of trees", () => {
  it.each<[string, ReadonlyArray<[Ids.SessionId, SessionStore.SessionUse]>, "whole" | "part", unknown]>([
    ["nobody told anything", [], "whole", {}],
    [
      "a leaf counts in everybody above it",
      [use("grandchild", { inputTokens: 3 })],
      "whole",
      {
        ses_grandchild: { own: { inputTokens: 3 }, tree: { inputTokens: 3 } },
        ses_child: { own: {}, tree: { inputTokens: 3 } },
        ses_root: { own: {}, tree: { inputTokens: 3 } }
      }
    ],
    [
      "one that told nothing makes the sum a least",
      [use("child", { inputTokens: 3 }), use("other", {})],
      "whole",
      {
        ses_child: { own: { inputTokens: 3 }, tree: { inputTokens: 3 } },
        ses_other: { own: {}, tree: {} },
        ses_root: { own: {}, tree: { inputTokens: 3, atLeast: ["inputTokens"] } }
      }
    ],
    [
      "what was removed counts in the tree and not as its own",
      [use("child", { inputTokens: 3 }, { inputTokens: 4 })],
      "whole",
      {
        ses_child: { own: { inputTokens: 3 }, tree: { inputTokens: 7 } },
        ses_root: { own: {}, tree: { inputTokens: 7 } }
      }
    ],
    [
      "of a part of the sessions a sum is a least",
      [use("root", { inputTokens: 3 })],
      "part",
      { ses_root: { own: { inputTokens: 3 }, tree: { inputTokens: 3, atLeast: ["inputTokens"] } } }
    ]
  ])("%s", (_, used, list, expected) => {
    assert.deepStrictEqual(Object.fromEntries(treesOf(family, new Map(used), list)), expected)
  })

  it("a session whose parent is not in the list is summed up by itself", () => {
    const sums = treesOf([node("child", "elsewhere")], new Map([use("child", { inputTokens: 1 })]), "whole")
    assert.deepStrictEqual(sums.get(id("child"))?.tree, { inputTokens: 1 })
  })
})

describe("usages", () => {
  const session = (name: string, status: SessionStatus, version: number) => ({ ...node(name), status, version })

  it.effect("asks again only for what is in flight, has another version, or may have lost somebody below it", () =>
    Effect.gen(function* () {
      const asked: Array<ReadonlyArray<string>> = []
      const store = yield* SessionStore.SessionStore
      const usages = new Usages({
        ...store,
        usages: (ids) => {
          asked.push(ids)
          return Effect.succeed([{ sessionId: id("a"), own: { inputTokens: 1 }, removed: undefined }])
        }
      })
      const look = (...sessions: ReadonlyArray<Pick<Session, "id" | "status" | "version">>) =>
        usages.of(sessions, "whole")
      const first = yield* look(session("a", "completed", 1), session("b", "running", 1))
      const second = yield* look(session("a", "completed", 1), session("b", "running", 1))
      assert.deepStrictEqual([...second], [...first])
      yield* look(session("a", "completed", 1))
      yield* look(session("a", "completed", 2))
      usages.forget()
      yield* look(session("a", "completed", 2))
      assert.deepStrictEqual(asked, [[id("a"), id("b")], [id("b")], [id("a")], [id("a")]])
    }).pipe(Effect.provide(SessionStore.layerMemory))
  )
})
