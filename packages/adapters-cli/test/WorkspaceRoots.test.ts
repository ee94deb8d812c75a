/** Where a child may work: the decision as tables, and what the file system makes of links. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as WorkspaceRoots from "../src/WorkspaceRoots.ts"

const serverFolder = "/srv/offshoot"

const options = (fields: Partial<WorkspaceRoots.Options>): WorkspaceRoots.Options => ({
  agentId: "a",
  roots: [],
  cwd: undefined,
  workspace: undefined,
  ...fields
})

describe("what is written", () => {
  it.effect.each<[string, Partial<WorkspaceRoots.Options>, Omit<WorkspaceRoots.Wish, "agentId">]>([
    ["nothing: where the server runs", {}, { workspace: serverFolder, namedBy: "server", roots: [serverFolder] }],
    ["a cwd alone", { cwd: "/code" }, { workspace: "/code", namedBy: "agent", roots: ["/code"] }],
    [
      "a cwd of the server's folder",
      { cwd: "x/" },
      { workspace: `${serverFolder}/x`, namedBy: "agent", roots: [`${serverFolder}/x`] }
    ],
    [
      "roots alone",
      { roots: ["/a/", "b"] },
      { workspace: serverFolder, namedBy: "server", roots: ["/a", `${serverFolder}/b`] }
    ],
    ["roots and a cwd", { roots: ["/a"], cwd: "/c" }, { workspace: "/c", namedBy: "agent", roots: ["/a", "/c"] }],
    [
      "an absolute workspace",
      { roots: ["/a"], workspace: "/a/b/../c/" },
      { workspace: "/a/c", namedBy: "session", roots: ["/a"] }
    ],
    [
      "a relative workspace",
      { cwd: "/c", workspace: "d/./e" },
      { workspace: "/c/d/e", namedBy: "session", roots: ["/c"] }
    ],
    [
      "a workspace that climbs",
      { cwd: "/c/d", workspace: "../../etc" },
      { workspace: "/etc", namedBy: "session", roots: ["/c/d"] }
    ],
    [
      "the whole file system, by name",
      { roots: ["/"], workspace: "/x" },
      { workspace: "/x", namedBy: "session", roots: ["/"] }
    ]
  ])("is %s", ([, fields, wish]) =>
    Effect.gen(function* () {
      const path = yield* Path.Path
      const found = WorkspaceRoots.wishOf(path, serverFolder, options(fields))
      assert.deepStrictEqual(found, Result.succeed({ agentId: "a", ...wish }))
    }).pipe(Effect.provide(Path.layer))
  )

  it.effect("is not taken for the whole file system when the server runs in its root and nothing is configured", () =>
    Effect.gen(function* () {
      const path = yield* Path.Path
      const refused = WorkspaceRoots.wishOf(path, "/", options({ workspace: "/etc" }))
      assert.isTrue(Result.isFailure(refused))
      assert.strictEqual(Result.isFailure(refused) && refused.failure.reason, "unbounded")
      assert.isTrue(Result.isSuccess(WorkspaceRoots.wishOf(path, "/", options({ cwd: "/", workspace: "/etc" }))))
    }).pipe(Effect.provide(Path.layer))
  )
})

type Looked = WorkspaceRoots.Looked

const directory = (realPath: string): Looked => ({ _tag: "Directory", realPath })

describe("the decision", () => {
  it.effect.each<[string, string, ReadonlyArray<string>, Looked, string]>([
    ["the root itself", "/a/b", ["/a/b"], directory("/a/b"), "/a/b"],
    ["a folder below", "/a/b/c", ["/a/b"], directory("/a/b/c"), "/a/b/c"],
    ["a folder whose name only begins like the root's", "/a/bc", ["/a/b"], directory("/a/bc"), "outside"],
    ["the folder above", "/a", ["/a/b"], directory("/a"), "outside"],
    ["a link that leads out", "/a/b/link", ["/a/b"], directory("/etc"), "outside"],
    ["a link outside that leads in", "/home/link", ["/a/b"], directory("/a/b/c"), "/a/b/c"],
    ["a root that is a link", "/a/b/c", ["/real"], directory("/real/c"), "/real/c"],
    ["the whole file system", "/x", ["/"], directory("/x"), "/x"],
    ["one of several roots", "/c/d", ["/a/b", "/c"], directory("/c/d"), "/c/d"],
    ["roots that are not there", "/a/b", [], directory("/a/b"), "outside"],
    ["what is missing inside", "/a/b/none", ["/a/b"], { _tag: "Missing" }, "missing"],
    ["what is missing inside a root that is missing too", "/a/b/none", [], { _tag: "Missing" }, "missing"],
    ["what is missing outside", "/etc/none", ["/a/b"], { _tag: "Missing" }, "outside"],
    ["a file inside", "/a/b/file", ["/a/b"], { _tag: "NotUsable" }, "not_usable"],
    ["a file outside", "/etc/passwd", ["/a/b"], { _tag: "NotUsable" }, "outside"]
  ])("about %s", ([, workspace, realRoots, looked, expected]) =>
    Effect.gen(function* () {
      const path = yield* Path.Path
      const wish: WorkspaceRoots.Wish = { agentId: "a", workspace, namedBy: "session", roots: ["/a/b"] }
      const decided = WorkspaceRoots.decide(path, wish, realRoots, looked)
      assert.strictEqual(Result.isSuccess(decided) ? decided.success : decided.failure.reason, expected)
    }).pipe(Effect.provide(Path.layer))
  )
})

describe("a refusal", () => {
  it.each<[WorkspaceRoots.Reason, WorkspaceRoots.Wish["namedBy"], string, string]>([
    ["outside", "session", "/x (the session's workspace) is outside", "agents.a.roots"],
    ["outside", "server", "/x (where the server runs) is outside", "Name a workspace inside"],
    ["missing", "agent", "/x (agents.a.cwd) does not exist", "create it"],
    ["not_usable", "session", "/x (the session's workspace) is no directory", "another workspace"],
    ["unbounded", "server", "the server runs in /x", "agents.a.cwd"]
  ])("as %s of what the %s names says: %s; and what to do: %s", (reason, namedBy, what, mend) => {
    const { message } = new WorkspaceRoots.WorkspaceRefused({
      reason,
      agentId: "a",
      workspace: "/x",
      namedBy,
      roots: ["/r"]
    })
    assert.include(message, what)
    assert.include(message, mend)
  })
})

/** A folder with a real root, a link to it, and links that lead out and in. */
const world = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const base = yield* Effect.flatMap(fs.makeTempDirectoryScoped(), fs.realPath)
  for (const folder of ["root/project", "rootless", "outside/secret"]) {
    yield* fs.makeDirectory(`${base}/${folder}`, { recursive: true })
  }
  yield* fs.writeFileString(`${base}/root/file`, "")
  yield* fs.symlink(`${base}/outside`, `${base}/root/leads-out`)
  yield* fs.symlink("project", `${base}/root/leads-in`)
  yield* fs.symlink(`${base}/root`, `${base}/root-link`)
  yield* fs.symlink("nowhere", `${base}/root/dangling`)
  yield* fs.symlink("loop", `${base}/root/loop`)
  return base
})

