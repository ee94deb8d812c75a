/** What is decided about worktrees without looking at one: git's environment and filters, and what becomes of them. */
import { assert, describe, it } from "@effect/vitest"
import { environmentOf, type Setting } from "../src/internal/gitCommand.ts"
import { settingsOf } from "../src/internal/gitFilters.ts"
import { type Findings, fateOf, readStatus } from "../src/internal/worktreeState.ts"

describe("the environment of git", () => {
  const host = {
    PATH: "/bin",
    HOME: "/h",
    GIT_DIR: "/x",
    GIT_INDEX_FILE: "/x",
    GIT_SSH_COMMAND: "x",
    GIT_CONFIG_GLOBAL: "/g",
    TOKEN: "t"
  }

  it("has what finds it and the user's own configuration, and nothing else of the server's", () => {
    const environment = environmentOf(host, undefined, {})
    assert.deepInclude(environment, { PATH: "/bin", HOME: "/h", GIT_CONFIG_GLOBAL: "/g", GIT_ALLOW_PROTOCOL: "" })
    for (const name of ["GIT_DIR", "GIT_INDEX_FILE", "GIT_SSH_COMMAND", "TOKEN"]) assert.notProperty(environment, name)
  })

  it("counts its settings, ours first", () => {
    const environment = environmentOf({}, undefined, { settings: [["a.b", "c"]], env: { GIT_DIR: "/mine" } })
    const count = Number(environment["GIT_CONFIG_COUNT"])
    assert.strictEqual(environment[`GIT_CONFIG_KEY_${count - 1}`], "a.b")
    assert.strictEqual(environment[`GIT_CONFIG_VALUE_${count - 1}`], "c")
    assert.strictEqual(environment["GIT_CONFIG_KEY_0"], "core.hooksPath")
    assert.strictEqual(environment["GIT_DIR"], "/mine")
  })
})

describe("filters", () => {
  const off = (name: string): ReadonlyArray<Setting> => [
    [`filter.${name}.clean`, ""],
    [`filter.${name}.smudge`, ""],
    [`filter.${name}.process`, ""],
    [`filter.${name}.required`, "false"]
  ]

  it.each<[string, string, ReadonlyArray<Setting>]>([
    ["none", "local\0core.bare\nfalse\0", []],
    ["one of the repository", "local\0filter.x.clean\ncat\0", off("x")],
    ["one of a worktree", "worktree\0filter.x.process\ncat\0", off("x")],
    ["one of the user", "global\0filter.lfs.clean\ngit-lfs clean\0system\0filter.x.smudge\ncat\0", []],
    [
      "one of the user's that the repository changes",
      "global\0filter.lfs.clean\na\0local\0filter.lfs.smudge\nb\0",
      off("lfs")
    ],
    ["one with dots and an equals sign in its name", "local\0filter.a.b=c.clean\nx\0", off("a.b=c")],
    ["one without a value", "local\0filter.x.required\0", off("x")],
    ["a value that looks like one", "local\0alias.x\nfilter.y.clean\0", []],
    ["two settings of one", "local\0filter.x.clean\na\0local\0filter.x.smudge\nb\0", off("x")]
  ])("are off: %s", (_, listing, settings) => {
    assert.deepStrictEqual(settingsOf(listing), settings)
  })
})

describe("the fate of a worktree", () => {
  const clean: Findings = {
    isChanged: false,
    hasIgnored: false,
    isUnderWay: false,
    hasLooseCommits: false,
    isCutLoose: false,
    isLocked: false,
    isUsed: false,
    branchHolds: false
  }

  it.each<[Partial<Findings>, ReturnType<typeof fateOf>]>([
    [{}, { _tag: "Remove", branch: "goes" }],
    [{ branchHolds: true }, { _tag: "Remove", branch: "stays" }],
    [
      { isChanged: true, hasIgnored: true },
      { _tag: "Keep", because: "it has uncommitted changes" }
    ],
    [{ hasIgnored: true }, { _tag: "Keep", because: "it has files that git ignores" }],
    [{ isLocked: true }, { _tag: "Keep", because: "it is locked" }],
    [{ isUsed: true }, { _tag: "Keep", because: "a program works in it" }],
    [{ isUnderWay: true }, { _tag: "Keep", because: "a merge, rebase or the like is under way" }],
    [
      { hasLooseCommits: true, branchHolds: true },
      { _tag: "Keep", because: "it has commits that are on no branch" }
    ],
    [
      { isCutLoose: true, isChanged: true },
      { _tag: "Keep", because: "its link to the repository was changed" }
    ]
  ])("with %o is %o", (findings, fate) => {
    assert.deepStrictEqual(fateOf({ ...clean, ...findings }), fate)
  })

  it.each<[string, string, ReturnType<typeof readStatus>]>([
    ["nothing", "", { isChanged: false, hasIgnored: false }],
    ["a changed file", "1 .M N... 100644 100644 100644 a b a.txt\0", { isChanged: true, hasIgnored: false }],
    ["a new file", "? a\0", { isChanged: true, hasIgnored: false }],
    ["an ignored file", "! a\0", { isChanged: false, hasIgnored: true }],
    ["both", "? a\0! b\0", { isChanged: true, hasIgnored: true }],
    ["a conflict", "u UU N... 1 2 3 4 a b c d\0", { isChanged: true, hasIgnored: false }]
  ])("is read from a status of %s", (_, listing, found) => {
    assert.deepStrictEqual(readStatus(listing), found)
  })
})