describe("the file system", () => {
  it.live.each<[string, string, string]>([
    ["a folder", "root/project", "root/project"],
    ["a trailing slash", "root/project/", "root/project"],
    ["dots", "root/./project/../project", "root/project"],
    ["a link inside to a folder inside", "root/leads-in", "root/project"],
    ["a root by its link", "root-link/project", "root/project"],
    ["a way out and back", "root/../root/project", "root/project"],
    ["a way out", "root/../outside", "outside"],
    ["a link that leads out", "root/leads-out", "outside"],
    ["below a link that leads out", "root/leads-out/secret", "outside"],
    ["a name that begins like the root's", "rootless", "outside"],
    ["a file", "root/file", "not_usable"],
    ["a link to nowhere", "root/dangling", "missing"],
    ["a link to itself", "root/loop", "not_usable"],
    ["a missing folder", "root/none/deeper", "missing"],
    ["a missing folder elsewhere", "outside/none", "outside"],
    ["a name with a NUL", "root/\0", "not_usable"]
  ])("answers for %s", ([, workspace, expected]) =>
    Effect.gen(function* () {
      const base = yield* world
      const asked = options({ roots: [`${base}/root-link/`], workspace: `${base}/${workspace}` })
      const found = yield* Effect.result(WorkspaceRoots.resolve(asked))
      if (Result.isSuccess(found)) assert.strictEqual(found.success, `${base}/${expected}`)
      else assert.strictEqual(found.failure.reason, expected)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("is asked from the agent's own directory when the workspace is relative", () =>
    Effect.gen(function* () {
      const base = yield* world
      const asked = options({ cwd: `${base}/root`, workspace: "project" })
      assert.strictEqual(yield* WorkspaceRoots.resolve(asked), `${base}/root/project`)
      const climbing = yield* Effect.flip(WorkspaceRoots.resolve({ ...asked, workspace: "../outside" }))
      assert.strictEqual(climbing.reason, "outside")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
